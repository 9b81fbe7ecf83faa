"""What the records of one programme teach, and what to set in a forecast because of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from prevention.learning.cohort import (
    Case,
    Cohort,
    RecordsUnfit,
    cohort,
    refuse_completed_only,
    refuse_one_wait,
)
from prevention.learning.effect import Effect, compare
from prevention.learning.gates import UNMOVED, Label, Needed, judged
from prevention.learning.lag import Fit, Range, fit
from prevention.model.assumptions import Assumption
from prevention.model.programmes import Programme, effect_of
from prevention.years import day_label


@dataclass(frozen=True, slots=True)
class Findings:
    """What was learned.

    people: those in the programme. label: whose figure of the lag is in force; needed: what
    the next label would take. effect: None without a usable comparison group; no_effect
    says why.
    """

    programme: Programme
    as_at: dt.date
    people: Cohort
    label: Label
    needed: Needed | None
    fit: Fit
    effect: Effect | None
    no_effect: str

    @property
    def moved(self) -> bool:
        """Whether the records changed what was believed of the lag."""
        return self.fit.lag.data_weight >= UNMOVED

    @property
    def contradicts(self) -> bool:
        """Whether enough records by themselves give a lag outside the evidence's range."""
        alone, evidence = self.fit.lag.records_alone, self.fit.lag.evidence
        if self.label == "evidence" or alone is None:
            return False
        return not evidence.p10 <= alone <= evidence.p90

    @property
    def effect_label(self) -> Label:
        """Whose figure of the effect is in force."""
        return "local" if self.effect is not None and self.effect.difference else "evidence"

    def settings(self, who: str = "", why: str = "") -> dict[str, Assumption]:
        """Assumptions of the programme to set, by name; none where the evidence stays."""
        ranges: dict[str, Range] = {}
        if self.label != "evidence" and self.moved:
            ranges["onset_lag"] = self.fit.lag.estimate
            ranges["onset_spread"] = self.fit.spread.estimate
        if self.effect is not None and self.effect.difference and self.programme.effect:
            ranges["effect"] = self.effect.difference
        return {
            name: Assumption(
                low=_rounded(found.p10),
                central=_rounded(found.p50),
                high=_rounded(found.p90),
                basis="council",
                source=f"Council's own case records, {self.people.referrals} referrals, "
                f"as at {day_label(self.as_at)} ({self.label_of(name)})",
                as_at=self.as_at.isoformat(),
                decided_by=who,
                reason=why,
            )
            for name, found in ranges.items()
        }

    def label_of(self, name: str) -> str:
        """Label of an assumption, in words."""
        if name == "effect":
            return f"label: {self.effect_label}"
        part = self.fit.lag if name == "onset_lag" else self.fit.spread
        return f"label: {self.label}, data weight {part.data_weight:.2f}"


def _rounded(value: float) -> float:
    """Three figures: more would pretend to a precision that is not there."""
    return float(f"{value:.3g}")


def learn(cases: Sequence[Case], programme: Programme, as_at: dt.date) -> Findings:
    """Learn from case records, starting from the programme's own evidence.

    Args:
        programme: with its lag as a forecast uses it (`model.economy.graded`).

    Raises:
        RecordsUnfit: only completed cases, no cases, one wait for all, or a lag that cannot
            be learned.
    """
    if programme.lag_shape == "profile":
        raise RecordsUnfit(
            f"The lag of {programme.id} is a list of shares by period, which a mean wait does "
            "not change. Give it a gamma lag first."
        )
    people = cohort(cases, "programme", as_at)
    refuse_completed_only(people)
    refuse_one_wait(people)
    label, needed = judged(people)
    found = fit(people, programme.onset_lag, programme.onset_spread)
    effect, why = _effect(people, cohort(cases, "comparison", as_at), programme)
    return Findings(programme, as_at, people, label, needed, found, effect, why)


def _effect(people: Cohort, others: Cohort, programme: Programme) -> tuple[Effect | None, str]:
    """The effect, or why nothing can be said of it."""
    if not others.referrals:
        return None, (
            "The file has no comparison group, so nothing is known of the effect: some would "
            "have had the outcome without the programme."
        )
    try:
        refuse_completed_only(others)
    except RecordsUnfit as fault:
        return None, f"The comparison group cannot be used. {fault}"
    parts = dict(programme.assumptions())
    central = {name: np.array([value.central]) for name, value in parts.items()}
    looked_for = float(effect_of(programme, central)[0])
    if looked_for <= 0:
        return None, (
            "The programme's evidence gives no effect above zero, so there is no telling how "
            "many people it takes to see it."
        )
    return compare(people, others, looked_for), ""
