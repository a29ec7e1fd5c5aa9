"""The language that people are spoken to in."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import click

from index.errors import Message

_CHOSEN: ContextVar[bool | None] = ContextVar("chinese", default=None)


@contextmanager
def speaking(*, chinese: bool) -> Iterator[None]:
    """Speak this language inside, whatever the locale: readers of one page may have different ones."""
    token = _CHOSEN.set(chinese)
    try:
        yield
    finally:
        _CHOSEN.reset(token)


def speaks_chinese() -> bool:
    """Whether messages are Chinese: by ``speaking``, ``JUWEN_LANGUAGE`` (zh or en), the locale."""
    inside = _CHOSEN.get()
    if inside is not None:
        return inside
    names = ("JUWEN_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    chosen = next((value for name in names if (value := os.environ.get(name))), "en")
    return chosen.lower().startswith("zh")


def say(english: str, chinese: str) -> str:
    """The one of the two that the user reads."""
    return say_message(Message(english, chinese))


def say_message(message: Message) -> str:
    return message.in_language("zh" if speaks_chinese() else "en")


def complain(message: str) -> None:
    """Say on standard error what is wrong."""
    click.echo(f"juwen: {message}", err=True)
