"""How the server's process uses the machine: one heap, and no thread that waits busily."""

from __future__ import annotations

import ctypes
import os
import sys
from functools import cache

from threadpoolctl import threadpool_limits

M_ARENA_MAX, M_MMAP_THRESHOLD = -8, -3
"""Names, in the GNU C library's malloc.h, of the most heaps there may be, and of the bytes from
which a block stands outside them and goes back to the system when it is let go."""

APART = 64 * 1024
"""Bytes of a block that stands outside: the draws of one measure are a little less."""


@cache
def settle() -> None:
    """Set the process up for many visitors, once."""
    _share_one_heap()
    _calculate_in_one_thread()


def _share_one_heap() -> None:
    """Have every visitor's thread take its memory from one heap, where the C library is GNU's.

    Left alone it gives each new thread a heap of its own, up to eight for each core, and what a
    thread let go stays with its heap: 120 moves of one lever then end at 640 MB, not at 470.
    """
    set_option = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if set_option is not None:
        set_option(M_ARENA_MAX, 1)
        set_option(M_MMAP_THRESHOLD, APART)


def _calculate_in_one_thread() -> None:
    """Linear algebra in the thread that asks for it: visitors are what keeps the cores busy.

    A second thread waits for work by running: a move of a lever then takes 240 ms of
    processor time, not 130.
    """
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # for what is loaded later
    threadpool_limits(limits=1, user_api="blas")
