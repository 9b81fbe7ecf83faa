"""From starts to care avoided: people started, then a lag, then a placement that would have lasted.

The answer is exact, not a monthly approximation. Starts and onsets are spread evenly
within their month (mid-month convention), so a start in month s yields in month s + d

    W(d) = G(d + 1) - 2 G(d) + G(d - 1)

months of care, where G is the twice-integrated lag distribution. Counting the start
month whole instead would overstate a plain case by 4.6 %.

For many draws the same exact response is worked out at a grid of lag means and spreads
(Chebyshev points over the range drawn), held as sums of a few curves, and interpolated: one
small matrix product instead of an incomplete gamma function per draw and month.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import DTypeLike, NDArray

from prevention.model.assumptions import Floats
from prevention.model.grid import SHORTEST
from prevention.model.lag import Lag
from prevention.model.timeline import Timeline
from prevention.years import MONTHS_PER_YEAR

DurationShape = Literal["geometric", "fixed", "never-ending"]

ByMonth = tuple[Floats, Floats]
"""Care and onsets by month after a start, each (months, lags)."""

_ALL_BUT = 1 - 1e-6
"""A fade-out of the whole effect in a year, short of infinitely fast."""


def monthly_weights(lag: Lag, mean: Floats, spread: Floats, months: int) -> ByMonth:
    """Never-ending care, and onsets, in each month after one start spread over month 0.

    Args:
        mean, spread: months, shape (k,).
        months: how many months to give.

    Returns:
        Care in months and onsets (placements that would have begun), each (months, k).
    """
    ages = np.arange(-1.0, months + 1)[:, None]
    once, twice = lag.integrated(mean[None, :], spread[None, :], ages)
    return np.diff(twice, n=2, axis=0), np.diff(once, n=2, axis=0)


def delayed(flow: Floats, months: Floats | float) -> Floats:
    """A monthly flow moved later; a part-month is a mixture of two whole months.

    Args:
        flow: (t, n).
        months: zero or more, one for all columns or one each, shape (n,).

    >>> delayed(np.array([[4.0], [8.0], [0.0]]), 0.25).ravel().tolist()
    [3.0, 7.0, 2.0]
    """
    if np.ndim(months) == 0 or np.ptp(months) == 0:
        return _moved(flow, float(np.ravel(months)[0]))
    later = np.empty_like(flow)
    whole = np.floor(months).astype(int)
    for step in np.unique(whole):
        columns = np.flatnonzero(whole == step)
        later[:, columns] = _moved(flow[:, columns], np.asarray(months)[columns])
    return later


def _moved(flow: Floats, months: Floats | float) -> Floats:
    """As `delayed`, for columns that share one whole number of months."""
    whole = min(int(np.floor(np.ravel(months)[0])), len(flow))
    part = months - np.floor(months)
    later = np.zeros_like(flow)
    later[whole:] = flow[: len(flow) - whole]
    if not np.any(part):
        return later
    mixed = later * (1 - part)
    mixed[1:] += later[:-1] * part
    return mixed


def persistent(
    never_ending: Floats,
    duration: Floats,
    fade_out: Floats,
    shape: DurationShape = "geometric",
) -> Floats:
    """Care avoided when the avoided placement would have ended and the effect fades.

    Of those whose placement was avoided, a share R(a) still would be in placement, with
    the effect still holding, `a` months later: R falls with the placement's length, and
    from twelve months on also by `fade_out` a year.

    Args:
        never_ending: care by month had the placements never ended, (t, n).
        duration: mean months, (n,); ignored when never-ending.
        fade_out: share of the effect lost a year after the first, (n,).
    """
    arrivals = np.empty_like(never_ending)
    arrivals[:1] = never_ending[:1]
    np.subtract(never_ending[1:], never_ending[:-1], out=arrivals[1:])
    leaving = np.zeros_like(duration)
    if shape == "geometric":
        leaving = 1 / np.maximum(duration, SHORTEST)
    plain = _surviving(arrivals, leaving)
    if shape != "fixed" and not fade_out.any():
        return plain
    fading = _rate(fade_out)
    if shape == "fixed":
        faded = _surviving(arrivals, leaving + fading)
        whole, part, left = _stops(duration, fading)
        care = plain - delayed(plain, np.minimum(duration, MONTHS_PER_YEAR))
        care += delayed(faded, MONTHS_PER_YEAR) * (duration > MONTHS_PER_YEAR)
        care -= delayed(faded, whole) * ((1 - part) * left)
        return care - delayed(faded, whole + 1) * (part * left * np.exp(-fading))
    # Who is still there after a year goes on at the faster rate.
    faster = _surviving(arrivals[:-MONTHS_PER_YEAR], leaving + fading)
    faster -= plain[:-MONTHS_PER_YEAR]
    faster *= np.exp(-leaving * MONTHS_PER_YEAR)
    plain[MONTHS_PER_YEAR:] += faster
    return plain


def _rate(fade_out: Floats) -> Floats:
    """Share of the effect lost a year as a rate a month."""
    rate: Floats = -np.log1p(-np.minimum(fade_out, _ALL_BUT)) / MONTHS_PER_YEAR
    return rate


def _stops(duration: Floats, fading: Floats) -> tuple[Floats, Floats, Floats]:
    """When placements of a fixed length past the first year end, and what then is left.

    A length with a part-month is a mixture of two whole ones: whole months, the share of
    the longer, and the effect left at the end of the shorter (nothing in the first year).
    """
    beyond = np.maximum(duration, MONTHS_PER_YEAR)
    whole = np.floor(beyond)
    left = np.exp(-fading * (whole - MONTHS_PER_YEAR)) * (duration > MONTHS_PER_YEAR)
    return whole, beyond - whole, left


def _surviving(arrivals: Floats, leaving: Floats) -> Floats:
    """Stock by month of arrivals who leave at a constant rate, averaged over each month."""
    keep, entry = np.exp(-leaving), _one_if_still(leaving)
    stock = arrivals * entry
    for month in range(1, len(stock)):
        stock[month] += keep * stock[month - 1]
    return stock


def _one_if_still(rate: Floats) -> Floats:
    """(1 - e^-rate) / rate, the mean of e^(-rate u) over the first month."""
    safe = np.where(rate > 0, rate, 1.0)
    return np.where(rate > 0, -np.expm1(-safe) / safe, 1.0)


def total_months(duration: Floats, fade_out: Floats, shape: DurationShape) -> Floats:
    """Months of care one avoided placement saves over an infinite horizon, (n,).

    The integral of R over all ages: infinite for a placement that never ends and an
    effect that never fades.
    """
    fading = _rate(fade_out)
    with np.errstate(divide="ignore", invalid="ignore"):
        if shape == "fixed":
            whole, part, _ = _stops(duration, fading)
            first, second = (
                np.where(fading > 0, -np.expm1(-fading * months) / fading, months)
                for months in (whole - MONTHS_PER_YEAR, whole + 1 - MONTHS_PER_YEAR)
            )
            return np.minimum(duration, MONTHS_PER_YEAR) + (1 - part) * first + part * second
        leaving = np.zeros_like(duration) if shape == "never-ending" else 1 / duration
        year = MONTHS_PER_YEAR * _one_if_still(leaving * MONTHS_PER_YEAR)
        return year + np.exp(-leaving * MONTHS_PER_YEAR) / (leaving + fading)


def response_rows(
    weights: ByMonth, starts: Mapping[int, Floats], timeline: Timeline, only_moves: bool
) -> Floats:
    """What one unit of capacity yields at each lag: the rows that `Response.of` takes.

    Args:
        weights: care and onsets by month after a start, as `monthly_weights` gives them,
            (timeline.months or more, lags) each.
        starts: people started by month under each whole month of delay, (months,).
        only_moves: whether a delay merely moves the starts, which do not end.

    Returns:
        (rows, lags): never-ending care by month from the first start on, under each delay
        (under none where a delay only moves it); below it placements that would have begun
        in each year of the plan, under each delay.
    """
    first = _first(starts)
    care, onsets = (each[: timeline.months - first] for each in weights)
    by_care: list[Floats] = []
    by_begun: list[Floats] = []
    for flow in starts.values():
        matrix = _convolving(flow[first:])
        whole = np.concatenate([np.zeros((first, matrix.shape[1])), matrix])
        by_begun.append(timeline.by_year(whole[timeline.warm_months :]) @ onsets)
        if not (only_moves and by_care):
            by_care.append(matrix @ care)
    return np.concatenate([*by_care, *by_begun])


@dataclass(frozen=True, slots=True)
class Response:
    """What one unit of capacity yields at lags (or curves that make them up), by months of delay.

    first: index of the first month with any start. care: never-ending care by month from
    then on, (months - first, lags); only under no delay where a delay merely moves it
    (starts that do not end). begun: placements that would have begun in each year
    of the plan, (years, lags). starts: people started by month, (months, 1).
    """

    first: int
    care: Mapping[int, Floats]
    begun: Mapping[int, Floats]
    starts: Mapping[int, Floats]

    @classmethod
    def of(
        cls,
        rows: Floats,
        starts: Mapping[int, Floats],
        timeline: Timeline,
        only_moves: bool,
        dtype: DTypeLike = np.float64,
    ) -> Response:
        """Rows as `response_rows` gives them for these starts, no delay the first, in `dtype`."""
        first, delays = _first(starts), list(starts)
        moving = delays[:1] if only_moves else delays
        ends = [timeline.months - first] * len(moving) + [timeline.years] * len(delays)
        parts = np.split(rows.astype(dtype), np.cumsum(ends)[:-1])
        people = {delay: flow[:, None].astype(dtype) for delay, flow in starts.items()}
        return cls(
            first,
            dict(zip(moving, parts[: len(moving)], strict=True)),
            dict(zip(delays, parts[len(moving) :], strict=True)),
            people,
        )


def _first(starts: Mapping[int, Floats]) -> int:
    """Index of the first month with any start, under any delay."""
    return min((int(np.argmax(flow > 0)) for flow in starts.values() if flow.any()), default=0)


def _convolving(flow: Floats) -> Floats:
    """The matrix whose product with weights by age convolves them with a monthly flow."""
    padded = np.concatenate([np.zeros(len(flow) - 1), flow])
    matrix: Floats = np.lib.stride_tricks.sliding_window_view(padded, len(flow))[:, ::-1]
    return matrix


@dataclass(frozen=True, slots=True)
class Delay:
    """Draws in order of their delay, so that those with the same whole months stand together.

    order: the draws by delay, (n,). groups: whole months and the columns, in that order,
    that have it. part: the part-month of each, in that order.
    """

    order: NDArray[np.intp]
    groups: tuple[tuple[int, slice], ...]
    part: Floats

    @classmethod
    def of(cls, months: Floats) -> Delay:
        """Sort delays, (n,) months."""
        whole = np.floor(months).astype(np.intp)
        order = np.argsort(whole, kind="stable")
        values, first = np.unique(whole[order], return_index=True)
        last = [*first[1:], len(months)]
        groups = tuple(
            (int(w), slice(int(a), int(b))) for w, a, b in zip(values, first, last, strict=True)
        )
        return cls(order, groups, (months - whole.astype(months.dtype))[order])

    def mixed(self, by_delay: Mapping[int, Floats], shares: Floats | None) -> Floats:
        """A response under each draw's own delay: a mixture of the two whole months about it.

        Args:
            by_delay: (rows, lags or curves) under each whole month of delay.
            shares: of each curve, (curves, n) in this order; None when each draw has a lag of
                its own, in this order, or all share one.

        Returns:
            (rows, n), the draws in their first order again.
        """
        sorted_ = np.empty((len(next(iter(by_delay.values()))), len(self.order)), self.part.dtype)
        for whole, columns in self.groups:
            part = self.part[columns]
            now = _at(by_delay[whole], shares, columns)
            if part.any():
                now = now + part * (_at(by_delay[whole + 1], shares, columns) - now)
            sorted_[:, columns] = now
        return self._in_first_order(sorted_)

    def moved(self, undelayed: Floats, shares: Floats | None) -> Floats:
        """As `mixed`, where a delay merely moves a response by month, (months, lags)."""
        if shares is None:
            now = np.broadcast_to(undelayed, (len(undelayed), len(self.order)))
        else:
            now = undelayed @ shares
        sorted_ = np.zeros(now.shape, self.part.dtype)
        for whole, columns in self.groups:
            sorted_[whole:, columns] = now[: max(len(now) - whole, 0), columns]
        if self.part.any():
            before = sorted_[:-1] * self.part
            sorted_ *= 1 - self.part
            sorted_[1:] += before
        return self._in_first_order(sorted_)

    def _in_first_order(self, sorted_: Floats) -> Floats:
        if len(self.groups) == 1:
            return sorted_
        back = np.empty_like(self.order)
        back[self.order] = np.arange(len(back))
        # Indexing with a list of columns would leave the draws of a month apart in memory.
        return np.take(sorted_, back, axis=1)


def _at(response: Floats, shares: Floats | None, columns: slice) -> Floats:
    if shares is not None:
        return response @ shares[:, columns]
    return response if response.shape[1] == 1 else response[:, columns]
