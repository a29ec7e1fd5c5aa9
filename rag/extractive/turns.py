"""Whose passages are read first where several questions wait: those of the question that was asked first.

Reading is nine tenths of the work of a question. Where all wait for the same cores at once, one with many
passages waits for a piece of everybody's, and the network holds what all of them need. As many at
a time as there are cores, the oldest question's first, every question waits about as long.
"""

from __future__ import annotations

import heapq
import os
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import count
from typing import TypeVar

_Step = TypeVar("_Step")

_PLACES = count()
_PLACE: ContextVar[int | None] = ContextVar("place", default=None)
"""Of the question that is being answered, among all that were asked."""


def in_its_place(steps: Generator[_Step]) -> Generator[_Step]:
    """The steps of answering a question, in all of which it keeps the place that it had when it was asked.

    Whichever threads they run in; a question that is asked while another is answered is that one's.
    """
    outer = _PLACE.get()
    place = next(_PLACES) if outer is None else outer
    try:
        while True:
            before = _PLACE.set(place)
            try:
                step = next(steps)
            except StopIteration:
                return
            finally:
                _PLACE.reset(before)
            yield step
    finally:
        steps.close()


class Turns:
    """Lets some in at a time, of those that wait the one of the oldest question first.

    Safe to use from several threads. What is of no question has the place of one that is asked now.
    """

    def __init__(self, at_once: int) -> None:
        self._lock = threading.Lock()
        self._free = at_once
        self._waiting: list[tuple[int, int, threading.Event]] = []

    @contextmanager
    def one(self) -> Iterator[None]:
        """A turn, once it has come, for as long as it is inside."""
        with self._lock:
            mine = self._line_up()
        try:
            if mine:
                mine[-1].wait()
            yield
        finally:
            with self._lock:
                self._leave(mine)

    def _line_up(self) -> tuple[int, int, threading.Event] | None:
        """What is waited for; ``None`` where there is a turn at once."""
        if self._free:
            self._free -= 1
            return None
        place, now = _PLACE.get(), next(_PLACES)
        mine = (now if place is None else place, now, threading.Event())
        heapq.heappush(self._waiting, mine)
        return mine

    def _leave(self, mine: tuple[int, int, threading.Event] | None) -> None:
        if mine in self._waiting:  # stopped while it waited
            self._waiting.remove(mine)
            heapq.heapify(self._waiting)
        elif self._waiting:
            heapq.heappop(self._waiting)[-1].set()
        else:
            self._free += 1


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):  # not on macOS and Windows
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


READINGS = Turns(_cores())
"""Those of all readers of this process."""
