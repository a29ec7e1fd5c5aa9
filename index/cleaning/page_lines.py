"""The lines of a newspaper page, and what each is: headline, byline, caption, list item.

That can be told by a line's length, its marks and the blank lines around it, never for certain. In
doubt a line is text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.text.rules import load_rules
from index.text.sentences import split_lines

_RULES = load_rules("index.cleaning", "zh/han", "zh/newspaper_lines")
_LIST_MARK, _LIST_ITEM = _RULES.regex("list_mark"), _RULES.regex("list_item")
_CREDIT, _PROMOTION = _RULES.regex("photo_credit"), _RULES.regex("promotion")
_FIGURE, _BYLINE = _RULES.regex("figure_caption"), _RULES.regex("byline")
_DATELINE, _ARTICLE_END = _RULES.regex("dateline"), _RULES.regex("article_end")
_NO_HEADLINE, _NO_CAPTION = _RULES.regex("no_headline"), _RULES.regex("no_caption")

_CLAUSE_INSIDE, _SENTENCE_INSIDE = re.compile(r"[，。；！？;!?]."), re.compile(r"[。！？].")
_ENDS = frozenset("。！？!?….；;：:，,、")
_CLOSERS = "”’」』）)】》〉\"'"
_SHORTEST_HEADING, _LONGEST_HEADING = 4, 36
_LONGEST_CREDIT, _LONGEST_PROMOTION, _LONGEST_FIGURE = 40, 60, 80
_SHORTEST_CAPTION, _LONGEST_CAPTION = 6, 40


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank, trimmed, and how many blank lines stand above it."""

    start: int
    end: int
    text: str
    above: int
    indented: bool


def lines_of(text: str) -> list[Line]:
    lines: list[Line] = []
    seen = 0
    for span in split_lines(text):
        whole = span.of(text)
        if not (trimmed := whole.strip()):
            continue
        start = span.start + len(whole) - len(whole.lstrip())
        above = max(text.count("\n", seen, start) - 1, 0) if lines else 0
        seen = start + len(trimmed)
        lines.append(Line(start, seen, trimmed, above, start > span.start))
    return lines


def visible_length(text: str) -> int:
    return len(text) - text.count(" ")


def is_open(text: str) -> bool:
    """Whether no sentence or clause ends with the line."""
    bare = text.rstrip(_CLOSERS)
    return bool(bare) and bare[-1] not in _ENDS


def is_credit(text: str) -> bool:
    """Whether the line says who took or drew a picture."""
    short = visible_length(text) <= _LONGEST_CREDIT and not _CLAUSE_INSIDE.search(text)
    return short and _CREDIT.search(text) is not None


def is_aside(text: str) -> bool:
    """Whether a line is known by its words to be no part of the running text."""
    return is_credit(text) or _is_promotion(text) or _is_figure(text)


def _is_promotion(text: str) -> bool:
    short = visible_length(text) <= _LONGEST_PROMOTION and not _SENTENCE_INSIDE.search(text)
    return short and _PROMOTION.search(text) is not None


def _is_figure(text: str) -> bool:
    return visible_length(text) <= _LONGEST_FIGURE and _FIGURE.match(text) is not None


def is_byline(text: str) -> bool:
    return len(text) <= _LONGEST_CREDIT and _BYLINE.fullmatch(text) is not None


def is_marked_byline(text: str) -> bool:
    return _LIST_MARK.match(text) is not None and is_byline(text)


def is_dateline(text: str) -> bool:
    return _DATELINE.match(text) is not None


def ends_article(text: str) -> bool:
    """Whether a line by its words stands below an article: (完), the editor's name."""
    return _ARTICLE_END.search(text) is not None


def is_list_item(text: str) -> bool:
    return _LIST_ITEM.match(text) is not None


def may_be_caption(text: str) -> bool:
    return (
        text[-1] == "。"
        and _SHORTEST_CAPTION <= visible_length(text) <= _LONGEST_CAPTION
        and not _NO_CAPTION.search(text)
        and not is_list_item(text)
    )


def is_heading(text: str) -> bool:
    """A short line without an end, which is none of the other kinds of short line."""
    return (
        _SHORTEST_HEADING <= visible_length(text) <= _LONGEST_HEADING
        and is_open(text)
        and not is_list_item(text)
        and not _NO_HEADLINE.match(text)
        and not is_aside(text)
        and not is_byline(text)
    )


def is_headline(text: str) -> bool:
    """A heading, which above an article may also ask or exclaim."""
    return is_heading(text.rstrip("！？!?"))
