"""Nothing comes from nowhere and nothing is lost: people, care and money, month by month."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.strategies import NO_SHRINK, OTHER_SERVICE, programmes
from model.synthetic import (
    MONTHLY_PRICE,
    SERVICE,
    chain,
    economy,
    fixed,
    line,
    plan,
    programme,
    ranged,
    synthetic_council,
)
from prevention.model.measures import RUNGS, TOTAL
from prevention.model.programmes import Programme
from prevention.model.projection import project

COUNCIL = synthetic_council(line(SERVICE, 1e9), line(OTHER_SERVICE, 1e9, 300.0))
BOTH = economy(SERVICE, OTHER_SERVICE)


@given(
    schedule=st.lists(st.integers(0, 9), min_size=1, max_size=30),
    lag=st.integers(0, 30),
    stay=st.integers(1, 40),
)
def test_stock_flow_conserved(schedule: list[int], lag: int, stay: int) -> None:
    """Placements avoided this month: last month's, plus those that begin, less those that end.

    Whole months of lag and stay, so that it can be counted by hand. People start evenly
    over a month: half of them are there on average by its middle, all by its end.
    """
    scheme = programme(
        starts=tuple(map(float, schedule)),
        lag_shape="fixed",
        onset_lag=lag,
        duration=stay,
        duration_shape="fixed",
    )
    outcome, account = chain(plan(scheme, years=6), synthetic_council())
    stock = outcome.ladders["synthetic", SERVICE].fiscal[account.monthly, 0] / MONTHLY_PRICE

    def begun(month: int) -> float:
        """Rise in the average stock: the later half of last month's onsets, half of this one's."""
        people = dict(enumerate(schedule))
        return (people.get(month - lag, 0) + people.get(month - lag - 1, 0)) / 2

    before = 0.0
    for month, now in enumerate(stock):
        assert now == pytest.approx(before + begun(month) - begun(month - stay), abs=1e-6)
        before = now


@settings(max_examples=25, deadline=None, phases=NO_SHRINK)
@given(programmes(), st.integers(1, 5), st.floats(2, 24))
def test_what_a_plan_does_not_show_is_its_tail(
    scheme: Programme, years: int, months: float
) -> None:
    """Starts end with the plan: its tail is all that thirty years more would show."""
    last_day = dt.date(2027 + years, 3, 31)
    waves = {
        name: wave.model_copy(update={"ends": last_day})
        for name, wave in scheme.expansions.items()
        if wave.go_live < last_day
    }
    ended = {"ends": last_day, "expansions": waves}
    ended |= {"duration_shape": "geometric", "duration": fixed(months)}
    if scheme.go_live >= last_day:
        ended["go_live"] = last_day - dt.timedelta(days=200)
    chosen = scheme.model_copy(update=ended)
    short, long = (chain(plan(chosen, years=n), COUNCIL)[0] for n in (years, years + 30))
    first, whole = (each.deliveries["random"] for each in (short, long))
    size = np.abs(whole.care).sum() + np.abs(first.tail)
    assert whole.care[: 12 * years] == pytest.approx(first.care, abs=1e-9)
    assert np.abs(first.tail - whole.care[12 * years :].sum(axis=0)) <= 1e-4 * size


@settings(max_examples=40, deadline=None, phases=NO_SHRINK)
@given(programmes(uncertain=True), st.floats(0, 50_000))
def test_every_draw_climbs_down_the_ladder(scheme: Programme, in_base: float) -> None:
    """Gross less every rung is the cashable saving in each draw and year, to seven digits."""
    chosen = scheme.model_copy(
        update={"already_in_base": ranged(in_base / 2, in_base, in_base * 1.5)}
    )
    found = project(plan(chosen, economy=BOTH), COUNCIL, draws=160)
    for measures in found.samples.values():
        gross = measures["gross_avoided_cost"].astype(np.float64)
        rungs = [measures[rung].astype(np.float64) for rung in RUNGS]
        size = 1 + np.abs(gross) + sum(np.abs(rung) for rung in rungs)
        gap = gross - sum(rungs) - measures["cashable_saving"]
        assert (np.abs(gap) <= 1e-6 * size).all()


@settings(max_examples=30, deadline=None, phases=NO_SHRINK)
@given(programmes(uncertain=True, harm=False), st.floats(0.1, 20))
def test_capacity_never_exceeded(scheme: Programme, places: float) -> None:
    """No year of any draw starts more than twelve full months, less who declines or leaves."""
    alone = scheme.model_copy(update={"expansions": {}, "capacity": fixed(places)})
    found = project(plan(alone, economy=BOTH), COUNCIL, draws=256)
    people = found.samples["random", TOTAL]["people_started"].astype(np.float64)
    if alone.starts:
        assert (people.sum(axis=0) <= sum(alone.starts) * (1 + 1e-6)).all()
    else:
        most = 12 * places * alone.take_up.central * alone.retention.central
        assert (people <= most * (1 + 1e-6)).all()
