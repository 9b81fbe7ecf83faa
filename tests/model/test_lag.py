"""Every lag shape against integration of its own density, and against its mean and spread."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.optimize import brentq
from scipy.special import gammaln

from model.references import HORIZON, MEAN, SPREAD, erlang
from prevention.model.lag import Lag, Shape

AGES = np.array([0.0, 0.4, 1.0, 5.5, 12.0, 17.9, 18.0, 24.0, 60.0, 240.0])


def weibull(mean: float, spread: float) -> stats.rv_continuous:
    """A Weibull of given mean and spread, found independently by scipy."""
    shape = brentq(
        lambda c: stats.weibull_min.std(c) / stats.weibull_min.mean(c) - spread / mean, 0.3, 200
    )
    return stats.weibull_min(shape, scale=mean / stats.weibull_min.mean(shape))


REFERENCES: dict[Shape, Callable[[float, float], stats.rv_continuous]] = {
    "gamma": lambda m, s: stats.gamma((m / s) ** 2, scale=s * s / m),
    "erlang": lambda m, s: stats.gamma(round((m / s) ** 2), scale=m / round((m / s) ** 2)),
    "weibull": weibull,
    "delayed-ramp": lambda m, s: stats.uniform(m - s * 3**0.5, 2 * s * 3**0.5),
    "linear": lambda m, _: stats.uniform(0, 2 * m),
    "front-loaded": lambda m, _: stats.triang(0.0, 0, 3 * m),
    "back-loaded": lambda m, _: stats.triang(1.0, 0, 1.5 * m),
}


def at(shape: Shape, mean: float, spread: float, ages: np.ndarray) -> tuple[np.ndarray, ...]:
    """Waiting over, once and twice integrated."""
    lag = Lag(shape)
    m, s = np.array(mean), np.array(spread)
    return (
        lag.waiting_over(mean, spread, ages),
        lag.once_integrated(m, s, ages),
        lag.twice_integrated(m, s, ages),
    )


NODES, WEIGHTS = np.polynomial.legendre.leggauss(40)


def integral(reference: stats.rv_continuous, age: float, power: int, stop: float) -> float:
    """E[((age - X)+)^power] by quadrature: sixteen pieces of forty points each."""
    low, _ = reference.support()
    edges = np.linspace(low, max(stop, low), 17)
    half, middle = np.diff(edges)[:, None] / 2, (edges[:-1, None] + edges[1:, None]) / 2
    x = middle + half * NODES
    return float((half * WEIGHTS * (age - x) ** power * reference.pdf(x)).sum())


@pytest.mark.parametrize("shape", REFERENCES)
@pytest.mark.parametrize(("mean", "spread"), [(18.0, 9.0), (2.0, 0.9)])
def test_a_shape_is_the_integral_of_its_density(shape: Shape, mean: float, spread: float) -> None:
    """F, E[(u - X)+] and E[((u - X)+)^2] / 2 by quadrature of scipy's own distribution."""
    reference = REFERENCES[shape](mean, spread)
    passed, once, twice = at(shape, mean, spread, AGES)
    _, high = reference.support()
    for place, age in enumerate(AGES):
        stop = min(age, high)
        expected = [integral(reference, age, power, stop) for power in (1, 2)]
        assert passed[place] == pytest.approx(reference.cdf(age), abs=1e-9)
        assert once[place] == pytest.approx(expected[0], rel=1e-6, abs=1e-7)
        assert twice[place] == pytest.approx(expected[1] / 2, rel=1e-6, abs=1e-7)


@pytest.mark.parametrize("shape", ["fixed", "step"])
def test_a_point_lag_is_all_at_the_mean(shape: Shape) -> None:
    passed, once, twice = at(shape, 18.0, 9.0, AGES)
    late = np.maximum(AGES - 18.0, 0)
    assert passed.tolist() == (AGES >= 18).astype(float).tolist()
    assert once == pytest.approx(late)
    assert twice == pytest.approx(late**2 / 2)
    assert Lag(shape).is_point


@pytest.mark.parametrize("shape", [*REFERENCES, "fixed", "step"])
def test_a_lag_has_the_mean_and_spread_asked_for(shape: Shape) -> None:
    """Far out, u - E[(u - X)+] is the mean; the twice integrated gives the variance."""
    far = np.array([4000.0])
    _, once, twice = at(shape, 18.0, 9.0, far)
    assert far - once == pytest.approx(18.0, abs=1e-6)
    if shape in ("gamma", "erlang", "weibull", "delayed-ramp"):
        variance = 2 * twice - once**2
        assert variance == pytest.approx(81.0, rel=1e-4)


def test_lag_weights_sum_with_tail() -> None:
    """Erlang of order 4, mean 18: 0.9992 within 60 months, the rest is the tail."""
    weights = np.diff(Lag("erlang").waiting_over(MEAN, SPREAD, np.arange(HORIZON + 1.0)))
    assert round(weights.sum(), 4) == 0.9992
    assert weights.sum() == pytest.approx(erlang(0, HORIZON), abs=1e-12)
    beyond = 1 - weights.sum()
    assert beyond == pytest.approx(8.07e-4, rel=1e-3)


@pytest.mark.parametrize("shape", [*REFERENCES, "fixed", "step"])
@settings(max_examples=40, deadline=None)
@given(mean=st.floats(0.5, 60), ratio=st.floats(0.02, 1.5))
def test_every_lag_sums_to_one_and_never_falls(shape: Shape, mean: float, ratio: float) -> None:
    ages = np.concatenate([np.arange(0.0, 240.0), [1e6]])
    passed, once, _ = at(shape, mean, mean * ratio, ages)
    assert passed[0] <= 1e-12
    assert passed[-1] == pytest.approx(1.0, abs=1e-9)
    assert (np.diff(passed) >= -1e-12).all()
    assert (np.diff(once) >= -1e-9).all()


@pytest.mark.parametrize("ratio", [0.05, 0.3, 0.5, 1.0, 1.4, 2.5])
def test_a_weibull_of_any_spread_sums_to_one(ratio: float) -> None:
    """Trap 10: a Weibull rescaled by eye does not; here mean, spread and sum all hold."""
    months = np.arange(0.0, 20_000.0)
    weights = np.diff(Lag("weibull").waiting_over(18.0, 18.0 * ratio, months))
    assert weights.sum() == pytest.approx(1.0, abs=1e-3)
    middles = months[:-1] + 0.5
    assert weights @ middles == pytest.approx(18.0, rel=0.02)


@pytest.mark.parametrize("shape", [*REFERENCES, "fixed", "step"])
def test_a_lag_of_nothing_is_over_at_once(shape: Shape) -> None:
    """A lag of zero is no lag, whatever the spread left behind on the form."""
    for spread in (0.0, 9.0):
        _, once, _ = at(shape, 0.0, spread, np.array([1.0, 24.0]))
        assert once == pytest.approx([1.0, 24.0], abs=0.01)


@pytest.mark.parametrize(
    "shape",
    [
        s
        for s in (*REFERENCES, "fixed", "step")
        if s not in ("linear", "front-loaded", "back-loaded")
    ],
)
def test_a_lag_without_spread_is_a_fixed_lag(shape: Shape) -> None:
    """The straight shapes are left out: their mean gives them their spread."""
    _, once, _ = at(shape, 6.0, 0.0, np.array([5.0, 6.5, 18.0]))
    assert once == pytest.approx([0.0, 0.5, 12.0], abs=0.01)


@pytest.mark.parametrize(("period", "last"), [(12, 60.0), (1, 5.0)])
def test_a_profile_arrives_evenly_within_each_period(period: int, last: float) -> None:
    lag = Lag("profile", (0.0, 0.25, 0.5, 0.25, 0.0), period)
    edges = np.linspace(0, last, 6)
    passed = lag.waiting_over(0.0, 0.0, edges)
    assert passed.tolist() == [0.0, 0.0, 0.25, 0.75, 1.0, 1.0]
    middle = lag.waiting_over(0.0, 0.0, np.array([last * 0.3]))
    assert middle == pytest.approx(0.125)
    once = lag.once_integrated(np.array(0.0), np.array(0.0), np.array([1000.0]))
    mean = period * (1.5 * 0.25 + 2.5 * 0.5 + 3.5 * 0.25)
    assert 1000.0 - once == pytest.approx(mean)


@pytest.mark.parametrize("profile", [(), (0.5, 0.4), (0.5, 0.6), (-0.5, 1.5)])
def test_a_profile_that_does_not_sum_to_one_is_refused(profile: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="sum to 1"):
        Lag("profile", profile)


EVERY_LAG = [
    *(Lag(shape) for shape in (*REFERENCES, "fixed", "step")),
    Lag("profile", (0.25, 0.75)),
    Lag("profile", (0.25, 0.75), period_months=1),
    Lag("erlang", stages=3),
]


@pytest.mark.parametrize("lag", EVERY_LAG, ids=repr)
def test_nothing_arrives_before_the_start(lag: Lag) -> None:
    """At any age below zero, and at zero itself, nobody has waited and no care is avoided."""
    ages = np.array([-100.0, -1.0, -0.25, 0.0])
    moments = lag.partial_moments(np.array(18.0), np.array(9.0), ages)
    assert np.abs(moments).max() == 0
    assert not lag.once_integrated(np.array(18.0), np.array(9.0), ages).any()
    assert not lag.twice_integrated(np.array(18.0), np.array(9.0), ages).any()


@pytest.mark.parametrize("shape", ["gamma", "erlang", "weibull", "delayed-ramp", "fixed", "step"])
@pytest.mark.parametrize("mean", [0.0, 6.0])
def test_without_spread_everyone_arrives_at_the_mean_itself(shape: Shape, mean: float) -> None:
    """Exactly: the day before nobody, on the day everybody."""
    passed, once, twice = at(shape, mean, 0.0, np.array([mean, mean + 18.0]))
    assert passed.tolist() == [1, 1]
    assert once.tolist() == [0, 18]
    assert twice.tolist() == [0, 162]
    assert not mean or at(shape, mean, 0.0, np.array([mean - 0.01]))[0].tolist() == [0]


def test_draws_with_and_without_spread_do_not_mix() -> None:
    """One draw without spread beside one with: each as it is alone."""
    both = Lag("gamma").waiting_over(np.array([6.0, 6.0]), np.array([0.0, 3.0]), np.array([5.0]))
    assert both == pytest.approx([0.0, stats.gamma.cdf(5, 4, scale=1.5)])


@pytest.mark.parametrize(("spread", "stages"), [(18.0, 1), (40.0, 1), (12.0, 2), (10.0, 3)])
def test_an_erlang_has_one_stage_at_least(spread: float, stages: int) -> None:
    """(18 / spread) squared to the nearest whole number, and never none."""
    passed = Lag("erlang").waiting_over(18.0, spread, AGES)
    assert passed == pytest.approx(stats.gamma.cdf(AGES, stages, scale=18 / stages))


def test_stages_stated_hold_whatever_the_mean_and_spread() -> None:
    lag = Lag("erlang", stages=4)
    for mean in (3.0, 18.0, 40.0):
        expected = stats.gamma.cdf(AGES, 4, scale=mean / 4)
        assert lag.waiting_over(mean, 1.0, AGES) == pytest.approx(expected)


@pytest.mark.parametrize("ratio", [0.02, 1.0, 1.4, 2.5, 10.0, 40.0])
def test_a_weibull_is_scipys_at_any_spread(ratio: float) -> None:
    """Its shape found independently from the ratio of spread to mean, on a log scale."""

    def excess(shape: float) -> float:
        return 2 * gammaln(1 + 1 / shape) + np.log1p(ratio**2) - gammaln(1 + 2 / shape)

    shape = brentq(excess, 0.1, 5000)
    scale = np.exp(np.log(18.0) - gammaln(1 + 1 / shape))
    ages = np.array([0.01, 1.0, 12.0, 17.99, 18.0, 18.01, 60.0, 1000.0])
    passed = Lag("weibull").waiting_over(18.0, 18.0 * ratio, ages)
    assert passed == pytest.approx(stats.weibull_min.cdf(ages, shape, scale=scale), abs=1e-6)


def test_the_narrowest_and_the_widest_weibull_can_be_worked_out() -> None:
    """From a spread just above none (1.1 in 10,000) to one wider than any that is told apart."""
    ages = np.array([17.9, 18.1])
    assert Lag("weibull").waiting_over(18.0, 18 * 1.1e-4, ages) == pytest.approx([0, 1])
    wide = [Lag("weibull").waiting_over(18.0, 18 * ratio, ages) for ratio in (46.9, 47.5, 500.0)]
    assert wide[0] == pytest.approx(wide[1], abs=1e-3)
    assert wide[1].tolist() == wide[2].tolist()


def test_a_lag_says_what_it_is() -> None:
    """Which shapes put everyone at the mean, and which are polynomials."""
    assert [lag.shape for lag in EVERY_LAG if lag.is_point] == ["fixed", "step"]
    cheap = ["delayed-ramp", "linear", "front-loaded", "back-loaded"]
    assert [lag.shape for lag in EVERY_LAG if lag.is_cheap] == cheap


def test_a_lag_can_be_looked_up_and_not_changed() -> None:
    """Results are kept by the lag they were worked out for."""
    assert {Lag("gamma"): "kept"}[Lag("gamma")] == "kept"
    assert Lag("gamma") != Lag("weibull")
    with pytest.raises(AttributeError):
        Lag("gamma").shape = "weibull"


def test_a_profile_is_by_year_unless_stated() -> None:
    assert Lag("profile", (0.5, 0.5)) == Lag("profile", (0.5, 0.5), period_months=12)
    assert Lag("profile", (0.5, 0.5)).waiting_over(0.0, 0.0, np.array([18.0])) == 0.75


def test_a_profile_second_moment_by_hand() -> None:
    """Half in year one, half in year three: twice integrated far out is (u^2 - 2 u m + q) / 2."""
    lag = Lag("profile", (0.5, 0.0, 0.5))
    far = np.array(1000.0)
    mean = (6 + 30) / 2
    square = (12**3 / 3 / 12 + (36**3 - 24**3) / 3 / 12) / 2
    found = lag.twice_integrated(np.array(0.0), np.array(0.0), far)
    assert found == pytest.approx((1000**2 - 2 * 1000 * mean + square) / 2)
