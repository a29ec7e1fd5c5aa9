"""What answers from the first moment: the page and its files. Everything else waits for its models.

Nothing slow is imported here. A reader sees the page while the models load, and what is asked
meanwhile is answered when they are there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from importlib.resources import files
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from index.errors import JuwenError, Message
from ui.chat.guard import HEALTH, TOOLS
from ui.chat.programs import Programs
from ui.chat.spoken import answering
from ui.language import say_message

_STATIC = files("ui.chat").joinpath("static")
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_SECONDS_HELD = 1.0
"""How long the page's question for readiness is held, which then says how far things are."""

_LOADING = Message("Loading the models …", "正在加载模型……")


class Opening:
    """An ASGI application in front of two that come later.

    Attributes:
        page: Answers the page's requests; set when its assistant is there, or to the error that
            keeps it from coming.
        doing: What is being done meanwhile.
    """

    def __init__(self, html: Callable[[bool], str], programs: Programs, tools: Programs) -> None:
        """
        Args:
            html: The page, told whether it can answer already.
            programs: What answers ``gradio_client``.
            tools: What answers MCP clients, at ``/mcp``.
        """
        self.page: Future[ASGIApp] = Future()
        self.doing = _LOADING
        self._programs, self._tools = programs, tools
        self._html = html
        self._at_once = Starlette(
            routes=[
                Route("/", self._shown),
                Route("/page/ready", self._is_ready, methods=["POST"]),
                Route(HEALTH, self._health),
                Route("/favicon.ico", lambda _: _file("icon.svg")),
                Route("/page/{name}", _static),
            ]
        )
        self._known = {"/", HEALTH, "/favicon.ico", "/page/ready", *_addresses()}

    @property
    def is_ready(self) -> bool:
        return self.page.done() and self.page.exception() is None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if path in self._known:
            await self._at_once(scope, receive, send)
            return
        try:
            app = await _waited_for(self.page)
            if path.startswith(TOOLS):
                scope = {**scope, "path": TOOLS[0]}
                app = await self._tools.app()
            elif path.startswith(("/gradio_api/", "/config")):
                app = await self._programs.app()
        except JuwenError as error:
            with answering(Request(scope)):
                app = JSONResponse({"problem": say_message(error.message)}, 503)
        await app(scope, receive, send)

    def _shown(self, request: Request) -> Response:
        with answering(request):
            return HTMLResponse(self._html(self.is_ready))

    async def _is_ready(self, request: Request) -> Response:
        with answering(request):
            try:
                await asyncio.wait_for(_waited_for(self.page), _SECONDS_HELD)
            except TimeoutError:
                return JSONResponse({"state": "loading", "said": say_message(self.doing)})
            except JuwenError as error:
                return JSONResponse({"state": "failed", "said": say_message(error.message)})
            return JSONResponse({"state": "ready"})

    def _health(self, _: Request) -> Response:
        return Response(status_code=200 if self.is_ready else 503)


async def _waited_for(future: Future[ASGIApp]) -> ASGIApp:
    # Shielded: a reader who goes away takes only the waiting along.
    return await asyncio.shield(asyncio.wrap_future(future))


def _addresses() -> list[str]:
    return [f"/page/{file.name}" for file in _STATIC.iterdir()]


def _static(request: Request) -> Response:
    return _file(request.path_params["name"])


def _file(name: str) -> Response:
    file = _STATIC.joinpath(name)
    if not file.is_file():
        raise HTTPException(404)
    kind = _TYPES[Path(name).suffix]
    return Response(file.read_bytes(), media_type=kind, headers={"Cache-Control": "no-cache"})
