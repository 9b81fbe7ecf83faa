"""Results kept between runs, so that a moved slider pays only for what it changed."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import is_dataclass
from typing import Any, TypeVar

import numpy as np

T = TypeVar("T")

LIMIT = 256 * 2**20
"""Bytes of results kept: two slider moves of six programmes under 10,000 draws."""


class Cache:
    """Results already worked out, by everything they depend on.

    One cache may serve any number of threads, runs and visitors: who asks for the same gets
    the same. Past its limit it lets go of what was asked for longest ago.
    """

    def __init__(self, limit: int = LIMIT) -> None:
        """Start empty. limit: bytes of arrays to keep."""
        self._limit = limit
        self._kept: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._held = 0
        self._working: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """How many results are kept."""
        return len(self._kept)

    @property
    def held(self) -> int:
        """Bytes of arrays kept; what two results share counts in both."""
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
        size = size_of(result)
        with self._lock:
            self._working.pop(key, None)
            _, replaced = self._kept.pop(key, (None, 0))
            self._kept[key] = (result, size)
            self._held += size - replaced
            while self._held > self._limit and len(self._kept) > 1:
                _, (_, freed) = self._kept.popitem(last=False)
                self._held -= freed


def size_of(result: Any) -> int:
    """Bytes of the arrays a result keeps alive, each counted once; of a view, all it looks at.

    >>> half = np.zeros(1000)[:500]
    >>> size_of({"a": half, "b": (half, 3.0)})
    8000
    """
    arrays: dict[int, int] = {}
    parts = [result]
    while parts:
        part = parts.pop()
        if isinstance(part, np.ndarray):
            while isinstance(part.base, np.ndarray):
                part = part.base
            arrays[id(part)] = part.nbytes
        elif isinstance(part, dict):
            parts.extend(part.values())
        elif isinstance(part, tuple | list):
            parts.extend(part)
        elif is_dataclass(part):
            parts.extend(getattr(part, name) for name in part.__dataclass_fields__)
    return sum(arrays.values())
