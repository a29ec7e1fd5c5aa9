"""Gradio's server, for programs that call by ``gradio_client``.

Gradio takes seconds to import and is needed for nothing else: the server imports this module last.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Sequence
from typing import Any

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"

import gradio as gr
from fastapi import FastAPI
from gradio.block_function import BlockFunction
from gradio.events import api
from starlette.requests import Request

from rag.assistant import Assistant
from ui.chat.calls import CallError, calling, calls
from ui.chat.limits import Limits
from ui.chat.routes import AT_ONCE
from ui.language import say

_QUESTIONS = "questions"


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
    return app


class _Blocks(gr.Blocks):
    """Gradio's calls, each counted and told what is wrong with it in a sentence."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(analytics_enabled=False)
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
