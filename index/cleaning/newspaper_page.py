"""A newspaper page as OCR leaves it, cut into its articles; in doubt it stays whole."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from index.cleaning.draft import Draft
from index.cleaning.ocr_loops import collapse_loops
from index.cleaning.page_lines import (
    Line,
    ends_article,
    is_aside,
    is_byline,
    is_dateline,
    is_headline,
    lines_of,
    visible_length,
)
from index.cleaning.subheads import doubled_headings
from index.cleaning.word_bags import WordBag, content_words
from index.records import RawArticle

_RETURN = re.compile(r"\r\n?")
_FEWEST_TO_JUDGE, _ENOUGH_TO_JUDGE = 80, 300  # words
_SHORTEST_SECTION = 50  # characters below a headline
_MOST_SECTIONS = 10
_APART, _APART_WITH_SIGN = 0.045, 0.075
"""Cohesion below which two texts are two articles, without and with another sign of it."""


def split_page(raw: RawArticle) -> list[RawArticle]:
    """Cut a page into its articles; a page that holds one is returned as it is.

    A cut needs a line that can begin an article (a headline, a byline, 本报讯) and texts before and
    after it that have hardly a word in common: bigrams, the commonest of news aside, compared by the
    cosine of damped counts, after TextTiling (Hearst 1997). Where a credit, a promotion or a byline
    stands at the cut, somewhat more may be shared.

    Returns:
        Articles with the ids ``page#1``, ``page#2`` …; their contents are verbatim slices of the
        page's. The title is the headline, taken out of the content, and ``""`` where there is none.
    """
    draft = collapse_loops(Draft.of(raw.content).substitute("", _RETURN, "\n"))
    lines = lines_of(draft.text)
    starts = _article_starts(lines)
    if not starts:
        return [raw]
    at = [*(int(draft.origins[line.start]) for line in lines), len(raw.content)]
    articles: list[RawArticle] = []
    for number, (first, last) in enumerate(pairwise([0, *starts, len(lines)]), start=1):
        body = _end_of_headline(lines, first)
        articles.append(
            replace(
                raw,
                article_id=f"{raw.article_id}#{number}",
                title=" ".join(line.text for line in lines[first:body]),
                content=raw.content[at[body] if body else 0 : at[last]],
                layout=raw.layout.of_part,
            )
        )
    return articles


def _end_of_headline(lines: Sequence[Line], first: int) -> int:
    """One past the headline, which may have a second line; ``first`` where there is none."""
    at = first
    while at < min(first + 2, len(lines)) and is_headline(lines[at].text):
        at += 1
    return at


def _article_starts(lines: Sequence[Line]) -> list[int]:
    """The lines at which a new article begins, the page's first line aside."""
    doubled = doubled_headings(lines)
    possible = [
        at for at in range(1, len(lines)) if at not in doubled and _may_begin_article(lines, at)
    ]
    sections = [lines[a:b] for a, b in pairwise([0, *possible, len(lines)])]
    words = [content_words("".join(line.text for line in section)) for section in sections]
    starts: list[int] = []
    before = WordBag.of_first(words[:1], _ENOUGH_TO_JUDGE)
    for number, at in enumerate(possible, start=1):
        after = WordBag.of_first(words[number : number + _MOST_SECTIONS], _ENOUGH_TO_JUDGE)
        most = _APART_WITH_SIGN if _has_sign(lines, at) else _APART
        if (
            min(before.total, after.total) >= _FEWEST_TO_JUDGE
            and sum(visible_length(line.text) for line in sections[number][1:]) >= _SHORTEST_SECTION
            and before.cohesion(after) < most
        ):
            starts.append(at)
            before = WordBag()
        before.add(words[number])
    return starts


def _may_begin_article(lines: Sequence[Line], at: int) -> bool:
    """Whether a line is the first of a headline or, without one, of an article."""
    text, previous = lines[at].text, lines[at - 1].text
    if is_headline(previous) or is_byline(previous):
        return False
    return is_headline(text) or is_byline(text) or is_dateline(text)


def _has_sign(lines: Sequence[Line], at: int) -> bool:
    """Whether an article ends above the line by its words, or the line or the next is a byline."""
    previous = lines[at - 1].text
    first = lines[min(_end_of_headline(lines, at), len(lines) - 1)].text
    return is_aside(previous) or ends_article(previous) or is_byline(first) or is_dateline(first)
