"""What OCR reads of a page's decoration: a subhead's first character twice, marks before bylines."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.cleaning.draft import Draft
from index.cleaning.page_lines import Line, is_heading, is_marked_byline, lines_of
from index.cleaning.paragraphs import is_cut
from index.records import Span
from index.text.rules import load_rules

_RULES = load_rules("index.cleaning", "zh/han", "zh/subheads")
_HAN, _DOUBLED_IN_WORDS = _RULES.regex("han"), _RULES.regex("doubled_in_words")
_CLAUSE_MARK = re.compile(r"[，、：:；！？\s]")
_NEAR = 4
_FEWEST_DOUBLED, _SHARE_DOUBLED = 2, 0.6


def drop_byline_marks(draft: Draft) -> Draft:
    """Drop the mark in front of a byline: ``■本报记者 林一`` → ``本报记者 林一``."""
    marks = (
        Span(line.start, line.start + 1 + (line.text[1:2] == " "))
        for line in lines_of(draft.text)
        if is_marked_byline(line.text)
    )
    return draft.cut(drop_byline_marks.__name__, marks)


def undouble_subheads(draft: Draft) -> Draft:
    """Drop the decorated first character of subheads, which is read in addition to its own place.

    ``灯一盏“灯”照…`` → ``一盏“灯”照…``. Such headings have their first character again within the next
    four, and a page has at least two of them, most of its headings.
    """
    lines = lines_of(draft.text)
    doubled = doubled_headings(lines)
    subheads = [
        at
        for at, line in enumerate(lines)
        if at in doubled or (at and is_heading(line.text) and not is_cut(line.text, ""))
    ]
    if len(doubled) < _SHARE_DOUBLED * len(subheads):
        return draft
    firsts = (Span(lines[at].start, lines[at].start + 1) for at in doubled)
    return draft.cut(undouble_subheads.__name__, firsts)


def doubled_headings(lines: Sequence[Line]) -> list[int]:
    """Headings that begin with a decorated character, where there are enough of them to tell."""
    doubled = [
        at for at, line in enumerate(lines) if is_heading(line.text) and _is_doubled(line.text)
    ]
    return doubled if len(doubled) >= _FEWEST_DOUBLED else []


def _is_doubled(text: str) -> bool:
    """Once only: a heading that would still look like one without its first character is none."""
    return not _DOUBLED_IN_WORDS.match(text) and _comes_again(text) and not _comes_again(text[1:])


def _comes_again(text: str) -> bool:
    """Whether the first character stands again near by, in the same clause."""
    again = text.find(text[:1], 1, 1 + _NEAR)
    if again < 1 or not _HAN.match(text) or _CLAUSE_MARK.search(text[:again]):
        return False
    # 有速度有温度: two phrases of one length, side by side.
    phrases = not text[2 * again : 2 * again + 1].strip("，、 ")
    return again == 1 or not phrases
