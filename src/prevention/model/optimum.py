"""The best mix found, weighed: what it brings, what it needs, how sure, and why not another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from prevention.model.appraisal import Peak, peak_funding
from prevention.model.assumptions import Floats
from prevention.model.chain import covered, run, timeline_of
from prevention.model.columns import Columns
from prevention.model.draws import Draws, Kept, made_now
from prevention.model.evidence import CouncilEvidence
from prevention.model.measures import TOTAL
from prevention.model.memo import Cache
from prevention.model.mix import Choice, Picks, choices_of, mixed
from prevention.model.percentiles import percentiles
from prevention.model.projection import WORKERS, Projection, linear_algebra, project
from prevention.model.scenarios import Plan
from prevention.model.search import GOALS, Found, Judge, by_limit, search
from prevention.model.summary import by_row
from prevention.money import to_pence, to_pounds

BLOCK = 2048
"""Draws in a block: a row of money for every month of so many stays within a few hundred MB."""

MEASURES = ("cashable_saving", "net_saving", "delivery_cost", "delivery_cost_gross")
NPV = "npv_cashable"

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """One mix.

    starts: when each choice goes live, None where it is left out. whole: figures of the whole
    plan over its years, GBP, as a forecast of it gives them; brings: the same less those of
    what runs already. peak: of the programmes started, on their own; whole_peak: with what
    runs already. goal: of what it brings, P10, P50 and P90, (3,); gains: the share of draws in
    which that is above nothing; within: the share in which the funding needed keeps within
    the limit. All three None without draws.
    """

    picks: Picks
    plan: Plan
    starts: tuple[dt.date | None, ...]
    whole: dict[str, float]
    brings: dict[str, float]
    peak: Peak
    whole_peak: Peak
    goal: Floats | None = None
    gains: float | None = None
    within: float | None = None

    @property
    def need(self) -> float:
        """The most that must be found at any time, GBP: of the two peaks the deeper."""
        return max(self.peak.amount, self.whole_peak.amount)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a choice is in the best mix found, or not.

    start: its date there, None where it is left out. change: how the goal would move were it
    left out or, of what is left out, were it in from the start that does best, `other`; need:
    what the mix would then need. at_once: how the goal would move were it in from its own
    date. GBP; other choices stay as they are. None, or 0, where it cannot start at all.
    """

    choice: Choice
    start: dt.date | None
    other: dt.date | None = None
    change: float = 0.0
    need: float = 0.0
    at_once: float = 0.0


@dataclass(frozen=True, slots=True)
class Optimum:
    """The answer.

    plan: all that could run, as far as the council's figures reach. limit: GBP. found: within
    it; free: the best with no limit.
    best: None where not even nothing keeps within the limit; second: the next best. all_in:
    everything at its own date. running: what runs already, by itself. steps: the best mix at
    every limit, each from its own need up, rising; none where not all mixes were compared.
    beats: share of draws in which the best mix brings more than the next best. runs: of the
    model in the search.
    """

    plan: Plan
    council: CouncilEvidence
    goal: str
    limit: float
    latest: int
    choices: tuple[Choice, ...]
    found: Found
    free: Weighed
    best: Weighed | None
    second: Weighed | None
    all_in: Weighed
    running: Weighed
    verdicts: tuple[Verdict, ...]
    steps: tuple[Weighed, ...]
    beats: float | None
    runs: int
    draws: int
    seed: int
    missing: tuple[str, ...]


def optimum(
    plan: Plan,
    council: CouncilEvidence,
    limit: float,
    goal: str = "npv-cashable",
    latest: int | None = None,
    draws: int = 0,
    seed: int = 1,
    kept: Kept = made_now,
    progress: Progress | None = None,
) -> Optimum:
    """Search the mixes of a plan for the best within a funding limit, and weigh it.

    Args:
        plan: every programme that may run. limit: GBP. goal: a name in `GOALS`.
        latest: year ending of the last year in which anything may go live.

    Raises:
        ScenarioError: the latest year is outside the plan.
    """
    tell = progress or (lambda doing, done, of: None)
    plan, missing = covered(plan, council)
    choices = choices_of(plan, latest)
    # One thread of linear algebra a worker, as in a projection: two pools would fight.
    with linear_algebra().limit(limits=1, user_api="blas"):
        tell("Comparing mixes", 0, 2)
        judge = Judge(Columns(plan, council, choices, kept), GOALS[goal])
        found = search(judge, int(to_pence(limit)))
        tell("Comparing mixes", 1, 2)
        at_limits = by_limit(judge)
        free = (at_limits or search(judge).ranked[:1])[-1]
        mixes = list(dict.fromkeys([*found.ranked, free, judge.everything, judge.nothing]))
        weigh = _Scales(plan, council, choices, kept)
        weighed = {picks: weigh(picks) for picks in mixes}
        drawn = _drawn(judge, mixes, Draws(draws, seed, kept=kept), tell) if draws else {}
        weighed |= {p: _with_chances(weighed[p], *drawn[p], limit) for p in drawn}
        steps = tuple(weighed.get(picks) or weigh(picks) for picks in at_limits)
    ranked = [_named(weighed[picks], limit, goal) for picks in found.ranked] + [None, None]
    return Optimum(
        plan=plan,
        council=council,
        goal=goal,
        limit=limit,
        latest=latest or plan.first_year + plan.years - 1,
        choices=choices,
        found=found,
        free=weighed[free],
        best=ranked[0],
        second=ranked[1],
        all_in=weighed[judge.everything],
        running=weighed[judge.nothing],
        verdicts=_verdicts(judge, found.ranked[0]) if found.ranked else (),
        steps=steps,
        beats=_beats(*(drawn[picks][0] for picks in found.ranked if drawn)),
        runs=judge.runs,
        draws=draws,
        seed=seed,
        missing=missing,
    )


def _beats(*goals: Floats) -> float | None:
    """Share of draws in which the first of two brings more, to the penny; None of fewer."""
    if len(goals) < 2:
        return None
    best, second = map(to_pence, goals)
    return float((best > second).mean())


def _with_chances(mix: Weighed, goal: Floats, need: Floats, limit: float) -> Weighed:
    """A mix with what its draws say; goal, need: GBP, each (draws,)."""
    return replace(
        mix,
        goal=to_pounds(to_pence(percentiles(goal))),
        gains=float((to_pence(goal) > 0).mean()),
        within=float((to_pence(need) <= to_pence(limit)).mean()),
    )


def _named(mix: Weighed, limit: float, goal: str) -> Weighed:
    """A mix whose plan has a name of its own."""
    plan = replace(
        mix.plan,
        scenario=f"{mix.plan.scenario}-{goal}-{limit:.0f}",
        title=f"{mix.plan.title}: the mix within GBP {limit:,.0f}",
        summary=f"Found by `prevention optimise` for the most {GOALS[goal].title}.",
    )
    return replace(mix, plan=plan)


class _Scales:
    """Weighs mixes of one plan by runs of their own, settled to the penny as a forecast is."""

    def __init__(
        self, plan: Plan, council: CouncilEvidence, choices: Sequence[Choice], kept: Kept
    ) -> None:
        self._plan, self._council, self._choices = plan, council, choices
        self._kept, self._cache = kept, Cache()
        self._running = self._run((0,) * len(choices))

    def __call__(self, picks: Picks) -> Weighed:
        mix, running = self._run(picks), self._running
        whole, anyway = _figures(mix), _figures(running)
        net = _net_by_month(mix)
        starts = (
            choice.starts[pick - 1] if pick else None
            for choice, pick in zip(self._choices, picks, strict=True)
        )
        return Weighed(
            picks,
            mix.plan,
            tuple(starts),
            whole,
            {name: round(whole[name] - anyway[name], 2) for name in whole},
            _settled(peak_funding(net - _net_by_month(running))),
            _settled(peak_funding(net)),
        )

    def _run(self, picks: Picks) -> Projection:
        plan = mixed(self._plan, self._choices, picks)
        return project(plan, self._council, 0, cache=self._cache, kept=self._kept)


def _figures(projection: Projection) -> dict[str, float]:
    """Figures of a whole plan over its years, GBP, to the penny."""
    central = projection.central[TOTAL, TOTAL]
    saved, cost = by_row(projection)
    present = projection.account.present
    npv = {NPV: round(float(saved[present].sum() - cost[present].sum()), 2)}
    return npv | {name: round(float(np.sum(central[name])), 2) for name in MEASURES}


def _net_by_month(projection: Projection) -> Floats:
    saved, cost = by_row(projection)
    monthly = projection.account.monthly
    return saved[monthly] - cost[monthly]


def _settled(peak: Peak) -> Peak:
    return Peak(round(peak.amount, 2), peak.month if round(peak.amount, 2) else None)


def _drawn(
    judge: Judge, mixes: Sequence[Picks], draws: Draws, tell: Progress
) -> dict[Picks, tuple[Floats, Floats]]:
    """What each mix brings of the goal, and needs, under the same draws, GBP, each (draws,)."""
    found = {picks: (np.zeros(draws.count), np.zeros(draws.count)) for picks in mixes}
    parts = draws.blocks(BLOCK)

    def fill(part: Draws) -> None:
        cache, here = Cache(), slice(part.first, part.last)
        goal_anyway, anyway = _flows(judge, judge.nothing, part, cache)
        for picks in mixes:
            goal, running = _flows(judge, picks, part, cache)
            deepest = (running - np.maximum(anyway, 0)).min(axis=0)
            found[picks][0][here] = goal - goal_anyway
            found[picks][1][here] = np.maximum(-deepest, 0)

    with ThreadPoolExecutor(WORKERS) as pool:
        for done, _ in enumerate(pool.map(fill, parts), 1):
            tell("Drawing", done, len(parts))
    return found


def _flows(judge: Judge, picks: Picks, part: Draws, cache: Cache) -> tuple[Floats, Floats]:
    """Goal, (n,), and cumulative net saving by month, (months, n), of a whole plan, GBP."""
    columns, account = judge.columns, judge.columns.account
    plan = mixed(columns.plan, columns.choices, picks)
    outcome = run(plan, columns.council, timeline_of(plan), account, part, cache)
    saved, cost = np.zeros((2, len(account.matrix), part.size))
    for _, ladder in sorted(outcome.ladders.items()):
        saved += ladder.cashable
    for _, spent in sorted(outcome.costs.items()):
        cost += spent.council
    net = (saved - cost)[account.monthly]
    return judge.goal.of(saved, cost, account), np.cumsum(net, axis=0)


def _verdicts(judge: Judge, best: Picks) -> tuple[Verdict, ...]:
    """What changing each choice alone would do to the best mix."""
    here = judge([best])
    found = []
    for place, (choice, pick) in enumerate(zip(judge.columns.choices, best, strict=True)):
        options = [0] if pick else list(range(1, judge.sizes[place]))
        if not options:
            found.append(Verdict(choice, None))
            continue
        worth = judge([(*best[:place], option, *best[place + 1 :]) for option in options])
        change = to_pence(worth.goal) - to_pence(here.goal)
        at = int(np.argmax(change))
        start = choice.starts[pick - 1] if pick else None
        other = None if pick else choice.starts[options[at] - 1]
        need = float(to_pounds(judge.need(worth)[at]))
        moves = to_pounds(change)
        found.append(Verdict(choice, start, other, float(moves[at]), need, float(moves[0])))
    return tuple(found)
