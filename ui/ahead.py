"""Answers that come in pieces are made without waiting for who reads them.

Whoever asks, and does not take what he is sent, holds none of the places in which answers are made.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Generator
from inspect import GEN_RUNNING, getgeneratorstate
from typing import TypeVar

import anyio
from starlette.concurrency import run_in_threadpool

_Piece = TypeVar("_Piece")


async def made_ahead(
    pieces: Generator[_Piece], places: asyncio.Semaphore, waiting: _Piece | None = None
) -> AsyncIterator[_Piece]:
    """The pieces as they are made, each in a thread. Who stops taking them ends the making.

    Args:
        places: What one is held of as long as pieces are made.
        waiting: A piece that comes first where no place is free.
    """
    made: asyncio.Queue[_Piece | None] = asyncio.Queue()
    if waiting is not None and places.locked():
        yield waiting
    scope = anyio.CancelScope()
    making = asyncio.create_task(_make(pieces, places, made, scope))
    try:
        while (piece := await made.get()) is not None:
            yield piece
        await making  # which says what went wrong
    finally:
        scope.cancel()  # and not the task's own, which would not wait for the thread
        with anyio.CancelScope(shield=True):
            await asyncio.wait([making])


async def _make(
    pieces: Generator[_Piece],
    places: asyncio.Semaphore,
    made: asyncio.Queue[_Piece | None],
    scope: anyio.CancelScope,
) -> None:
    try:
        with scope:
            async with places:
                try:
                    while (piece := await run_in_threadpool(next, pieces, None)) is not None:
                        made.put_nowait(piece)
                finally:
                    if getgeneratorstate(pieces) != GEN_RUNNING:  # it runs where the server ends
                        with anyio.CancelScope(shield=True):
                            await run_in_threadpool(pieces.close)
    finally:
        made.put_nowait(None)
