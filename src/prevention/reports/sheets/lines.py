"""The lines of an MTFS schedule: what each proposal does to the budget, and its record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from prevention.model import summary
from prevention.model.assumptions import Assumption, Floats
from prevention.model.delivery import delivery_cost
from prevention.model.draws import Draws
from prevention.model.measures import MEASURES, TOTAL
from prevention.model.programmes import Funding, Programme, Rollout
from prevention.model.projection import Projection
from prevention.money import Pence, to_pence, to_pounds

DIRECTORATES = {"children": "Children's services", "adults": "Adult social care"}
OWN_ONE_OFF = ("reserve", "capital-receipts")
"""Sources that are the council's own one-off money."""
_SOURCE_NAMES = {
    "base": "base budget",
    "grant": "grant",
    "partner": "partner",
    "reserve": "earmarked reserve",
    "capital-receipts": "flexible use of capital receipts",
}


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of MTFS line.

    letter: ends its reference. measure: it shows, at `sign` (a saving takes from the
    budget). in_base: the measure of what the base budget already holds of it, or "".
    recurrence: whether it goes on or stops by itself.
    """

    letter: str
    title: str
    measure: str
    sign: int
    in_base: str = ""
    recurrence: str = "Recurrent"


SAVING = Kind("S", "Saving", "saving", -1, "already_in_base")
GROWTH = Kind("G", "Avoided growth", "avoided_growth", -1)
INVESTMENT = Kind("I", "Investment", "recurrent_investment", 1, "base_funding")
ONE_OFF = Kind("O", "One-off investment", "one_off_investment", 1, recurrence="One-off")
AVOIDANCE = Kind("A", "Cost avoidance", "cost_avoidance", -1)
CASHABLE = (SAVING, GROWTH)
INVESTED = (INVESTMENT, ONE_OFF)

CASHABLE_TOTAL = Kind("S", "Total cashable savings", "cashable_saving", -1, "already_in_base")
INVESTMENT_TOTAL = Kind("I", "Total investment", "delivery_cost", 1, "base_funding")
NET_TOTAL = Kind("N", "Net effect on the budget", "net_saving", -1)
AVOIDANCE_TOTAL = Kind("A", "Total cost avoidance", "cost_avoidance", -1)
TOTALS = (CASHABLE_TOTAL, INVESTMENT_TOTAL, NET_TOTAL)

_MEANINGS = {
    "recurrent_investment": "New cost to the council that goes on: running cost and starts",
    "one_off_investment": "New cost to the council that stops by itself: set-up, double running",
    "net_saving": "New cost to the council less its cashable saving",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the MTFS schedule: its effect on the budget, a saving below zero.

    programme_id: whose figures it shows; "total" for all.
    levels: pence by year, against a base that holds only `in_base` of it.
    full_year: pence a year of what runs by the plan's last March; None where the idea does
    not apply, as with `in_base` (pence in the last year), `peak_funding` and
    `reserve_call` (pence over the plan). lag: months. chance: that the cashable saving over
    the plan reaches the target; None without draws.
    """

    reference: str
    programme_id: str
    directorate: str
    service: str
    programme: str
    kind: Kind
    description: str
    levels: Pence
    full_year: int | None = None
    in_base: int | None = None
    funding: str = ""
    peak_funding: int | None = None
    reserve_call: int | None = None
    owner: str = ""
    grade: str = ""
    lag: float | None = None
    chance: float | None = None
    risk: str = ""

    @property
    def increments(self) -> Pence:
        """Change on the year before, pence by year; they sum to the last level."""
        return np.diff(self.levels, prepend=0)

    @property
    def over_plan(self) -> int:
        """Pence over all years of the plan: cash, which the total of increments is not."""
        return int(self.levels.sum())

    @property
    def part_year(self) -> int:
        """Pence in the first year that has any effect: a part-year, as a rule."""
        effective = np.flatnonzero(self.levels)
        return int(self.levels[effective[0]]) if effective.size else 0


@dataclass(frozen=True)
class Levels:
    """Money of a programme or of all, by year, as the model settled it.

    appraisal: as made by `prevention.model.summary` from the projection.
    """

    projection: Projection
    appraisal: pd.DataFrame

    @cached_property
    def _one_off(self) -> dict[str, Pence]:
        """The council's new cost that stops by itself, pence by year."""
        found = {id_: to_pence(cost) for id_, cost in one_off_cost(self.projection).items()}
        return found | {TOTAL: sum(found.values(), start=self._nothing)}

    @cached_property
    def _nothing(self) -> Pence:
        return np.zeros(self.projection.timeline.years, dtype=np.int64)

    def of(self, programme: str, measure: str) -> Pence:
        """Pence by year; zeros where this council's figures do not cover the programme."""
        if measure == ONE_OFF.measure:
            return self._one_off.get(programme, self._nothing)
        if measure == INVESTMENT.measure:
            return self.of(programme, "delivery_cost") - self.of(programme, ONE_OFF.measure)
        found = self.projection.central.get((programme, TOTAL))
        return self._nothing if found is None else to_pence(np.ravel(found[measure]))

    @cached_property
    def _appraised(self) -> dict[str, dict[Any, Any]]:
        return {row["programme"]: row for row in self.appraisal.to_dict("records")}

    def figure(self, programme: str, name: str) -> float | None:
        """A figure of the appraisal; None where there is none."""
        found = self._appraised.get(programme, {}).get(name)
        return None if pd.isna(found) else float(found)

    def text(self, programme: str, name: str) -> str | None:
        """A text of the appraisal, as a month or a year; None where there is none."""
        found = self._appraised.get(programme, {}).get(name)
        return found if isinstance(found, str) else None


def one_off_cost(projection: Projection) -> dict[str, Floats]:
    """The council's new cost that stops by itself, GBP by year, by programme.

    Set-up and double running, less what grants, partners and the base budget pay of them.
    """
    nothing = Assumption(central=0, low=0, high=0)
    found = {}
    for id_, programme in projection.plan.programmes.items():
        brief = _with_waves(programme, {"fixed_cost": nothing})
        values = projection.outcome.deliveries[id_].values | {"cost_per_start": np.zeros(1)}
        found[id_] = _cost(projection, brief, values)["council"]
    return found


def paid_by(projection: Projection, id_: str, sources: tuple[str, ...]) -> Floats:
    """What a programme's delivery takes from some sources of funding, GBP by year."""
    programme = projection.plan.programmes[id_]

    def only(wave: Rollout) -> dict[str, tuple[Funding, ...]]:
        kept = [f for f in wave.funding if f.source in sources]
        return {"funding": tuple(f.model_copy(update={"source": "grant"}) for f in kept)}

    waves = {name: w.model_copy(update=only(w)) for name, w in programme.expansions.items()}
    asked = programme.model_copy(update={**only(programme), "expansions": waves})
    return _cost(projection, asked, projection.outcome.deliveries[id_].values)["external"]


def _with_waves(programme: Programme, changes: Mapping[str, Assumption]) -> Programme:
    waves = {name: w.model_copy(update=changes) for name, w in programme.expansions.items()}
    return programme.model_copy(update={**changes, "expansions": waves})


def _cost(
    projection: Projection, programme: Programme, values: dict[str, Floats]
) -> dict[str, Floats]:
    """Delivery cost of a programme as changed, GBP by year, in the central run."""
    account = projection.account
    spent = delivery_cost(
        programme,
        replace(projection.outcome.deliveries[programme.id], values=values),
        projection.timeline,
        projection.plan.economy,
        account,
        Draws(0),
    )
    parts = {"council": spent.council, "external": spent.external}
    return {name: figures[account.cash][:, 0] for name, figures in parts.items()}


def mtfs_lines(levels: Levels) -> list[Line]:
    """The schedule, a line for each programme and type, children's services first."""
    order = list(DIRECTORATES)
    programmes = sorted(
        levels.projection.plan.programmes.items(),
        key=lambda item: order.index(item[1].directorate),
    )
    return [
        _line(id_, programme, kind, levels)
        for kinds in (CASHABLE, INVESTED, (AVOIDANCE,))
        for id_, programme in programmes
        for kind in kinds
        if kind is not ONE_OFF or levels.of(id_, ONE_OFF.measure).any()
    ]


def _line(id_: str, programme: Programme, kind: Kind, levels: Levels) -> Line:
    cashable, invested = kind in CASHABLE, kind in INVESTED
    reserve = int(to_pence(paid_by(levels.projection, id_, OWN_ONE_OFF).sum()))
    return Line(
        reference=f"{id_}-{kind.letter}",
        programme_id=id_,
        directorate=DIRECTORATES[programme.directorate],
        service=_services(programme, levels.projection),
        programme=programme.name,
        kind=kind,
        description=programme.summary if kind is SAVING else meaning_of(kind),
        levels=kind.sign * levels.of(id_, kind.measure),
        full_year=full_year(id_, kind, levels),
        in_base=_in_base(id_, kind, levels),
        funding=_funding(programme) if invested else "",
        peak_funding=_pence(levels.figure(id_, "peak_funding")) if kind is INVESTMENT else None,
        reserve_call=reserve if kind is INVESTMENT else None,
        owner=programme.owner,
        grade=programme.evidence_grade,
        # A profile is its own lag; it has no single mean that was set.
        lag=None if programme.lag_shape == "profile" else programme.onset_lag.central,
        chance=levels.figure(id_, "probability_of_target") if cashable else None,
        risk=_risk(id_, programme, levels) if cashable else "",
    )


def meaning_of(kind: Kind) -> str:
    """What a type of line shows, in one sentence."""
    return _MEANINGS.get(kind.measure) or MEASURES[kind.measure].meaning


def full_year(id_: str, kind: Kind, levels: Levels) -> int | None:
    """Pence a year of what runs by the plan's last month.

    The model gives it for the cashable saving whole; avoided growth has of it the part it
    has of the last year's saving, and the saving the rest. A recurrent investment goes on
    at its last year's level; a one-off leaves nothing.
    """
    whole = int(levels.of(id_, "full_year_effect")[-1])
    if kind in (CASHABLE_TOTAL, SAVING, GROWTH):
        last, growing = (int(levels.of(id_, m)[-1]) for m in ("cashable_saving", "avoided_growth"))
        growth = round(growing * whole / last) if last else 0
        part = {SAVING: whole - growth, GROWTH: growth}.get(kind, whole)
        return kind.sign * part
    if kind is INVESTMENT:
        return int(levels.of(id_, kind.measure)[-1])
    return 0 if kind is ONE_OFF else None


def _in_base(id_: str, kind: Kind, levels: Levels) -> int | None:
    return kind.sign * int(levels.of(id_, kind.in_base)[-1]) if kind.in_base else None


def _pence(pounds: float | None) -> int | None:
    return None if pounds is None else int(to_pence(pounds))


def _services(programme: Programme, projection: Projection) -> str:
    known = projection.council.services
    names = [
        known[t.service].name if t.service in known else t.service.replace("-", " ")
        for t in programme.avoids
    ]
    return "; ".join(names)


def _funding(programme: Programme) -> str:
    """Who pays for delivery, wave by wave; what nobody else pays is a new budget."""
    parts = []
    for wave, rollout in programme.rollouts.items():
        lines = [
            f"{f.share:.0%} {_SOURCE_NAMES[f.source]}"
            + (f" to {f.ends:%d %b %Y}" if f.ends else "")
            for f in rollout.funding
        ]
        text = ", ".join(lines) or "new budget"
        parts.append(f"{wave.replace('-', ' ')}: {text}" if wave else text)
    return "; ".join(parts)


def _risk(id_: str, programme: Programme, levels: Levels) -> str:
    """How far the saving should be relied on, with the plain reasons."""
    reasons = []
    if programme.evidence_grade in ("C", "D"):
        reasons.append(f"evidence grade {programme.evidence_grade}")
    chance = levels.figure(id_, "probability_of_target")
    if chance is not None and chance < 0.5:
        reasons.append("less likely than not to reach the figure")
    if programme.effect is not None and programme.effect.low < 0:
        reasons.append("may have no effect")
    level = ("Low", "Medium", "High", "High")[len(reasons)]
    return f"{level}: {'; '.join(reasons)}" if reasons else level


def total_lines(levels: Levels) -> list[Line]:
    """The schedule's totals, each read from the model's own total row, never re-added."""
    return [total_line(kind, levels) for kind in TOTALS]


def total_line(kind: Kind, levels: Levels) -> Line:
    """One total, from the model's own total row."""
    return Line(
        reference=f"{TOTAL}-{kind.letter}",
        programme_id=TOTAL,
        directorate="All",
        service="All",
        programme="All programmes",
        kind=kind,
        description=meaning_of(kind),
        levels=kind.sign * levels.of(TOTAL, kind.measure),
        full_year=full_year(TOTAL, kind, levels),
        in_base=_in_base(TOTAL, kind, levels),
        peak_funding=(
            _pence(levels.figure(TOTAL, "peak_funding")) if kind is INVESTMENT_TOTAL else None
        ),
        chance=levels.figure(TOTAL, "probability_of_target") if kind is CASHABLE_TOTAL else None,
    )


def mtfs_table(projection: Projection, appraisal: pd.DataFrame | None = None) -> pd.DataFrame:
    """The MTFS schedule: a row for each programme and type of line, then three totals.

    Figures are effects on the budget in GBP, cash: a saving is below zero (councils print
    it in brackets), investment is above zero on lines of its own and never netted into a
    saving. Each year is the change on the year before; Total is their sum, the effect in
    the last year. Cost avoidance is shown and is in no total. Year one is the change from
    a base budget that holds only what stands under "Already in base".

    Args:
        appraisal: `summary.appraisal` of this projection, when already worked out.
    """
    appraisal = summary.appraisal(projection) if appraisal is None else appraisal
    levels = Levels(projection, appraisal)
    lines = [*mtfs_lines(levels), *total_lines(levels)]
    return pd.DataFrame([dict(_columns(line, projection.timeline.labels)) for line in lines])


def _columns(line: Line, labels: tuple[str, ...]) -> Iterator[tuple[str, object]]:
    yield "Reference", line.reference
    yield "Directorate", line.directorate
    yield "Service", line.service
    yield "Programme", line.programme
    yield "Description", line.description
    yield "Type", line.kind.title
    yield "Recurrence", line.kind.recurrence
    yield from zip(labels, to_pounds(line.increments).tolist(), strict=True)
    yield "Total", float(to_pounds(line.levels[-1]))
    names = (f"{label} cumulative" for label in labels)
    yield from zip(names, to_pounds(line.levels).tolist(), strict=True)
    yield "Cash over the plan", float(to_pounds(line.over_plan))
    yield "Part-year effect", float(to_pounds(line.part_year))
    yield "Full-year effect", _pounds(line.full_year)
    yield "Already in base", _pounds(line.in_base)
    yield "Funding source", line.funding
    yield "Peak funding", _pounds(line.peak_funding)
    yield "Reserve call", _pounds(line.reserve_call)
    yield "Owner", line.owner
    yield "Evidence grade", line.grade
    yield "Lag (months)", np.nan if line.lag is None else line.lag
    yield "P(target)", np.nan if line.chance is None else line.chance
    yield "Risk", line.risk


def _pounds(pence: int | None) -> float:
    return np.nan if pence is None else float(to_pounds(pence))
