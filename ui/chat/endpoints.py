"""Gradio's server, for programs that call by ``gradio_client``.

Gradio takes seconds to import and is needed for nothing else: the server imports this module last.
"""

from __future__ import annotations

import inspect
import os
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
os.environ["GRADIO_ANALYTICS_MAX_EVENTS"] = "100"  # it counts all of them anew after each call

import gradio as gr
from fastapi import FastAPI
from gradio.block_function import BlockFunction
from gradio.events import api
from gradio.queueing import Queue
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from rag.assistant import Assistant
from ui.chat.calls import CallError, calling, calls
from ui.chat.limits import Limits
from ui.chat.questions import sender_of
from ui.chat.routes import AT_ONCE
from ui.chat.spoken import answering
from ui.language import say

_QUESTIONS = "questions"

MOST_KEPT = 100
"""Sessions that are kept once nothing of them is being answered: most of them are one call, whose answer
nobody has fetched."""

MOST_WAITING, MOST_OF_ONE = 256, 64
"""Calls that are answered or wait: of all callers, and of one."""

_CALL = re.compile(r"/gradio_api/(?:call/.*|queue/join)/?")


def program_app(assistant: Assistant, limits: Limits) -> FastAPI:
    """Gradio's server with what programs may call, which runs within its ``router.lifespan_context``."""
    with _Blocks(limits) as blocks:
        for name, call in zip(("ask", "search"), calls(assistant), strict=True):
            api(call, api_name=name, concurrency_limit=AT_ONCE, concurrency_id=_QUESTIONS)
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    gr.mount_gradio_app(
        app,
        blocks,
        path="/",
        ssr_mode=False,
        run_history=False,
        enable_monitoring=False,
        pwa=False,
    )
    app.add_middleware(_Waiting, blocks=blocks)
    return app


class _Waiting:
    """An application around Gradio's: whose calls wait does not fill the memory, nor shut others out."""

    def __init__(self, app: ASGIApp, blocks: gr.Blocks) -> None:
        self._app = app
        self._blocks = blocks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._app
        if scope["type"] == "http" and scope["method"] == "POST" and _CALL.fullmatch(scope["path"]):
            queue = self._blocks._queue
            forget_old(queue)
            if _is_full(queue, sender_of(Request(scope))):
                with answering(Request(scope)):
                    app = JSONResponse({"detail": _full()}, 503)
        await app(scope, receive, send)


def _is_full(queue: Queue, caller: str) -> bool:
    """Whether so much waits in Gradio's queue, or of this caller's, that no more is taken."""
    waiting = Counter(sender_of(call.request) for call in queue.event_ids_to_events.values())
    return waiting.total() >= MOST_WAITING or waiting[caller] >= MOST_OF_ONE


def _full() -> str:
    return say(
        "too many calls wait to be answered; fetch the answers of those that were made, and call again",
        "等待回答的调用过多；请先取回已有调用的结果，再重新调用",
    )


class _Blocks(gr.Blocks):
    """Gradio's calls, each counted and told what is wrong with it in a sentence."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(analytics_enabled=False)
        self.state_session_capacity = MOST_KEPT  # of values of components, which nothing here has
        self._limits = limits

    async def process_api(
        self, block_fn: BlockFunction | int, inputs: list[Any], *rest: Any, **named: Any
    ) -> dict[str, Any]:
        """Gradio's own, which would log whatever goes wrong together with what was asked."""
        given = named.get("request")  # Gradio's, around the one that came
        request = given.request if isinstance(given, gr.Request) else None
        called = self.fns[block_fn] if isinstance(block_fn, int) else block_fn
        try:
            with calling(
                request if isinstance(request, Request) else None,
                inputs[0] if inputs else None,
                self._limits,
            ):
                return await super().process_api(
                    block_fn, _completed(called, inputs), *rest, **named
                )
        except CallError as error:
            raise gr.Error(str(error), print_exception=False) from error

    async def preprocess_data(
        self, block_fn: BlockFunction, inputs: list[Any], *_rest: Any, **_named: Any
    ) -> list[Any]:
        """The values as they came: Gradio's own would take some for files, to be copied or fetched."""
        return list(inputs)


def forget_old(queue: Queue) -> None:
    """Let go of the oldest sessions of which nothing is being answered: Gradio's queue keeps their names
    for ever, and the answers that nobody fetches of two thousand."""
    kept = queue.pending_event_ids_session
    over = [
        session
        for session, calls in kept.items()
        if not any(one in queue.event_ids_to_events for one in calls)
    ]
    for session in over[:-MOST_KEPT]:
        kept.pop(session, None)
        queue.pending_messages_per_session.pop(session, None)


def _completed(called: BlockFunction, values: Sequence[Any]) -> list[Any]:
    """The values with ``None`` for those at the end that were left out.

    Raises:
        CallError: there are too many.
    """
    names = list(inspect.signature(called.fn).parameters) if called.fn else []
    if len(values) > len(names):
        listed = ", ".join(names)
        raise CallError(
            say(
                f"{len(values)} values were given; give at most {len(names)}: {listed}",
                f"给出了 {len(values)} 个值；最多 {len(names)} 个：{listed}",
            )
        )
    return [*values, *[None] * (len(names) - len(values))]
