"""When a council's records may speak: on the evidence's side, beside it, or in its place.

`evidence`: the programme's own evidence stays in force. `blended`: records and evidence
together. `local`: enough records for the council's own figure; the evidence hardly matters.

The figures come from simulated cohorts with a true mean wait of 18 months. Besides people
and months, half as many people must have been followed for long enough, so that one old
referral among many new ones opens no gate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from prevention.learning.cohort import Cohort

Label = Literal["evidence", "blended", "local"]
UNMOVED = 0.2
"""Data weight below which the records did not change what was believed."""


@dataclass(frozen=True, slots=True)
class Gate:
    """What records must hold.

    months: since the first referral. followed: people referred `followed_months` ago or more.
    """

    referrals: int
    outcomes: int
    months: int
    followed: int
    followed_months: int


GATES: dict[Label, Gate] = {
    "local": Gate(60, 30, 36, 30, 24),
    "blended": Gate(60, 30, 24, 30, 12),
}


@dataclass(frozen=True, slots=True)
class Needed:
    """What is still missing for the next label: people, known outcomes, months, people followed."""

    label: Label
    referrals: int
    outcomes: int
    months: int
    followed: int
    followed_months: int

    @property
    def nothing(self) -> bool:
        """True when the gate is open."""
        return not (self.referrals or self.outcomes or self.months or self.followed)


def missing(people: Cohort, label: Label) -> Needed:
    """What the records lack for a label."""
    gate = GATES[label]
    return Needed(
        label,
        max(gate.referrals - people.referrals, 0),
        max(gate.outcomes - people.outcomes, 0),
        max(gate.months - people.months, 0),
        max(gate.followed - people.followed_for(gate.followed_months), 0),
        gate.followed_months,
    )


def judged(people: Cohort) -> tuple[Label, Needed | None]:
    """The label the records earn, and what the next one would take; None past the last.

    >>> import numpy as np
    >>> def of(n, months):
    ...     known = np.arange(n) < 40
    ...     return Cohort(np.full(n, 9.0), known, ~known, np.full(n, float(months)))
    >>> judged(of(60, 36))[0], judged(of(59, 36))[0], judged(of(60, 35))[0]
    ('local', 'evidence', 'blended')
    >>> judged(of(59, 36))[1]
    Needed(label='blended', referrals=1, outcomes=0, months=0, followed=0, followed_months=12)
    """
    if not (short := missing(people, "blended")).nothing:
        return "evidence", short
    if not (short := missing(people, "local")).nothing:
        return "blended", short
    return "local", None
