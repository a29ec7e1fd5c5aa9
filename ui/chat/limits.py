"""How much one caller may ask of the page a minute, so that none takes the machine for itself.

A caller is the user who gave a password, else the address that a request came from: not a cookie, which
a caller can choose anew for each request.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from enum import StrEnum

from index.errors import JuwenError

_MINUTE = 60.0
_MOST_KEYS = 10_000


class Limited(StrEnum):
    """What is counted."""

    QUESTIONS = "questions"
    """Also searches for articles."""
    FURTHER = "further questions"
    """Requests for questions to go on with."""
    FEEDBACK = "feedback"
    SHOWN = "answers shown"
    """Requests for kept answers to be shown or written anew, many at a time."""
    LOG_INS = "log-ins"
    """That failed."""


A_MINUTE: Mapping[Limited, int] = {
    Limited.QUESTIONS: 120,  # a newsroom of twenty may sit behind one address
    Limited.FURTHER: 120,
    Limited.FEEDBACK: 30,
    Limited.SHOWN: 120,
    Limited.LOG_INS: 10,
}

_SAID = {
    Limited.QUESTIONS: ("questions were asked", "已提问"),
    Limited.FURTHER: ("questions were looked for", "已查找问题"),
    Limited.FEEDBACK: ("answers were judged", "已提交反馈"),
    Limited.SHOWN: ("conversations were shown", "已显示对话"),
    Limited.LOG_INS: ("passwords were wrong", "密码错误"),
}


class RateError(JuwenError):
    """A caller asked more than it may."""


class Limits:
    """Counts what callers ask over the last minute. Safe to use from several threads."""

    def __init__(
        self,
        a_minute: Mapping[Limited, int] = A_MINUTE,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most = {**A_MINUTE, **a_minute}
        self._clock = clock
        self._asked: OrderedDict[tuple[Limited, str], deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def count(self, what: Limited, caller: str) -> None:
        """Count something that a caller asks.

        Raises:
            RateError: the caller has asked its share of this minute; that is not counted.
        """
        with self._lock:
            self._check(what, caller).append(self._clock())

    def check(self, what: Limited, caller: str) -> None:
        """``count``, without counting."""
        with self._lock:
            self._check(what, caller)

    def _check(self, what: Limited, caller: str) -> deque[float]:
        now = self._clock()
        times = self._asked.setdefault((what, caller), deque())
        self._asked.move_to_end((what, caller))
        if len(self._asked) > _MOST_KEYS:
            self._asked.popitem(last=False)
        while times and now - times[0] >= _MINUTE:
            times.popleft()
        if len(times) >= self._most[what]:
            wait = int(_MINUTE - (now - times[0])) + 1
            english, chinese = _SAID[what]
            raise RateError(
                f"{len(times)} {english} within a minute; wait {wait} s and try again",
                f"一分钟内{chinese} {len(times)} 次；请 {wait} 秒后再试",
            )
        return times
