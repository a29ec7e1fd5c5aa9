"""What the page requests of its server, as routes: questions, plain requests, uploads.

The server keeps nothing of a conversation: each request brings what it needs.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Generator, Mapping
from typing import Any

import anyio
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from index.errors import JuwenError
from ui.chat.converse import Part
from ui.chat.jobs import Jobs
from ui.chat.questions import Ask, address_of
from ui.chat.requests import Requests
from ui.chat.spoken import answering
from ui.language import say_message

AT_ONCE = 8
"""Questions that are answered at the same time; the others wait."""

_WAITING: Part = {"state": "waiting", "slots": {}, "said": ""}


def page_app(requests: Requests, jobs: Jobs, ask: Ask) -> Starlette:
    """The application that answers the page."""
    plain = [_plain(name, answer) for name, answer in requests.pure.items()]
    word = _plain("word", requests.word)
    return Starlette(routes=[_questions(ask), *plain, word, *_uploads(requests, jobs)])


def _questions(ask: Ask) -> Route:
    slots = asyncio.Semaphore(AT_ONCE)

    async def asked(request: Request) -> Response:
        values = await _values(request)
        if isinstance(values, Response):
            return values
        parts = ask(values, *address_of(request))
        return StreamingResponse(
            _lines(parts, slots),
            media_type="application/x-ndjson",
            headers={"X-Accel-Buffering": "no"},  # nginx would hold the lines back
        )

    return Route("/page/ask", asked, methods=["POST"])


async def _lines(parts: Generator[Part], slots: asyncio.Semaphore) -> AsyncIterator[str]:
    """The parts as lines of JSON. A reader who stops or goes away ends the answering."""
    if slots.locked():
        yield _line(_WAITING)
    async with slots:
        try:
            while (part := await run_in_threadpool(next, parts, None)) is not None:
                yield _line(part)
        finally:
            with anyio.CancelScope(shield=True):
                await run_in_threadpool(parts.close)


def _line(part: Part) -> str:
    return json.dumps(part, ensure_ascii=False) + "\n"


Answering = Callable[[Mapping[str, Any]], Mapping[str, Any] | bytes]
"""Gives values, which are sent as JSON, or a file."""


def _plain(name: str, answer: Answering) -> Route:
    async def requested(request: Request) -> Response:
        values = await _values(request)
        if isinstance(values, Response):
            return values
        return await run_in_threadpool(_answered, request, answer, values)

    return Route(f"/page/{name}", requested, methods=["POST"])


async def _values(request: Request) -> dict[str, Any] | Response:
    try:
        values = json.loads(await request.body() or b"{}")
    except ValueError:
        return JSONResponse({"problem": "no JSON"}, 400)
    return values if isinstance(values, dict) else JSONResponse({"problem": "no JSON object"}, 400)


def _answered(request: Request, answer: Answering, values: Mapping[str, Any]) -> Response:
    with answering(request):
        try:
            found = answer(values)
            if isinstance(found, bytes):
                return Response(found, media_type="application/octet-stream")
            return JSONResponse(found)
        except JuwenError as error:
            return JSONResponse({"problem": say_message(error.message)}, 422)


def _uploads(requests: Requests, jobs: Jobs) -> list[Route]:
    async def upload(request: Request) -> JSONResponse:
        with answering(request):
            try:
                path = jobs.place(request.query_params.get("name", ""))
                with path.open("wb") as file:
                    async for some in request.stream():
                        await run_in_threadpool(file.write, some)
                return JSONResponse(requests.job(jobs.add(path)))
            except JuwenError as error:
                return JSONResponse({"problem": say_message(error.message)}, 422)

    def job(request: Request) -> JSONResponse:
        with answering(request):
            found = jobs.find(request.path_params["job_id"])
            return JSONResponse(requests.job(found), 200 if found else 404)

    return [
        Route("/page/upload", upload, methods=["POST"]),
        Route("/page/jobs/{job_id}", job),
    ]
