"""The time from referral to outcome, learned from people of whom some still wait.

The wait of those who respond is a gamma distribution of mean m and standard deviation s, the
`onset_lag` and `onset_spread` of a programme; a share p responds at all. With f and F its
density and distribution function, a person whose outcome came after t months contributes
p f(t), and one who has waited t months so far 1 - p F(t).

What is believed beforehand comes from the programme's evidence, read as a forecast reads it:
m and s run through low, central and high along the curve of `Assumption.at`, at scores that
follow a t distribution with the same 10th, 50th and 90th percentile as the normal. Its tails
are heavier, so that records which contradict the evidence can win. logit p ~ N(0, 1.5^2).

scipy finds the most likely values; a grid laid about them then gives the whole distribution.
A normal curve fitted at the top, without the grid, is not good enough: over parameters drawn
from a wide prior its 80 % range held the truth 66 times in 100.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import interpolate, optimize, special

from prevention.learning.cohort import Cohort, RecordsUnfit
from prevention.model.assumptions import QUANTITIES, Z_90, Assumption, Floats

Curve = Callable[[Floats], Floats]
_FREEDOM = 4.0
_TAIL = Z_90 / float(special.stdtrit(_FREEDOM, 0.9))
"""Scale at which a t distribution has the normal's 10th and 90th percentile."""
_SHARE_LOGIT = 1.5
_ROUGH, _FINE = (19, 13, 13), (33, 25, 21)
_REACH = 5.0
"""Standard deviations that the first grid goes to either side of the most likely values."""
_APART = 0.05
"""Months."""
_NEGLIGIBLE = 2e-3
_TIMES_WIDENED = 8


@dataclass(frozen=True, slots=True)
class Range:
    """10th, 50th and 90th percentile."""

    p10: float
    p50: float
    p90: float


@dataclass(frozen=True, slots=True)
class Learned:
    """One quantity learned.

    evidence: what was believed beforehand. estimate: what is believed now. records_alone:
    what the records say with the evidence on this quantity left out; None where they say
    too little. data_weight: the share of the evidence's variance that the records removed,
    as 1 - (width of the estimate / width of the evidence)^2, both from P10 to P90 in scores.
    """

    evidence: Range
    estimate: Range
    records_alone: float | None
    data_weight: float


@dataclass(frozen=True, slots=True)
class Fit:
    """Lag and spread in months, and the share who respond.

    scores: points of the grid along the lag, the spread and the share; below: the
    probability of lying below each.
    """

    lag: Learned
    spread: Learned
    share: Range
    scores: tuple[Floats, ...]
    below: tuple[Floats, ...]


def curve(name: str, assumption: Assumption) -> Curve:
    """Scores to months, as a forecast draws them.

    Raises:
        RecordsUnfit: the assumption has no range to learn in.
    """
    if assumption.is_certain or assumption.low <= 0:
        raise RecordsUnfit(
            f"The programme's {name} is {assumption.low:g} to {assumption.high:g}: nothing can be "
            "learned without a range above 0. Give it a low, a central and a high figure."
        )
    return lambda z: assumption.at(np.asarray(z, float), QUANTITIES[name])


def fit(people: Cohort, onset_lag: Assumption, onset_spread: Assumption) -> Fit:
    """Learn from the records, starting from the evidence.

    Raises:
        RecordsUnfit: an assumption has no range.
    """
    at_lag, at_spread = curve("onset_lag", onset_lag), curve("onset_spread", onset_spread)
    axes, weights = _grid(_log_posterior(people, at_lag, at_spread))
    margins = _margins(weights)
    below = [np.cumsum(margin) - margin / 2 for margin in margins]
    lag = _learned(onset_lag, at_lag, axes[0], margins[0], below[0])
    spread = _learned(onset_spread, at_spread, axes[1], margins[1], below[1])
    share = special.expit(_SHARE_LOGIT * _quantiles(axes[2], below[2]))
    return Fit(lag, spread, Range(*map(float, share)), tuple(axes), tuple(below))


def _log_posterior(people: Cohort, lag: Curve, spread: Curve) -> Callable[..., Floats]:
    """Log density, up to a constant, at scores of lag and spread (n, m) and of share (k,)."""
    done = people.waited[people.known]
    # Waits within a day and a half of each other are worked out once, however many people.
    waiting, people_at = np.unique(
        np.round(people.waited[~people.known] / _APART), return_counts=True
    )
    waiting = waiting * _APART
    count, months, logs = len(done), done.sum(), np.log(done).sum()

    def density(z_lag: Floats, z_spread: Floats, z_share: Floats) -> Floats:
        mean, deviation = lag(z_lag), spread(z_spread)
        shape, scale = (mean / deviation) ** 2, deviation**2 / mean
        known = (shape - 1) * logs - months / scale
        known = known - count * (special.gammaln(shape) + shape * np.log(scale))
        known = known + _log_evidence(z_lag) + _log_evidence(z_spread)
        later = special.gammaincc(shape[..., None], waiting / scale[..., None])
        parts = []
        for score in z_share:
            p, never = special.expit(np.array([1, -1]) * _SHARE_LOGIT * score)
            open_ = np.log(never + p * later) @ people_at
            parts.append(known + count * np.log(p) + open_ - score**2 / 2)
        return np.stack(parts, axis=-1)

    return density


def _log_evidence(score: Floats) -> Floats:
    """Log density of the evidence at a score, up to a constant."""
    weighted: Floats = -(_FREEDOM + 1) / 2 * np.log1p((score / _TAIL) ** 2 / _FREEDOM)
    return weighted


def _grid(density: Callable[..., Floats]) -> tuple[list[Floats], Floats]:
    """A grid that holds all but a negligible part, and the probability at its points.

    Laid about the most likely values, widened until nothing that matters lies outside, then
    laid again over what matters alone.
    """

    def against(scores: Floats) -> float:
        lag, spread, share = scores
        return -float(density(np.array(lag), np.array(spread), np.array([share]))[0])

    best = optimize.minimize(against, np.zeros(3), method="BFGS", options={"gtol": 1e-2})
    reach = _REACH * np.sqrt(np.clip(np.diag(np.asarray(best.hess_inv)), 1e-4, 1.0))
    low, high = best.x - reach, best.x + reach
    for _ in range(_TIMES_WIDENED):
        axes, weights = _over(density, low, high, _ROUGH)
        heights = [margin / margin.max() for margin in _margins(weights)]
        short = np.array([height[[0, -1]] > _NEGLIGIBLE for height in heights])
        if not short.any():
            break
        more = 0.3 * (high - low)
        low, high = low - more * short[:, 0], high + more * short[:, 1]
    matter = [axis[height > _NEGLIGIBLE / 4] for axis, height in zip(axes, heights, strict=True)]
    step = np.array([axis[1] - axis[0] for axis in axes])
    low, high = (np.array([part[end] for part in matter]) for end in (0, -1))
    return _over(density, low - step, high + step, _FINE)


def _over(
    density: Callable[..., Floats], low: Floats, high: Floats, sizes: tuple[int, int, int]
) -> tuple[list[Floats], Floats]:
    """An even grid between two corners, and the probability at its points."""
    axes = [np.linspace(a, b, n) for a, b, n in zip(low, high, sizes, strict=True)]
    logs = density(*np.meshgrid(axes[0], axes[1], indexing="ij"), axes[2])
    weights = np.exp(logs - logs.max())
    return axes, weights / weights.sum()


def _margins(weights: Floats) -> list[Floats]:
    """Probability along each axis."""
    return [weights.sum(axis=tuple({0, 1, 2} - {axis})) for axis in range(3)]


def _quantiles(scores: Floats, below: Floats) -> Floats:
    """Scores at the 10th, 50th and 90th percentile."""
    between = np.linspace(scores[0], scores[-1], 1001)
    return np.interp(
        [0.1, 0.5, 0.9], interpolate.PchipInterpolator(scores, below)(between), between
    )


def _learned(
    evidence: Assumption, at: Curve, scores: Floats, margin: Floats, below: Floats
) -> Learned:
    """What became of one quantity."""
    found = _quantiles(scores, below)
    width = (found[2] - found[0]) / (2 * Z_90)
    return Learned(
        Range(evidence.low, evidence.central, evidence.high),
        Range(*map(float, at(found))),
        _records_alone(at, scores, margin),
        float(max(1 - width**2, 0.0)),
    )


def _records_alone(at: Curve, scores: Floats, margin: Floats) -> float | None:
    """Where the likelihood is highest: the evidence on this quantity taken out again."""
    logs = np.log(np.maximum(margin, np.finfo(float).tiny)) - _log_evidence(scores)
    top = int(np.argmax(logs))
    if top in (0, len(scores) - 1):
        return None
    a, b, c = logs[top - 1 : top + 2]
    shift = (a - c) / (2 * (a - 2 * b + c))
    return float(at(scores[top] + shift * (scores[1] - scores[0])))
