"""How an effect arrives after a delay: the distribution of the onset lag.

The lag runs from a person's start to the month in which the avoided placement would
have begun. Every shape is described by its partial moments, because the care avoided
by month H follows from them exactly (no monthly approximation): for a lag X with
M_j(u) = E[X^j; X <= u],

    waiting over       F(u)              = M_0
    once integrated    E[(u - X)+]       = u M_0 - M_1
    twice integrated   E[((u - X)+)^2]/2 = (u^2 M_0 - 2 u M_1 + M_2) / 2
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from prevention.model.assumptions import Floats

Shape = Literal[
    "gamma",
    "erlang",
    "weibull",
    "fixed",
    "delayed-ramp",
    "linear",
    "front-loaded",
    "back-loaded",
    "step",
    "profile",
]
"""gamma, weibull and delayed-ramp take a mean and a spread; erlang rounds the gamma's
shape to whole stages; linear, front-loaded and back-loaded need the mean alone; fixed and
step put everyone at the mean; profile is a list of shares by month or year."""

_WIDEST = 0.15
"""Smallest Weibull shape: a standard deviation of some 47 times the mean."""

_SURE = 700.0
"""A Weibull exponent past which everyone has arrived (and exp would overflow)."""

Moments = tuple[Floats, Floats, Floats]

_NARROW = 1e-4
"""Below this spread relative to the mean a lag is treated as fixed: its gamma shape
would pass 10^8, where the incomplete gamma function loses its digits."""


@dataclass(frozen=True, slots=True)
class Lag:
    """An onset lag: a shape, and for `profile` the share arriving in each period.

    profile: shares by period, summing to one; period_months: 1 for months, 12 for years.
    stages: of an erlang lag, whatever its mean; 0 takes them from mean and spread.

    Raises:
        ValueError: a profile is missing, negative, or does not sum to one.
    """

    shape: Shape = "gamma"
    profile: tuple[float, ...] = ()
    period_months: int = 12
    stages: int = 0

    def __post_init__(self) -> None:
        if self.shape != "profile":
            return
        if not self.profile or min(self.profile) < 0 or abs(sum(self.profile) - 1) > 1e-9:
            raise ValueError(
                f"A lag profile needs shares of zero or more that sum to 1; "
                f"these sum to {sum(self.profile):g}."
            )

    @property
    def is_point(self) -> bool:
        """True when everyone waits exactly the mean."""
        return self.shape in ("fixed", "step")

    @property
    def is_cheap(self) -> bool:
        """True when the shape is a polynomial: as quick to work out as to look up."""
        return self.shape in ("delayed-ramp", "linear", "front-loaded", "back-loaded")

    def partial_moments(self, mean: Floats, spread: Floats, age: Floats) -> Moments:
        """M_0, M_1, M_2 up to `age`.

        Args:
            mean: months, broadcastable against `age`.
            spread: standard deviation in months, broadcastable against `age`.
            age: months since start; below zero gives zero.

        Returns:
            Three arrays of the broadcast shape, in months^0, months^1, months^2.
        """
        mean, spread, age = np.asarray(mean), np.asarray(spread), np.maximum(age, 0.0)
        size = np.broadcast_shapes(mean.shape, spread.shape, age.shape)
        m0, m1, m2 = self._moments(mean, spread, age)
        return np.broadcast_to(m0, size), np.broadcast_to(m1, size), np.broadcast_to(m2, size)

    def _moments(self, mean: Floats, spread: Floats, age: Floats) -> Moments:
        """As `partial_moments`; each shape takes its inputs as they come, not broadcast.

        What depends on mean and spread alone is then worked out once, not at every age.
        """
        if self.shape == "profile":
            edges = np.arange(len(self.profile) + 1.0) * self.period_months
            return _steps(edges, self.profile, age)
        if self.shape in _BY_MEAN:
            return _BY_MEAN[self.shape](mean, age)
        if self.stages:
            stages = np.full(mean.shape, float(self.stages))
            return _gamma_moments(stages, np.maximum(mean, _NARROW) / stages, age)
        wide = np.maximum(mean, _NARROW)
        shape = _BY_SPREAD[self.shape]
        moments = shape(wide, np.maximum(spread, wide * _NARROW), age)
        narrow = spread <= mean * _NARROW
        if not narrow.any():
            return moments
        m0, m1, m2 = (
            np.where(narrow, point, spread_out)
            for point, spread_out in zip(_point(mean, age), moments, strict=True)
        )
        return m0, m1, m2

    def waiting_over(self, mean: float, spread: float, age: Floats) -> Floats:
        """Share of people whose lag has passed by each age (the distribution function).

        >>> Lag("fixed").waiting_over(6.0, 0.0, np.array([5.0, 7.0])).tolist()
        [0.0, 1.0]
        """
        return self.partial_moments(np.asarray(mean), np.asarray(spread), age)[0]

    def integrated(self, mean: Floats, spread: Floats, age: Floats) -> tuple[Floats, Floats]:
        """The distribution function integrated once, and twice, up to `age`: see the module.

        Months of never-ending care by `age`: for one person started at age 0, and for one
        start a month from month 0 on.
        """
        m0, m1, m2 = self.partial_moments(mean, spread, age)
        late = np.maximum(age, 0.0)
        return late * m0 - m1, (late * late * m0 - 2 * late * m1 + m2) / 2

    def twice_integrated(self, mean: Floats, spread: Floats, age: Floats) -> Floats:
        """Months of never-ending care by `age`, for one start a month from month 0 on."""
        return self.integrated(mean, spread, age)[1]

    def once_integrated(self, mean: Floats, spread: Floats, age: Floats) -> Floats:
        """Months of never-ending care by `age` for one person started at age 0."""
        return self.integrated(mean, spread, age)[0]


def _gamma(mean: Floats, spread: Floats, age: Floats) -> Moments:
    return _gamma_moments((mean / spread) ** 2, spread * spread / mean, age)


def _erlang(mean: Floats, spread: Floats, age: Floats) -> Moments:
    stages = np.maximum(np.rint((mean / spread) ** 2), 1.0)
    return _gamma_moments(stages, mean / stages, age)


def _gamma_moments(shape: Floats, scale: Floats, age: Floats) -> Moments:
    """One incomplete gamma serves all three: P(k+1, x) = P(k, x) - x^k e^-x / Gamma(k+1)."""
    from scipy.special import gammainc, gammaln

    x = age / scale
    with np.errstate(divide="ignore"):
        drop = np.exp(shape * np.log(x) - x - gammaln(shape + 1))
    m0 = gammainc(shape, x)
    p1 = m0 - drop
    p2 = p1 - drop * x / (shape + 1)
    return m0, shape * scale * p1, shape * (shape + 1) * scale * scale * p2


def _weibull(mean: Floats, spread: Floats, age: Floats) -> Moments:
    from scipy.special import gamma as gamma_function
    from scipy.special import gammainc

    ratio, place = np.unique(spread / mean, return_inverse=True)
    shape = np.array([_weibull_shape(r) for r in ratio])[place.reshape((spread / mean).shape)]
    scale = mean / gamma_function(1 + 1 / shape)
    with np.errstate(divide="ignore"):
        x = np.exp(np.minimum(shape * np.log(age / scale), _SURE))
    return (
        -np.expm1(-x),
        mean * gammainc(1 + 1 / shape, x),
        scale * scale * gamma_function(1 + 2 / shape) * gammainc(1 + 2 / shape, x),
    )


def _weibull_shape(ratio: float) -> float:
    """Shape whose standard deviation over mean is `ratio` (which falls as it grows)."""
    from scipy.optimize import brentq  # a quarter of a second to import, for this shape alone
    from scipy.special import gammaln

    def excess(shape: float) -> float:
        log_ratio = gammaln(1 + 2 / shape) - 2 * gammaln(1 + 1 / shape)
        return float(np.sqrt(np.expm1(log_ratio)) - ratio)

    if excess(_WIDEST) < 0:
        return _WIDEST
    return float(brentq(excess, _WIDEST, 1 / _NARROW * 2, xtol=1e-12))


def _delayed_ramp(mean: Floats, spread: Floats, age: Floats) -> Moments:
    """Nothing for `mean - w`, then a straight build-up over 2w, where w = spread x sqrt 3."""
    half = np.maximum(np.minimum(spread * np.sqrt(3.0), mean), mean * _NARROW)
    return _even(mean - half, mean + half, age)


def _linear(mean: Floats, age: Floats) -> Moments:
    return _even(np.zeros_like(mean), np.maximum(2 * mean, _NARROW), age)


def _even(start: Floats, stop: Floats, age: Floats) -> Moments:
    reached = np.clip(age, start, stop)
    width = stop - start
    return (
        (reached - start) / width,
        (reached**2 - start**2) / (2 * width),
        (reached**3 - start**3) / (3 * width),
    )


def _front_loaded(mean: Floats, age: Floats) -> Moments:
    """Density falling straight to zero at three times the mean."""
    stop = np.maximum(3 * mean, _NARROW)
    x = np.minimum(age / stop, 1.0)
    return (
        2 * x - x**2,
        stop * (x**2 - 2 * x**3 / 3),
        stop**2 * (2 * x**3 / 3 - x**4 / 2),
    )


def _back_loaded(mean: Floats, age: Floats) -> Moments:
    """Density rising straight from zero to one and a half times the mean."""
    stop = np.maximum(1.5 * mean, _NARROW)
    x = np.minimum(age / stop, 1.0)
    return x**2, stop * 2 * x**3 / 3, stop**2 * x**4 / 2


def _point(mean: Floats, age: Floats) -> Moments:
    passed = (age >= mean).astype(np.float64)
    return passed, mean * passed, mean * mean * passed


def _steps(edges: Floats, shares: Sequence[float], age: Floats) -> Moments:
    """Even arrival within each period of an explicit profile."""
    totals = [np.zeros_like(age) for _ in range(3)]
    for start, stop, share in zip(edges[:-1], edges[1:], shares, strict=True):
        parts = _even(np.asarray(start), np.asarray(stop), age)
        for total, part in zip(totals, parts, strict=True):
            total += share * part
    return totals[0], totals[1], totals[2]


_BY_MEAN: dict[str, Callable[[Floats, Floats], Moments]] = {
    "fixed": _point,
    "step": _point,
    "linear": _linear,
    "front-loaded": _front_loaded,
    "back-loaded": _back_loaded,
}
_BY_SPREAD: dict[str, Callable[[Floats, Floats, Floats], Moments]] = {
    "gamma": _gamma,
    "erlang": _erlang,
    "weibull": _weibull,
    "delayed-ramp": _delayed_ramp,
}
