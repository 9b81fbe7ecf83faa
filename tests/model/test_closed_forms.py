"""The closed forms of method.md section 4, part by part and from end to end."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad

from model.references import (
    COHORT,
    COHORT_FIXED,
    COHORT_NPV,
    HORIZON,
    INFLOW,
    INFLOW_FIXED,
    MEAN,
    SAVING,
    SPREAD,
    cohort_months,
    cohort_present,
    inflow_months,
    inflow_present,
    simulated_months,
)
from model.synthetic import chain, plan, programme, synthetic_council
from prevention.model.account import discount_factors
from prevention.model.lag import Lag
from prevention.model.measures import TOTAL
from prevention.model.programmes import Programme
from prevention.model.projection import project
from prevention.model.response import monthly_weights, persistent

ERLANG = Lag("erlang")
EXACT = 1e-4
"""0.01 %: what the deterministic engine must reach (statistics.md section 4)."""

AT_ONCE = 24


def once(age: float) -> float:
    """Months of never-ending care per case started at one instant, month 0."""
    found = ERLANG.once_integrated(np.array(MEAN), np.array(SPREAD), np.array(age))
    return float(found)


def erlang_programme(**given: object) -> Programme:
    """Method.md section 4 as a programme: Erlang of order 4, mean 18 months, effect 1."""
    return programme(onset_lag=MEAN, onset_spread=SPREAD, lag_shape="erlang", **given)


def five_years(chosen: Programme) -> float:
    """Central cashable saving over a plan of five years, GBP."""
    projection = project(plan(chosen), synthetic_council(), draws=0)
    return float(projection.central[TOTAL, TOTAL]["cashable_saving"].sum())


def test_the_references_are_the_published_values() -> None:
    """The closed forms as coded here give the digits the method states."""
    assert round(AT_ONCE * SAVING * cohort_months(60)) == COHORT
    assert round(AT_ONCE * SAVING * (cohort_months(60) - cohort_months(36))) == COHORT_FIXED
    assert round(2 * SAVING * inflow_months(60)) == INFLOW
    assert round(2 * SAVING * (inflow_months(60) - inflow_months(36))) == INFLOW_FIXED
    rate = np.log(1.035) / 12
    assert round(AT_ONCE * SAVING * cohort_present(60, rate)) == COHORT_NPV


def test_erlang_cohort_through_the_lag() -> None:
    """24 cases at one instant are the once-integrated lag, no monthly convention in it."""
    assert pytest.approx(COHORT, abs=0.5) == AT_ONCE * SAVING * once(HORIZON)


def test_erlang_duration_through_the_lag() -> None:
    """A stay of 24 months is the never-ending care less the same 24 months later."""
    months = once(HORIZON) - once(HORIZON - 24)
    assert pytest.approx(COHORT_FIXED, abs=0.5) == AT_ONCE * SAVING * months


@pytest.mark.parametrize(("duration", "expected"), [(None, INFLOW), (24, INFLOW_FIXED)])
def test_erlang_inflow_through_the_lag(duration: int | None, expected: int) -> None:
    def twice(age: float) -> float:
        return float(ERLANG.twice_integrated(np.array(MEAN), np.array(SPREAD), np.array(age)))

    months = twice(HORIZON) - (twice(HORIZON - duration) if duration else 0)
    assert pytest.approx(expected, abs=0.5) == 2 * SAVING * months


def test_erlang_npv_through_the_lag() -> None:
    """The stock of care, discounted continuously at 3.5 % a year."""
    rate = np.log(1.035) / 12

    def discounted(age: float) -> float:
        passed = ERLANG.waiting_over(MEAN, SPREAD, np.array(age))
        return float(passed * np.exp(-rate * age))

    npv = AT_ONCE * SAVING * quad(discounted, 0, HORIZON)[0]
    assert npv == pytest.approx(COHORT_NPV, abs=0.5)


@pytest.mark.parametrize("capacity_or_schedule", ["capacity", "starts"])
@pytest.mark.parametrize(
    ("stay", "expected"),
    [
        ({"duration_shape": "never-ending"}, INFLOW),
        ({"duration_shape": "fixed", "duration": 24}, INFLOW_FIXED),
    ],
)
def test_erlang_inflow_end_to_end(
    capacity_or_schedule: str, stay: dict[str, object], expected: int
) -> None:
    """Two starts a month, by capacity or by an explicit schedule, through `project`."""
    flow = {"capacity": 2} if capacity_or_schedule == "capacity" else {"starts": (2.0,) * 60}
    assert five_years(erlang_programme(**flow, **stay)) == pytest.approx(expected, rel=EXACT)


@pytest.mark.parametrize(
    ("stay", "expected"),
    [
        ({"duration_shape": "never-ending"}, COHORT),
        ({"duration_shape": "fixed", "duration": 24}, COHORT_FIXED),
    ],
)
def test_erlang_cohort_end_to_end(stay: dict[str, object], expected: int) -> None:
    """24 starts in the first month, through the whole chain.

    The model spreads a month's starts evenly over it; the closed form has them all at
    t = 0. What the model shows to the end of month 60 is therefore the average of the
    closed form over horizons 59 to 60, and to the end of month 61 over 60 to 61: the
    mean of the two is the closed form at 60, up to its curvature.
    """
    chosen = plan(erlang_programme(starts=(24.0,), **stay), years=6)
    outcome, account = chain(chosen, synthetic_council())
    running = np.cumsum(outcome.ladders["synthetic", "synthetic-care"].cashable[account.monthly])
    assert (running[59] + running[60]) / 2 == pytest.approx(expected, rel=EXACT)


def test_a_cohort_spread_over_its_month_end_to_end() -> None:
    """The same 24 starts against the closed form for starts spread over the first month."""
    exact = AT_ONCE * SAVING * (inflow_months(60) - inflow_months(59))
    assert five_years(erlang_programme(starts=(24.0,))) == pytest.approx(exact, abs=0.03)


def test_erlang_npv_end_to_end() -> None:
    """24 cases at 3.5 %, discounted month by month, by the averaging of the test above.

    Present value to a horizon h of starts spread over month 0 is the closed form averaged
    over horizons h - 1 to h, each start discounted from its own day to the first of April.
    """
    chosen = plan(erlang_programme(starts=(24.0,)), years=6)
    outcome, account = chain(chosen, synthetic_council())
    cash = outcome.ladders["synthetic", "synthetic-care"].cashable[account.monthly, 0]
    running = np.cumsum(cash * discount_factors(72, 0.035))
    half_a_month = 1.035 ** (0.5 / 12)
    found = half_a_month * (running[59] + running[60]) / 2
    assert found == pytest.approx(COHORT_NPV, rel=EXACT)


def test_the_present_value_rows_hold_the_discounted_inflow() -> None:
    """Two a month, five years, 3.5 %: the account's rows against the integral."""
    outcome, account = chain(plan(erlang_programme(capacity=2)), synthetic_council())
    found = outcome.ladders["synthetic", "synthetic-care"].cashable[account.present].sum()
    exact = 2 * SAVING * inflow_present(HORIZON, np.log(1.035) / 12)
    assert found == pytest.approx(exact, rel=EXACT)


@pytest.mark.parametrize("stay", [np.inf, 24.0])
def test_people_simulated_one_by_one_agree(stay: float) -> None:
    """A million people, each with a start day, a lag and a stay of their own."""
    mean, error = simulated_months(
        1_000_000,
        lambda rng, n: rng.gamma(4, MEAN / 4, n),
        lambda rng, n: np.full(n, stay),
        HORIZON,
        seed=7,
    )
    shape = "never-ending" if np.isinf(stay) else "fixed"
    care, _ = monthly_weights(ERLANG, np.array([MEAN]), np.array([SPREAD]), HORIZON)
    model = persistent(care, np.array([24.0]), np.zeros(1), shape)
    assert model.sum() == pytest.approx(mean, abs=4 * error)
    assert error / mean < 1e-3


def start_month_whole(months: int) -> float:
    """The convention not to use: every start and onset on the first day of its month."""
    edges = np.arange(months + 1.0)
    passed = ERLANG.waiting_over(MEAN, SPREAD, edges)
    onset = np.diff(passed)
    return float(sum(onset[d] * (months - s - d) for s in range(months) for d in range(months - s)))


def test_month_convention() -> None:
    """Mid-month is within 0.05 % of the integral; the start month whole is 4.6 % over."""
    found = five_years(erlang_programme(capacity=2))
    assert abs(found / (2 * SAVING * inflow_months(HORIZON)) - 1) < 0.0005
    whole = start_month_whole(HORIZON) / inflow_months(HORIZON) - 1
    assert whole == pytest.approx(0.046, abs=0.0005)
    assert found / (2 * SAVING * start_month_whole(HORIZON)) - 1 < -0.04
