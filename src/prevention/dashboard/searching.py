"""Searches for the best mix: one at a time for all visitors, each answer kept for who asks again.

A search holds up to some hundreds of megabytes while it runs, so a second waits for the first;
an answer is small. A search goes on when its visitor leaves, and its answer is there for them
when they come back.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor, wait

import streamlit as st

from prevention.model.optimum import Optimum, Progress

KEPT = 32
"""Answers held for all visitors together, each less than a megabyte."""

WAITING = "Waiting for another visitor's search to end"
_LOOK = 0.1
"""Seconds between two looks at how far a search has come."""


class Search:
    """One search, asked for: how far it has come, and in the end its answer."""

    def __init__(self, work: Callable[[Progress], Optimum], worker: ThreadPoolExecutor) -> None:
        """Ask for it; work: told where to say how far it has come."""
        self.doing, self.share = WAITING, 0.0
        self.answer: Future[Optimum] = worker.submit(work, self._tell)

    def _tell(self, doing: str, done: int, of: int) -> None:
        self.doing, self.share = doing, done / of

    @property
    def failed(self) -> bool:
        """Whether it came to an end without an answer."""
        return self.answer.done() and self.answer.exception() is not None


class Searches:
    """Every visitor's searches by what they ask for."""

    def __init__(self) -> None:
        """Start without any."""
        self._worker = ThreadPoolExecutor(1, "best mix")
        self._asked: OrderedDict[Hashable, Search] = OrderedDict()
        self._lock = threading.RLock()

    def get(self, key: Hashable) -> Search | None:
        """The search of that key, under way or ended; None where nobody asked, or it failed."""
        with self._lock:
            found = self._asked.get(key)
            if found is None or found.failed:
                return None
            self._asked.move_to_end(key)
            return found

    def ask(self, key: Hashable, work: Callable[[Progress], Optimum]) -> Search:
        """The search of that key, begun now unless somebody has asked for it."""
        with self._lock:
            found = self.get(key)
            if found is None:
                found = self._asked[key] = Search(work, self._worker)
                while len(self._asked) > KEPT:
                    self._asked.popitem(last=False)
            return found


@st.cache_resource(show_spinner=False)
def searches() -> Searches:
    """The searches of this server."""
    return Searches()


def awaited(search: Search) -> Optimum:
    """The answer of a search, with a bar on the page until it is there.

    Raises:
        What the search raised.
    """
    if not search.answer.done():
        bar = st.progress(0.0)
        while wait([search.answer], _LOOK).not_done:
            bar.progress(search.share, text=search.doing)
        bar.empty()
    return search.answer.result()
