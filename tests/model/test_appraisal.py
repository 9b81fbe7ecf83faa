"""The worked appraisal of method.md section 5, to the penny, and the rules around it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.synthetic import fixed, programme
from prevention.model.appraisal import (
    benefit_cost_ratio,
    crossing,
    equivalent_annual,
    payback_month,
    payback_periods,
    peak_funding,
    present_value,
)
from prevention.model.lag import Lag
from prevention.model.programmes import effect_of

RATE = 0.035
PROFILE = (0.0, 0.25, 0.5, 0.25, 0.0)
COSTS = np.array([150_000, 50_000, 0, 0, 0]) * 1.05


def outcomes() -> float:
    """50 people x 80 % take-up x 90 % retention x (30 % - 10 %)."""
    scheme = programme(impact=0.30, deadweight=0.10, take_up=0.8, retention=0.9)
    drawn = {name: np.array([a.central]) for name, a in scheme.assumptions()}
    started = 50 * drawn["take_up"] * drawn["retention"]
    return float((started * effect_of(scheme, drawn))[0])


def by_year(slip: int = 0) -> np.ndarray:
    """Lag weights by year, from the profile; a slip moves all of it later."""
    profile = (0.0,) * slip + PROFILE
    edges = np.arange(len(profile) + 1.0) * 12
    return np.diff(Lag("profile", profile).waiting_over(0.0, 0.0, edges))


FISCAL = outcomes() * 60_000 * (1 - 0.15)
CASHABLE = FISCAL * 0.60


def test_the_outcomes_and_their_value() -> None:
    assert outcomes() == pytest.approx(7.2)
    assert round(outcomes() * 60_000, 2) == 432_000
    assert round(FISCAL, 2) == 367_200
    assert round(CASHABLE, 2) == 220_320
    assert by_year().tolist() == pytest.approx(PROFILE)


@pytest.mark.parametrize(
    ("value", "pvb", "npv", "bcr"),
    [(FISCAL, 342_886.56, 134_661.92, 1.6467), (CASHABLE, 205_731.93, -2_492.70, 0.988)],
    ids=["fiscal", "cashable"],
)
def test_the_worked_appraisal(value: float, pvb: float, npv: float, bcr: float) -> None:
    """The first year undiscounted, by the annual convention: to the penny."""
    spent = present_value(COSTS, RATE)
    gained = present_value(value * by_year(), RATE)
    assert round(spent, 2) == 208_224.64
    assert round(gained, 2) == pvb
    assert round(gained - spent, 2) == npv
    ratio = benefit_cost_ratio(gained, spent)
    assert ratio is not None
    assert abs(ratio - bcr) < 5e-5


def test_the_worked_payback() -> None:
    found = payback_periods(FISCAL * by_year() - COSTS)
    assert found is not None
    assert round(found, 2) == 1.64


@pytest.mark.parametrize(("value", "npv"), [(FISCAL, 123_066.72), (CASHABLE, -9_449.82)])
def test_one_years_slip(value: float, npv: float) -> None:
    costs = present_value(COSTS, RATE)
    assert round(present_value(value * by_year(slip=1), RATE) - costs, 2) == npv


def test_undiscounted_the_cashable_view_pays() -> None:
    assert round(present_value(CASHABLE * by_year() - COSTS, 0.0), 2) == 10_320
    assert CASHABLE * by_year().sum() - COSTS.sum() == pytest.approx(10_320)


def test_period_and_discount_match() -> None:
    """Trap 8: twelve monthly flows at 3.5 % a year, not at 3.5 % a month."""
    yearly = present_value([0.0, 1200.0], RATE)
    monthly = present_value([0.0] * 12 + [1200.0], RATE, per_year=12)
    assert monthly == pytest.approx(yearly)
    assert present_value([0.0] * 12 + [1200.0], RATE) < 0.7 * yearly


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=120), st.floats(0, 0.2))
def test_npv_le_undiscounted_on_savings(flows: list[float], rate: float) -> None:
    assert present_value(flows, rate, per_year=12) <= sum(flows) * (1 + 1e-12)
    assert present_value(flows, 0.0, per_year=12) == pytest.approx(sum(flows))


def test_with_set_up_first_discounting_can_flatter_nothing() -> None:
    """The rule is for savings: a net flow that ends in cost is worth more discounted."""
    flows = [100.0, 0.0, -90.0]
    assert present_value(flows, 0.10) > sum(flows)


@pytest.mark.parametrize(
    ("net", "periods", "month"),
    [
        ([-100, 50, 50], 2.0, 2),
        ([-100, 200], 0.5, 1),
        ([10, 10], 0.0, 0),
        ([-100, 50, 40], None, None),
        ([-100, 200, -150, 100], 2.5, 3),
    ],
)
def test_payback_is_when_it_stays_paid_back(
    net: list[float], periods: float | None, month: int | None
) -> None:
    assert payback_periods(net) == periods
    assert payback_month(net) == month


@given(st.lists(st.integers(-1000, 1000), min_size=1, max_size=40))
def test_peak_funding_is_the_deepest_point(net: list[int]) -> None:
    running = [sum(net[: n + 1]) for n in range(len(net))]
    peak = peak_funding(net)
    assert peak.amount == max(0, -min(running))
    if peak.month is None:
        assert peak.amount == 0
    else:
        assert running[peak.month] == -peak.amount


@given(st.floats(-1e6, 1e6), st.floats(0.001, 0.2), st.integers(1, 30))
def test_the_equivalent_annual_sum_has_the_same_value(npv: float, rate: float, years: int) -> None:
    level = equivalent_annual(npv, rate, years)
    same = sum(level / (1 + rate) ** n for n in range(1, years + 1))
    assert same == pytest.approx(npv, rel=1e-6, abs=1e-6)
    assert equivalent_annual(npv, 0.0, years) == pytest.approx(npv / years)


def test_a_scheme_that_costs_nothing_has_no_ratio() -> None:
    assert benefit_cost_ratio(100.0, 0.0) is None


@pytest.mark.parametrize(
    ("surplus", "expected"),
    [
        ([30.0, 10.0, -10.0], (1.5, "found")),
        ([-1.0, -2.0, -3.0], (None, "at no lag")),
        ([3.0, 2.0, 1.0], (None, "at any lag tried")),
        ([-5.0, 5.0, -5.0], (1.5, "found")),
        ([5.0, 0.0, -5.0], (1.0, "found")),
    ],
)
def test_the_crossing_is_the_longest_lag_that_still_pays(
    surplus: list[float], expected: tuple[float | None, str]
) -> None:
    assert crossing(np.arange(3.0), np.array(surplus)) == expected


def test_certain_numbers_need_no_range() -> None:
    assert fixed(0.3).is_certain
