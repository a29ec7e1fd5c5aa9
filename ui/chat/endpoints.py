"""Gradio's server, for programs that call by ``gradio_client``.

Gradio takes seconds to import and is needed for nothing else: the server imports this module last.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import wraps
from typing import Any

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"

import gradio as gr
from fastapi import FastAPI
from gradio.events import api
from starlette.requests import Request

from rag.assistant import Assistant
from ui.chat.calls import CallError, calls, given_request
from ui.chat.limits import Limited, Limits
from ui.chat.questions import sender_of
from ui.chat.routes import AT_ONCE

_QUESTIONS = "questions"


def program_app(assistant: Assistant, limits: Limits) -> FastAPI:
    """Gradio's server with what programs may call, which runs within its ``router.lifespan_context``."""

    def count(request: gr.Request | None) -> None:
        asking = request.request if request is not None else None
        limits.count(Limited.QUESTIONS, sender_of(asking if isinstance(asking, Request) else None))

    with gr.Blocks(analytics_enabled=False) as blocks:
        for name, call in zip(("ask", "search"), calls(assistant), strict=True):
            api(
                _said(given_request(call, "request", gr.Request, count)),
                api_name=name,
                concurrency_limit=AT_ONCE,
                concurrency_id=_QUESTIONS,
            )
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
    return app


def _said(call: Callable[..., Any]) -> Callable[..., Any]:
    """``call``, whose errors Gradio tells the program in their own words."""

    @wraps(call)
    def called(*given: Any, **named: Any) -> Any:
        try:
            return call(*given, **named)
        except CallError as error:
            raise gr.Error(str(error), print_exception=False) from error

    return called
