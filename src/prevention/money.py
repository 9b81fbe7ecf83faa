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

    Within a millionth of a penny of a half counts as a half: in which order a sum was
    added up then decides nothing, here or in a spreadsheet.

    >>> int(to_pence(1234.567))
    123457
    """
    return np.rint(np.round(np.asarray(pounds, dtype=np.float64) * 100, 6)).astype(np.int64)


def to_pounds(pence: ArrayLike) -> NDArray[np.float64]:
    """Whole pence to pounds: the nearest double to the exact two-decimal figure.

    >>> float(to_pounds(123457))
    1234.57
    """
    return np.asarray(pence, dtype=np.int64) / 100
