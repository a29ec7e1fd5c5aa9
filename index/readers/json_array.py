"""JSON arrays of articles, read as a stream: memory for one article, whatever the file's size."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from json import JSONDecodeError
from typing import Any

from index.errors import ArticleError
from index.readers.encoding import text_pieces
from index.readers.fields import Columns, Place, article, decoder
from index.readers.limits import MAX_ARTICLE_CHARS, PIECE_BYTES
from index.readers.source import Source
from index.records import Problem, RawArticle

_NOT_BLANK = re.compile(r"[^ \t\r\n]")


def read_json_array(source: Source, columns: Columns) -> Iterator[RawArticle | Problem]:
    """The articles of an array of objects.

    Raises:
        ArticleError: it is not JSON, or not an array; after the articles that stand before that.
    """
    for number, item in enumerate(_items(source.origin, text_pieces(source), columns), 1):
        place = Place(source.origin, f"article {number}", f"第 {number} 篇")
        yield from article(item, place, columns)


class _Window:
    """The part of a text that is being parsed; it slides on and grows as far as an article needs."""

    def __init__(self, pieces: Iterable[str]) -> None:
        self.text = ""
        self.at = 0
        self.line = 1
        """Line, from 1, on which ``text`` begins."""
        self._pieces = iter(pieces)

    def grow(self) -> bool:
        """Let go of what was parsed and at least double the rest; false at the end or the limit.

        Doubling keeps the work linear in the length of an article that is tried again and again.
        """
        rest = len(self.text) - self.at
        if rest > MAX_ARTICLE_CHARS:
            return False
        added: list[str] = []
        wanted = max(PIECE_BYTES, rest)
        while wanted > 0 and (piece := next(self._pieces, "")):
            added.append(piece)
            wanted -= len(piece)
        if not added:
            return False
        self.line += self.text.count("\n", 0, self.at)
        self.text = "".join((self.text[self.at :], *added))
        self.at = 0
        return True

    def peek(self) -> str:
        """The next character that is not blank; ``""`` at the end."""
        while not (found := _NOT_BLANK.search(self.text, self.at)):
            self.at = len(self.text)
            if not self.grow():
                return ""
        self.at = found.start()
        return found[0]

    def value(self) -> Any:
        """The JSON value that begins here.

        Raises:
            JSONDecodeError, RecursionError: there is none up to the end or the limit.
        """
        self.peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self.text, self.at)
            except JSONDecodeError:
                if not self.grow():
                    raise
                continue
            if end < len(self.text) or not self.grow():  # else a number may go on
                self.at = end
                return value

    def line_of(self, position: int) -> int:
        return self.line + self.text.count("\n", 0, position)


_DECODER = decoder()


def _items(origin: str, pieces: Iterable[str], columns: Columns) -> Iterator[Any]:
    window = _Window(pieces)
    done = 0
    try:
        if window.peek() != "[":
            raise _not_a_list(origin, window, columns)
        window.at += 1
        if window.peek() == "]":
            window.at += 1
        else:
            for item in _elements(window):
                done += 1
                yield item
        if window.peek():
            raise JSONDecodeError("Extra data", window.text, window.at)
    except JSONDecodeError as error:
        long = error.pos - window.at > MAX_ARTICLE_CHARS // 2 or "Unterminated" in error.msg
        if long and len(window.text) - window.at > MAX_ARTICLE_CHARS:
            raise _broken(origin, f"article {done + 1}: too long", done) from error
        place = f"line {window.line_of(error.pos)}: {error.msg}"
        raise _broken(origin, place, done) from error
    except RecursionError as error:
        place = f"line {window.line_of(window.at)}: too deep"
        raise _broken(origin, place, done) from error


def _elements(window: _Window) -> Iterator[Any]:
    while True:
        yield window.value()
        if (mark := window.peek()) == "]":
            window.at += 1
            return
        if mark != ",":
            raise JSONDecodeError("Expecting ',' delimiter", window.text, window.at)
        window.at += 1


def _broken(origin: str, place: str, done: int) -> ArticleError:
    kept = f"; the {done} articles before it were read" if done else ""
    kept_zh = f"；此前的 {done} 篇已读取" if done else ""
    return ArticleError(
        f"{origin!r} is not JSON ({place}){kept}; export it again, or mend that line",
        f"{origin!r} 不是有效的 JSON（{place}）{kept_zh}；请重新导出或修正该行",
    )


def _not_a_list(origin: str, window: _Window, columns: Columns) -> ArticleError:
    """What the text is instead.

    Raises:
        JSONDecodeError, RecursionError: it is not JSON at all.
    """
    kind = _kind(window)
    if kind == "a value" and window.peek():
        raise JSONDecodeError("Extra data", window.text, window.at)
    names = columns.names().values()
    return ArticleError(
        f"{origin!r} holds {kind}, not a list of articles; give a JSON array of objects "
        f"with the fields {', '.join(names)}, or name it .jsonl if it has one object a line",
        f"{origin!r} 的内容不是文章列表；请提供 JSON 数组，每个对象含字段 {'、'.join(names)}；"
        "若每行一个对象，请将后缀改为 .jsonl",
    )


def _kind(window: _Window) -> str:
    start = window.peek()
    try:
        value = window.value()
    except JSONDecodeError:
        if start == "{" and len(window.text) - window.at > MAX_ARTICLE_CHARS:
            return "an object"
        raise
    if not isinstance(value, dict):
        return "a value"
    keys = ", ".join(map(repr, list(value)[:4]))
    return f"an object with {keys[:200]}" if keys else "an object"
