"""What the server's memory is kept in: one heap for all threads."""

from __future__ import annotations

import ctypes
import sys
from functools import cache

M_ARENA_MAX, M_MMAP_THRESHOLD = -8, -3
"""Names, in the GNU C library's malloc.h, of the most heaps there may be, and of the bytes from
which a block stands outside them and goes back to the system when it is let go."""

APART = 64 * 1024
"""Bytes of a block that stands outside: the draws of one measure are a little less."""


@cache
def share_one_heap() -> None:
    """Have every visitor's thread take its memory from one heap, where the C library is GNU's.

    Left alone it gives each new thread a heap of its own, up to eight for each core, and what a
    thread let go stays with its heap: 120 moves of one lever then end at 640 MB, not at 470.
    """
    set_option = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if set_option is not None:
        set_option(M_ARENA_MAX, 1)
        set_option(M_MMAP_THRESHOLD, APART)
