"""The longest lag a scheme can bear: found by a sweep, proved by a run at that lag."""

from __future__ import annotations

import numpy as np
import pytest

from model.strategies import LAG_SHAPES
from model.synthetic import plan, programme, synthetic_council
from prevention.model.evidence import CouncilEvidence
from prevention.model.measures import TOTAL
from prevention.model.memo import Cache
from prevention.model.programmes import Programme
from prevention.model.projection import project
from prevention.model.scenarios import Library, resolve
from prevention.model.summary import appraisal
from prevention.model.sweep import LONGEST_LAG, sweep_lag


def scheme(**given: object) -> Programme:
    """GBP 600,000 a year buys 24 starts a year, each worth GBP 4,000 a month."""
    return programme(**{"onset_lag": 12.0, "onset_spread": 6.0, "fixed_cost": 600_000.0} | given)


def net_at(lag: float, **given: object) -> float:
    """Net saving over the plan of a central run at a lag, GBP."""
    found = project(plan(scheme(onset_lag=lag, **given)), synthetic_council(), draws=0)
    return float(found.central[TOTAL, TOTAL]["net_saving"].sum())


def test_at_the_switching_lag_the_plan_just_pays() -> None:
    sweep = sweep_lag(plan(scheme()), synthetic_council(), "synthetic")
    months, note = sweep.longest(sweep.net)
    assert note == "found"
    assert months is not None
    spent = 3_000_000
    assert abs(net_at(months)) < 5e-4 * spent
    assert net_at(months - 1) > 0 > net_at(months + 1)
    row = appraisal(project(plan(scheme()), synthetic_council(), draws=0)).set_index("programme")
    assert row.loc["synthetic", "switching_lag_months"] == months


def test_the_cost_of_a_quarters_slip_is_a_run_three_months_later() -> None:
    sweep = sweep_lag(plan(scheme()), synthetic_council(), "synthetic")
    assert sweep.current == 12
    assert sweep.quarter == pytest.approx(net_at(15) - net_at(12), abs=0.1)
    assert sweep.quarter < 0


def test_the_curve_is_the_run_at_each_lag() -> None:
    sweep = sweep_lag(plan(scheme()), synthetic_council(), "synthetic")
    for lag in (0.0, 5.0, 12.0, 40.0, 120.0):
        place = int(np.searchsorted(sweep.lags, lag))
        assert sweep.net[place] == pytest.approx(net_at(lag), abs=0.1)
    assert sweep.lags[0] == 0
    assert sweep.lags[-1] == LONGEST_LAG


def test_cashable_saving_falls_with_the_lag() -> None:
    sweep = sweep_lag(plan(scheme()), synthetic_council(), "synthetic")
    assert (np.diff(sweep.cashable) <= 0).all()
    assert (sweep.present <= sweep.net + 1e6).all()


@pytest.mark.parametrize(
    ("cost", "note"), [(0.0, "at any lag tried"), (1e8, "at no lag"), (600_000.0, "found")]
)
def test_what_is_known_of_the_crossing_is_said(cost: float, note: str) -> None:
    sweep = sweep_lag(plan(scheme(fixed_cost=cost)), synthetic_council(), "synthetic")
    assert sweep.longest(sweep.net)[1] == note


@pytest.mark.parametrize("shape", LAG_SHAPES)
def test_every_shape_can_be_swept(shape: str) -> None:
    """From no lag to ten years, whatever the spread stays at; a profile has no mean to move."""
    profile = (0.2, 0.3, 0.5) if shape == "profile" else ()
    chosen = plan(scheme(lag_shape=shape, lag_profile=profile))
    sweep = sweep_lag(chosen, synthetic_council(), "synthetic")
    assert np.isfinite(sweep.net).all()
    assert len(sweep.lags) == (1 if shape == "profile" else LONGEST_LAG + 1)


@pytest.mark.parametrize("shape", LAG_SHAPES)
def test_a_curve_kept_while_its_lag_moves_is_the_curve_made_afresh(shape: str) -> None:
    memo, council = Cache(), synthetic_council()
    profile = (0.2, 0.3, 0.5) if shape == "profile" else ()
    for lag in (12.0, 12.5, 40.0, 118.25, 130.0):
        chosen = plan(scheme(onset_lag=lag, lag_shape=shape, lag_profile=profile))
        kept = sweep_lag(chosen, council, "synthetic", memo)
        fresh = sweep_lag(chosen, council, "synthetic")
        assert np.array_equal(kept.lags, fresh.lags)
        assert kept.current == fresh.current == lag
        assert kept.quarter == pytest.approx(fresh.quarter, abs=1e-6)
        for name in ("cashable", "net", "present"):
            assert getattr(kept, name) == pytest.approx(getattr(fresh, name), abs=1e-6)
    if shape == "gamma":
        assert len(memo) == 1


def test_a_curve_is_not_kept_when_anything_else_moves() -> None:
    memo, council = Cache(), synthetic_council()
    moves = ({}, {"fixed_cost": 500_000.0}, {"onset_spread": 3.0}, {"cashable_share": 0.4})
    for place, move in enumerate(moves, start=1):
        chosen = plan(scheme(**move))
        kept = sweep_lag(chosen, council, "synthetic", memo)
        assert kept.net == pytest.approx(sweep_lag(chosen, council, "synthetic").net, abs=1e-6)
        assert len(memo) == place


@pytest.mark.parametrize("spread", [0.0, 0.5, 30.0])
def test_a_lag_of_any_spread_can_be_swept(spread: float) -> None:
    sweep = sweep_lag(plan(scheme(onset_spread=spread)), synthetic_council(), "synthetic")
    assert np.isfinite(sweep.net).all()


def test_the_whole_plan_is_swept_by_months_added(
    library: Library, warrington: CouncilEvidence
) -> None:
    chosen = resolve(library.scenarios["step-up"], library)
    sweep = sweep_lag(chosen, warrington, TOTAL)
    added = [
        (f"programmes.{id_}.onset_lag", each.onset_lag.central + 7)
        for id_, each in chosen.programmes.items()
    ]
    later = project(resolve(library.scenarios["step-up"], library, added), warrington, draws=0)
    place = int(np.searchsorted(sweep.lags, 7.0))
    saved = later.central[TOTAL, TOTAL]["cashable_saving"].sum()
    assert sweep.cashable[place] == pytest.approx(saved, abs=1.0)
    assert sweep.net[place] == pytest.approx(
        later.central[TOTAL, TOTAL]["net_saving"].sum(), abs=1.0
    )
