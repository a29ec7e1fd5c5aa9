"""What a server holds of requests: bounded for each caller and in all, and by their parts."""

from __future__ import annotations

import pytest

from ui.bodies import Held, HeldError, PartsError, check_parts


def test_what_is_held_is_bounded_by_caller_and_in_all_and_let_go_of():
    held = Held(of_one=10, of_all=15)
    with held.of("a") as count:
        count(8)
        with pytest.raises(HeldError), held.of("a") as more:
            more(3)
        with held.of("b") as other:
            other(5)
            with pytest.raises(HeldError), held.of("c") as third:
                third(4)
        assert held.held == {"a": 8}
    assert not held.held


@pytest.mark.parametrize("body", [b"[" * 3, b"{" * 3, b"," * 5])
def test_a_body_of_too_many_parts_is_refused(body):
    check_parts(body[:-1], 2, 4)
    with pytest.raises(PartsError, match="over 2 objects and lists, or 4 commas"):
        check_parts(body, 2, 4)
