"""Programmes that act on one service line share its people.

Combined share avoided = 1 - product of (1 - a_p): three programmes of 40 % make 78.4 %,
never 120 %. Parts are allocated so that they add up to the combined share.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from prevention.model.assumptions import Floats


def capped(care: Floats, people: Floats) -> Floats:
    """Share of a service line's people one programme avoids, never above the whole of it.

    Both (months, n). A share below zero is a programme that makes things worse: it is kept.
    """
    return np.minimum(care / np.maximum(people, 1e-9), 1.0)


def shapley(shares: Sequence[Floats]) -> list[Floats]:
    """Each programme's part of the combined share, averaged over every order of arrival.

    The Shapley value of 1 - product(1 - a_j) is a_p times the integral over z in [0, 1]
    of the product over the others of (1 - z a_j). That is a polynomial in z, so a few
    Gauss-Legendre points give it exactly, for any number of programmes.

    >>> parts = shapley([np.array([0.4])] * 3)
    >>> round(float(sum(parts)[0]), 6)
    0.784
    """
    if len(shares) == 1:
        return [shares[0]]
    points, weights = np.polynomial.legendre.leggauss((len(shares) + 1) // 2)
    parts = [np.zeros_like(share) for share in shares]
    for point, weight in zip((points + 1) / 2, weights / 2, strict=True):
        left = [1 - point * share for share in shares]
        together = np.prod(left, axis=0)
        for part, one in zip(parts, left, strict=True):
            part += weight * together / one
    for part, share in zip(parts, shares, strict=True):
        part *= share
    return parts


def in_order(shares: Sequence[Floats]) -> list[Floats]:
    """Each programme's part when the first takes its whole share, the next from the rest.

    >>> [round(float(p[0]), 3) for p in in_order([np.array([0.4])] * 3)]
    [0.4, 0.24, 0.144]
    """
    left = np.ones_like(shares[0])
    parts = []
    for share in shares:
        parts.append(share * left)
        left = left * (1 - share)
    return parts
