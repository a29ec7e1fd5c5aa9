"""A question from the page, counted, read and answered part by part."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from starlette.requests import Request

from index.errors import JuwenError
from rag.records import EXTRACTIVE, Answer
from ui.chat.converse import Part, Streams, converse, read_asked
from ui.chat.guard import session_of
from ui.chat.limits import Limits
from ui.chat.quiet import Quiet
from ui.chat.turns import error_html
from ui.language import say_message, speaking

Ask = Callable[[Mapping[str, Any], str, str], Generator[Part]]
"""Answers what the page sent, for a session at an address."""


def address_of(request: Request) -> tuple[str, str]:
    """The session and the address that a request belongs to."""
    return session_of(request.cookies), request.client.host if request.client else ""


def conversation(
    assistant: Streams,
    limits: Limits,
    instead: Callable[[Answer], Sequence[str]],
    models: Sequence[str] = (),
    quiet: Quiet | None = None,
) -> Ask:
    """What the page calls to ask: the parts of the page, as they come.

    Args:
        models: The chat models that a reader may choose; no other is ever called.
    """
    answerers = (EXTRACTIVE, *models) if models else ()
    quiet = quiet or Quiet()

    def conversing(asked: Mapping[str, Any], session: str, address: str) -> Generator[Part]:
        """Ask from the page."""
        try:
            limits.count(session, address)
            read = read_asked(asked)
            if read.answerer not in answerers:
                read = replace(read, answerer="")
        except JuwenError as error:
            yield failed(error, chinese=bool(asked.get("chinese")))
            return
        with quiet.asking():
            yield from converse(assistant, read, instead)

    return conversing


def failed(error: JuwenError, *, chinese: bool) -> Part:
    """A part of the page that says what is wrong."""
    with speaking(chinese=chinese):
        message = say_message(error.message)
        return {"state": "failed", "slots": {"answer": error_html(message)}, "said": message}
