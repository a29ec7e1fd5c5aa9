"""The application for other programs, which takes seconds to import: it comes after the page."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from anyio import to_thread

from index.errors import JuwenError

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.types import ASGIApp


class Programs:
    """An application with a life of its own (queues, sessions), loaded by the first who wants it.

    Its methods are for one event loop.
    """

    def __init__(self, load: Callable[[], Callable[[], Starlette]]) -> None:
        """
        Args:
            load: Imports what makes the application, and gives it. Runs in a thread, what it gives
                in the event loop: Gradio leaves unclosed loops behind where none runs.
        """
        self._load = load
        self._made: asyncio.Future[ASGIApp] | None = None
        self._living: asyncio.Task[None] | None = None
        self._ending = asyncio.Event()

    async def app(self) -> ASGIApp:
        """The application, once it is there."""
        if self._made is None:
            self._made = asyncio.get_running_loop().create_future()
            self._living = asyncio.create_task(self._live(self._made))
        # Shielded: a program that goes away takes only the waiting along.
        return await asyncio.shield(self._made)

    async def close(self) -> None:
        if self._made is None or self._living is None:
            return
        if not self._made.done():
            ending = JuwenError(
                "the server is ending; start it again", "服务器正在关闭；请重新启动"
            )
            self._made.set_exception(ending)
            self._living.cancel()
        self._ending.set()
        await asyncio.wait([self._living])

    async def _live(self, made: asyncio.Future[ASGIApp]) -> None:
        try:
            make = await to_thread.run_sync(self._load, abandon_on_cancel=True)
            app = make()
        except Exception as error:
            made.set_exception(error)
            return
        async with app.router.lifespan_context(app):
            made.set_result(app)
            await self._ending.wait()
