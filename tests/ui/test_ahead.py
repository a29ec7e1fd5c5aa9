"""Pieces that are made ahead of who reads them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Generator

import pytest

from ui.ahead import made_ahead


def pieces(
    count: int, closed: threading.Event, step: threading.Event | None = None
) -> Generator[int]:
    try:
        for number in range(count):
            if step is not None and number:
                assert step.wait(20)
            yield number
    finally:
        closed.set()


async def test_pieces_come_in_their_order_and_the_place_is_free_again():
    places, closed = asyncio.Semaphore(1), threading.Event()
    assert [one async for one in made_ahead(pieces(5, closed), places)] == [0, 1, 2, 3, 4]
    assert closed.is_set()
    assert not places.locked()


async def test_who_does_not_take_them_holds_no_place():
    places, closed = asyncio.Semaphore(1), threading.Event()
    unread = made_ahead(pieces(5, closed), places)
    assert await anext(unread) == 0
    assert await asyncio.to_thread(closed.wait, 20)
    assert [one async for one in made_ahead(pieces(2, closed), places)] == [0, 1]
    assert [one async for one in unread] == [1, 2, 3, 4]


async def test_who_goes_away_ends_the_making_and_frees_his_place():
    places, closed, step = asyncio.Semaphore(1), threading.Event(), threading.Event()
    left = made_ahead(pieces(1000, closed, step), places)
    assert await anext(left) == 0
    leaving = asyncio.create_task(left.aclose())
    await asyncio.sleep(0.05)
    step.set()  # the step that runs is waited for
    await leaving
    assert closed.is_set()
    assert not places.locked()


async def test_who_waits_is_told_so_and_may_go_away():
    places, closed = asyncio.Semaphore(1), threading.Event()
    async with places:
        waiting = made_ahead(pieces(5, closed), places, -1)
        assert await anext(waiting) == -1
        next_ = asyncio.create_task(anext(waiting))
        await asyncio.sleep(0.05)
        next_.cancel()
        with pytest.raises(asyncio.CancelledError):
            await next_
    assert not places.locked()


async def test_what_goes_wrong_while_they_are_made_is_raised_behind_those_that_came():
    def broken() -> Generator[int]:
        yield 1
        raise KeyError("lost")

    made = made_ahead(broken(), asyncio.Semaphore(1))
    assert await anext(made) == 1
    with pytest.raises(KeyError, match="lost"):
        await anext(made)
