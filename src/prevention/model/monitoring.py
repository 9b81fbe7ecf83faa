"""Delivery so far, and what it does to the saving: the model run again with real starts in it.

Three versions of one plan run under the same draws. In all three the starts of the programmes
reported are written out month by month and not drawn, so that what sets the versions apart is
delivery alone: a file equal to the plan changes no draw of any figure. The central figures of
the first are those of a forecast of the plan, to the penny.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from prevention.model.appraisal import payback_month
from prevention.model.assumptions import Floats
from prevention.model.chain import covered
from prevention.model.delivered import Counts, Progress, Schedule, with_programmes
from prevention.model.draws import Kept, made_now
from prevention.model.evidence import CouncilEvidence
from prevention.model.measures import TOTAL
from prevention.model.memo import Cache
from prevention.model.percentiles import percentiles
from prevention.model.programmes import Programme
from prevention.model.projection import Projection, project
from prevention.model.scenarios import Plan, ScenarioError
from prevention.model.summary import by_row, chance_of_at_least, target_of
from prevention.money import to_pence, to_pounds

PLANNED = "planned"
THEN_PLANNED = "then_as_planned"
THEN_RECENT = "then_at_recent_pace"
VERSIONS = (PLANNED, THEN_PLANNED, THEN_RECENT)
"""As planned; delivered so far, then as planned; delivered so far, then at the recent pace."""

MEASURES = ("cashable_saving", "net_saving")

Told = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Moved:
    """One measure of one programme, or of the whole plan, in one version, GBP.

    central: by year, (years,). change: central less that of the plan, (years + 1,), the last
    over the whole plan. range, spread: P10, P50 and P90 of the figure and of its change,
    (years + 1, 3); None without draws.
    """

    central: Floats
    change: Floats
    range: Floats | None
    spread: Floats | None

    @property
    def total(self) -> float:
        """The central figure over the whole plan."""
        return float(to_pounds(to_pence(self.central).sum()))


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the plan.

    plan: with its starts written out. figures: by programme, or `total`, and measure. cost: of
    delivery over the plan, new to the council, GBP. payback: the month of the plan, from 0, in
    which each pays back; None where none does. chance: share of draws in which each still
    saves what was planned over the plan; empty without draws.
    """

    plan: Plan
    figures: Mapping[tuple[str, str], Moved]
    cost: Mapping[str, float]
    payback: Mapping[str, int | None]
    chance: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Monitoring:
    """The answer.

    plan: as far as the council's figures reach. progress: of each programme reported.
    unreported: programmes of the plan that are not. target: planned cashable saving over the
    plan by programme and `total`, GBP. versions: by name, as in `VERSIONS`.
    """

    plan: Plan
    council: CouncilEvidence
    progress: Mapping[str, Progress]
    unreported: tuple[str, ...]
    target: Mapping[str, float]
    versions: Mapping[str, Version]
    draws: int
    seed: int
    missing: tuple[str, ...]

    @property
    def last(self) -> int:
        """The last month reported of any programme (month number)."""
        return max(progress.last for progress in self.progress.values())


def monitor(
    plan: Plan,
    council: CouncilEvidence,
    starts: Mapping[str, Counts],
    draws: int = 0,
    seed: int = 1,
    kept: Kept = made_now,
    tell: Told | None = None,
) -> Monitoring:
    """Set starts that happened against those planned, and forecast the saving again.

    Args:
        starts: people started by month number, by programme of the plan.

    Raises:
        ScenarioError: no programme of the plan has a start reported.
    """
    plan, missing = covered(plan, council)
    counts = {id_: starts[id_] for id_ in plan.programmes if starts.get(id_)}
    if not counts:
        raise ScenarioError(
            f"Nothing to compare: no month of a programme of '{plan.scenario}' is reported. It "
            f"has {', '.join(plan.programmes) or 'no programme'}."
        )
    schedules = {id_: Schedule.of(plan.programmes[id_], plan, counts[id_]) for id_ in counts}
    progress = {id_: schedule.progress(counts[id_]) for id_, schedule in schedules.items()}
    plans = {
        name: with_programmes(plan, _programmes(name, schedules, counts, progress))
        for name in VERSIONS
    }
    runs, cache = {}, Cache()
    for done, (name, version) in enumerate(plans.items()):
        step = tell and _within(tell, done, len(plans))
        runs[name] = project(version, council, draws, seed, cache, step, kept)
    names = [*plan.programmes, TOTAL]
    target = {id_: target_of(runs[PLANNED], id_) for id_ in names}
    return Monitoring(
        plan=plan,
        council=council,
        progress=progress,
        unreported=tuple(id_ for id_ in plan.programmes if id_ not in counts),
        target=target,
        versions={name: _version(run, runs[PLANNED], target) for name, run in runs.items()},
        draws=draws,
        seed=seed,
        missing=runs[PLANNED].missing + missing,
    )


def _programmes(
    name: str,
    schedules: Mapping[str, Schedule],
    counts: Mapping[str, Counts],
    progress: Mapping[str, Progress],
) -> dict[str, Programme]:
    """The programmes reported as a version has them."""
    if name == PLANNED:
        return {id_: schedule.as_planned() for id_, schedule in schedules.items()}
    found = {}
    for id_, schedule in schedules.items():
        share = progress[id_].recent_share if name == THEN_RECENT else None
        found[id_] = schedule.with_delivered(counts[id_], 1.0 if share is None else share)
    return found


def _within(tell: Told, done: int, runs: int) -> Callable[[int, int], None]:
    """Progress inside one of several runs."""
    return lambda draws, of: tell("Forecasting again", done * of + draws, runs * of)


def _version(run: Projection, planned: Projection, target: Mapping[str, float]) -> Version:
    return Version(
        run.plan,
        {
            (id_, measure): _moved(run, planned, id_, measure)
            for id_ in target
            for measure in MEASURES
        },
        {id_: float(run.central[id_, TOTAL]["delivery_cost"].sum()) for id_ in target},
        {id_: _payback(run, id_) for id_ in target},
        {id_: _chance(run, id_, target[id_]) for id_ in target} if run.samples else {},
    )


def _moved(run: Projection, planned: Projection, id_: str, measure: str) -> Moved:
    cell = (id_, TOTAL)
    now, before = (to_pence(np.ravel(each.central[cell][measure])) for each in (run, planned))
    level = spread = None
    if run.samples:
        drawn = run.samples[cell][measure].astype(np.float64)
        level = _percentiles(drawn)
        spread = _percentiles(drawn - planned.samples[cell][measure])
    return Moved(to_pounds(now), to_pounds(_and_total(now - before)), level, spread)


def _percentiles(drawn: Floats) -> Floats:
    """P10, P50 and P90 by year and of the total, (years + 1, 3), GBP to the penny."""
    return to_pounds(to_pence(percentiles(_and_total(drawn))))


def _and_total(yearly: np.ndarray) -> np.ndarray:
    """Figures by year with their sum below, (years + 1, ...)."""
    return np.concatenate([yearly, yearly.sum(axis=0, keepdims=True)])


def _payback(run: Projection, id_: str) -> int | None:
    saved, cost = by_row(run, id_)
    rows = run.account.monthly
    return payback_month(saved[rows] - cost[rows])


def _chance(run: Projection, id_: str, target: float) -> float:
    saved = run.samples[id_, TOTAL]["cashable_saving"].sum(axis=0, dtype=np.float64)
    return chance_of_at_least(saved, target)
