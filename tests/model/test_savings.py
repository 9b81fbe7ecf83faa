"""From care avoided to a budget line: every rung, and how the whole behaves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from model.strategies import DURATION_SHAPES, LAG_SHAPES, NO_SHRINK, decimals
from model.synthetic import (
    MONTHLY_PRICE,
    SERVICE,
    chain,
    economy,
    line,
    plan,
    programme,
    ranged,
    synthetic_council,
)
from prevention.model.draws import Draws
from prevention.model.evidence import ServiceEvidence
from prevention.model.lag import Lag
from prevention.model.measures import MEASURES, RUNGS, TOTAL
from prevention.model.programmes import Programme
from prevention.model.projection import Projection, project
from prevention.model.scenarios import Plan

UNCERTAIN = {
    "effect": ranged(0.02, 0.2, 0.4),
    "onset_lag": ranged(6, 12, 24),
    "onset_spread": ranged(3, 6, 12),
    "duration_shape": "geometric",
    "council_share": ranged(0.7, 0.8, 0.9),
    "cashable_share": ranged(0.3, 0.6, 0.85),
}


def run(chosen: Plan, draws: int = 0, people: float = 1e9) -> Projection:
    return project(chosen, synthetic_council(line(people=people)), draws=draws)


def unrounded(chosen: Programme, years: int = 5, **settings_: float) -> np.ndarray:
    """Cashable saving by year before rounding."""
    made = plan(chosen, years=years, economy=economy(SERVICE, **settings_))
    outcome, account = chain(made, synthetic_council())
    return outcome.ladders[chosen.id, SERVICE].cashable[account.cash, 0]


def total(chosen: Programme, **settings_: float) -> float:
    return float(unrounded(chosen, **settings_).sum())


def test_the_ladder_by_hand() -> None:
    """One placement at GBP 4,000 a month, each rung a share of what the one before leaves."""
    scheme = programme(
        starts=(1.0,),
        lag_shape="fixed",
        optimism_bias=0.25,
        council_share=0.8,
        cashable_share=0.5,
        notice=0.0,
        already_in_base=1200.0,
    )
    found = run(plan(scheme, years=2)).central["synthetic", SERVICE]
    second = {name: float(np.ravel(values)[1]) for name, values in found.items()}
    assert second["gross_avoided_cost"] == 48_000
    assert second["overlap"] == 0
    assert second["optimism_bias"] == 12_000
    assert second["to_other_bodies"] == 7_200
    assert second["not_cashable"] == 14_400
    assert second["not_released"] == 0
    assert second["already_in_base"] == 1_200
    assert second["cashable_saving"] == 48_000 - 12_000 - 7_200 - 14_400 - 1_200
    assert second["cost_avoidance"] == 14_400


def test_the_public_purse_saves_all_but_the_haircut() -> None:
    """Whoever gains: gross cost less overlap and optimism bias, before shares and release."""
    scheme = programme(
        starts=(1.0,), lag_shape="fixed", optimism_bias=0.25, council_share=0.8, notice=6
    )
    outcome, account = chain(plan(scheme, years=2), synthetic_council())
    ladder = outcome.ladders["synthetic", SERVICE]
    assert ladder.fiscal[account.cash][1, 0] == pytest.approx(36_000)
    assert ladder.gross - ladder.overlap - ladder.optimism_bias == pytest.approx(ladder.fiscal)


def test_stepping_down_saves_the_difference_in_price() -> None:
    """A children's home at GBP 6,825 a week replaced by foster care at GBP 910."""
    home = line("home", 1e6, 6825.0)
    foster = line("foster", 1e6, 910.0)
    target = {"service": "home", "share": 1.0, "replaced_by": "foster"}
    scheme = programme(starts=(1.0,), lag_shape="fixed", avoids=(target,))
    found = project(plan(scheme, years=2), synthetic_council(home, foster), draws=0)
    year_two = np.ravel(found.central["synthetic", "home"]["gross_avoided_cost"])[1]
    assert year_two == pytest.approx((6825 - 910) * 365.25 / 7, abs=0.01)


def test_a_lower_price_avoids_no_placement() -> None:
    target = {"service": SERVICE, "share": 1.0, "price_only": True}
    scheme = programme(starts=(1.0,), lag_shape="fixed", effect=0.1, avoids=(target,))
    found = run(plan(scheme, years=2)).central["synthetic", SERVICE]
    assert np.ravel(found["gross_avoided_cost"])[1] == 4_800
    assert not np.any(found["placements_avoided"])
    assert not np.any(found["care_weeks_avoided"])


def test_zero_effect_zero_saving() -> None:
    """Exactly 0.00 in every draw, year, service and rung; only the cost is left."""
    scheme = programme(**UNCERTAIN | {"effect": 0.0}, fixed_cost=1000, release_unit=1, notice=2)
    found = run(plan(scheme), draws=512)
    kept = {"people_started", "delivery_cost", "delivery_cost_gross"}
    kept |= {"net_saving", "net_saving_cumulative"}
    for cell, measures in found.samples.items():
        for name, values in measures.items():
            if name not in kept:
                assert not values.any(), (cell, name)
                assert not np.any(found.central[cell][name]), (cell, name)
                assert not np.any(found.mean[cell][name]), (cell, name)
    assert found.samples[TOTAL, TOTAL]["people_started"].all()


def test_double_cohort_doubles() -> None:
    """Below the cap the ratio is two, to the last digits; near it, less than two."""
    one, two = (run(plan(programme(**UNCERTAIN, capacity=c)), draws=512) for c in (2, 4))
    first, second = (p.samples[TOTAL, TOTAL]["cashable_saving"] for p in (one, two))
    assert first.any()
    assert second == pytest.approx(2 * first, rel=2e-6, abs=1e-3)
    small = [run(plan(programme(capacity=c)), people=100) for c in (2, 4)]
    sums = [p.central[TOTAL, TOTAL]["cashable_saving"].sum() for p in small]
    assert sums[1] < 1.9 * sums[0]


def test_scale_price() -> None:
    """Three times the weekly price, three times every rung, in every draw."""
    chosen = plan(programme(**UNCERTAIN))
    councils = (synthetic_council(line(unit_cost=c)) for c in (500.0, 1500.0))
    one, three = (project(chosen, council, draws=256) for council in councils)
    for rung in ("gross_avoided_cost", "cashable_saving", "not_cashable"):
        first, third = (p.samples[TOTAL, TOTAL][rung] for p in (one, three))
        assert first.any()
        assert third == pytest.approx(3 * first, rel=2e-6, abs=1e-3)


def test_split_cohort_in_two() -> None:
    """Half the starts here, half in a second wave, or in a twin programme: the same penny."""
    whole = run(plan(programme(starts=(8.0,) * 24, **UNCERTAIN))).central[TOTAL, TOTAL]
    wave = {"go_live": "2027-04-01", "starts": [3.0] * 24}
    waves = programme(starts=(5.0,) * 24, expansions={"second": wave}, **UNCERTAIN)
    in_waves = run(plan(waves)).central[TOTAL, TOTAL]
    twins = [programme(i, starts=(s,) * 24, **UNCERTAIN) for i, s in (("a", 5.0), ("b", 3.0))]
    in_twins = run(plan(*twins)).central
    for rung in ("gross_avoided_cost", "cashable_saving", "not_cashable", "to_other_bodies"):
        assert np.ravel(in_waves[rung]).tolist() == np.ravel(whole[rung]).tolist()
        parts = sum(np.ravel(in_twins[i, SERVICE][rung]) for i in "ab")
        assert parts == pytest.approx(np.ravel(in_twins[TOTAL, TOTAL][rung]), abs=1e-6)
        assert parts == pytest.approx(np.ravel(whole[rung]), abs=0.0151)


@settings(max_examples=500, deadline=None, phases=NO_SHRINK)
@given(
    shape=st.sampled_from([s for s in LAG_SHAPES if s != "profile"]),
    stay=st.sampled_from(DURATION_SHAPES),
    mean=decimals(1, 40),
    longer=decimals(1.01, 3),
    ratio=decimals(0.1, 0.7),
    duration=decimals(3, 48),
    fade_out=decimals(0, 0.5),
)
def test_longer_lag_never_more(
    shape: str,
    stay: str,
    mean: float,
    longer: float,
    ratio: float,
    duration: float,
    fade_out: float,
) -> None:
    """Trap 11: in real terms and at fixed shape, a longer lag never saves more by any year."""
    care = [
        np.cumsum(
            unrounded(
                programme(
                    starts=(1.0,) * 12,
                    onset_lag=lag,
                    onset_spread=lag * ratio,
                    lag_shape=shape,
                    duration=duration,
                    duration_shape=stay,
                    fade_out=fade_out,
                )
            )
        )
        for lag in (mean, mean * longer)
    ]
    assert (care[1] <= care[0] * (1 + 1e-9) + 0.01).all()


def per_case_cash(lag: float, stay: float = 12.0, rate: float = 0.03) -> float:
    """GBP 1 a month in cash over 60 months, prices rising continuously, Erlang of order 4."""
    chosen = Lag("erlang")

    def flow(age: float) -> float:
        passed = chosen.waiting_over(lag, lag / 2, np.array([age, max(age - stay, 0.0)]))
        return float((passed[0] - passed[1]) * (1 + rate) ** (age / 12))

    return float(quad(flow, 0, 60, limit=300)[0])


def test_nominal_finite_duration_exception_documented() -> None:
    """In cash a longer lag can save more: the same twelve months, bought at dearer prices.

    statistics.md 3.3: Erlang of order 4 (its spread half its mean), a case at t = 0, a
    stay of 12 months at GBP 1 a month, prices rising 3 % a year continuously, 60 months.
    """
    found = [per_case_cash(lag) for lag in (3, 6, 12, 18)]
    assert [round(value, 2) for value in found] == [12.27, 12.36, 12.55, 12.70]
    assert per_case_cash(18, rate=0.0) < per_case_cash(3, rate=0.0)


def test_the_nominal_exception_end_to_end() -> None:
    """The whole chain, prices rising each April: the same direction, gone without inflation."""

    def cash(lag: float, uplift: float) -> float:
        scheme = programme(
            starts=(1.0,),
            onset_lag=lag,
            onset_spread=lag / 2,
            lag_shape="erlang",
            duration=12,
            duration_shape="fixed",
        )
        return total(scheme, price_uplift=uplift)

    nominal = [cash(lag, 0.03) for lag in (3, 6, 12, 18)]
    assert nominal == sorted(nominal)
    assert nominal[-1] > 1.02 * nominal[0]
    real = [cash(lag, 0.0) for lag in (3, 6, 12, 18)]
    assert real == sorted(real, reverse=True)


def test_lag_infinite_zero() -> None:
    assert total(programme(onset_lag=1e6, onset_spread=5e5)) == pytest.approx(0, abs=1)
    assert total(programme(onset_lag=1e6, lag_shape="fixed")) == 0


def test_lag_zero_closed_form() -> None:
    """No lag: two a month from month 0 make 2 x 60^2 / 2 months of care."""
    assert total(programme(capacity=2)) == pytest.approx(2 * 1800 * 4000, rel=1e-9)
    stay = programme(capacity=2, duration=24, duration_shape="fixed")
    assert total(stay) == pytest.approx(2 * (1800 - 36 * 36 / 2) * 4000, rel=1e-4)
    short = programme(capacity=2, onset_lag=0.01, onset_spread=0.005, lag_shape="erlang")
    assert total(short) == pytest.approx(2 * 1800 * 4000, rel=1e-3)


def test_npv_le_undiscounted_on_savings() -> None:
    """In every draw and year; the more so the higher the rate, and equal at a rate of nothing."""
    scheme = programme(onset_lag=ranged(6, 12, 20), onset_spread=6.0, effect=ranged(0.15, 0.2, 0.4))
    sums = []
    for rate in (0.0, 0.015, 0.035, 0.1):
        made = plan(scheme, economy=economy(SERVICE, discount_rate=rate))
        outcome, account = chain(made, synthetic_council(), Draws(1_000, 3))
        cashable = outcome.ladders["synthetic", SERVICE].cashable
        assert (cashable[account.cash].sum(axis=0) > 0).all()
        lost = cashable[account.cash] - cashable[account.present]
        assert (lost >= -1).all()  # draws are in single precision: GBP 1 of up to a million
        sums.append(cashable[account.present].sum(axis=0))
        if rate == 0:
            assert (lost <= 1).all()
    assert (np.diff(sums, axis=0) < 0).all()


def outcome_people(scheme: Programme, where: ServiceEvidence) -> np.ndarray:
    """People of a line by month if nothing changes."""
    outcome, _ = chain(plan(scheme), synthetic_council(where))
    return outcome.baselines[SERVICE].people[:, 0]


@pytest.mark.parametrize("effect", [0.0, 1.0, -0.5])
def test_on_a_line_that_shrinks_nothing_is_avoided_growth(effect: float) -> None:
    """Fewer people each year: every placement avoided takes the base budget down."""
    population = {2027: 1000.0, 2037: 500.0}
    shrinking = line(people=100.0, people_year=2027, population=population)
    scheme = programme(starts=(5.0,), lag_shape="fixed", effect=effect)
    found = project(plan(scheme), synthetic_council(shrinking), draws=0).central[TOTAL, TOTAL]
    assert not np.any(found["avoided_growth"])
    assert np.array_equal(found["saving"], found["cashable_saving"])


def test_half_a_placement_on_a_line_that_grows_is_all_avoided_growth() -> None:
    grower = line(people=100.0, people_year=2027, population={2027: 1000.0, 2037: 2000.0})
    scheme = programme(starts=(0.5,), lag_shape="fixed")
    found = project(plan(scheme), synthetic_council(grower), draws=0).central[TOTAL, TOTAL]
    assert np.ravel(found["avoided_growth"])[1] == 0.5 * 48_000
    assert not np.any(np.ravel(found["saving"])[1:])


def test_harm_on_a_line_that_grows_is_no_avoided_growth() -> None:
    grower = line(people=100.0, people_year=2027, population={2027: 1000.0, 2037: 2000.0})
    scheme = programme(starts=(5.0,), lag_shape="fixed", effect=-0.5)
    found = project(plan(scheme), synthetic_council(grower), draws=0).central[TOTAL, TOTAL]
    assert not np.any(found["avoided_growth"])
    assert (np.ravel(found["saving"]) < 0).all()


def test_growth_is_met_before_the_base_budget() -> None:
    """People grow by ten a year: the first placements avoided only hold that growth back."""
    population = {2027: 1000.0, 2037: 2000.0}
    grower = line(people=100.0, people_year=2027, population=population)
    scheme = programme(starts=(5.0,), lag_shape="fixed")
    found = project(plan(scheme), synthetic_council(grower), draws=0).central[TOTAL, TOTAL]
    growth = np.ravel(found["avoided_growth"] / found["cashable_saving"])
    assert 0 < growth[0] <= 1
    assert growth[1:].tolist() == [1.0] * 4
    many = programme(starts=(80.0,), lag_shape="fixed")
    found = project(plan(many), synthetic_council(grower), draws=0).central[TOTAL, TOTAL]
    last = float(np.ravel(found["avoided_growth"] / found["cashable_saving"])[-1])
    people = outcome_people(many, grower)
    assert last == pytest.approx((people[-12:].mean() - people[0]) / 80, rel=1e-6)
    assert last == pytest.approx(40 / 80, abs=0.03)
    assert np.ravel(found["saving"] + found["avoided_growth"]) == pytest.approx(
        np.ravel(found["cashable_saving"]), abs=0.001
    )


@pytest.mark.parametrize("service_people", [41.0, 5.0, 0.5])
def test_avoided_le_baseline(service_people: float) -> None:
    """10,000 draws by month, with effects far beyond the people there are.

    Draws are in single precision: a person is told from another to 3 parts in 100,000.
    """
    schemes = [
        programme(
            i,
            effect=ranged(0.2, 0.6, 0.95),
            capacity=ranged(2, 8, 30),
            onset_lag=ranged(3, 9, 20),
            onset_spread=ranged(2, 4, 9),
            duration_shape="geometric",
            duration=ranged(9, 24, 60),
        )
        for i in "ab"
    ]
    made = plan(*schemes, economy=economy(SERVICE, people_volatility=0.2))
    council = synthetic_council(line(people=service_people))
    most = 0.0
    for block in Draws(10_000, 3).blocks(5_000):
        outcome, account = chain(made, council, block)
        ladders = outcome.ladders.values()
        care = sum(ladder.fiscal[account.monthly] for ladder in ladders) / MONTHLY_PRICE
        people = outcome.baselines[SERVICE].people
        most = max(most, float((care / people).max()))
        assert (care <= people * (1 + 3e-5)).all()
    assert most > 0.95


def test_every_rung_has_a_title_and_a_unit() -> None:
    assert all(MEASURES[rung].unit == "GBP" for rung in RUNGS)
