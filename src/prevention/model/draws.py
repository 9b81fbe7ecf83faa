"""Quasi-random draws: one seed, one run, one answer.

Each programme and each service line has a stream of its own, keyed by its name, so that
adding one leaves the draws of all others untouched. Scenarios and slider moves reuse the
same draws (common random numbers), so their difference is not sampling noise.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from threading import Lock
from typing import Any, TypeVar

import numpy as np

from prevention.model.assumptions import QUANTITIES, Assumption, Floats

Z_LIMIT = 3.090232306167813
"""Draws are held between the 0.1th and 99.9th percentile: a range of low to high says
nothing about one case in a thousand, and such tails should not decide a mean."""

_DIMENSIONS = tuple(QUANTITIES)

Part = TypeVar("Part")

Make = Callable[[], Floats]
Kept = Callable[[str, str, Make], Floats]
"""Gives the array of a kind and name: one kept from an earlier process, or made now."""


def made_now(kind: str, name: str, make: Make) -> Floats:
    """Keeps nothing."""
    return make()


_turns: dict[tuple[str, int, int], Lock] = {}


def _scores(stream: str, dimensions: int, count: int, seed: int, kept: Kept) -> Floats:
    """Standard normal scores of one stream, shape (dimensions, count).

    Of two threads that want the same, one finds them and the other waits for it.
    """
    with _turns.setdefault((stream, count, seed), Lock()):
        return _found(stream, dimensions, count, seed, kept)


@lru_cache(maxsize=64)
def _found(stream: str, dimensions: int, count: int, seed: int, kept: Kept) -> Floats:
    name = f"{stream}, {dimensions} dimensions, {count} draws, seed {seed}"
    scores = kept("scores", name, partial(_sampled, stream, dimensions, count, seed))
    scores.flags.writeable = False
    return scores


def _sampled(stream: str, dimensions: int, count: int, seed: int) -> Floats:
    """Scrambled Sobol points as scores, in an order shuffled per stream.

    Two streams share the same underlying sequence, and the shuffle is what makes them
    independent of each other.
    """
    from scipy.special import ndtri
    from scipy.stats import qmc  # slow to import: not for the central run, nor for what is kept

    key = int(hashlib.sha256(stream.encode()).hexdigest()[:16], 16)
    rng = np.random.default_rng(np.random.SeedSequence([seed, key]))
    points = qmc.Sobol(dimensions, rng=rng).random_base2(max(count - 1, 1).bit_length())
    shuffled = points[rng.permutation(len(points))[:count]]
    return np.ascontiguousarray(np.clip(ndtri(shuffled.T), -Z_LIMIT, Z_LIMIT), np.float32)


@dataclass(frozen=True, slots=True)
class Draws:
    """The columns a model runs through: draws under a seed, or one exact central run.

    count: draws; 0 for the central run, with every assumption at its central value.
    first, last: the slice of the draws this object stands for (a block of columns).
    swept: in a central run, assumptions that take a value of their own in each column,
        by (stream, name), each (columns,): a sweep from one end of a range to the other.
    kept: where arrays made by an earlier process stand; it changes no value.
    backwards: whether this block is worked through from its last part to its first.
    """

    count: int
    seed: int = 0
    first: int = 0
    last: int | None = None
    swept: Mapping[tuple[str, str], Floats] = field(default_factory=dict)
    kept: Kept = field(default=made_now, repr=False, compare=False)
    backwards: bool = field(default=False, repr=False, compare=False)

    @property
    def size(self) -> int:
        """Columns in each array."""
        if self.count == 0:
            return max((len(values) for values in self.swept.values()), default=1)
        return (self.count if self.last is None else self.last) - self.first

    @property
    def key(self) -> tuple[Hashable, ...]:
        """What tells these columns from others: the same key, the same values."""
        swept = tuple((name, values.tobytes()) for name, values in sorted(self.swept.items()))
        return (self.count, self.seed, self.first, self.last, swept)

    @property
    def dtype(self) -> type[np.floating[Any]]:
        """Double precision for a central run; single for draws, whose spread is far wider."""
        return np.float64 if self.count == 0 else np.float32

    def scores(self, stream: str, dimensions: int) -> Floats:
        """Standard normal scores of a stream, shape (dimensions, size)."""
        return np.stack([self.score(stream, place, dimensions) for place in range(dimensions)])

    def score(self, stream: str, place: int, dimensions: int) -> Floats:
        """Standard normal scores of one of a stream's dimensions, shape (size,)."""
        if self.count == 0:
            return np.zeros(self.size)
        scores = _scores(stream, dimensions, self.count, self.seed, self.kept)
        return scores[place, self.first : self.last]

    def values(self, stream: str, name: str, assumption: Assumption) -> Floats:
        """Values of one assumption in one stream, shape (size,), in its own unit."""
        if (stream, name) in self.swept:
            return self.swept[stream, name]
        if self.count == 0 or assumption.is_certain:
            return np.full(self.size, assumption.central, self.dtype)
        ends = assumption.low, assumption.central, assumption.high
        kind: Callable[..., Draws] = type(self)
        drawn = _values(kind, self.count, self.seed, self.kept, stream, name, ends)
        return drawn[self.first : self.last]

    def blocks(self, columns: int) -> list[Draws]:
        """The same draws in blocks of at most so many columns.

        Blocks are of one size, and an even number of them where there are several, so that
        two workers finish together; every other goes backwards, so that the two meet once
        instead of waiting for each other at each part.
        """
        parts = -(-self.count // columns)
        parts += parts % 2 if parts > 1 else 0
        size = -(-self.count // max(parts, 1))
        starts = range(0, self.count, max(size, 1))
        return [
            replace(self, first=a, last=min(a + size, self.count), backwards=place % 2 == 1)
            for place, a in enumerate(starts)
        ]

    def in_turn(self, parts: Iterable[Part]) -> list[Part]:
        """Parts of the work in the order in which this block goes through them."""
        return list(parts)[:: -1 if self.backwards else 1]


@lru_cache(maxsize=512)
def _values(
    kind: Callable[..., Draws],
    count: int,
    seed: int,
    kept: Kept,
    stream: str,
    name: str,
    ends: tuple[float, float, float],
) -> Floats:
    """One assumption of a stream in every draw, (count,): its blocks and costs share it."""
    every = kind(count, seed, kept=kept)
    scores = every.score(stream, _DIMENSIONS.index(name), len(_DIMENSIONS))
    low, central, high = ends
    assumption = Assumption(low=low, central=central, high=high)
    values: Floats = assumption.at(scores, QUANTITIES[name]).astype(every.dtype)
    values.flags.writeable = False
    return values
