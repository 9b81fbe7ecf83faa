"""Scrambled Sobol points, the same to the bit as scipy's, without half a second of import.

A test holds every dimension here to `scipy.stats.qmc.Sobol`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from prevention.model.assumptions import Floats

Words = NDArray[np.uint32]

_BITS = 30
"""Binary digits of a point."""

_PLACES = np.arange(_BITS, dtype=np.uint32)

_DIRECTIONS = (
    (3, (1,)),
    (7, (1, 3)),
    (11, (1, 3, 1)),
    (13, (1, 1, 1)),
    (19, (1, 1, 3, 3)),
    (25, (1, 3, 5, 13)),
    (37, (1, 1, 5, 5, 17)),
    (41, (1, 1, 5, 5, 5)),
    (47, (1, 1, 7, 11, 19)),
    (55, (1, 1, 5, 1, 1)),
    (59, (1, 1, 1, 3, 11)),
    (61, (1, 3, 5, 5, 31)),
    (67, (1, 3, 3, 9, 7, 49)),
    (91, (1, 1, 1, 15, 21, 21)),
    (97, (1, 3, 1, 13, 27, 49)),
    (103, (1, 1, 1, 15, 7, 5)),
    (109, (1, 3, 1, 15, 13, 25)),
    (115, (1, 1, 5, 5, 19, 61)),
    (131, (1, 3, 7, 11, 23, 15, 103)),
    (137, (1, 3, 7, 13, 13, 15, 69)),
    (143, (1, 1, 3, 13, 7, 35, 63)),
    (145, (1, 3, 5, 9, 1, 25, 53)),
    (157, (1, 3, 1, 13, 9, 35, 107)),
    (167, (1, 3, 1, 5, 27, 61, 31)),
    (171, (1, 1, 5, 11, 19, 41, 61)),
    (185, (1, 3, 5, 3, 3, 13, 69)),
    (191, (1, 1, 7, 13, 1, 19, 1)),
    (193, (1, 3, 7, 5, 13, 19, 59)),
    (203, (1, 1, 3, 9, 25, 29, 41)),
    (211, (1, 3, 5, 13, 23, 1, 55)),
    (213, (1, 3, 7, 3, 13, 59, 17)),
    (229, (1, 3, 1, 3, 5, 53, 69)),
    (239, (1, 1, 5, 5, 23, 33, 13)),
    (241, (1, 1, 7, 7, 1, 61, 123)),
    (247, (1, 1, 7, 9, 13, 61, 49)),
    (253, (1, 3, 3, 5, 3, 55, 33)),
    (285, (1, 3, 1, 15, 31, 13, 49, 245)),
    (299, (1, 3, 5, 15, 31, 59, 63, 97)),
    (301, (1, 3, 1, 11, 11, 11, 77, 249)),
    (333, (1, 3, 1, 11, 27, 43, 71, 9)),
    (351, (1, 1, 7, 15, 21, 11, 81, 45)),
    (355, (1, 3, 7, 3, 25, 31, 65, 79)),
    (357, (1, 3, 1, 1, 19, 11, 3, 205)),
    (361, (1, 1, 5, 9, 19, 21, 29, 157)),
    (369, (1, 3, 7, 11, 1, 33, 89, 185)),
    (391, (1, 3, 3, 3, 15, 9, 79, 71)),
    (397, (1, 3, 7, 11, 15, 39, 119, 27)),
    (425, (1, 1, 3, 1, 11, 31, 97, 225)),
    (451, (1, 1, 1, 3, 23, 43, 57, 177)),
    (463, (1, 3, 7, 7, 17, 17, 37, 71)),
    (487, (1, 3, 1, 5, 27, 63, 123, 213)),
    (501, (1, 1, 3, 5, 11, 43, 53, 133)),
    (529, (1, 3, 5, 5, 29, 17, 47, 173, 479)),
    (539, (1, 3, 3, 11, 3, 1, 109, 9, 69)),
    (545, (1, 1, 1, 5, 17, 39, 23, 5, 343)),
    (557, (1, 3, 1, 5, 25, 15, 31, 103, 499)),
    (563, (1, 1, 1, 11, 11, 17, 63, 105, 183)),
    (601, (1, 1, 5, 11, 9, 29, 97, 231, 363)),
    (607, (1, 1, 5, 15, 19, 45, 41, 7, 383)),
    (617, (1, 3, 7, 7, 31, 19, 83, 137, 221)),
    (623, (1, 1, 1, 3, 23, 15, 111, 223, 83)),
    (631, (1, 1, 5, 13, 31, 15, 55, 25, 161)),
    (637, (1, 1, 3, 13, 25, 47, 39, 87, 257)),
)
"""From the second dimension on: a primitive polynomial, its coefficients as the digits of a
number, and the first direction numbers. Joe and Kuo (2008), "Constructing Sobol sequences with
better two-dimensional projections", table new-joe-kuo-6."""

WIDEST = len(_DIRECTIONS) + 1
"""Dimensions the table serves."""


@dataclass(frozen=True, slots=True)
class Net:
    """One scrambled sequence: directions (dimensions, 30) and the shift of each dimension."""

    directions: Words
    shift: Words

    @classmethod
    def scrambled(cls, dimensions: int, rng: np.random.Generator) -> Net:
        """A linear matrix scramble and a digital shift, both drawn from `rng`.

        Raises:
            ValueError: more dimensions than the table serves.
        """
        if dimensions > WIDEST:
            raise ValueError(
                f"A plan that needs {dimensions} draws of one thing, a year each, is too long "
                f"or too far ahead ({WIDEST} is the most). Choose an earlier first year or "
                "fewer years."
            )
        shift = rng.integers(2, size=(dimensions, _BITS), dtype=np.uint32)
        drawn = rng.integers(2, size=(dimensions, _BITS, _BITS), dtype=np.uint32)
        # Single precision counts up to thirty exactly, and multiplies much faster.
        lower = np.tril(drawn, -1).astype(np.float32) + np.eye(_BITS, dtype=np.float32)
        mixed = (lower @ _digits(dimensions)).astype(np.uint32) & 1
        words = (mixed << _PLACES[::-1, None]).sum(axis=1, dtype=np.uint32)
        return cls(words, (shift << _PLACES).sum(axis=1, dtype=np.uint32))

    def points(self, dimension: int, count: int) -> Floats:
        """The first points of one dimension, each in [0, 1); count: a power of two."""
        found = np.empty(count, np.uint32)
        found[0] = self.shift[dimension]
        have = 1
        for word in self.directions[dimension]:
            if have == count:
                break
            # Gray code: the second half is the first half backwards, one more digit changed.
            found[have : 2 * have] = found[:have][::-1] ^ word
            have *= 2
        scaled: Floats = found.astype(np.float64) * 2.0**-_BITS
        return scaled


@lru_cache(maxsize=16)
def _digits(dimensions: int) -> NDArray[np.float32]:
    """Digits of the direction numbers, most significant first, (dimensions, digit, number)."""
    plain = np.array([_directions(d) for d in range(dimensions)], np.uint32)
    return (plain[:, None, :] >> _PLACES[::-1, None] & 1).astype(np.float32)


def _directions(dimension: int) -> list[int]:
    """Direction numbers of a dimension before scrambling, as whole numbers of _BITS digits."""
    if dimension == 0:
        return [1 << (_BITS - 1 - j) for j in range(_BITS)]
    polynomial, numbers = _DIRECTIONS[dimension - 1]
    degree = polynomial.bit_length() - 1
    m = list(numbers)
    for j in range(degree, _BITS):
        value = m[j - degree] ^ (m[j - degree] << degree)
        for k in range(1, degree):
            if polynomial >> (degree - k) & 1:
                value ^= m[j - k] << k
        m.append(value)
    return [m[j] << (_BITS - 1 - j) for j in range(_BITS)]
