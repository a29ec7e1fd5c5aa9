"""Pieces of text as lines, with a limit on how long a line may be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from index.readers.limits import MAX_ARTICLE_CHARS

_ANY_END = re.compile(r"\r\n|\n|\r")


def split_lines(pieces: Iterable[str]) -> Iterator[str | None]:
    """The lines, split at ``\\n`` alone and without it; ``None`` for one that is too long.

    Some texts hold other Unicode line separators inside a JSON string, where they cut nothing.
    """
    return _joined(piece.split("\n") for piece in pieces)


def split_rows(pieces: Iterable[str]) -> Iterator[str | None]:
    """The lines with their ends, of any kind; ``None`` for one that is too long."""
    return _joined(_keeping_ends(pieces))


def _keeping_ends(pieces: Iterable[str]) -> Iterator[list[str]]:
    held = ""
    for piece in pieces:
        text = held + piece
        held = "\r" if text.endswith("\r") else ""  # the \n of a \r\n may be in the next piece
        yield _with_ends(text[: len(text) - len(held)])
    if held:
        yield [held, ""]


def _with_ends(text: str) -> list[str]:
    lines: list[str] = []
    at = 0
    for end in _ANY_END.finditer(text):
        lines.append(text[at : end.end()])
        at = end.end()
    return [*lines, text[at:]]


def _joined(split: Iterable[list[str]]) -> Iterator[str | None]:
    """Lines out of pieces that were split: the last of a piece goes on in the first of the next.

    That a line is too long is said at once, and not only where it ends.
    """
    parts: list[str] = []
    length = 0
    for first, *others in split:
        for line in (first, *others)[:-1]:
            if length <= MAX_ARTICLE_CHARS:
                whole = length + len(line) <= MAX_ARTICLE_CHARS
                yield "".join((*parts, line)) if whole else None
            parts, length = [], 0
        last = others[-1] if others else first
        was_short = length <= MAX_ARTICLE_CHARS
        length += len(last)
        if length <= MAX_ARTICLE_CHARS:
            parts.append(last)
        elif was_short:
            parts = []
            yield None
    if 0 < length <= MAX_ARTICLE_CHARS:
        yield "".join(parts)
