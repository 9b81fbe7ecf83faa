"""The traps of method.md section 6, seen in other tools, each a test by its number."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pytest

from model.synthetic import SERVICE, economy, line, plan, programme, ranged, synthetic_council
from model.test_savings import per_case_cash
from prevention.model.appraisal import payback_month, payback_periods
from prevention.model.lag import Lag
from prevention.model.measures import GBP, MEASURES, RUNGS, TOTAL
from prevention.model.projection import Projection, project
from prevention.model.summary import document


def total(found: Projection, measure: str) -> np.ndarray:
    return np.ravel(found.central[TOTAL, TOTAL][measure])


def test_1_payback_is_not_lag() -> None:
    """4.2m buys 1.725m a year: it pays back in 2.4 years, and its lag is not 2.4 years.

    With the true lag of three months the five years pay; read the payback period as the
    lag and the same scheme shows half the saving. The two are different questions.
    """
    spent = -4.2 + 1.725
    payback = payback_periods([spent, 1.725, 1.725, 1.725, 1.725])
    assert payback == pytest.approx(1 + (4.2 - 2 * 1.725) / 1.725)

    def scheme(lag: float) -> Projection:
        people = 1_725_000 / 48_000
        each = programme(
            starts=(people,),
            set_up_cost=4_200_000.0,
            lag_shape="fixed",
            onset_lag=lag,
        )
        return project(plan(each), synthetic_council(), draws=0)

    right, wrong = scheme(3.0), scheme(12 * 2.435 + 12)
    assert total(right, "net_saving").sum() > 3_000_000
    assert total(wrong, "net_saving").sum() < 0
    found = payback_month(np.diff(np.cumsum(total(right, "net_saving")), prepend=0))
    assert found == 2


def test_2_savings_are_not_spread_evenly_over_the_years() -> None:
    """A lag and a ramp give a curve: little first, most at the end."""
    each = programme(capacity=2, ramp=12, onset_lag=12, onset_spread=6)
    saved = total(project(plan(each), synthetic_council(), draws=0), "cashable_saving")
    assert (np.diff(saved) > 0).all()
    assert saved[0] < 0.02 * saved.sum()
    assert saved[-1] > 0.4 * saved.sum()
    assert saved[0] < 0.1 * saved.mean()


UNCERTAIN = {
    "effect": ranged(0.02, 0.2, 0.4),
    "onset_lag": ranged(6, 12, 24),
    "onset_spread": ranged(3, 6, 12),
    "duration_shape": "geometric",
}


def width(found: Projection) -> float:
    """P90 less P10 of the five-year saving, over its P50."""
    saved = np.asarray(found.samples[TOTAL, TOTAL]["cashable_saving"], dtype=float).sum(axis=0)
    low, middle, high = np.percentile(saved, [10, 50, 90])
    return float((high - low) / middle)


@pytest.mark.parametrize("waves", [2, 4, 8])
def test_3_risk_does_not_vanish_as_detail_is_added(waves: int) -> None:
    """The same capacity in more waves: one programme's effect and lag are one unknown.

    Tools that draw each row of a plan apart divide the spread by the root of the rows.
    """
    whole = project(plan(programme(capacity=8, **UNCERTAIN)), synthetic_council(), draws=2048)
    wave = {"go_live": "2027-04-01", "capacity": 8 / waves}
    others = {f"wave {n}": wave for n in range(1, waves)}
    split = programme(capacity=8 / waves, expansions=others, **UNCERTAIN)
    parts = project(plan(split), synthetic_council(), draws=2048)
    assert width(parts) == pytest.approx(width(whole), rel=1e-4)


def test_3_capacity_of_waves_may_differ_but_the_effect_is_shared() -> None:
    """Uncertain capacity of each wave is its own; the spread falls only by that part."""
    given = {**UNCERTAIN, "capacity": ranged(5, 8, 12)}
    whole = project(plan(programme(**given)), synthetic_council(), draws=2048)
    half = ranged(2.5, 4, 6)
    wave = {"go_live": "2027-04-01", "capacity": half.model_dump()}
    split = programme(**{**given, "capacity": half}, expansions={"second": wave})
    parts = project(plan(split), synthetic_council(), draws=2048)
    assert 0.85 * width(whole) < width(parts) < 0.95 * width(whole)

    def people(found: Projection) -> float:
        """P90 less P10 of the people started in a full year."""
        drawn = found.samples["synthetic", TOTAL]["people_started"][-1].astype(float)
        return float(np.ptp(np.percentile(drawn, [10, 90])))

    assert people(parts) / people(whole) == pytest.approx(0.5**0.5, abs=0.05)


def test_4_a_zero_has_uncertainty() -> None:
    """A central effect of nothing still may do good or harm."""
    each = programme(**UNCERTAIN | {"effect": ranged(-0.05, 0.0, 0.10)})
    found = project(plan(each), synthetic_council(), draws=2048)
    assert not total(found, "cashable_saving").any()
    saved = np.asarray(found.samples[TOTAL, TOTAL]["cashable_saving"], dtype=float).sum(axis=0)
    low, high = np.percentile(saved, [10, 90])
    assert low < -100_000 < 200_000 < high
    assert np.abs(np.percentile(saved, 50)) < 0.05 * (high - low)


def test_5_weekly_and_daily_prices_are_not_confused() -> None:
    """One placement avoided for a year at GBP 1,000 a week is GBP 52,179."""
    each = programme(starts=(1.0,), lag_shape="fixed", onset_lag=0.0)
    council = synthetic_council(line(unit_cost=1000.0))
    saved = total(project(plan(each), council, draws=0), "gross_avoided_cost")
    assert saved[1] == pytest.approx(1000 * 365.25 / 7, abs=0.01)


def test_5_people_are_not_rounded_before_costing() -> None:
    each = programme(capacity=0.4 / 12, effect=0.1, lag_shape="fixed", onset_lag=0.0)
    saved = total(project(plan(each), synthetic_council(), draws=0), "gross_avoided_cost")
    months = 0.4 / 12 * 0.1 * 60**2 / 2
    assert saved.sum() == pytest.approx(months * 4000, abs=0.05)


def test_6_cash_is_not_discounted_at_a_real_rate() -> None:
    """Prices and general inflation at 3 %: the real value, and its NPV, do not move."""
    each = programme(capacity=2)

    def npv(rise: float) -> float:
        settings = economy(SERVICE, price_uplift=rise, inflation=rise, pay_uplift=rise)
        found = project(plan(each, economy=settings), synthetic_council(), draws=0)
        rows = found.account.present
        return float(found.outcome.ladders["synthetic", SERVICE].cashable[rows].sum())

    assert npv(0.03) == pytest.approx(npv(0.0), rel=1e-9)


def test_7_a_reader_who_adds_up_the_rows_gets_the_total(step_up: Projection) -> None:
    """To the penny, by programme, by service line, and rung by rung, from the rows as written.

    (The workbook and the tables are held to the same rows in tests/reports.)
    """
    shown = {
        (row["measure"], row["year"], row["programme"], row["service"]): Decimal(
            str(row["central"])
        )
        for row in document(step_up)["annual"]
    }
    for (measure, year, programme_, service), whole in shown.items():
        if MEASURES[measure].unit != GBP or TOTAL not in (programme_, service):
            continue
        parts = [
            value
            for (name, when, *cell), value in shown.items()
            if (name, when) == (measure, year)
            and TOTAL not in cell
            and all(
                asked in (TOTAL, own)
                for asked, own in zip((programme_, service), cell, strict=True)
            )
        ]
        assert sum(parts) == whole
    for (measure, *cell), cashable in shown.items():
        if measure == "cashable_saving":
            rungs = sum(shown[rung, *cell] for rung in RUNGS)
            assert shown["gross_avoided_cost", *cell] - rungs == cashable


def test_8_a_monthly_flow_is_discounted_by_months() -> None:
    """A level GBP 8,000 a month: between a year's flow discounted whole and not at all."""
    each = programme(starts=(2.0,), lag_shape="fixed", onset_lag=0.0)
    found = project(plan(each), synthetic_council(), draws=0)
    ladder = found.outcome.ladders["synthetic", SERVICE]
    by_year = ladder.cashable[found.account.present, 0]
    assert by_year[4] == pytest.approx(96_000 / 1.035**4.5, rel=1e-4)


def test_9_a_programme_in_flight_starts_warm() -> None:
    """Six years running, nobody new needed in April: its first month saves as its last."""
    each = programme(
        go_live=dt.date(2015, 4, 1),
        onset_lag=12,
        onset_spread=6,
        duration=24,
        duration_shape="geometric",
    )
    saved = total(project(plan(each), synthetic_council(), draws=0), "cashable_saving")
    steady = 2 * 24 * 4000 * 12
    assert saved == pytest.approx([steady] * 5, rel=0.01)


def test_10_a_weibull_sums_to_one() -> None:
    edges = np.arange(0.0, 2000.0)
    for ratio in (0.3, 0.7, 1.2):
        weights = np.diff(Lag("weibull").waiting_over(18.0, 18.0 * ratio, edges))
        assert weights.sum() == pytest.approx(1.0, abs=1e-9)


def test_11_a_longer_lag_in_cash_is_the_documented_exception() -> None:
    """12.27 becomes 12.70 per case as the lag goes from 3 to 18 months, at 3 % inflation."""
    assert round(per_case_cash(3), 2) == 12.27
    assert round(per_case_cash(18), 2) == 12.70
    assert per_case_cash(18, rate=0.0) < per_case_cash(3, rate=0.0)
