"""Work that nobody waits for goes behind the questions that are being answered."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

_SECONDS_BETWEEN_LOOKS = 0.05


class EndedError(Exception):
    """The server ends, and with it what nobody waits for."""


class Quiet:
    """Whether anybody's question is being answered, so that other work can wait until none is."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked = 0
        self._ended = False

    @contextmanager
    def asking(self) -> Iterator[None]:
        with self._lock:
            self._asked += 1
        try:
            yield
        finally:
            with self._lock:
                self._asked -= 1

    def wait(self) -> None:
        """Until no question is being answered.

        Raises:
            EndedError: the server ends; what comes next is not to be begun.
        """
        while self._asked and not self._ended:
            time.sleep(_SECONDS_BETWEEN_LOOKS)
        if self._ended:
            raise EndedError

    def end(self) -> None:
        """Begin nothing more."""
        self._ended = True
