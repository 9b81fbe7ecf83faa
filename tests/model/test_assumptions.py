"""A chosen number: its range is its 10th, 50th and 90th percentile, its bounds hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from scipy.stats import norm

from model.synthetic import fixed, ranged
from prevention.model.assumptions import QUANTITIES, Assumption, Quantity, check_bounds

LAG, EFFECT, SHARE = QUANTITIES["onset_lag"], QUANTITIES["effect"], QUANTITIES["cashable_share"]

SCORES = norm.ppf((np.arange(20_000) + 0.5) / 20_000)


@st.composite
def assumptions(draw: st.DrawFn, quantity: Quantity) -> Assumption:
    """Any range a quantity can have."""
    top = min(quantity.maximum, 1e4)
    number = st.floats(quantity.minimum, top).map(lambda value: round(value, 3))
    low, central, high = sorted(draw(number) for _ in range(3))
    return ranged(low, central, high)


@pytest.mark.parametrize("quantity", QUANTITIES.values(), ids=QUANTITIES)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_low_central_high_are_hit_exactly(quantity: Quantity, data: st.DataObject) -> None:
    chosen = data.draw(assumptions(quantity))
    found = chosen.at(norm.ppf([0.1, 0.5, 0.9]), quantity)
    expected = [chosen.low, chosen.central, chosen.high]
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("quantity", QUANTITIES.values(), ids=QUANTITIES)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_every_draw_is_within_bounds_and_in_order(quantity: Quantity, data: st.DataObject) -> None:
    chosen = data.draw(assumptions(quantity))
    found = chosen.at(np.linspace(-3.1, 3.1, 101), quantity)
    assert np.isfinite(found).all()
    assert (found >= quantity.minimum).all()
    assert (found <= quantity.maximum).all()
    assert (np.diff(found) >= -1e-12 * np.abs(found[1:])).all()


@pytest.mark.parametrize(
    ("chosen", "quantity"),
    [
        (ranged(6, 12, 24), LAG),
        (ranged(-0.02, 0.055, 0.12), EFFECT),
        (ranged(0.3, 0.6, 0.85), SHARE),
    ],
)
def test_a_tenth_of_draws_lie_below_low_and_above_high(
    chosen: Assumption, quantity: Quantity
) -> None:
    found = np.percentile(chosen.at(SCORES, quantity), [10, 50, 90])
    assert found == pytest.approx([chosen.low, chosen.central, chosen.high], rel=2e-3)


def test_a_number_without_a_range_does_not_move() -> None:
    assert set(fixed(18.0).at(SCORES, LAG)) == {18.0}
    assert fixed(18.0).is_certain
    assert Assumption.model_validate(3) == fixed(3)


def test_out_of_order_is_refused() -> None:
    with pytest.raises(ValidationError, match="low must not exceed central"):
        ranged(2, 1, 3)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("take_up", 1.01),
        ("take_up", -0.01),
        ("onset_lag", -1),
        ("effect", 1.5),
        ("effect", -1.5),
        ("cashable_share", 60),
    ],
)
def test_an_impossible_value_is_refused_by_name(name: str, value: float) -> None:
    """Neither a person, a placement nor a pound comes in infinite numbers."""
    with pytest.raises(ValueError, match=name):
        check_bounds(name, Assumption(low=value, central=value, high=value))


@pytest.mark.parametrize("name", ["capacity", "unit_cost", "onset_lag"])
def test_an_infinite_number_is_refused(name: str) -> None:
    """Neither people, pounds nor months come in infinite numbers."""
    with pytest.raises(ValueError, match=f"finite|{name}"):
        check_bounds(name, fixed(float("inf")))


def test_what_is_not_a_number_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"out of order|finite"):
        fixed(float("nan"))


@given(data=st.data())
def test_a_new_central_moves_low_and_high_in_proportion(data: st.DataObject) -> None:
    chosen = data.draw(assumptions(LAG).filter(lambda a: a.low > 0.01))
    central = data.draw(st.floats(0.01, 1e4))
    moved = chosen.moved_to(central, LAG)
    assert moved.central == central
    assert moved.low == pytest.approx(chosen.low * central / chosen.central)
    assert moved.high == pytest.approx(chosen.high * central / chosen.central)


@pytest.mark.parametrize("name", ["effect", "cashable_share", "onset_lag", "price_uplift"])
@given(data=st.data())
def test_a_moved_range_stays_in_order_and_in_bounds(name: str, data: st.DataObject) -> None:
    quantity = QUANTITIES[name]
    chosen = data.draw(assumptions(quantity))
    central = data.draw(st.floats(quantity.minimum, min(quantity.maximum, 1e4)))
    moved = chosen.moved_to(central, quantity)
    assert moved.low <= moved.central == central <= moved.high
    check_bounds(name, moved)


def test_a_central_moved_from_zero_keeps_the_width() -> None:
    moved = ranged(-0.02, 0, 0.03).moved_to(0.05, EFFECT)
    assert (moved.low, moved.high) == pytest.approx((0.03, 0.08))


def test_a_central_moved_to_zero_is_zero() -> None:
    moved = ranged(6, 12, 24).moved_to(0, LAG)
    assert (moved.low, moved.central, moved.high) == (0, 0, 0)


def test_an_effect_moved_below_zero_keeps_its_order() -> None:
    moved = ranged(0.02, 0.05, 0.12).moved_to(-0.05, EFFECT)
    assert (moved.low, moved.central, moved.high) == pytest.approx((-0.12, -0.05, -0.02))
