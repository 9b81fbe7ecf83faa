"""Whether a scheme pays: net present value, benefit-cost ratio, payback, peak funding.

The appraisal view is real and discounted; the MTFS view is cash. Functions here take
flows already in one view or the other and never mix them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from prevention.model.assumptions import Floats


def present_value(flows: ArrayLike, rate: float, per_year: int = 1) -> float:
    """Present value of flows at the end of periods 0, 1, 2, ... (the first undiscounted).

    Args:
        flows: real money by period.
        rate: a year; per_year: periods in a year.

    >>> round(present_value([157500, 52500], 0.035), 2)
    208224.64
    """
    flows = np.asarray(flows, dtype=np.float64)
    return float(flows @ (1 + rate) ** (-np.arange(len(flows)) / per_year))


def benefit_cost_ratio(benefits: float, costs: float) -> float | None:
    """Present value of benefits over that of costs; None where nothing is spent.

    >>> round(benefit_cost_ratio(342886.56, 208224.64), 4)
    1.6467
    """
    return benefits / costs if costs > 0 else None


def payback_periods(net: ArrayLike) -> float | None:
    """Periods until cumulative net is zero or more and stays so, with the part-period.

    Counted from the end of the first period, as annual appraisals do; None when it is
    not reached. A scheme that never costs anything net pays back at once (0).

    >>> round(payback_periods([-157500, 39300, 183600, 91800]), 2)
    1.64
    """
    running = np.cumsum(np.asarray(net, dtype=np.float64))
    short = np.flatnonzero(running < 0)
    if short.size == 0:
        return 0.0
    last = int(short[-1])
    if last == len(running) - 1:
        return None
    return float(last - running[last] / (running[last + 1] - running[last]))


def payback_month(net: ArrayLike) -> int | None:
    """Index of the first month when cumulative net is zero or more and stays so."""
    running = np.cumsum(np.asarray(net, dtype=np.float64))
    short = np.flatnonzero(running < -0.005)
    if short.size == 0:
        return 0
    return None if short[-1] == len(running) - 1 else int(short[-1]) + 1


@dataclass(frozen=True, slots=True)
class Peak:
    """The deepest cumulative net outlay: GBP (zero or more) and the index of its month."""

    amount: float
    month: int | None


def peak_funding(net: ArrayLike) -> Peak:
    """How much must be found before the scheme starts to pay, and when.

    >>> peak_funding([-100, -50, 80, 200])
    Peak(amount=150.0, month=1)
    """
    running = np.cumsum(np.asarray(net, dtype=np.float64))
    month = int(np.argmin(running))
    if running[month] >= 0:
        return Peak(0.0, None)
    return Peak(float(-running[month]), month)


def equivalent_annual(npv: float, rate: float, years: float) -> float:
    """Equivalent annual net value: the level yearly sum with the same present value.

    >>> round(equivalent_annual(1000.0, 0.035, 5), 2)
    221.48
    """
    if rate == 0:
        return npv / years
    annuity: float = (1 - (1 + rate) ** -years) / rate
    return npv / annuity


def crossing(lags: Floats, surplus: Floats) -> tuple[float | None, str]:
    """The longest lag at which a surplus is still zero or more, and what is known of it.

    Args:
        lags: months, rising, (n,).
        surplus: GBP at each lag, (n,).

    Returns:
        Months (by straight line between the two lags about the crossing) and one of
        "found", "at any lag tried", "at no lag".
    """
    good = np.flatnonzero(surplus >= 0)
    if good.size == 0:
        return None, "at no lag"
    last = int(good[-1])
    if last == len(lags) - 1:
        return None, "at any lag tried"
    step = surplus[last] / (surplus[last] - surplus[last + 1])
    return float(lags[last] + step * (lags[last + 1] - lags[last])), "found"
