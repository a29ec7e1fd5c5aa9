"""Paragraphs that a newspaper column's end, or a hard line end, cut in the middle of a sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from unicodedata import east_asian_width

from index.cleaning.draft import Draft, Edit
from index.cleaning.page_lines import (
    Line,
    is_aside,
    is_byline,
    is_heading,
    is_list_item,
    is_open,
    lines_of,
    visible_length,
)
from index.text.rules import load_rules

_RULES = load_rules("index.cleaning", "zh/sentences")
_NO_BEGINNING, _NO_END = _RULES.regex("no_beginning"), _RULES.regex("no_end")
_PROSE_MARK = re.compile(r"[，。；]")
_SHORTEST_CUT, _LONG_FOR_HEADING, _LONGER_THAN_HEADING, _LONGEST_REST = 20, 30, 48, 3
_WRAP_FEWEST, _WRAP_SHARE, _WRAP_NARROWEST, _WRAP_WIDEST = 4, 0.6, 24, 110


def join_cut_paragraphs(draft: Draft) -> Draft:
    """Join what a column's end or a hard line end cut in the middle of a sentence.

    ``提供的环\\n\\n境`` → ``提供的环境``; Latin words are joined with a space, those hyphenated at the
    line's end without. Headings, lists, captions and table rows stay lines of their own.
    """
    while True:
        lines = lines_of(draft.text)
        wrapped = _wrapped(lines)
        joints = [
            _joint(draft.text, line, below)
            for at, (line, below) in enumerate(pairwise(lines))
            if at in wrapped or _goes_on(line, below)
        ]
        if not joints:
            return draft
        draft = draft.edit(join_cut_paragraphs.__name__, joints)


def _goes_on(line: Line, below: Line) -> bool:
    """Whether a paragraph goes on in the next line."""
    return (
        not below.indented
        and is_cut(line.text, below.text)
        and not is_heading(below.text)
        and not is_list_item(below.text)
        and not is_byline(below.text)
        and not is_aside(below.text)
        and (not is_open(below.text) or _PROSE_MARK.search(below.text) is not None)
    )


def is_cut(text: str, below: str) -> bool:
    """Whether a line is the beginning of a sentence rather than a heading, a credit or a cell.

    It is where the next line could not begin a sentence or this one not end one; else if it is too
    long for a heading, nearly so and with more than one comma, or if it ends just after a comma.
    """
    last, length = text[-1], visible_length(text)
    if length < _SHORTEST_CUT or not (last.isalnum() or last in "，、,-"):
        return False
    sentence = text.rpartition("。")[2]
    if is_aside(sentence) or is_byline(sentence) or text[0] == "#":
        return False
    if last.isascii() and last != ",":
        return below[:1].islower()
    if _NO_END.match(last) or _NO_BEGINNING.match(below):
        return True
    if "。" not in text and ("！" in text or "？" in text):
        return False
    rest = re.split("[，；]", sentence)[-1]
    return _PROSE_MARK.search(text) is not None and (
        length > _LONGER_THAN_HEADING
        or (length >= _LONG_FOR_HEADING and ("。" in text or text.count("，") > 1))
        or len(rest) <= _LONGEST_REST
    )


def _wrapped(lines: Sequence[Line]) -> set[int]:
    """The lines that a fixed width broke, to be joined with the next."""
    wrapped: set[int] = set()
    first = 0
    for at in range(1, len(lines) + 1):
        if at == len(lines) or lines[at].above:
            wrapped.update(first + full for full in _full_lines(lines[first:at]))
            first = at
    return wrapped


def _full_lines(block: Sequence[Line]) -> list[int]:
    """In a block of lines, those into which the next line's first word did not fit."""
    if len(block) < _WRAP_FEWEST or any(len(line.text) > _WRAP_WIDEST for line in block):
        return []
    widths = [_width(line.text) for line in block]
    widest = max(widths)
    full = [
        at
        for at, below in enumerate(block[1:])
        if not below.indented
        and not is_list_item(below.text)
        and widths[at] + _width(_first_word(below.text)) > widest - 2
    ]
    broken = [at for at in full if block[at].text[-1].isalpha()]
    marks = sum(_PROSE_MARK.search(line.text) is not None or ", " in line.text for line in block)
    is_wrapped = (
        _WRAP_NARROWEST <= widest <= _WRAP_WIDEST
        and len(full) >= _WRAP_SHARE * (len(block) - 1)
        and len(broken) >= _WRAP_SHARE * len(full)
        and marks >= len(block) / 2
    )
    return full if is_wrapped else []


def _first_word(text: str) -> str:
    """What has to fit into a line: a Latin word, but one Han character."""
    return text.split(" ", 1)[0][:20] if text[0].isascii() else text[0]


def _width(text: str) -> int:
    """Columns of a terminal: two for a Han character."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def _joint(text: str, line: Line, below: Line) -> Edit:
    last, first = text[line.end - 1], text[below.start]
    if last == "-" and first.islower() and text[line.end - 2].isalpha():
        return line.end - 1, below.start, ""
    spaced = last.isascii() and first.isascii()
    return line.end, below.start, " " if spaced else ""
