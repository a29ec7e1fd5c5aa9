"""What a reply is wrapped in, taken off while it arrives: code fences, rules, tables, footnotes, JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from index.text.language import Language, detect_language
from index.text.rules import load_patterns

_KEYS = load_patterns("rag.generation", "wrapping")
_BLOCK = re.compile(
    r"[ \t]*(?:```|~~~|\||\[\^\d{1,3}\]:|(?:-{3,}|\*{3,}|={3,}|_{3,})[ \t]*(?:\n|$))"
)
_MAY_BE_BLOCK = re.compile(
    r"[ \t]*(?:`{0,2}|~{0,2}|\[(?:\^(?:\d{0,3}\]?)?)?|-+[ \t]*|\*+[ \t]*|=+[ \t]*|_+[ \t]*)"
)
_SEPARATOR = re.compile(r"[\s|:-]+")
_JSON = re.compile(r"\s*(?:\{\s*[\"}]|\[\s*[\"{])")
_FENCE = re.compile(r"(?<!\s)\s*+(?:```|~~~)[^\n]{0,20}(?:\n|$)")
_MAY_BE_JSON = re.compile(r"\s*(?:[\[{]\s*|`{1,2}|~{1,2})?")
_BROKEN_ANSWER = re.compile(rf'"(?:{_KEYS["answer_key"].pattern})"\s*:\s*"((?:[^"\\]|\\.)*)', re.S)


class Unwrapper:
    """Takes the pieces of a reply, gives the text in it.

    A row of a table becomes a line: what stands in its first cell, a colon, the other cells.

    >>> unwrapper = Unwrapper()
    >>> "".join([*unwrapper.feed("```markdown\\n大桥通车了。\\n```"), *unwrapper.close()])
    '大桥通车了。\\n'
    """

    def __init__(self) -> None:
        self._held = ""
        self._begun = False
        self._is_json = False
        self._at_line = True
        self._row = ""

    def feed(self, piece: str) -> Iterator[str]:
        self._held += piece
        if self._may_be_json():
            return
        self._begun = True
        yield from self._lines()

    def close(self) -> Iterator[str]:
        if self._may_be_json() and self._is_json:
            self._held = read_json(self._held)
        self._begun = True
        yield from self._lines()
        if self._at_line and _BLOCK.match(self._held):
            yield from self._block(self._held)
            self._held = ""
        yield from self._ended_table()
        yield self._held
        self._held = ""

    def _may_be_json(self) -> bool:
        """Whether nothing has been given yet, and what has come is JSON, or may yet be."""
        if self._begun:
            return False
        unfenced = _FENCE.sub("", self._held, count=1)
        self._is_json = _JSON.match(unfenced) is not None
        return self._is_json or _MAY_BE_JSON.fullmatch(unfenced) is not None

    def _lines(self) -> Iterator[str]:
        while self._held:
            line, newline, rest = self._held.partition("\n")
            if not self._at_line:
                self._at_line, self._held = bool(newline), rest
                yield line + newline
            elif not newline and _MAY_BE_BLOCK.fullmatch(line):
                return
            elif not _BLOCK.match(line + newline):
                yield from self._ended_table()
                self._at_line = False
            elif newline:
                self._held = rest
                yield from self._block(line)
            else:
                return

    def _block(self, line: str) -> Iterator[str]:
        if not line.lstrip().startswith("|"):
            yield from self._ended_table()
        elif _SEPARATOR.fullmatch(line):
            self._row = ""  # what stood above it names the columns
        else:
            yield from self._ended_table()
            self._row = line

    def _ended_table(self) -> Iterator[str]:
        if self._row:
            yield f"{_as_line(self._row)}\n"
        self._row = ""


def _as_line(row: str) -> str:
    """A row of a table.

    >>> _as_line("| 全长 | 3.2公里 [1] |")
    '全长：3.2公里 [1]'
    """
    first, *others = [
        cell.strip() for cell in row.strip().strip("|").split("|") if cell.strip()
    ] or [""]
    english = detect_language(row) is Language.ENGLISH
    rest = (", " if english else "，").join(others)
    return f"{first}{': ' if english else '：'}{rest}" if rest else first


def read_json(text: str) -> str:
    """The answer in a reply that is JSON, whole or broken off; the reply as it is where none is found.

    >>> read_json('{"thought": "…", "answer": "大桥通车了。", "citations": [1, 2]}')
    '大桥通车了。[1][2]'
    """
    body = _FENCE.sub("", text, count=1).strip().removesuffix("```").strip()
    with suppress(ValueError):
        return _said(json.loads(body)) or text
    found = _BROKEN_ANSWER.search(body)
    with suppress(ValueError):
        if found:
            return str(json.loads(f'"{found[1]}"'))
    return text


def _said(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "\n".join(filter(None, map(_said, value)))
    if not isinstance(value, dict):
        return ""
    answers = [one for key, one in value.items() if _KEYS["answer_key"].fullmatch(key)]
    cited = [one for key, one in value.items() if _KEYS["citation_key"].fullmatch(key)]
    others = [
        one
        for key, one in value.items()
        if not any(_KEYS[kind].fullmatch(key) for kind in ("citation_key", "aside_key"))
    ]
    said = "\n".join(filter(None, map(_said, answers or others)))
    return f"{said}{''.join(f'[{number}]' for number in _numbers(cited))}" if said else ""


def _numbers(value: Any) -> Iterator[int]:
    if isinstance(value, list):
        for one in value:
            yield from _numbers(one)
    elif isinstance(value, dict):
        for one in value.values():
            yield from _numbers(one)
    elif found := re.fullmatch(r"\W*(\d{1,3})\W*", str(value)):
        yield int(found[1])
