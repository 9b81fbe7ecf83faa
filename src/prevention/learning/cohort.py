"""People followed from referral to outcome, or for as long as anybody has looked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from prevention.model.assumptions import Floats
from prevention.years import month_number

Group = Literal["programme", "comparison"]
SHORTEST = 0.25
"""Months: a wait of nothing, as where an outcome is entered on the day of referral, counts so."""

_ENOUGH_TO_DIFFER = 10
"""Outcomes among which some must lie days apart."""


class RecordsUnfit(ValueError):
    """Nothing can be learned from the records as they are; says why and what to do."""


@dataclass(frozen=True, slots=True)
class Case:
    """One person: when referred, when the outcome came, when they left without one."""

    start: dt.date
    outcome: dt.date | None = None
    left: dt.date | None = None
    group: Group = "programme"


@dataclass(frozen=True, slots=True)
class Cohort:
    """People of one group, in months.

    waited: from referral to outcome, or to the last day the person was followed.
    known: whether the outcome came. left: whether the person left without one.
    followed: from referral to the day of the export, whatever came between.
    """

    waited: Floats
    known: NDArray[np.bool_]
    left: NDArray[np.bool_]
    followed: Floats

    @property
    def referrals(self) -> int:
        """People referred."""
        return len(self.waited)

    @property
    def outcomes(self) -> int:
        """People whose outcome is known."""
        return int(self.known.sum())

    @property
    def still_open(self) -> int:
        """People still waiting."""
        return self.referrals - self.outcomes - int(self.left.sum())

    @property
    def months(self) -> int:
        """Whole months since the first referral."""
        return int(self.followed.max() + 1e-9) if self.referrals else 0

    def followed_for(self, months: float) -> int:
        """People referred at least so many months ago."""
        return int((self.followed >= months - 1e-9).sum())

    @property
    def mean_of_completed(self) -> float:
        """Mean wait of those whose outcome is known, months: the classic mistake."""
        return float(self.waited[self.known].mean()) if self.outcomes else float("nan")


def cohort(cases: Iterable[Case], group: Group, as_at: dt.date) -> Cohort:
    """The cases of one group as they stood on a day.

    >>> start, today = dt.date(2024, 4, 1), dt.date(2026, 4, 1)
    >>> people = cohort([Case(start), Case(start, dt.date(2025, 1, 1))], "programme", today)
    >>> people.waited.tolist(), people.known.tolist(), people.months
    ([24.0, 9.0], [False, True], 24)
    """
    own = [case for case in cases if case.group == group]
    last = [min(case.outcome or case.left or as_at, as_at) for case in own]
    start = np.array([month_number(case.start) for case in own], float)
    return Cohort(
        waited=np.maximum(np.array([month_number(day) for day in last], float) - start, SHORTEST),
        known=np.array([case.outcome is not None for case in own], bool),
        left=np.array([case.outcome is None and case.left is not None for case in own], bool),
        followed=month_number(as_at) - start,
    )


def refuse_completed_only(people: Cohort) -> None:
    """Refuse records in which nobody waits, unless everyone was followed long enough to tell.

    A list of completed cases leaves out the slow ones, and every programme looks fast. Where
    nobody waits any longer, the newest referral must be as old as the longest wait seen.

    Raises:
        RecordsUnfit: in plain words, with what to do.
    """
    if not people.referrals:
        raise RecordsUnfit("There is no usable row of the programme in this file.")
    if not people.outcomes:
        raise RecordsUnfit("No row has an outcome date, so there is no wait to learn from yet.")
    longest, newest = float(people.waited.max()), float(people.followed.min())
    if people.still_open == 0 and newest < longest:
        raise RecordsUnfit(
            "Every row is closed: nobody in this file is still waiting. A list of completed "
            "cases leaves out the slow ones and makes the programme look fast. Export everyone "
            "referred, the outcome date left empty for those still open. If this is everyone, "
            "give the day of the export: the newest referral must be at least "
            f"{longest:.0f} months old by then (the longest wait here); it is "
            f"{newest:.0f}."
        )


def refuse_one_wait(people: Cohort) -> None:
    """Refuse records in which half or more of the outcomes came after the very same wait.

    Such a wait is that of a calendar, as a review a year on, and it would look beyond doubt.

    Raises:
        RecordsUnfit: in plain words, with what to do.
    """
    if people.outcomes < _ENOUGH_TO_DIFFER:
        return
    waits, counts = np.unique(np.round(people.waited[people.known], 1), return_counts=True)
    if 2 * counts.max() >= people.outcomes:
        raise RecordsUnfit(
            f"{counts.max():,} of {people.outcomes:,} outcomes came exactly "
            f"{waits[counts.argmax()]:.1f} months after referral. That looks like a review date, "
            "not the day of the outcome. Enter the day on which each outcome came."
        )
