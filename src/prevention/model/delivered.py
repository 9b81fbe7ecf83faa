"""People who really started against those planned, and the plan with them in it.

Starts are counted by programme; where a programme has several waves of delivery, people are
told off to them as the plan shares that month's starts. All figures are of the central case.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from prevention.model.assumptions import Floats
from prevention.model.delivery import central_starts
from prevention.model.programmes import Programme, Rollout
from prevention.model.scenarios import Plan
from prevention.model.timeline import Timeline
from prevention.years import MONTHS_PER_YEAR, first_month, month_after, month_number

Counts = Mapping[int, float]
"""People started, by month number (`prevention.years.month_number`)."""

Status = Literal["on plan", "behind", "ahead"]

TOLERANCE = 0.05
"""Share of planned starts that delivery may be off and still be on plan. The saving moves by
about the same share, which is little beside its own range from P10 to P90."""

RECENT = 6
"""Months reported that make the recent pace: two quarters, so that no one month decides it."""

LEAST_PLANNED = 3.0
"""Planned starts in those months below which no pace is read off: of so few, one person more
or less is a third."""

OUTSIDE = "outside-the-plan"
"""Wave of the people who started in months in which the plan runs nothing."""

LONGEST_PLAN = 30
"""Years for which starts are written out: a plan kept with them goes on over any length."""


def status_of(planned: float, delivered: float) -> Status:
    """On plan within `TOLERANCE` of planned starts, or within less than one person.

    A plan has parts of a person in a month and a count has none, so no count can be relied
    on to come nearer than that.

    >>> status_of(100, 95), status_of(100, 94), status_of(100, 106), status_of(5.4, 5)
    ('on plan', 'behind', 'ahead', 'on plan')
    """
    gap = delivered - planned
    if abs(gap) < 1 or abs(gap) <= TOLERANCE * planned:
        return "on plan"
    return "ahead" if gap > 0 else "behind"


@dataclass(frozen=True, slots=True)
class Progress:
    """One programme's starts as far as they are reported.

    months: month numbers reported, in order; planned, delivered: people in each, (months,).
    gaps: months between the first and the last that are not reported. earlier: people planned
    before the first month reported. outside: months with starts in which no wave runs.
    waits: waves that the plan starts only after the last month reported.
    """

    programme: Programme
    months: tuple[int, ...]
    planned: Floats
    delivered: Floats
    gaps: tuple[int, ...]
    earlier: float
    outside: tuple[int, ...]
    waits: tuple[str, ...]

    @property
    def last(self) -> int:
        """The last month reported."""
        return self.months[-1]

    @property
    def total_planned(self) -> float:
        """People planned in the months reported."""
        return float(self.planned.sum())

    @property
    def total_delivered(self) -> float:
        """People started in the months reported."""
        return float(self.delivered.sum())

    @property
    def gap(self) -> float:
        """Delivered less planned, people: below zero is behind."""
        return self.total_delivered - self.total_planned

    @property
    def share(self) -> float | None:
        """Delivered as a share of planned; None where nothing was planned."""
        return self.total_delivered / self.total_planned if self.total_planned > 0 else None

    @property
    def months_ahead(self) -> float | None:
        """Months of planned starts, at the plan's pace of late, that the gap stands for."""
        pace = float(self.planned[-RECENT:].mean())
        return self.gap / pace if pace > 0 else None

    @property
    def status(self) -> Status:
        """In one word."""
        return status_of(self.total_planned, self.total_delivered)

    @property
    def recent_share(self) -> float | None:
        """Delivered as a share of planned in the last months; None where too few were planned."""
        planned = float(self.planned[-RECENT:].sum())
        return float(self.delivered[-RECENT:].sum()) / planned if planned >= LEAST_PLANNED else None


@dataclass(frozen=True, slots=True)
class Schedule:
    """A programme's starts written out by wave and month.

    timeline: from the first start or month reported on. people: planned, (months,), by wave.
    """

    programme: Programme
    timeline: Timeline
    people: Mapping[str, Floats]

    @classmethod
    def of(cls, programme: Programme, plan: Plan, counts: Counts) -> Schedule:
        """The plan's central starts over all its months and those reported."""
        live = [_live(rollout) for rollout in programme.rollouts.values()]
        opening = min(first_month(plan.first_year), *live, *counts)
        after = max(counts, default=opening) + 1 - first_month(plan.first_year)
        years = max(LONGEST_PLAN, -(-after // MONTHS_PER_YEAR))
        timeline = Timeline(plan.first_year, years, opening)
        return cls(programme, timeline, central_starts(programme, timeline))

    @property
    def together(self) -> Floats:
        """People planned in each month over all waves, (months,)."""
        return np.asarray(np.sum(list(self.people.values()), axis=0))

    def progress(self, counts: Counts) -> Progress:
        """Planned against delivered in the months reported (at least one)."""
        months, opening = tuple(sorted(counts)), self.timeline.opening
        planned = self.together
        places = np.array(months) - opening
        known = range(months[0], months[-1] + 1)
        begun = planned[: places[0]].sum()
        return Progress(
            programme=self.programme,
            months=months,
            planned=planned[places],
            delivered=np.array([float(counts[month]) for month in months]),
            gaps=tuple(month for month in known if month not in counts),
            earlier=float(begun),
            outside=tuple(
                m for m in months if counts[m] and not planned[m - opening] and not self._runs(m)
            ),
            waits=tuple(w for w in self.people if not self._has_begun(w, months[-1])),
        )

    def as_planned(self) -> Programme:
        """The programme with its central starts written out: the same central figures."""
        return self._with(self.people)

    def with_delivered(self, counts: Counts, later: float = 1.0) -> Programme:
        """The programme with the months reported as they were and the rest as planned.

        later: factor on the planned starts after the last month reported, of the waves that
            the plan has begun by then.
        """
        opening, together = self.timeline.opening, self.together
        people = {wave: flow.copy() for wave, flow in self.people.items()}
        outside: dict[int, float] = {}
        for month, count in counts.items():
            place, running = month - opening, self._runs(month)
            if together[place] > 0:
                for flow in people.values():
                    flow[place] *= count / together[place]
            elif running:
                people[running[-1]][place] = count
            elif count:
                outside[month] = count
        last = max(counts)
        for wave, flow in people.items():
            if self._has_begun(wave, last):
                flow[last + 1 - opening :] *= later
        found = self._with(people)
        return _with_wave(found, outside) if outside else found

    def _with(self, people: Mapping[str, Floats]) -> Programme:
        given = self.programme
        waves = {
            wave: rollout.model_copy(update={"starts": self._written(rollout, people[wave])})
            for wave, rollout in given.expansions.items()
        }
        own = self._written(given, people[""])
        return given.model_copy(update={"starts": own, "expansions": waves})

    def _written(self, rollout: Rollout, people: Floats) -> tuple[float, ...]:
        """Starts by month from go-live, as `Rollout.starts` holds them.

        A wave that ends inside a month has the share of it run applied there by the rollout.
        """
        live = max(_live(rollout) - self.timeline.opening, 0)
        if rollout.ends is not None:
            stop = month_after(rollout.ends) - self.timeline.opening
            share = np.clip(stop - np.arange(len(people)), 0.0, 1.0)
            people = np.divide(people, share, out=np.zeros_like(people), where=share > 0)
        return tuple(people[live:].tolist())

    def _runs(self, month: int) -> list[str]:
        """Waves that run in a month, the one that went live last at the end."""
        waves = self.programme.rollouts
        running = [
            wave
            for wave, rollout in waves.items()
            if _live(rollout) <= month
            and (rollout.ends is None or month < month_after(rollout.ends))
        ]
        return sorted(running, key=lambda wave: _live(waves[wave]))

    def _has_begun(self, wave: str, month: int) -> bool:
        """Whether the plan has anybody start in a wave up to a month."""
        return bool(self.people[wave][: month + 1 - self.timeline.opening].any())


def _with_wave(programme: Programme, outside: Mapping[int, float]) -> Programme:
    """The programme with a wave of people who started while the plan ran nothing."""
    first, last = min(outside), max(outside)
    starts = tuple(float(outside.get(month, 0.0)) for month in range(first, last + 1))
    wave = Rollout(go_live=_first_day(first), starts=starts)
    # A plan that had starts delivered written in before may have such a wave already.
    others = (f"{OUTSIDE}-{number}" for number in itertools.count(2))
    names = itertools.chain([OUTSIDE], others)
    name = next(name for name in names if name not in programme.expansions)
    return programme.model_copy(update={"expansions": {**programme.expansions, name: wave}})


def with_programmes(plan: Plan, programmes: Mapping[str, Programme]) -> Plan:
    """The plan with some of its programmes replaced, in the same order."""
    return replace(plan, programmes={i: programmes.get(i, p) for i, p in plan.programmes.items()})


def _live(rollout: Rollout) -> int:
    return int(np.floor(month_number(rollout.go_live)))


def _first_day(month: int) -> dt.date:
    year, index = divmod(month + 3, MONTHS_PER_YEAR)
    return dt.date(2000 + year, index + 1, 1)
