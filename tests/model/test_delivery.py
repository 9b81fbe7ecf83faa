"""Who starts when: mobilisation, ramp, capacity, schedules, ends, and programmes in flight."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.strategies import NO_SHRINK, programmes
from model.synthetic import FIRST_YEAR, chain, plan, programme, ranged, synthetic_council
from prevention.model.draws import Draws
from prevention.model.measures import TOTAL
from prevention.model.programmes import Programme
from prevention.model.projection import project
from prevention.model.timeline import Timeline
from prevention.years import first_month

PLAN = Timeline(FIRST_YEAR, 5, first_month(FIRST_YEAR))


def started(chosen: Programme, years: int = 5) -> np.ndarray:
    """People started by year in the central run."""
    projection = project(plan(chosen, years=years), synthetic_council(), draws=0)
    return np.ravel(projection.central[TOTAL, TOTAL]["people_started"])


def test_full_capacity_from_the_first_day() -> None:
    assert started(programme(capacity=2)).tolist() == pytest.approx([24.0] * 5)


def test_people_are_capacity_times_take_up_times_retention() -> None:
    found = started(programme(capacity=10, take_up=0.8, retention=0.9))
    assert found.tolist() == pytest.approx([86.4] * 5)


def test_a_ramp_is_a_straight_line_to_capacity() -> None:
    """Three months to mobilise, six of straight build-up, worked month by month by hand."""
    scheme = programme(capacity=6, mobilisation=3, ramp=6)
    by_month = scheme.starts_by_month(PLAN, delay=3) * 6
    expected = [0, 0, 0, 0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 6, 6, 6]
    assert by_month[:12].tolist() == pytest.approx(expected)
    assert started(scheme)[0] == pytest.approx(sum(expected))
    assert started(scheme)[1] == pytest.approx(72)


@pytest.mark.parametrize(("ramp", "first"), [(0, 1.0), (0.5, 0.75), (1, 0.5), (2, 0.25)])
def test_a_ramp_of_a_month_or_less_is_a_ramp(ramp: float, first: float) -> None:
    """Straight to full within the month: what is lost of it is half the ramp."""
    assert programme(capacity=6, ramp=ramp).starts_by_month(PLAN)[0] == pytest.approx(first)


def test_a_part_month_of_mobilisation_loses_part_of_the_people() -> None:
    assert started(programme(capacity=2, mobilisation=2.5))[0] == pytest.approx(2 * 9.5)


def test_going_live_in_mid_month_counts_the_days_left() -> None:
    scheme = programme(capacity=30, go_live=dt.date(2027, 6, 16))
    assert scheme.starts_by_month(PLAN)[:4].tolist() == pytest.approx([0, 0, 0.5, 1])


def test_a_schedule_is_taken_as_it_is() -> None:
    scheme = programme(starts=(5.0, 0.0, 7.0), capacity=99, take_up=0.5, mobilisation=6)
    assert scheme.starts_by_month(PLAN)[:4].tolist() == [5, 0, 7, 0]
    assert started(scheme).tolist() == pytest.approx([12, 0, 0, 0, 0])


@pytest.mark.parametrize("draws", [0, 64])
def test_a_schedule_is_not_put_off_by_mobilisation(draws: int) -> None:
    """Its months are those people start in: what care it avoids is the same, draw by draw."""
    found = []
    for months in (0.0, ranged(3, 6, 12)):
        scheme = programme(starts=(5.0, 0.0, 7.0), mobilisation=months)
        projection = project(plan(scheme), synthetic_council(), draws)
        figures = projection.samples if draws else projection.central
        found.append(np.asarray(figures[TOTAL, TOTAL]["care_weeks_avoided"]))
    assert found[0].sum() > 0
    np.testing.assert_allclose(found[1], found[0], rtol=1e-6)


def test_starts_stop_on_the_day_a_programme_ends() -> None:
    scheme = programme(capacity=2, ends=dt.date(2028, 9, 30))
    assert started(scheme).tolist() == pytest.approx([24, 12, 0, 0, 0])


@pytest.mark.parametrize("draws", [0, 256])
def test_a_programme_late_to_start_still_ends_on_its_day(draws: int) -> None:
    """Six months of a year lost to mobilisation: twelve people, and twelve placements avoided."""
    scheme = programme(
        capacity=2, mobilisation=6, lag_shape="fixed", ends=dt.date(2028, 3, 31), onset_spread=3
    )
    found = project(plan(scheme), synthetic_council(), draws=draws)
    tables = found.samples if draws else found.central
    cell = tables[TOTAL, TOTAL]
    people, gross = (cell[name].reshape(5, -1) for name in ("people_started", "gross_avoided_cost"))
    assert people.sum(axis=0) == pytest.approx(12, rel=1e-6)
    assert gross[1:] == pytest.approx(12 * 48_000, rel=1e-6)


def test_a_schedule_stops_on_the_day_a_programme_ends_too() -> None:
    scheme = programme(starts=(2.0,) * 60, ends=dt.date(2028, 9, 30))
    assert started(scheme).tolist() == pytest.approx([24, 12, 0, 0, 0])


def test_a_schedule_that_opens_after_the_plan_starts_nobody_in_it() -> None:
    scheme = programme(starts=(2.0,) * 24, go_live=dt.date(2033, 4, 1))
    assert started(scheme).tolist() == [0] * 5


def test_a_schedule_that_runs_past_the_plan_is_cut_at_its_end() -> None:
    scheme = programme(starts=(2.0,) * 24, go_live=dt.date(2031, 10, 1))
    assert started(scheme).tolist() == pytest.approx([0, 0, 0, 0, 12])


def test_in_flight_starts_warm() -> None:
    """Trap 9: two years of starts before the plan already save in its first month."""
    warm = programme(go_live=dt.date(2025, 4, 1), lag_shape="fixed", onset_lag=12.0)
    outcome, account = chain(plan(warm), synthetic_council())
    saved = outcome.ladders["synthetic", "synthetic-care"].cashable[account.monthly, 0]
    assert saved[0] == pytest.approx((12 + 0.5) * 2 * 4000)
    assert started(warm)[0] == pytest.approx(24)
    cold, account = chain(plan(programme(lag_shape="fixed", onset_lag=12.0)), synthetic_council())
    assert cold.ladders["synthetic", "synthetic-care"].cashable[account.monthly, 0][0] == 0


def test_a_programme_long_ended_still_saves() -> None:
    """Its people are still out of placement, though no one starts in the plan."""
    scheme = programme(go_live=dt.date(2024, 4, 1), ends=dt.date(2025, 3, 31))
    outcome, account = chain(plan(scheme), synthetic_council())
    saved = outcome.ladders["synthetic", "synthetic-care"].cashable[account.cash, 0]
    assert saved.tolist() == pytest.approx([24 * 4000 * 12] * 5)
    assert started(scheme).sum() == 0


def test_an_expansion_adds_its_own_people() -> None:
    wave = {"go_live": "2028-04-01", "capacity": 3}
    scheme = programme(capacity=2, expansions={"second": wave})
    assert started(scheme).tolist() == pytest.approx([24, 60, 60, 60, 60])


@settings(max_examples=30, deadline=None)
@given(programmes(uncertain=True))
def test_no_month_runs_above_full_capacity(scheme: Programme) -> None:
    """The share of capacity run in a month is between nothing and all, wave by wave."""
    timeline = Timeline(FIRST_YEAR, 5, first_month(FIRST_YEAR) - 60)
    for rollout in scheme.rollouts.values():
        for delay in (0, 1, 7):
            by_month = rollout.starts_by_month(timeline, delay)
            assert (by_month >= 0).all()
            if not rollout.starts:
                assert by_month.max() <= 1 + 1e-12


def test_no_draw_starts_more_than_its_capacity() -> None:
    scheme = programme(capacity=ranged(5, 10, 18), ramp=ranged(3, 6, 12), take_up=0.9)
    chosen = plan(scheme)
    projection = project(chosen, synthetic_council(), draws=1024)
    people = projection.samples["synthetic", TOTAL]["people_started"]
    outcome, _ = chain(chosen, synthetic_council(), Draws(1024, 1))
    most = outcome.deliveries["synthetic"].values["capacity"] * 0.9 * 12
    assert (people <= most * (1 + 1e-5)).all()
    assert people[-1] == pytest.approx(most, rel=1e-5)


@pytest.mark.parametrize("lag", [0.0, 7.0])
def test_stock_flow(lag: float) -> None:
    """Never-ending care: what is avoided this month is last month's plus the onsets between.

    With a fixed lag, people started in month s stop needing care on average half-way
    through month s + lag: the stock rises by half of this month's and of last month's.
    """
    scheme = programme(starts=(3.0, 0.0, 5.0, 2.0), lag_shape="fixed", onset_lag=lag)
    outcome, _ = chain(plan(scheme), synthetic_council())
    stock = outcome.deliveries["synthetic"].care[:, 0]
    starts = np.zeros(61)
    starts[1 + int(lag) : 5 + int(lag)] = [3, 0, 5, 2]
    inflow = (starts[1:] + starts[:-1]) / 2
    assert np.diff(stock, prepend=0) == pytest.approx(inflow, abs=1e-9)
    assert stock[-1] == pytest.approx(10)


@settings(max_examples=30, deadline=None, phases=NO_SHRINK)
@given(programmes(harm=False), st.integers(1, 5))
def test_placements_avoided_are_people_times_effect(scheme: Programme, years: int) -> None:
    """Onsets in the plan never exceed all starts so far times the effect."""
    alone = scheme.model_copy(update={"duration_shape": "never-ending"})
    outcome, _ = chain(plan(alone, years=years), synthetic_council())
    delivery = outcome.deliveries["random"]
    values = {name: float(v[0]) for name, v in delivery.values.items()}
    effect = values.get("effect", values.get("impact", 0) - values.get("deadweight", 0))
    if scheme.relative_risk is not None:
        effect = values["baseline_risk"] * (1 - values["relative_risk"])
    opening = min(first_month(FIRST_YEAR), first_month(FIRST_YEAR) - 60)
    timeline = Timeline(FIRST_YEAR, years, opening)
    people = 0.0
    for rollout in scheme.rollouts.values():
        unit = rollout.capacity.central * values["take_up"] * values["retention"]
        people += rollout.starts_by_month(timeline).sum() * (1 if rollout.starts else unit)
    assert delivery.begun.sum() <= people * max(effect, 0) * (1 + 1e-9) + 1e-9
