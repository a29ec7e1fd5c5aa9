"""What the page requests of its server, as routes: questions, plain requests, uploads.

The server keeps nothing of a conversation: each request brings what it needs.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from typing import Any

from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from index.errors import JuwenError
from index.given import GivenError
from ui.ahead import made_ahead
from ui.callers import is_of_server, told
from ui.chat.converse import Part
from ui.chat.guard import CALLER
from ui.chat.jobs import Jobs
from ui.chat.limits import Limited, Limits, RateError
from ui.chat.questions import Ask, failed, sender_of
from ui.chat.requests import Requests
from ui.chat.spoken import answering
from ui.json_body import BodyError, read_json
from ui.language import say, say_message, speaks_chinese

AT_ONCE = 8
"""Questions that are answered at the same time; the others wait. Most of these wait for each other
(``rag.extractive.turns``), but where a chat model writes."""

Answering = Callable[[Mapping[str, Any]], Mapping[str, Any] | bytes]
"""Gives values, which are sent as JSON, or a file."""

_WAITING: Part = {"state": "waiting", "slots": {}, "said": ""}


_WRITTEN = ("render", "export", "web", "copy", "word")
"""Requests that write conversations anew: of the longest in seconds, in which answers have to wait."""

_WRITTEN_AT_ONCE = 2

_COUNTED = {
    "find": Limited.QUESTIONS,
    "further": Limited.FURTHER,
    "feedback": Limited.FEEDBACK,
    **dict.fromkeys(_WRITTEN, Limited.SHOWN),
}
"""Requests of the page that are limited; the others only read what lies ready."""


def page_app(
    requests: Requests,
    jobs: Jobs,
    ask: Ask,
    connecting: Sequence[Route] = (),
    limits: Limits | None = None,
) -> Starlette:
    """The application that answers the page."""
    limits = limits or Limits()
    few = CapacityLimiter(_WRITTEN_AT_ONCE)
    answers: Mapping[str, Answering] = {**requests.pure, "word": requests.word}
    plain = [
        _plain(
            name,
            _limited(answer, limits, _COUNTED[name]) if name in _COUNTED else answer,
            threads=few if name in _WRITTEN else None,
        )
        for name, answer in answers.items()
    ]
    uploads = _uploads(requests, jobs)
    return Starlette(routes=[_questions(ask), *plain, *connecting, *uploads])


def guarded(
    answers: Mapping[str, Answering], may: Callable[[Mapping[str, str]], bool]
) -> list[Route]:
    """Plain requests that only those may make of whose headers ``may`` says so."""
    return [_plain(name, answer, may) for name, answer in answers.items()]


def _questions(ask: Ask) -> Route:
    places = asyncio.Semaphore(AT_ONCE)

    async def asked(request: Request) -> Response:
        values = await _values(request)
        if isinstance(values, Response):
            return values
        try:
            parts = ask(values, sender_of(request))
        except JuwenError as error:
            with answering(request):
                part = failed(error, chinese=bool(values.get("chinese", speaks_chinese())))
            return JSONResponse({"problem": part["said"], **part}, 400)
        return StreamingResponse(
            made_ahead(_lines(parts), places, _line(_WAITING)),
            media_type="application/x-ndjson",
            headers={"X-Accel-Buffering": "no"},  # nginx would hold the lines back
        )

    return Route("/page/ask", asked, methods=["POST"])


def _lines(parts: Generator[Part]) -> Generator[str]:
    with closing(parts):
        yield from map(_line, parts)


def _line(part: Part) -> str:
    return json.dumps(part, ensure_ascii=False) + "\n"


def _anybody(_: Mapping[str, str]) -> bool:
    return True


def _plain(
    name: str,
    answer: Answering,
    may: Callable[[Mapping[str, str]], bool] = _anybody,
    threads: CapacityLimiter | None = None,
) -> Route:
    async def requested(request: Request) -> Response:
        if not may(request.headers):
            with answering(request):
                return JSONResponse({"problem": _not_allowed()}, 403)
        values = await _values(request)
        if isinstance(values, Response):
            return values
        return await to_thread.run_sync(_answered, request, answer, values, limiter=threads)

    return Route(f"/page/{name}", requested, methods=["POST"])


def _limited(answer: Answering, limits: Limits, what: Limited) -> Answering:
    """``answer``, which a caller gets only so often a minute."""

    def answered(values: Mapping[str, Any]) -> Mapping[str, Any] | bytes:
        limits.count(what, str(values[CALLER]))
        return answer(values)

    return answered


def _not_allowed() -> str:
    return say(
        "The chat model is chosen on this machine's own page, or by the administrator (--admin).",
        "只能在本机自己的页面上，或由管理员（--admin）选择对话模型。",
    )


async def _values(request: Request) -> dict[str, Any] | Response:
    with answering(request):
        try:
            values = read_json(await request.body() or b"{}")
        except BodyError as error:
            return JSONResponse({"problem": say_message(error.message)}, 400)
        if not isinstance(values, dict):
            said = say("the request is no JSON object", "请求不是 JSON 对象")
            return JSONResponse({"problem": said}, 400)
    return {**values, CALLER: sender_of(request)}


def _answered(request: Request, answer: Answering, values: Mapping[str, Any]) -> Response:
    with answering(request):
        try:
            found = answer(values)
            if isinstance(found, bytes):
                return Response(found, media_type="application/octet-stream")
            return JSONResponse(found)
        except RateError as error:
            return JSONResponse({"problem": say_message(error.message)}, 429)
        except GivenError as error:
            return JSONResponse({"problem": say_message(error.message)}, 400)
        except JuwenError as error:
            return JSONResponse({"problem": told(error)}, 503 if is_of_server(error) else 422)
        except (TypeError, ValueError, KeyError, AttributeError, OverflowError):
            # The page sends no such thing; what a program made up is refused, whatever it upsets.
            said = say(
                "the request holds a value that cannot be read; reload the page",
                "请求中有无法读取的值；请刷新页面",
            )
            return JSONResponse({"problem": said}, 400)


def _uploads(requests: Requests, jobs: Jobs) -> list[Route]:
    async def upload(request: Request) -> JSONResponse:
        with answering(request):
            try:
                path = jobs.place(request.query_params.get("name", ""))
                try:
                    with path.open("wb") as file:
                        async for some in request.stream():
                            await run_in_threadpool(file.write, some)
                except BaseException:  # broken off, too large, or no room on the disk
                    jobs.discard(path)
                    raise
                return JSONResponse(requests.job(jobs.add(path)))
            except OSError as error:
                said = say(
                    f"the file could not be kept ({error.strerror}); nothing was changed",
                    f"文件无法保存（{error.strerror}）；文章库未变",
                )
                return JSONResponse({"problem": said}, 507)
            except JuwenError as error:
                return JSONResponse({"problem": told(error)}, 503 if is_of_server(error) else 422)

    def job(request: Request) -> JSONResponse:
        with answering(request):
            found = jobs.find(request.path_params["job_id"])
            return JSONResponse(requests.job(found), 200 if found else 404)

    return [
        Route("/page/upload", upload, methods=["POST"]),
        Route("/page/jobs/{job_id}", job),
    ]
