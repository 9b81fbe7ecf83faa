"""Scrambled Sobol points, a dimension at a time.

The same points, bit for bit, as `scipy.stats.qmc.Sobol` gives from the same generator
(tests/model/test_sobol.py): that module takes a third of a second to import, and works out every
dimension where a run asks for a few.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

Bits = NDArray[np.uint32]

_DIGITS = 30
"""Binary digits of a point."""

_NUMBERS = """
3 1; 7 1 3; 11 1 3 1; 13 1 1 1; 19 1 1 3 3; 25 1 3 5 13; 37 1 1 5 5 17; 41 1 1 5 5 5;
47 1 1 7 11 19; 55 1 1 5 1 1; 59 1 1 1 3 11; 61 1 3 5 5 31; 67 1 3 3 9 7 49; 91 1 1 1 15 21 21;
97 1 3 1 13 27 49; 103 1 1 1 15 7 5; 109 1 3 1 15 13 25; 115 1 1 5 5 19 61;
131 1 3 7 11 23 15 103; 137 1 3 7 13 13 15 69; 143 1 1 3 13 7 35 63; 145 1 3 5 9 1 25 53;
157 1 3 1 13 9 35 107; 167 1 3 1 5 27 61 31; 171 1 1 5 11 19 41 61; 185 1 3 5 3 3 13 69;
191 1 1 7 13 1 19 1; 193 1 3 7 5 13 19 59; 203 1 1 3 9 25 29 41; 211 1 3 5 13 23 1 55;
213 1 3 7 3 13 59 17; 229 1 3 1 3 5 53 69; 239 1 1 5 5 23 33 13; 241 1 1 7 7 1 61 123;
247 1 1 7 9 13 61 49; 253 1 3 3 5 3 55 33; 285 1 3 1 15 31 13 49 245; 299 1 3 5 15 31 59 63 97;
301 1 3 1 11 11 11 77 249; 333 1 3 1 11 27 43 71 9; 351 1 1 7 15 21 11 81 45;
355 1 3 7 3 25 31 65 79; 357 1 3 1 1 19 11 3 205; 361 1 1 5 9 19 21 29 157;
369 1 3 7 11 1 33 89 185; 391 1 3 3 3 15 9 79 71; 397 1 3 7 11 15 39 119 27;
425 1 1 3 1 11 31 97 225; 451 1 1 1 3 23 43 57 177; 463 1 3 7 7 17 17 37 71;
487 1 3 1 5 27 63 123 213; 501 1 1 3 5 11 43 53 133; 529 1 3 5 5 29 17 47 173 479;
539 1 3 3 11 3 1 109 9 69; 545 1 1 1 5 17 39 23 5 343; 557 1 3 1 5 25 15 31 103 499;
563 1 1 1 11 11 17 63 105 183; 601 1 1 5 11 9 29 97 231 363; 607 1 1 5 15 19 45 41 7 383;
617 1 3 7 7 31 19 83 137 221; 623 1 1 1 3 23 15 111 223 83; 631 1 1 5 13 31 15 55 25 161;
637 1 1 3 13 25 47 39 87 257
"""
"""Of each dimension after the first its primitive polynomial, as the bits of a number, and its
first direction numbers: S. Joe and F. Y. Kuo, "Constructing Sobol sequences with better
two-dimensional projections", SIAM J. Sci. Comput. 30 (2008), table new-joe-kuo-6."""

MOST = 2 + _NUMBERS.count(";")
"""Dimensions there are numbers for."""


@dataclass(frozen=True, slots=True)
class Sobol:
    """One scrambling of the sequence.

    directions: (dimensions, digits). shift: (dimensions,), the first point.
    """

    directions: Bits
    shift: Bits

    @classmethod
    def scrambled(cls, dimensions: int, rng: np.random.Generator) -> Sobol:
        """Scramble by a random linear map of each dimension's digits, and a random shift.

        Raises:
            ValueError: more dimensions than there are numbers for.
        """
        if dimensions > MOST:
            raise ValueError(f"A stream has at most {MOST} dimensions, not {dimensions}.")
        rng = rng.spawn(1)[0]
        shift = rng.integers(2, size=(dimensions, _DIGITS), dtype=np.uint32)
        size = (dimensions, _DIGITS, _DIGITS)
        maps = np.tril(rng.integers(2, size=size, dtype=np.uint32), -1) + np.eye(_DIGITS)
        # Digits down, highest first; direction numbers across.
        digits = _directions()[:dimensions, None, :] >> np.arange(_DIGITS - 1, -1, -1)[:, None] & 1
        scrambled = (maps @ digits).astype(np.uint32) & 1
        powers = 2 ** np.arange(_DIGITS, dtype=np.uint32)
        return cls(np.tensordot(scrambled, powers[::-1], (1, 0)), shift @ powers)

    def dimension(self, place: int, power: int) -> NDArray[np.float64]:
        """The first 2 ** power points of one dimension, each from 0 to under 1."""
        points = self.shift[place : place + 1]
        for direction in self.directions[place, :power]:
            # In Gray code the second half goes back through the first, with one digit more.
            points = np.concatenate([points, points[::-1] ^ direction])
        return np.asarray(points * 2.0**-_DIGITS, np.float64)


@cache
def _directions() -> Bits:
    """Direction numbers of every dimension before scrambling, (MOST, digits)."""
    rows = [[1] * _DIGITS]
    for line in _NUMBERS.split(";"):
        polynomial, *row = map(int, line.split())
        degree = len(row)
        for place in range(degree, _DIGITS):
            number = row[place - degree]
            for back in range(1, degree + 1):
                if polynomial >> degree - back & 1:
                    number ^= row[place - back] << back
            row.append(number)
        rows.append(row)
    return np.array(rows, np.uint32) << np.arange(_DIGITS - 1, -1, -1, dtype=np.uint32)
