"""The language that people are spoken to in."""

from __future__ import annotations

import os

import click

from index.errors import JuwenError


def speaks_chinese() -> bool:
    """Whether messages are Chinese: by ``JUWEN_LANGUAGE`` (zh or en), else by the locale."""
    names = ("JUWEN_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    chosen = next((value for name in names if (value := os.environ.get(name))), "en")
    return chosen.lower().startswith("zh")


def say(english: str, chinese: str) -> str:
    """The one of the two that the user reads."""
    return chinese if speaks_chinese() else english


def say_error(error: JuwenError) -> str:
    return say(error.english, error.chinese)


def complain(message: str) -> None:
    """Say on standard error what is wrong."""
    click.echo(f"juwen: {message}", err=True)
