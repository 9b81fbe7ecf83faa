"""Pounds and pence: money is rounded once, held in whole pence, and then only added.

Floating point never decides a total. A figure that appears twice is the same integer
both times, and a total is the sum of the integers it is made of.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Pence = NDArray[np.int64]


def to_pence(pounds: ArrayLike) -> Pence:
    """Pounds to whole pence, halves to even.

    >>> int(to_pence(1234.567))
    123457
    """
    return np.rint(np.asarray(pounds, dtype=np.float64) * 100).astype(np.int64)


def to_pounds(pence: ArrayLike) -> NDArray[np.float64]:
    """Whole pence to pounds: the nearest double to the exact two-decimal figure.

    >>> float(to_pounds(123457))
    1234.57
    """
    return np.asarray(pence, dtype=np.int64) / 100


def apportion(total: int, shares: ArrayLike) -> Pence:
    """Split whole pence by shares so that the parts add up to the total exactly.

    Largest remainder: each part is rounded down, and the pennies left over go to the
    parts that lost most.

    >>> apportion(100, [1, 1, 1]).tolist()
    [34, 33, 33]

    Raises:
        ValueError: the shares are negative or sum to zero.
    """
    weights = np.asarray(shares, dtype=np.float64)
    if weights.size == 0 or (weights < 0).any() or weights.sum() <= 0:
        raise ValueError("Shares must be zero or more and sum to more than zero.")
    exact = total * (weights / weights.sum())
    parts: Pence = np.floor(exact).astype(np.int64)
    order = np.argsort(parts - exact, kind="stable")
    parts[order[: total - int(parts.sum())]] += 1
    return parts
