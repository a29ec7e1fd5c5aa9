"""Markdown: what it says, without the marks it is written with. A file is one article."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from index.errors import ArticleError
from index.readers.encoding import read_text
from index.readers.limits import MAX_MARKDOWN_CHARS, MAX_MARKS
from index.readers.source import Source, as_text
from index.records import RawArticle
from index.text.rules import load_rules

if TYPE_CHECKING:
    from markdown_it.token import Token

_RULES = load_rules("index.readers", "en/markdown")
_FRONT = _RULES.regex("front_matter")
_FRONT_FIELDS = _RULES.table("front_fields")
_FRONT_LINE = _RULES.regex("front_line")
_LEFT_BOLD, _TASK, _TAG, _LINE_TAG = (
    _RULES.regex(name) for name in ("left_emphasis", "task_box", "tag", "line_tag")
)

_NOTE, _NOTE_MARK, _NO_ADDRESS = (
    _RULES.regex(name) for name in ("note", "note_mark", "no_address")
)
_EMBEDDED, _ADDRESS_OF_EMBEDDED = (
    _RULES.regex(name) for name in ("embedded_file", "address_of_embedded")
)
_UNSEEN, _CELL, _CELL_END = (_RULES.regex(name) for name in ("unseen", "cell", "cell_end"))
_CALLOUT, _BLOCK_NAME = _RULES.regex("callout"), _RULES.regex("block_name")
_OF_NOTES: Sequence[tuple[re.Pattern[str], str]] = (
    (_RULES.regex("transcluded"), ""),
    (_RULES.regex("note_comment"), ""),
    (_RULES.regex("note_link"), r"\g<shown>"),
    (_RULES.regex("highlight"), r"\g<words>"),
)
"""Marks of programs for notes, which CommonMark does not know, and what stays of each."""

_COSTLY = "[]*_~`<"
"""Characters that the parser looks at again and again."""


def read_markdown(source: Source) -> RawArticle:
    """A Markdown file; a heading of the first level at its beginning is the title.

    Pictures and the addresses of links are not text, the rows of a table are lines. Of what stands
    between ``---`` above it, title, date, link and account are taken.

    Raises:
        ArticleError: it cannot be read as text, or is too long.
    """
    text = _without_files(read_text(source))
    if len(text) > MAX_MARKDOWN_CHARS or sum(map(text.count, _COSTLY)) > MAX_MARKS:
        raise ArticleError(
            f"{source.origin!r} has over {MAX_MARKDOWN_CHARS} characters or {MAX_MARKS} marks of Markdown; "
            "split it into smaller files, or name it .txt",
            f"{source.origin!r} 超过 {MAX_MARKDOWN_CHARS} 个字符或 {MAX_MARKS} 个 Markdown 标记；请拆分为较小的文件，或改名为 .txt",
        )
    front, text = _front_matter(text)
    tokens = _parsed(_with_notes(text))
    heading, tokens = _heading(tokens)
    name = as_text(source.stem)
    return RawArticle(
        name,
        front.get("title") or heading or name,
        front.get("url", ""),
        front.get("time", ""),
        front.get("account", ""),
        "\n".join(_lines(tokens)),
        source.origin,
    )


def _without_files(text: str) -> str:
    """A text without the files that are written into it; what a picture names stays an address."""
    return _EMBEDDED.sub("", _ADDRESS_OF_EMBEDDED.sub(r"\g<label>#a", text))


def _parsed(text: str) -> list[Token]:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)


def _with_notes(text: str) -> str:
    """A text with its notes, and what looks like the address of a link and is none, as text.

    The parser takes ``[^1]: …`` and ``[问]: …`` for addresses of links, which are not shown.
    """
    notes = frozenset(match["label"] for match in _NOTE.finditer(text))
    if notes:
        text = _NOTE_MARK.sub(lambda m: _noted(m["label"]) if m["label"] in notes else m[0], text)
    return _NO_ADDRESS.sub(r"\\[", text)


def _noted(label: str) -> str:
    return f"〔注{label}〕" if label.isdigit() else f"〔{label}〕"


def _front_matter(text: str) -> tuple[dict[str, str], str]:
    """The fields of an article between ``---`` at the top of a file, and what follows them."""
    found = _FRONT.match(text)
    if found is None:
        return {}, text
    fields: dict[str, str] = {}
    for line in found["lines"].splitlines():
        if (match := _FRONT_LINE.fullmatch(line)) and match["name"].lower() in _FRONT_FIELDS:
            field = _FRONT_FIELDS[match["name"].lower()]
            fields.setdefault(field, match["value"].strip().strip("\"'"))
    return fields, text[found.end() :] if fields else text


def _heading(tokens: list[Token]) -> tuple[str, list[Token]]:
    """The heading of the first level with which a text begins, and the rest."""
    if len(tokens) < 3 or tokens[0].type != "heading_open" or tokens[0].tag != "h1":
        return "", tokens
    return " ".join(_inline(tokens[1]).split()), tokens[3:]


def _lines(tokens: Sequence[Token]) -> Iterator[str]:
    """The lines of a text, none of them blank."""
    marks: list[str] = []  # what opens the line to come: the number of an item
    cells: list[str] | None = None
    for token in tokens:
        if token.type == "list_item_open" and token.info:
            marks.append(f"{token.info}{token.markup} ")
        elif token.type == "tr_open":
            cells = []
        elif token.type == "tr_close" and cells is not None:
            if any(cells):
                yield " | ".join(cells)
            cells = None
        elif token.type == "inline" and cells is not None:
            cells.append(" ".join(_inline(token).split()))
        else:
            for line in _own_lines(token):
                yield "".join(marks) + line
                marks.clear()


def _own_lines(token: Token) -> list[str]:
    if token.type == "inline":
        text = _BLOCK_NAME.sub("", _CALLOUT.sub("", _TASK.sub("", _inline(token))))
    elif token.type in ("fence", "code_block"):
        text = token.content
    elif token.type == "html_block":
        text = _without_tags(token.content)
    else:
        return []
    return [line for part in text.split("\n") if (line := part.strip())]


def _inline(token: Token) -> str:
    """The text of a paragraph, heading or cell; what is struck out is left out."""
    parts: list[str] = []
    struck = 0
    for is_text, some in groupby(token.children or (), key=lambda child: child.type == "text"):
        children = list(some)
        if is_text and not struck:
            parts.append(_without_marks("".join(child.content for child in children)))
        for child in () if is_text else children:
            struck += (child.type == "s_open") - (child.type == "s_close")
            if child.type in ("softbreak", "hardbreak"):
                parts.append("\n")
            elif child.type == "code_inline" and not struck:
                parts.append(child.content)
            elif child.type == "html_inline" and _LINE_TAG.match(child.content):
                parts.append("\n")
    return "".join(parts)


def _without_marks(text: str) -> str:
    # Between Chinese marks CommonMark does not see that ** closes what it opened.
    text = _LEFT_BOLD.sub(r"\2", text)
    for mark, kept in _OF_NOTES:
        text = mark.sub(kept, text)
    return text


def _without_tags(text: str) -> str:
    """The text of a piece of HTML, the cells of a row on one line."""
    text = _CELL.sub(lambda cell: cell["tag"] + _in_one_line(cell["text"]), _UNSEEN.sub("", text))
    text = _CELL_END.sub(" | ", text)
    return _TAG.sub(lambda tag: "\n" if _LINE_TAG.match(tag[0]) else "", text)


def _in_one_line(cell: str) -> str:
    tagless = _TAG.sub(lambda tag: " " if _LINE_TAG.match(tag[0]) else "", cell)
    return " ".join(tagless.split())
