from __future__ import annotations

import pytest

from ui.chat.access import caller_of
from ui.chat.limits import Limited, Limits, RateError

ASKS = Limited.QUESTIONS


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_caller_waits_out_its_minute():
    clock = Clock()
    limits = Limits({ASKS: 2}, clock=clock)
    limits.count(ASKS, "home")
    clock.now += 10
    limits.count(ASKS, "home")
    with pytest.raises(RateError, match="wait 51 s"):
        limits.count(ASKS, "home")
    limits.count(ASKS, "elsewhere")
    clock.now += 50
    limits.count(ASKS, "home")


def test_each_thing_is_counted_by_itself():
    limits = Limits(dict.fromkeys(Limited, 1), clock=Clock())
    for what in Limited:
        limits.count(what, "home")
        with pytest.raises(RateError):
            limits.count(what, "home")


def test_what_is_refused_or_only_looked_at_is_not_counted():
    clock = Clock()
    limits = Limits({ASKS: 1}, clock=clock)
    limits.check(ASKS, "home")
    limits.count(ASKS, "home")
    clock.now += 30
    for _ in range(5):
        with pytest.raises(RateError):
            limits.count(ASKS, "home")
    clock.now += 30
    limits.count(ASKS, "home")


@pytest.mark.parametrize(
    ("scope", "user", "caller"),
    [
        ({"client": ("10.0.0.7", 5)}, None, "10.0.0.7"),
        ({"client": ("10.0.0.7", 5)}, "desk", "user desk"),
        ({"client": None}, None, ""),
    ],
)
def test_a_caller_is_its_user_or_its_address(scope, user, caller):
    assert caller_of(scope, user) == caller
