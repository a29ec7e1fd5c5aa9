"""The heaps of the C library, of which each thread of a server would otherwise fill its own.

What a thread frees stays in its heap, in holes between what is kept. With eight heaps a core a server's memory
grew for as long as it was asked, although it held no more; where Python's threads take turns anyway, two
lose no time.
"""

from __future__ import annotations

import ctypes
import os
import sys

_ARENA_MAX = -8
"""``M_ARENA_MAX`` of glibc's ``malloc.h``."""

_HEAPS = 2


def share_heaps() -> None:
    """Let the threads of this process share two heaps; to be called before they are started.

    Does nothing where the environment says how many, and where the C library is another one than glibc.
    """
    if sys.platform == "linux" and "MALLOC_ARENA_MAX" not in os.environ:
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none
        if mallopt is not None:
            mallopt(_ARENA_MAX, _HEAPS)
