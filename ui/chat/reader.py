"""An article in the panel beside the answer, with the quoted words marked. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from index.records import Article, Span
from ui.chat.markup import fill
from ui.show import copies_name, kind_name, recognised_name

_SPANS = re.compile(r"(\d{1,9})-(\d{1,9})(?:,|$)")


class Mark(StrEnum):
    """Why characters of an article stand out."""

    PLAIN = "plain"
    PASSAGE = "passage"
    """The passage that was found, where nothing is quoted."""
    QUOTE = "quote"
    DECISIVE = "decisive"
    """The words of the quote that decide the question."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters of one paragraph that are marked alike."""

    text: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class Marked:
    """What to mark in an article: one span, and the deciding words within it."""

    span: Span | None = None
    decisive: tuple[Span, ...] = ()
    quoted: bool = True


def article_html(
    article: Article,
    marked: Marked,
    originals: Mapping[str, str],
    copies: int = 0,
    summary: Sequence[Span] = (),
) -> str:
    """The article to read.

    Args:
        originals: Titles of the articles that it copies, by their ids.
        copies: How many articles copy it.
        summary: The sentences of it that stand above it, each a click away from where it is said.
    """
    return fill(
        "article",
        article=article,
        kind=kind_name(article.kind),
        recognised=recognised_name() if article.recognised else "",
        originals=originals,
        copies=copies,
        copies_name=copies_name,
        summary=[(span, " ".join(span.of(article.text).split())) for span in summary],
        paragraphs=list(paragraphs(article.text, marked)),
        Mark=Mark,
        marked=marked,
    )


def paragraphs(text: str, marked: Marked) -> Iterator[list[Piece]]:
    """The lines of ``text`` that hold anything, each cut where its marks begin and end.

    >>> list(paragraphs("一。\\n二三。", Marked(Span(3, 5), (Span(4, 5),))))[1]
    [Piece(text='二', mark=<Mark.QUOTE: 'quote'>), Piece(text='三', mark=<Mark.DECISIVE: 'decisive'>), Piece(text='。', mark=<Mark.PLAIN: 'plain'>)]
    """
    start = 0
    for line in text.split("\n"):
        if line.strip():
            yield list(_pieces(text, Span(start, start + len(line)), marked))
        start += len(line) + 1


def parse_spans(written: str) -> tuple[Span, ...]:
    """``"120-123,130-134"`` as spans; what is written otherwise is left out."""
    found = (Span(int(start), int(end)) for start, end in _SPANS.findall(written))
    return tuple(span for span in found if span.start < span.end)


def _pieces(text: str, line: Span, marked: Marked) -> Iterator[Piece]:
    edges = sorted({line.start, line.end, *_edges(line, marked)})
    for start, end in pairwise(edges):
        yield Piece(text[start:end], _mark(start, marked))


def _edges(line: Span, marked: Marked) -> Iterable[int]:
    spans: Sequence[Span] = (*((marked.span,) if marked.span else ()), *marked.decisive)
    places = (place for span in spans for place in (span.start, span.end))
    return (place for place in places if line.start < place < line.end)


def _mark(place: int, marked: Marked) -> Mark:
    if any(span.start <= place < span.end for span in marked.decisive):
        return Mark.DECISIVE
    if marked.span and marked.span.start <= place < marked.span.end:
        return Mark.QUOTE if marked.quoted else Mark.PASSAGE
    return Mark.PLAIN
