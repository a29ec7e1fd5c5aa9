"""The web application."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.applications import Starlette
from starlette.concurrency import iterate_in_threadpool, run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from index.errors import JuwenError
from rag.assistant import Assistant
from ui.language import say, say_message
from ui.openai_api.replies import Reply, completion, sse, unexpected
from ui.openai_api.requests import (
    EXTRACTIVE_MODEL,
    MODEL,
    ApiError,
    check_key,
    conversation,
    limits,
    options,
    read_body,
    read_request,
)

LOCAL_HOSTS = ("127.0.0.1", "localhost", "[::1]", "::1")


def create_app(
    assistant: Assistant, *, api_key: str | None = None, hosts: Iterable[str] = LOCAL_HOSTS
) -> Starlette:
    """The web application.

    Args:
        api_key: What a client has to send as ``Authorization: Bearer``; ``None`` asks for none.
        hosts: The names that the server answers to where there is no key, so that no page of the
            web can reach it by a name of its own (DNS rebinding).
    """

    async def models(request: Request) -> Response:
        check_key(request, api_key)
        names = [MODEL, *([EXTRACTIVE_MODEL] if assistant.chat_model else [])]
        listed = [{"id": n, "object": "model", "created": 0, "owned_by": MODEL} for n in names]
        return JSONResponse({"object": "list", "data": listed})

    async def completions(request: Request) -> Response:
        check_key(request, api_key)
        asked = read_request(await read_body(request))
        question, history = conversation(asked.messages)
        filters, how = limits(asked), options(asked)
        if not asked.stream:
            answer = await run_in_threadpool(assistant.ask, question, history, filters, **how)
            return JSONResponse(completion(Reply.to(asked), answer, asked.juwen.sources))
        events = assistant.stream(question, history, filters, **how)
        lines = iterate_in_threadpool(sse(Reply.to(asked), asked, events))
        return StreamingResponse(lines, media_type="text/event-stream")

    return Starlette(
        routes=[
            Route("/v1/models", models),
            Route("/v1/chat/completions", completions, methods=["POST"]),
        ],
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=["*"] if api_key else [*hosts])
        ],
        exception_handlers={
            ApiError: _api_error,
            JuwenError: _juwen_error,
            HTTPException: _http_error,
            Exception: _unexpected,
        },
    )


def _api_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)
    return error.to_response()


def _juwen_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, JuwenError)
    return ApiError(400, say_message(error.message), "invalid_value").to_response()


def _http_error(_request: Request, error: Exception) -> Response:
    """A path or method that there is not."""
    assert isinstance(error, HTTPException)
    known = say(
        "this server knows GET /v1/models and POST /v1/chat/completions",
        "本服务提供 GET /v1/models 与 POST /v1/chat/completions",
    )
    return ApiError(error.status_code, f"{error.detail}: {known}", "unknown_url").to_response()


def _unexpected(_request: Request, error: Exception) -> Response:
    return JSONResponse(unexpected(error), 500)
