"""Whose figure is in force, when the records are refused, and when an effect may be told."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from learning.cohorts import synthetic_cohort
from prevention.evidence.documents import read_library
from prevention.evidence.own.cases import CaseFile
from prevention.evidence.places import data_folder
from prevention.learning.cohort import Case, Cohort, RecordsUnfit, cohort, refuse_completed_only
from prevention.learning.effect import compare, people_needed
from prevention.learning.findings import learn
from prevention.learning.gates import judged
from prevention.model.assumptions import Assumption
from prevention.reports.learned import text

AS_AT = dt.date(2026, 11, 1)


def people(referrals: int, months: float, outcomes: int = 40) -> Cohort:
    known = np.arange(referrals) < outcomes
    followed = np.full(referrals, float(months))
    return Cohort(np.minimum(followed, 9.0), known, np.zeros(referrals, bool), followed)


@pytest.mark.parametrize(
    ("cohort_", "label"),
    [
        (people(60, 36), "local"),
        (people(59, 36), "evidence"),
        (people(60, 35), "blended"),
        (people(60, 24), "blended"),
        (people(60, 23), "evidence"),
        (people(60, 36, outcomes=29), "evidence"),
    ],
)
def test_label_gates(cohort_: Cohort, label: str) -> None:
    assert judged(cohort_)[0] == label


def test_one_old_referral_among_many_new_ones_opens_no_gate() -> None:
    few = people(60, 6)
    few.followed[0] = 40
    label, needed = judged(few)
    assert label == "evidence"
    assert needed is not None
    assert needed.followed == 29


def closed(start: dt.date, wait_days: int) -> Case:
    return Case(start, start + dt.timedelta(days=wait_days))


def test_completed_only_mean_refused() -> None:
    """Nobody still open, newest referral younger than the longest wait: slow ones are missing."""
    starts = [dt.date(2024, 1, 1) + dt.timedelta(days=12 * n) for n in range(60)]
    listed = [closed(start, 200 + 4 * n) for n, start in enumerate(starts)]
    with pytest.raises(RecordsUnfit, match="leaves out the slow ones"):
        refuse_completed_only(cohort(listed, "programme", AS_AT))
    one_open = [*listed, Case(starts[-1])]
    refuse_completed_only(cohort(one_open, "programme", AS_AT))


def test_everybody_closed_and_followed_long_enough_is_taken() -> None:
    """A whole intake of 2020, done with or gone: nothing can still be missing."""
    starts = [dt.date(2020, 1, 1) + dt.timedelta(days=3 * n) for n in range(80)]
    whole = [
        closed(start, 250 + 4 * n) if n % 3 else Case(start, left=start + dt.timedelta(days=90))
        for n, start in enumerate(starts)
    ]
    refuse_completed_only(cohort(whole, "programme", AS_AT))
    programme = read_library(data_folder()).programmes["no-wrong-door"]
    assert learn(whole, programme, AS_AT).label == "local"


def test_outcomes_entered_at_a_review_are_refused() -> None:
    """Everybody's outcome a year to the day: the calendar's lag, and it would look certain."""
    starts = [dt.date(2023, 11, 1) + dt.timedelta(days=5 * n) for n in range(70)]
    cases = [closed(start, 365) for start in starts[:40]] + [Case(start) for start in starts[40:]]
    programme = read_library(data_folder()).programmes["no-wrong-door"]
    with pytest.raises(RecordsUnfit, match=r"40 of 40 outcomes came exactly 12\.0 months"):
        learn(cases, programme, AS_AT)


def test_people_needed_as_worked_out_by_hand() -> None:
    """Statistics of two shares, one-sided 10 %, power 80 %."""
    assert people_needed(0.30, 0.20) == 167
    assert people_needed(0.30, 0.15) == 68
    assert people_needed(0.30, 0.30) is None


def test_an_effect_is_told_only_by_groups_large_enough() -> None:
    rng = np.random.default_rng(3)
    with_, without = (synthetic_cohort(rng, 60, 36, share=share) for share in (0.6, 0.4))
    few = compare(with_, without, 0.10)
    assert few.difference is None
    assert few.needed is not None
    assert few.needed > 100


def test_the_range_of_an_effect_holds_the_truth() -> None:
    """Synthetic groups whose shares differ by 20 points in the end: 80 % ranges, 80 % of times."""
    rng = np.random.default_rng(8)
    held = []
    for _ in range(100):
        with_, without = (
            synthetic_cohort(rng, 300, 48, mean=8, spread=4, share=s) for s in (0.6, 0.4)
        )
        found = compare(with_, without, 0.20)
        assert found.difference is not None
        held.append(found.difference.p10 <= 0.20 <= found.difference.p90)
    assert 0.70 <= np.mean(held) <= 0.90


def test_the_evidence_is_never_that_of_a_scenario() -> None:
    """What is believed beforehand comes from the programme's document alone."""
    programme = read_library(data_folder()).programmes["no-wrong-door"]
    start = dt.date(2023, 11, 1)
    cases = [closed(start, 300 + 5 * n) for n in range(40)] + [Case(start)] * 30
    found = learn(cases, programme, AS_AT)
    evidence = found.fit.lag.evidence
    lag = programme.onset_lag
    assert (evidence.p10, evidence.p50, evidence.p90) == (lag.low, lag.central, lag.high)


def test_prior_not_moved_says_so() -> None:
    """Evidence that leaves next to no doubt: the records change nothing, and nothing is set."""
    programme = read_library(data_folder()).programmes["no-wrong-door"]
    sure = programme.model_copy(
        update={
            "onset_lag": Assumption(low=11.9, central=12, high=12.1),
            "onset_spread": Assumption(low=3.9, central=4, high=4.1),
        }
    )
    start = dt.date(2023, 11, 1)
    cases = [closed(start, 300 + 5 * n) for n in range(40)] + [Case(start)] * 30
    found = learn(cases, sure, AS_AT)
    assert found.fit.lag.data_weight < 0.2
    assert not found.moved
    assert found.settings() == {}
    said = text(
        CaseFile("cases.csv", AS_AT, tuple(cases), 0, (), {}, ()), found, {}, "current-plan"
    )
    assert "the council's data did not change this" in said
    assert "--set" not in said
