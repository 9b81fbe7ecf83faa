"""The share of people whose outcome has come: by the records, as learned, by the evidence."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from learning.cohorts import TODAY, around, synthetic_cohort
from prevention.learning.cohort import Cohort
from prevention.learning.coming import FEWEST_FOLLOWED, coming
from prevention.learning.findings import Findings
from prevention.learning.gates import judged
from prevention.learning.lag import fit
from prevention.model.assumptions import Assumption
from prevention.model.lag import Lag
from prevention.model.programmes import Programme, Target
from prevention.reports import waits

ONE = Assumption(central=1, low=1, high=1)
PROGRAMME = Programme(
    id="hub",
    name="Hub",
    directorate="children",
    summary="",
    evidence_grade="C",
    go_live=dt.date(2023, 4, 1),
    avoids=(Target(service="childrens-homes", share=1),),
    effect=ONE,
    duration=ONE,
    onset_lag=around(12.0, 0.5),
    onset_spread=around(6.9, 0.6),
)


def found_in(people: Cohort, as_at: dt.date = TODAY) -> Findings:
    label, needed = judged(people)
    learned = fit(people, PROGRAMME.onset_lag, PROGRAMME.onset_spread)
    return Findings(PROGRAMME, as_at, people, label, needed, learned, None, "No group.")


def people(outcomes: list[float], open_: list[float]) -> Cohort:
    waited = np.array([*outcomes, *open_])
    known = np.arange(len(waited)) < len(outcomes)
    return Cohort(waited, known, np.zeros(len(waited), bool), np.maximum(waited, 30.0))


def test_the_records_own_curve_is_the_product_limit() -> None:
    """By hand: of 20 two have it at 3; two leave at 4; of 16 eight at 10; the rest wait on."""
    found = coming(found_in(people([3.0] * 2 + [10.0] * 8, [4.0] * 2 + [20.0] * 8)))
    assert found is not None
    assert found.seen[2] == 0
    assert found.seen[3] == pytest.approx(2 / 20)
    assert found.seen[9] == pytest.approx(2 / 20)
    assert found.seen[10] == pytest.approx(1 - 18 / 20 * 8 / 16)
    assert found.waiting[[3, 4, 5, 20]].tolist() == [20, 18, 16, 8]
    assert np.isnan(found.seen[21:]).all()
    # Greenwood's variance of log(-log S) at month 10, 80 % about it.
    kept = 18 / 20 * 8 / 16
    error = np.sqrt(2 / (20 * 18) + 8 / (16 * 8)) / abs(np.log(kept))
    ends = [1 - kept ** np.exp(sign * 1.2815515655 * error) for sign in (-1, 1)]
    assert [found.low[10], found.high[10]] == pytest.approx(ends)


def test_learned_and_evidence_are_the_waits_of_those_who_respond() -> None:
    cohort = synthetic_cohort(np.random.default_rng(7), 400, 48)
    findings = found_in(cohort)
    found = coming(findings)
    assert found is not None
    lag, spread, share = findings.fit.lag, findings.fit.spread, findings.fit.share
    wait = Lag().waiting_over(lag.estimate.p50, spread.estimate.p50, found.months)
    np.testing.assert_allclose(found.learned, share.p50 * wait)
    before = Lag().waiting_over(lag.evidence.p50, spread.evidence.p50, found.months)
    np.testing.assert_allclose(found.evidence, share.p50 * before)
    # Many records: what was learned lies close to what they say, and within their range mostly.
    known = ~np.isnan(found.seen) & (found.months >= 6)
    assert np.abs(found.learned - found.seen)[known].max() < 0.06
    assert (found.low <= found.seen)[known].all()
    assert (found.seen <= found.high)[known].all()


def test_single_people_are_not_drawn() -> None:
    assert coming(found_in(people([3.0] * 9, [20.0] * 30))) is None
    found = coming(found_in(people([float(month) for month in range(1, 31)], [35.0] * 2)))
    assert found is not None
    drawn = ~np.isnan(found.seen)
    assert (found.waiting[drawn] >= FEWEST_FOLLOWED).all()
    assert (found.waiting[~drawn] < FEWEST_FOLLOWED).all()
    rows = waits.table(found)
    late = rows.loc["Month 30"]
    assert (late["Still waiting"], late[waits.SEEN]) == ("fewer than 5", "too few left")


def test_where_everybody_has_the_outcome_the_curve_still_stands() -> None:
    found = coming(found_in(people([float(month) for month in range(1, 31)], [])))
    assert found is not None
    assert found.seen[10] == pytest.approx(10 / 30)
    assert np.isnan(found.seen[-1])


def test_each_curve_has_a_dash_of_its_own() -> None:
    found = coming(found_in(synthetic_cohort(np.random.default_rng(7), 100, 40)))
    assert found is not None
    chart = waits.chart(found)
    assert set(chart.rows["series"]) == set(waits.SERIES)
    line = chart.spec["layer"][1]["encoding"]
    assert len({str(dash) for dash in line["strokeDash"]["scale"]["range"]}) == 3
    assert not chart.rows["share"].isna().any()
    rows = waits.table(found)
    assert rows.loc["Month 12", waits.LEARNED] == waits.per_cent(found.learned[12])
