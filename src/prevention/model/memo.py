"""Results kept between runs, so that a moved slider pays only for what it changed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, MutableMapping
from typing import Any, TypeVar

T = TypeVar("T")

Cache = MutableMapping[Hashable, Any]
"""Results already worked out, by everything they depend on; an empty dict to begin with."""


class Memo:
    """A cache as one run sees it: results looked up or worked out, and which were used."""

    def __init__(self, cache: Cache | None = None) -> None:
        """Start from a caller's cache, or from nothing."""
        self._cache: Cache = {} if cache is None else cache
        self._used: set[Hashable] = set()
        self._working: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()

    def __call__(self, key: Hashable, compute: Callable[[], T]) -> T:
        """The result kept under a key, worked out now if there is none.

        Two threads that want the same result: the second waits for the first.
        """
        self._used.add(key)
        if key not in self._cache:
            with self._lock:
                lock = self._working.setdefault(key, threading.Lock())
            with lock:
                if key not in self._cache:
                    self._cache[key] = compute()
        found: T = self._cache[key]
        return found

    def forget_unused(self) -> None:
        """Drop what this run did not use: the cache holds one run's worth, no more."""
        for key in [key for key in self._cache if key not in self._used]:
            del self._cache[key]
