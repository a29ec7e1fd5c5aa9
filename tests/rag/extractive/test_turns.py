"""Turns: how many are had at once, and whose comes first."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from rag.assistant import Assistant
from rag.events import EvidenceFound
from rag.extractive.turns import Turns, in_its_place
from tests.conftest import FakeReader

SECONDS = 20


def wait_for_line(turns: Turns, length: int) -> None:
    end = time.monotonic() + SECONDS
    while len(turns._waiting) < length:
        assert time.monotonic() < end, "nobody lines up"
        time.sleep(0.005)


@contextmanager
def lining_up(turns: Turns, steps: list[Iterator[object]]) -> Iterator[None]:
    """The next step of each, one in line behind the other, while the only turn is taken."""
    with ThreadPoolExecutor(len(steps)) as pool:
        taken: list[Future[object]] = []
        with turns.one():
            for step in steps:
                taken.append(pool.submit(next, step))
                wait_for_line(turns, len(taken))
        for one in taken:
            one.result(SECONDS)
        yield


def reading(turns: Turns, name: str, order: list[str]) -> Iterator[str]:
    yield "asked"
    with turns.one():
        order.append(name)
    yield "read"


def test_the_question_that_was_asked_first_comes_first_in_whatever_threads_its_steps_run():
    turns, order = Turns(1), []
    asked = {name: in_its_place(reading(turns, name, order)) for name in "abc"}
    for steps in asked.values():
        assert next(steps) == "asked"
    with lining_up(turns, [asked["c"], asked["a"], asked["b"]]):
        assert order == ["a", "b", "c"]


def test_what_is_of_no_question_comes_behind_those_that_were_asked_before():
    turns, order = Turns(1), []
    first, later = (in_its_place(reading(turns, name, order)) for name in ("first", "later"))
    plain = reading(turns, "plain", order)
    assert next(first) == next(plain) == "asked"
    with lining_up(turns, [plain, first]):
        assert order == ["first", "plain"]
    assert next(later) == "asked"


def test_a_question_within_another_one_has_its_place():
    turns, order = Turns(1), []

    def outer() -> Iterator[str]:
        yield "asked"
        yield from list(in_its_place(reading(turns, "inner", order)))

    outside, other = in_its_place(outer()), in_its_place(reading(turns, "other", order))
    assert next(outside) == next(other) == "asked"
    with lining_up(turns, [other, outside]):
        assert order == ["inner", "other"]


def test_no_more_are_inside_than_may_be():
    turns, lock, inside, most = Turns(2), threading.Lock(), 0, 0

    def come(_: int) -> None:
        nonlocal inside, most
        with turns.one():
            with lock:
                inside += 1
                most = max(most, inside)
            time.sleep(0.01)
            with lock:
                inside -= 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(come, range(16)))
    assert (most, inside) == (2, 0)


def test_who_is_stopped_while_he_waits_takes_no_turn_along(monkeypatch):
    turns = Turns(1)

    def stopped(_self: threading.Event) -> bool:
        raise KeyboardInterrupt

    with turns.one(), monkeypatch.context() as patch:
        patch.setattr(threading.Event, "wait", stopped)
        with pytest.raises(KeyboardInterrupt), turns.one():
            raise AssertionError("it was not its turn")
    with ThreadPoolExecutor(1) as pool:

        def come() -> str:
            with turns.one():
                return "had"

        assert pool.submit(come).result(SECONDS) == "had"


def test_steps_that_are_left_are_closed():
    ended = []

    def steps() -> Iterator[str]:
        try:
            yield "asked"
            yield "read"
        finally:
            ended.append(True)

    asked = in_its_place(steps())
    next(asked)
    asked.close()
    assert ended == [True]


class WaitingReader(FakeReader):
    """Reads when its turn has come."""

    def __init__(self, turns: Turns) -> None:
        super().__init__()
        self.turns = turns
        self.order: list[str] = []

    def read(self, question, passages, background=""):
        with self.turns.one():
            self.order.append(question)
            return super().read(question, passages)


def test_an_assistant_reads_first_for_who_asked_first(library_folder, encoder):
    reader = WaitingReader(Turns(1))
    questions = ("东岸大桥什么时候通车？", "大桥全长多少公里？", "校长是谁？")
    with Assistant.open(library_folder, encoder=encoder, reader=reader) as assistant:
        streams = [assistant.stream(question) for question in questions]
        for stream in streams:
            assert any(isinstance(event, EvidenceFound) for event in stream_until_found(stream))
        with lining_up(reader.turns, streams[::-1]):
            assert list(dict.fromkeys(reader.order)) == [*questions]


def stream_until_found(stream: Iterator[object]) -> Iterator[object]:
    for event in stream:
        yield event
        if isinstance(event, EvidenceFound):
            return
