"""The web application."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from index.errors import JuwenError
from rag.assistant import Assistant
from ui.ahead import made_ahead
from ui.callers import is_of_server, told
from ui.language import say
from ui.openai_api.bodies import Bodies
from ui.openai_api.hosts import KnownHosts
from ui.openai_api.models import Models
from ui.openai_api.replies import Reply, completion, sse, sse_of_text, text_completion, unexpected
from ui.openai_api.requests import (
    MODEL,
    ApiError,
    Asked,
    check_key,
    conversation,
    limits,
    options,
    read_request,
    user_texts,
)
from ui.openai_api.tasks import read_task, reply_to

_LOG = logging.getLogger(__name__)
LOCAL_HOSTS = ("127.0.0.1", "localhost", "[::1]", "::1")

AT_ONCE = 32
"""Questions that are answered at the same time, while all but a few wait for a chat model; the others
wait. Fewer than there are threads, so that none waits for a thread in the middle of its answer."""


def create_app(
    assistant: Assistant | Mapping[str, Assistant],
    *,
    api_key: str | None = None,
    hosts: Iterable[str] = LOCAL_HOSTS,
    origins: Iterable[str] = (),
) -> Starlette:
    """The web application.

    Args:
        assistant: The assistant of a library, or those of several by the names of their models.
        api_key: What a client has to send as ``Authorization: Bearer``; ``None`` asks for none.
        hosts: The names that the server answers to where there is no key, so that no page of the
            web can reach it by a name of its own (DNS rebinding).
        origins: The origins whose pages may ask from a browser (``http://localhost:3000``).
    """
    libraries = assistant if isinstance(assistant, Mapping) else {MODEL: assistant}
    serving = _Serving(Models(libraries), api_key)
    return Starlette(
        routes=[
            Route("/health", lambda _: Response()),
            Route("/v1/models", serving.models),
            Route("/v1/models/{name:path}", serving.model),
            Route("/v1/chat/completions", serving.completions, methods=["POST"]),
        ],
        middleware=[
            # First: what is refused is said to a page, too.
            Middleware(
                CORSMiddleware,
                allow_origins=[one.lower() for one in origins],  # as browsers send them
                allow_methods=["GET", "POST"],
                allow_headers=["*"],
                allow_private_network=True,
            ),
            Middleware(KnownHosts, hosts=None if api_key else frozenset(hosts)),
        ],
        exception_handlers={
            ApiError: _api_error,
            JuwenError: _juwen_error,
            HTTPException: _http_error,
            ClientDisconnect: _broken_off,
            Exception: _unexpected,
        },
    )


@dataclass(frozen=True, slots=True)
class _Serving:
    """The answers to the requests that the protocol has."""

    known: Models
    api_key: str | None
    bodies: Bodies = field(default_factory=Bodies)
    places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def models(self, request: Request) -> Response:
        check_key(request, self.api_key)
        return JSONResponse(self.known.listed())

    async def model(self, request: Request) -> Response:
        check_key(request, self.api_key)
        return JSONResponse(self.known.described(request.path_params["name"]))

    async def completions(self, request: Request) -> Response:
        check_key(request, self.api_key)
        async with self.bodies.read(request) as body:
            asked = read_request(body)
        model = self.known[asked.model]
        task = read_task(user_texts(asked.messages))
        if task is not None:
            async with self.places:
                text = await run_in_threadpool(reply_to, task, model.assistant)
            return self._told(asked, text)
        question, history = conversation(asked.messages)
        filters, how = limits(asked), options(asked, extractive=model.extractive)
        if not asked.stream:
            ask = model.assistant.ask
            async with self.places:
                answer = await run_in_threadpool(ask, question, history, filters, **how)
            return JSONResponse(completion(Reply.to(asked), answer, asked.juwen.sources))
        events = model.assistant.stream(question, history, filters, **how)
        return self._streamed(sse(Reply.to(asked), asked, events))

    def _told(self, asked: Asked, text: str) -> Response:
        if asked.stream:
            return self._streamed(sse_of_text(Reply.to(asked), text))
        return JSONResponse(text_completion(Reply.to(asked), text))

    def _streamed(self, lines: Generator[str]) -> Response:
        return StreamingResponse(
            made_ahead(lines, self.places),
            media_type="text/event-stream",
            headers={
                "Cache-Control": "no-cache",
                "X-Accel-Buffering": "no",
            },  # else proxies hold it back
        )


def _api_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)
    return error.to_response()


def _juwen_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, JuwenError)
    if is_of_server(error):
        return ApiError(503, told(error), "library_unavailable").to_response()
    return ApiError(400, told(error), "invalid_value").to_response()


def _http_error(_request: Request, error: Exception) -> Response:
    """A path or method that there is not."""
    assert isinstance(error, HTTPException)
    known = say(
        "this server knows GET /v1/models and POST /v1/chat/completions",
        "本服务提供 GET /v1/models 与 POST /v1/chat/completions",
    )
    return ApiError(error.status_code, f"{error.detail}: {known}", "unknown_url").to_response()


def _broken_off(request: Request, _error: Exception) -> Response:
    """A caller that went away before it had sent its request: nobody reads the answer."""
    _LOG.info("%s %s: the caller broke off", request.method, request.url.path)
    return Response(status_code=400)


def _unexpected(_request: Request, error: Exception) -> Response:
    return JSONResponse(unexpected(error), 500)
