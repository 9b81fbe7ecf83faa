"""Prevention programmes: who is helped, from when, with what effect, at what cost.

A programme is data (`data/programmes/*.toml`); this module says what such a document
holds and turns it into starts, care avoided and delivery cost.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Iterator, Mapping
from typing import Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from prevention.model.assumptions import Assumption, Floats, check_bounds
from prevention.model.lag import Lag, Shape
from prevention.model.response import DurationShape
from prevention.model.timeline import Timeline
from prevention.years import month_after, month_number

Grade = Literal["A", "B", "C", "D"]
"""A: randomised trial or review of trials; B: matched comparison; C: before and after;
D: modelled or promotional."""


class Document(BaseModel):
    """A document whose every key is known and every assumption within its bounds."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @model_validator(mode="after")
    def _assumptions_within_bounds(self) -> Self:
        for name, assumption in self.assumptions():
            check_bounds(name, assumption)
        return self

    def assumptions(self) -> Iterator[tuple[str, Assumption]]:
        """Each assumption set in this document, with its name."""
        for name in type(self).model_fields:
            value = getattr(self, name)
            if isinstance(value, Assumption):
                yield name, value


class Funding(Document):
    """Who pays a share of the delivery cost, and until when.

    base: already in the council's base budget. grant, partner: money from others.
    reserve, capital-receipts: the council's own one-off money, which still is its cost.
    """

    source: Literal["base", "grant", "partner", "reserve", "capital-receipts"]
    share: float = Field(ge=0, le=1)
    ends: dt.date | None = None
    note: str = ""


class Evidence(Document):
    """One finding a programme rests on, with its grade and where it can be read."""

    finding: str
    grade: Grade
    source: str


class Target(Document):
    """A service line a programme acts on.

    share: part of the programme's effect that falls on this line; a programme's shares
        sum to one.
    replaced_by: the service line bought instead, or "" when the person needs none.
    price_only: the placement still happens and only its price falls; `effect` is then
        the share of the price saved.
    """

    service: str
    share: float = Field(ge=0, le=1)
    replaced_by: str = ""
    price_only: bool = False


class Rollout(Document):
    """A wave of delivery: from when, how fast, how much, paid by whom.

    starts: people started in each month from go-live; replaces mobilisation, ramp,
        capacity, take-up and retention when given.
    ends: the last day of starts and running costs (funding that ends); None: they go on.
    """

    go_live: dt.date
    ends: dt.date | None = None
    starts: tuple[float, ...] = ()
    mobilisation: Assumption = Assumption(central=0, low=0, high=0)
    ramp: Assumption = Assumption(central=0, low=0, high=0)
    capacity: Assumption = Assumption(central=0, low=0, high=0)
    set_up_cost: Assumption = Assumption(central=0, low=0, high=0)
    fixed_cost: Assumption = Assumption(central=0, low=0, high=0)
    double_running: Assumption = Assumption(central=0, low=0, high=0)
    funding: tuple[Funding, ...] = ()

    @model_validator(mode="after")
    def _schedule_makes_sense(self) -> Self:
        if self.starts and min(self.starts) < 0:
            raise ValueError("starts: people started in a month cannot be below zero")
        if self.ends is not None and self.ends <= self.go_live:
            raise ValueError(f"ends {self.ends} is not after go_live {self.go_live}")
        return self

    def starts_by_month(self, timeline: Timeline, delay: int = 0) -> Floats:
        """Starts in each month of the timeline, (months,): people, or per unit of capacity.

        With `starts` given they are people; otherwise the share of full capacity run in
        the month, after `delay` whole months on top of go-live: nothing, then a straight
        ramp, then 1, cut off at `ends`. Each month's figure is the exact average over it.
        """
        go_live = month_number(self.go_live) - timeline.opening
        if self.starts:
            by_month = np.zeros(timeline.months)
            first = int(np.floor(go_live))
            given = np.asarray(self.starts)[: max(timeline.months - first, 0)]
            by_month[first : first + len(given)] = given
            if self.ends is not None:
                stop = month_after(self.ends) - timeline.opening
                by_month *= np.clip(stop - np.arange(timeline.months), 0.0, 1.0)
            return by_month
        edges = np.arange(timeline.months + 1.0)
        if self.ends is not None:
            edges = np.minimum(edges, month_after(self.ends) - timeline.opening)
        running = np.maximum(edges - go_live - delay, 0.0)
        ramp = self.ramp.central
        if ramp > 0:
            building = np.minimum(running, ramp)
            running = building**2 / (2 * ramp) + (running - building)
        return np.diff(running)

    @property
    def only_moves(self) -> bool:
        """True when a delay merely moves the starts: nothing cuts them off at a date."""
        return self.ends is None and not self.starts

    @property
    def schedule_key(self) -> tuple[Hashable, ...]:
        """What the starts depend on, capacity apart."""
        timing = (self.mobilisation, self.ramp)
        ranges = tuple((a.low, a.central, a.high) for a in timing)
        return (self.go_live, self.ends, self.starts, ranges)

    def months_running(self, timeline: Timeline) -> Floats:
        """Share of each month of the plan between go-live and the end of delivery."""
        edges = timeline.plan_start + np.arange(timeline.plan_months + 1.0)
        stop = np.inf if self.ends is None else month_after(self.ends)
        return np.diff(np.clip(edges, month_number(self.go_live), stop))


class Programme(Rollout):
    """A prevention programme: its first wave, its effect, its record of evidence.

    The effect is given as `effect`, or as `impact` less `deadweight`, or as
    `baseline_risk` times (1 - `relative_risk`): one of the three.
    """

    id: str
    name: str
    directorate: Literal["children", "adults"]
    summary: str
    unit: str = "people"
    evidence_grade: Grade
    evidence: tuple[Evidence, ...] = ()
    owner: str = ""
    avoids: tuple[Target, ...] = Field(min_length=1)
    expansions: Mapping[str, Rollout] = Field(default_factory=dict)

    take_up: Assumption = Assumption(central=1, low=1, high=1)
    retention: Assumption = Assumption(central=1, low=1, high=1)
    effect: Assumption | None = None
    impact: Assumption | None = None
    deadweight: Assumption | None = None
    relative_risk: Assumption | None = None
    baseline_risk: Assumption | None = None
    onset_lag: Assumption = Assumption(central=0, low=0, high=0)
    onset_spread: Assumption = Assumption(central=0, low=0, high=0)
    lag_shape: Shape = "gamma"
    lag_profile: tuple[float, ...] = ()
    lag_profile_months: Literal[1, 12] = 12
    duration: Assumption
    duration_shape: DurationShape = "geometric"
    fade_out: Assumption = Assumption(central=0, low=0, high=0)
    council_share: Assumption = Assumption(central=1, low=1, high=1)
    cashable_share: Assumption = Assumption(central=1, low=1, high=1)
    notice: Assumption = Assumption(central=0, low=0, high=0)
    release_unit: Assumption = Assumption(central=0, low=0, high=0)
    optimism_bias: Assumption | None = None
    already_in_base: Assumption = Assumption(central=0, low=0, high=0)
    cost_per_start: Assumption = Assumption(central=0, low=0, high=0)
    cost_optimism_bias: Assumption = Assumption(central=0, low=0, high=0)

    @model_validator(mode="after")
    def _one_effect_and_whole_shares(self) -> Self:
        forms = {
            "effect": (self.effect,),
            "impact and deadweight": (self.impact, self.deadweight),
            "relative_risk and baseline_risk": (self.relative_risk, self.baseline_risk),
        }
        given = [name for name, parts in forms.items() if any(parts)]
        if len(given) != 1 or not all(forms[given[0]]):
            raise ValueError(
                "give the effect in exactly one form: effect; impact and deadweight; or "
                f"relative_risk and baseline_risk (found: {', '.join(given) or 'none'})"
            )
        total = sum(target.share for target in self.avoids)
        if abs(total - 1) > 1e-9:
            raise ValueError(f"avoids: the shares of the service lines sum to {total:g}, not 1")
        named = [target.service for target in self.avoids]
        twice = sorted({name for name in named if named.count(name) > 1})
        if twice:
            raise ValueError(f"avoids: {', '.join(twice)} is named more than once")
        if self.duration.low <= 0:
            raise ValueError("duration: a placement lasts longer than 0 months")
        _ = self.lag
        return self

    @property
    def lag(self) -> Lag:
        """The shape of the onset lag; an erlang's stages are those of the central lag."""
        stages = 0
        if self.lag_shape == "erlang" and self.onset_spread.central > 0:
            stages = max(round((self.onset_lag.central / self.onset_spread.central) ** 2), 1)
        return Lag(self.lag_shape, self.lag_profile, self.lag_profile_months, stages)

    @property
    def rollouts(self) -> dict[str, Rollout]:
        """Every wave of delivery by name; the first has the empty name."""
        return {"": self, **self.expansions}

    @property
    def bias(self) -> Assumption:
        """The haircut on the effect (none when neither stated nor graded)."""
        return self.optimism_bias or Assumption(central=0, low=0, high=0)


COST_FIELDS = {
    "id",
    "avoids",
    *Rollout.model_fields,
    "expansions",
    "take_up",
    "retention",
    "cost_per_start",
    "cost_optimism_bias",
}
"""All that people started, delivery cost and its split over service lines depend on: no lag,
effect or share of the saving."""


def effect_of(programme: Programme, values: Mapping[str, Floats]) -> Floats:
    """Effect in each draw: impact less deadweight, or the risk removed.

    Args:
        values: drawn assumptions by name, each (n,).
    """
    if programme.impact is not None:
        return values["impact"] - values["deadweight"]
    if programme.relative_risk is not None:
        return values["baseline_risk"] * (1 - values["relative_risk"])
    return values["effect"]


def stream_of(programme: str, wave: str = "") -> str:
    """Name of the stream of draws of a programme, or of one of its expansions."""
    return f"programme/{programme}" + (f"/{wave}" if wave else "")
