"""How many questions one session may ask a minute, so that none takes the machine for itself."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

from index.errors import JuwenError

QUESTIONS_A_MINUTE = 30
QUESTIONS_A_MINUTE_AND_ADDRESS = 600
"""Of all sessions of one address: a newsroom may sit behind one."""

_MINUTE = 60.0
_MOST_KEYS = 10_000


class QuestionRateError(JuwenError):
    """A session asked more than it may."""


class Limits:
    """Counts questions by session and by address over the last minute. Safe from several threads."""

    def __init__(
        self,
        session: int = QUESTIONS_A_MINUTE,
        address: int = QUESTIONS_A_MINUTE_AND_ADDRESS,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most = {"session": session, "address": address}
        self._clock = clock
        self._asked: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def count(self, session: str, address: str) -> None:
        """Count a question.

        Raises:
            QuestionRateError: the session, or its address, has asked its share of this minute.
        """
        now = self._clock()
        keys = [key for key in (("session", session), ("address", address)) if key[1]]
        with self._lock:
            for kind, name in keys:
                self._check(kind, name, now)
            for key in keys:
                self._asked[key].append(now)

    def _check(self, kind: str, name: str, now: float) -> None:
        times = self._asked.setdefault((kind, name), deque())
        self._asked.move_to_end((kind, name))
        if len(self._asked) > _MOST_KEYS:
            self._asked.popitem(last=False)
        while times and now - times[0] >= _MINUTE:
            times.popleft()
        if len(times) >= self._most[kind]:
            wait = int(_MINUTE - (now - times[0])) + 1
            raise QuestionRateError(
                f"{len(times)} questions were asked within a minute; wait {wait} s and ask again",
                f"一分钟内已提问 {len(times)} 次；请 {wait} 秒后再问",
            )
