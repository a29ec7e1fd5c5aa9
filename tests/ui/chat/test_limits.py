from __future__ import annotations

import pytest

from ui.chat.limits import Limits, QuestionRateError


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_session_waits_out_its_minute():
    clock = Clock()
    limits = Limits(2, 100, clock=clock)
    limits.count("a", "home")
    clock.now += 10
    limits.count("a", "home")
    with pytest.raises(QuestionRateError, match="wait 51 s"):
        limits.count("a", "home")
    limits.count("b", "home")
    clock.now += 50
    limits.count("a", "home")


def test_new_sessions_do_not_get_round_the_limit_of_an_address():
    limits = Limits(2, 3, clock=Clock())
    for session in "abc":
        limits.count(session, "home")
    with pytest.raises(QuestionRateError):
        limits.count("d", "home")
    limits.count("d", "elsewhere")


def test_a_refused_question_is_not_counted():
    clock = Clock()
    limits = Limits(1, 2, clock=clock)
    limits.count("a", "home")
    for _ in range(5):
        with pytest.raises(QuestionRateError):
            limits.count("a", "home")
    limits.count("b", "home")
