"""Programmes that act on one service line share its people.

Combined share avoided = 1 - product of (1 - a_p): three programmes of 40 % make 78.4 %,
never 120 %. Parts are allocated so that they add up to the combined share.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

from prevention.model.assumptions import Floats


def shapley(shares: Sequence[Floats]) -> list[Floats]:
    """What is left of each programme's share once all arrive in every order, on average.

    The Shapley value of 1 - product(1 - a_j) is a_p times the integral over z in [0, 1]
    of the product over the others of (1 - z a_j); the integral is returned. It is that
    of a polynomial, so a few Gauss-Legendre points give it exactly for any number of
    programmes. Times a_p, the parts add up to the combined share.

    >>> left = shapley([np.array([0.4])] * 3)
    >>> round(float(sum(0.4 * part for part in left)[0]), 6)
    0.784
    """
    parts = [np.zeros_like(share) for share in shares]
    for point, weight in _gauss((len(shares) + 1) // 2):
        missed = [1 - point * share for share in shares]
        together = weight * missed[0]
        for other in missed[1:]:
            together = together * other
        for part, own in zip(parts, missed, strict=True):
            part += together / own
    return parts


@cache
def _gauss(count: int) -> list[tuple[float, float]]:
    """Gauss-Legendre points and weights over 0 to 1."""
    points, weights = np.polynomial.legendre.leggauss(count)
    return list(zip(((points + 1) / 2).tolist(), (weights / 2).tolist(), strict=True))


def in_order(shares: Sequence[Floats]) -> list[Floats]:
    """What is left of each share when the first takes its whole, the next from the rest.

    >>> [round(float(part[0]), 2) for part in in_order([np.array([0.4])] * 3)]
    [1.0, 0.6, 0.36]
    """
    left = [np.ones_like(shares[0])]
    for share in shares[:-1]:
        left.append(left[-1] * (1 - share))
    return left
