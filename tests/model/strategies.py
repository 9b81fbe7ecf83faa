"""Programmes made up at random, every one a valid document."""

from __future__ import annotations

import datetime as dt
from typing import Any, get_args

from hypothesis import Phase
from hypothesis import strategies as st

from model.synthetic import GO_LIVE, SERVICE, programme
from prevention.model.assumptions import QUANTITIES
from prevention.model.lag import Shape
from prevention.model.programmes import Programme
from prevention.model.response import DurationShape

NO_SHRINK = (Phase.explicit, Phase.reuse, Phase.generate)
"""A breach is as telling as the smallest breach, and shrinking takes a minute."""

LAG_SHAPES = get_args(Shape)
DURATION_SHAPES = get_args(DurationShape)
OTHER_SERVICE = "synthetic-step-down"


def decimals(low: float, high: float) -> st.SearchStrategy[float]:
    """Numbers as people type them: four decimals, never a subnormal."""
    return st.floats(low, high).map(lambda value: round(value, 4))


@st.composite
def numbers(
    draw: st.DrawFn, name: str, low: float, high: float, uncertain: bool
) -> dict[str, float] | float:
    """An assumption's value, or a range about it within the quantity's bounds."""
    central = draw(decimals(low, high))
    if not uncertain:
        return central
    quantity = QUANTITIES[name]
    below, above = draw(st.floats(0.5, 1.0)), draw(st.floats(1.0, 1.8))
    ends = sorted((central * below, central, central * above))
    return {
        "low": max(min(ends), quantity.minimum),
        "central": central,
        "high": min(max(ends), quantity.maximum),
    }


def days(years_before: int, years_after: int) -> st.SearchStrategy[dt.date]:
    """Days about the start of the plan."""
    first = GO_LIVE.replace(year=GO_LIVE.year - years_before)
    return st.dates(first, GO_LIVE.replace(year=GO_LIVE.year + years_after))


@st.composite
def rollouts(draw: st.DrawFn, uncertain: bool) -> dict[str, Any]:
    """A wave: dates, then either a schedule of starts or capacity and its ramp; its cost."""
    live = draw(days(4, 4))
    found: dict[str, Any] = {"go_live": live}
    if draw(st.booleans()):
        found["ends"] = live + dt.timedelta(days=draw(st.integers(30, 3000)))
    if draw(st.booleans()):
        found["starts"] = tuple(draw(st.lists(decimals(0, 10), min_size=1, max_size=24)))
    else:
        for name, low, high in (("capacity", 0, 20), ("mobilisation", 0, 12), ("ramp", 0, 12)):
            found[name] = draw(numbers(name, low, high, uncertain))
    for name in ("set_up_cost", "fixed_cost", "double_running"):
        found[name] = draw(decimals(0, 500_000))
    source = draw(st.sampled_from(["base", "grant", "partner", "reserve", "capital-receipts"]))
    share = draw(decimals(0, 1))
    found["funding"] = ({"source": source, "share": share, "ends": draw(days(1, 5))},)
    return found


@st.composite
def lags(draw: st.DrawFn, uncertain: bool) -> dict[str, Any]:
    """A lag of any shape, its spread in proportion to its mean."""
    shape = draw(st.sampled_from(LAG_SHAPES))
    found: dict[str, Any] = {"lag_shape": shape}
    if shape == "profile":
        weights = draw(st.lists(st.integers(0, 9), min_size=1, max_size=8).filter(any))
        found["lag_profile"] = tuple(weight / sum(weights) for weight in weights)
        found["lag_profile_months"] = draw(st.sampled_from([1, 12]))
    mean = draw(st.floats(1, 36))
    ratio = draw(st.floats(0.25, 0.8))
    found["onset_lag"], found["onset_spread"] = mean, mean * ratio
    if uncertain:
        below, above = draw(st.floats(0.6, 1)), draw(st.floats(1, 1.8))
        for name, value in (("onset_lag", mean), ("onset_spread", mean * ratio)):
            found[name] = {"low": value * below, "central": value, "high": value * above}
    return found


@st.composite
def programmes(
    draw: st.DrawFn, uncertain: bool = False, harm: bool = True, id_: str = "random"
) -> Programme:
    """A valid programme document on the synthetic lines."""
    given_ = draw(rollouts(uncertain)) | draw(lags(uncertain))
    form = draw(st.sampled_from(["effect", "impact", "relative_risk"]))
    low = -0.3 if harm else 0.0
    if form == "effect":
        given_["effect"] = draw(numbers("effect", low, 0.6, uncertain))
    elif form == "impact":
        given_["impact"] = draw(numbers("impact", 0.1, 0.6, uncertain))
        given_["deadweight"] = draw(decimals(0.0, 0.5 if harm else 0.05))
    else:
        given_["relative_risk"] = draw(decimals(0.2, 1.4 if harm else 1.0))
        given_["baseline_risk"] = draw(numbers("baseline_risk", 0.01, 0.5, uncertain))
    given_["duration_shape"] = draw(st.sampled_from(DURATION_SHAPES))
    given_["duration"] = draw(decimals(3, 60))
    for name in ("fade_out", "take_up", "retention", "council_share", "cashable_share"):
        given_[name] = draw(decimals(0, 1))
    given_["optimism_bias"] = draw(decimals(0, 0.6))
    given_["notice"] = draw(decimals(0, 6))
    given_["release_unit"] = draw(st.sampled_from([0, 0, 1, 2.5]))
    given_["cost_per_start"] = draw(decimals(0, 5000))
    given_["cost_optimism_bias"] = draw(decimals(0, 0.3))
    if draw(st.booleans()):
        given_["expansions"] = {"second": draw(rollouts(uncertain))}
    part = draw(st.sampled_from([1.0, 0.3]))
    first = {
        "service": SERVICE,
        "share": part,
        "replaced_by": draw(st.sampled_from(["", OTHER_SERVICE])) if part == 1.0 else "",
        "price_only": draw(st.booleans()),
    }
    rest = [{"service": OTHER_SERVICE, "share": 1 - part}] if part < 1 else []
    return programme(id_, avoids=(first, *rest), **given_)
