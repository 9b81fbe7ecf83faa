"""The effect, where a matched comparison group lets it be told.

The share with an outcome within so many months of referral, with the programme less without:
Kaplan-Meier, so that people still waiting or gone count for as long as they were followed.
How many people it takes is settled beforehand, by the difference that the programme's
evidence gives: to judge it by the difference found would let luck through.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from prevention.learning.cohort import Cohort
from prevention.learning.lag import Range
from prevention.model.assumptions import Z_90

_POWER = 0.8416212335729143
"""Standard normal score of a power of 80 %."""
_FOLLOWED = 0.75
"""Share of each group that must have been followed to the horizon."""


@dataclass(frozen=True, slots=True)
class Arm:
    """One group. share: with an outcome within the horizon; error: its standard error."""

    people: int
    share: float
    error: float


@dataclass(frozen=True, slots=True)
class Effect:
    """What can be said of the effect.

    months: the horizon. looked_for: the difference in share that the groups must be large
    enough to see. needed: people in each group for that; None where no number is enough.
    difference: None where the groups are too small.
    """

    programme: Arm
    comparison: Arm
    months: float
    looked_for: float
    needed: int | None
    difference: Range | None


def people_needed(without: float, with_: float) -> int | None:
    """People in each group to tell two shares apart: one-sided 10 %, power 80 %.

    >>> people_needed(0.30, 0.20), people_needed(0.30, 0.15)
    (167, 68)
    """
    if without == with_:
        return None
    spread = without * (1 - without) + with_ * (1 - with_)
    return math.ceil((Z_90 + _POWER) ** 2 * spread / (without - with_) ** 2)


def compare(programme: Cohort, comparison: Cohort, looked_for: float) -> Effect:
    """The difference in share, where both groups are large enough to see `looked_for`.

    Args:
        looked_for: difference in share that the programme's evidence gives; above 0.
    """
    months = min(_horizon(programme), _horizon(comparison))
    with_, without = _arm(programme, months), _arm(comparison, months)
    hoped = min(without.share + looked_for, 1.0)
    needed = people_needed(without.share, hoped)
    enough = needed is not None and min(with_.people, without.people) >= needed
    found = with_.share - without.share
    reach = Z_90 * math.hypot(with_.error, without.error)
    return Effect(
        with_,
        without,
        months,
        looked_for,
        needed,
        Range(found - reach, found, found + reach) if enough else None,
    )


def _horizon(people: Cohort) -> float:
    """Whole months for which three quarters of a group have been followed."""
    return max(math.floor(float(np.quantile(people.followed, 1 - _FOLLOWED))), 1)


def _arm(people: Cohort, months: float) -> Arm:
    """People followed to the horizon, and the share with an outcome by then."""
    from statsmodels.duration.survfunc import SurvfuncRight  # takes a second to import

    followed = people.followed_for(months)
    by_then = people.known & (people.waited <= months)
    if not by_then.any():
        return Arm(followed, 0.0, 0.0)
    curve = SurvfuncRight(people.waited, people.known)
    last = int(np.searchsorted(curve.surv_times, months, side="right")) - 1
    # Everybody has the outcome: nothing is left to vary, and the formula divides by it.
    error = float(np.nan_to_num(curve.surv_prob_se[last]))
    return Arm(followed, 1 - float(curve.surv_prob[last]), error)
