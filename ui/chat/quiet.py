"""Work that nobody waits for goes behind the questions that are being answered."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

_SECONDS_BETWEEN_LOOKS = 0.05


class Quiet:
    """Whether anybody's question is being answered, so that other work can wait until none is."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked = 0

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
        """Until no question is being answered."""
        while self._asked:
            time.sleep(_SECONDS_BETWEEN_LOOKS)
