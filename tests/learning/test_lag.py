"""The lag is found again in synthetic records, with ranges as wide as the doubt really is."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special, stats

from learning.cohorts import OFF_TARGET, around, synthetic_cohort
from prevention.learning.cohort import Cohort, RecordsUnfit
from prevention.learning.lag import Range, fit
from prevention.model.assumptions import QUANTITIES, Z_90, Assumption

DEGREES = 4.0


def holds(found: Range, truth: float) -> bool:
    return found.p10 <= truth <= found.p90


def test_lag_recovery_60x36() -> None:
    """Sixty referrals, 36 months, evidence a third too short: the truth is found, with cover."""
    rng = np.random.default_rng(20261101)
    people = [synthetic_cohort(rng, 60, 36) for _ in range(200)]
    fits = [fit(each, *OFF_TARGET) for each in people]
    median = np.median([found.lag.estimate.p50 for found in fits])
    assert 17 <= median <= 19
    assert 0.70 <= np.mean([holds(found.lag.estimate, 18) for found in fits]) <= 0.90
    assert 0.70 <= np.mean([holds(found.spread.estimate, 9) for found in fits]) <= 0.95
    assert 0.70 <= np.mean([holds(found.share, 0.6) for found in fits]) <= 0.95
    # The classic mistake, on the same people, misses by two months.
    assert np.mean([each.mean_of_completed for each in people]) < 16.5


def test_the_mean_of_completed_cases_is_a_third_too_short_at_24_months() -> None:
    rng = np.random.default_rng(24)
    people = [synthetic_cohort(rng, 120, 24) for _ in range(12)]
    assert np.mean([each.mean_of_completed for each in people]) == pytest.approx(12.1, abs=0.5)
    found = [fit(each, *OFF_TARGET).lag.estimate.p50 for each in people]
    assert 15 <= np.median(found) <= 19


def ranks(runs: int, *, censoring_ignored: bool) -> np.ndarray:
    """Where the true mean falls in what is believed, the truth drawn from wide evidence."""
    rng = np.random.default_rng(1804)
    lag, spread = around(18.0, 1.0), around(8.0, 0.5)
    tail = Z_90 / stats.t.ppf(0.9, DEGREES)
    found = []
    for _ in range(runs):
        scores = rng.standard_t(DEGREES, 2) * tail
        mean = float(lag.at(scores[:1], QUANTITIES["onset_lag"])[0])
        deviation = float(spread.at(scores[1:], QUANTITIES["onset_spread"])[0])
        share = float(special.expit(1.5 * rng.standard_normal()))
        people = synthetic_cohort(rng, 60, 36, mean=mean, spread=deviation, share=share)
        if censoring_ignored:
            seen = people.known
            people = Cohort(
                people.waited[seen], seen[seen], people.left[seen], people.followed[seen]
            )
        known = fit(people, lag, spread)
        found.append(np.interp(scores[0], known.scores[0], known.below[0]))
    return np.array(found)


def uniform(values: np.ndarray) -> float:
    """Chance of ranks at least as uneven as these were the code right."""
    return float(stats.chisquare(np.histogram(values, 8, (0, 1))[0]).pvalue)


def test_sbc_uniform_and_catches_bugs() -> None:
    """Talts et al. 2018: ranks of the truth are even, and not where open cases are left out."""
    right = ranks(120, censoring_ignored=False)
    assert uniform(right) > 0.01
    assert 0.70 <= np.mean((right > 0.1) & (right < 0.9)) <= 0.90
    assert uniform(ranks(40, censoring_ignored=True)) < 0.001


def test_without_records_the_evidence_comes_back() -> None:
    """Three people followed for a month: low, central and high stay as they were."""
    few = Cohort(np.ones(3), np.array([False] * 3), np.zeros(3, bool), np.ones(3))
    lag, spread = Assumption(low=10, central=16, high=40), Assumption(low=4, central=6, high=12)
    found = fit(few, lag, spread).lag
    assert found.data_weight < 0.2
    assert found.estimate.p10 == pytest.approx(lag.low, rel=0.05)
    assert found.estimate.p50 == pytest.approx(lag.central, rel=0.05)
    assert found.estimate.p90 == pytest.approx(lag.high, rel=0.05)


def test_more_records_weigh_more_and_win_over_evidence_that_is_wrong() -> None:
    """Evidence of 4 to 10 months, truth 18: many records are believed, few are not wholly."""
    lag, spread = Assumption(low=4.5, central=7.5, high=10.5), around(5.0, 0.5)
    rng = np.random.default_rng(5)
    found = [fit(synthetic_cohort(rng, n, 48), lag, spread).lag for n in (60, 4000)]
    assert found[0].data_weight < found[1].data_weight
    assert found[1].estimate.p50 == pytest.approx(18, rel=0.05)
    alone = found[1].records_alone
    assert alone is not None
    assert alone > lag.high


def test_a_lag_without_a_range_teaches_nothing() -> None:
    people = synthetic_cohort(np.random.default_rng(1), 60, 36)
    certain = Assumption(central=12, low=12, high=12)
    with pytest.raises(RecordsUnfit, match="without a range"):
        fit(people, certain, around(6, 0.5))
