"""A question from the page, counted, read and answered part by part."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from starlette.requests import Request

from index.errors import JuwenError
from rag.records import EXTRACTIVE
from ui.callers import told
from ui.chat.converse import Asked, Part, Streams, converse, read_asked
from ui.chat.guard import CALLER
from ui.chat.limits import Limited, Limits
from ui.chat.quiet import Quiet
from ui.chat.turns import error_html
from ui.language import speaking

Ask = Callable[[Mapping[str, Any], str], Generator[Part]]
"""Reads what the page sent, a ``JuwenError`` where it cannot, and answers it for a caller."""


def sender_of(request: Request | None) -> str:
    """Who sent a request, as the guard has read it; ``""`` for one that did not come by it."""
    return str(request.scope.get(CALLER, "")) if request is not None else ""


def conversation(
    assistant: Streams,
    limits: Limits,
    models: Callable[[], Sequence[str]] = tuple,
    quiet: Quiet | None = None,
) -> Ask:
    """What the page calls to ask: the parts of the page, as they come.

    Args:
        models: The chat models that a reader may choose; no other is ever called.
    """
    quiet = quiet or Quiet()

    def conversing(asked: Mapping[str, Any], caller: str) -> Generator[Part]:
        """Ask from the page."""
        read = read_asked(asked)
        if read.answerer not in (EXTRACTIVE, *models()):
            read = replace(read, answerer="")
        return answering(read, caller)

    def answering(read: Asked, caller: str) -> Generator[Part]:
        try:
            limits.count(Limited.QUESTIONS, caller)
        except JuwenError as error:
            yield failed(error, chinese=read.chinese)
            return
        with quiet.asking():
            yield from converse(assistant, read)

    return conversing


def failed(error: JuwenError, *, chinese: bool) -> Part:
    """A part of the page that says what is wrong."""
    with speaking(chinese=chinese):
        message = told(error)
        return {"state": "failed", "slots": {"answer": error_html(message)}, "said": message}
