"""Results kept between runs, so that a moved slider pays only for what it changed."""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import is_dataclass
from typing import Any, TypeVar

import numpy as np

T = TypeVar("T")

Sizes = dict[int, int]
"""Bytes of arrays by their identity, which holds while one is kept."""

LIMIT = 192 * 2**20
"""Bytes of results kept: two slider moves of six programmes under 10,000 draws."""


class Cache:
    """Results already worked out, by everything they depend on.

    One cache may serve any number of threads, runs and visitors: who asks for the same gets
    the same. Past its limit it lets go of what was asked for longest ago.
    """

    def __init__(self, limit: int = LIMIT) -> None:
        """Start empty. limit: bytes of arrays to keep."""
        self._limit = limit
        self._kept: OrderedDict[Hashable, tuple[Any, Sizes]] = OrderedDict()
        self._sharing: Counter[int] = Counter()
        self._held = 0
        self._working: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """How many results are kept."""
        return len(self._kept)

    @property
    def held(self) -> int:
        """Bytes of arrays kept; what several results share counts once."""
        return self._held

    def __call__(self, key: Hashable, compute: Callable[[], T]) -> T:
        """The result kept under a key, worked out now if there is none.

        Two threads that want the same result: the second waits for the first.
        """
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                known: T = self._kept[key][0]
                return known
            working = self._working.setdefault(key, threading.Lock())
        with working:
            with self._lock:
                if key in self._kept:
                    done: T = self._kept[key][0]
                    return done
            result = compute()
            self._keep(key, result)
        return result

    def _keep(self, key: Hashable, result: Any) -> None:
        sizes = sizes_of(result)
        with self._lock:
            self._working.pop(key, None)
            if key in self._kept:  # let go, and worked out by two at once
                self._let_go(self._kept.pop(key)[1])
            self._kept[key] = (result, sizes)
            self._held += sum(size for array, size in sizes.items() if not self._sharing[array])
            self._sharing.update(sizes.keys())
            while self._held > self._limit and len(self._kept) > 1:
                self._let_go(self._kept.popitem(last=False)[1][1])

    def _let_go(self, sizes: Sizes) -> None:
        for array, size in sizes.items():
            self._sharing[array] -= 1
            if not self._sharing[array]:
                del self._sharing[array]
                self._held -= size


def sizes_of(result: Any) -> Sizes:
    """Bytes of the arrays a result keeps alive, by their identity; of a view, all it looks at.

    >>> half = np.zeros(1000)[:500]
    >>> list(sizes_of({"a": half, "b": (half, 3.0)}).values())
    [8000]
    """
    sizes: Sizes = {}
    parts = [result]
    while parts:
        part = parts.pop()
        if isinstance(part, np.ndarray):
            while isinstance(part.base, np.ndarray):
                part = part.base
            sizes[id(part)] = part.nbytes
        elif isinstance(part, dict):
            parts.extend(part.values())
        elif isinstance(part, tuple | list):
            parts.extend(part)
        elif is_dataclass(part):
            parts.extend(getattr(part, name) for name in part.__dataclass_fields__)
    return sizes
