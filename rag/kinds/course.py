"""How something went: sentences that name a day, in the order of these days."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from index.records import Article, Span
from index.text.dates.moments import Moment, blank, complete, day_named, find_moments
from index.text.language import Language
from index.text.rules import load_patterns
from index.text.sentences import split_sentences
from index.text.terms import terms
from rag.extractive.answer import Draft
from rag.extractive.certainty import probability
from rag.extractive.excerpt import excerpt
from rag.kinds.overview import fitting_articles, heading_of, stories_of, told_of
from rag.kinds.pieces import Piece, draft_of, share
from rag.kinds.telling import tellings
from rag.question.glossary import terms_for
from rag.records import Found

_EVENTS = 12
_FEWEST = 3
_ARTICLES = 12
_LONGEST = 240
"""Characters of a sentence that is quoted whole."""

_BELONGS = 0.5
"""Probability from which on a sentence is one on the subject."""

_SAME_YEAR = load_patterns("rag.question", "course")["same_year"]

_NO_MONTH = 13
"""Stands for the month where only a year is named: behind what is told of its months."""

_OPENING = 2
_LOWER = 0.02
"""What a sentence's probability loses for each article that fits better than its own."""


@dataclass(frozen=True, slots=True)
class Belonging:
    """What says that a sentence that names a day is on the subject, and not on what else its article
    tells; as weights, what each counts.

    Attributes:
        told: Share of the subject's terms that the sentence has, 0 to 1.
        title: The same of its article's title.
        base: 1; as a weight, the intercept.
    """

    told: float
    title: float
    base: float = 1.0


WEIGHTS = Belonging(told=4.34, title=1.28, base=-0.75)
"""Of a logistic regression (``eval/benchmarks/overviews.py``)."""


@dataclass(frozen=True, slots=True)
class _Event:
    when: tuple[int, int, int]
    article: Article
    span: Span
    weight: float


def course(found: Found, language: Language, most_sources: int | None = None) -> Draft | None:
    """What the articles tell by day, earliest first; ``None`` where they are not about it.

    Args:
        most_sources: How many articles may be cited; ``None`` for as many as tell of it.
    """
    about = found.topic or found.question
    fitting = fitting_articles(found, about, language)
    if not fitting:
        return None
    subject = blank(about, find_moments(about))
    most = min(most_sources or _ARTICLES, _ARTICLES)
    stories = [story.article for story in stories_of(fitting)][:most]
    events = _likeliest(_events(stories, subject))
    if len(events) < _FEWEST and len(stories) == 1:  # a portrait names its subject once
        events = _likeliest(_events(stories, subject, least=0.0))
    if len(events) < _FEWEST:
        return _by_publication(stories, subject, language)
    events.sort(key=lambda one: one.when)
    pieces = [Piece(one.article, one.span, heading=_day(one.when)) for one in events]
    notice = (
        "In the order of the days that the articles name."
        if language is Language.ENGLISH
        else "按文中所说的日期先后排列。"
    )
    return draft_of(pieces, notice=notice)


def _events(articles: Sequence[Article], subject: str, least: float = _BELONGS) -> Iterator[_Event]:
    """The sentences of articles that name a day or a month, with how much they tell of the subject.

    Args:
        least: The probability from which on one is on the subject.
    """
    for rank, article in enumerate(articles):
        wanted = terms_for(subject, article)
        title = share(frozenset(terms(article.heading)), wanted)
        year: int | None = None
        spans = split_sentences(article.text)
        for at, span in enumerate(spans):
            text = span.of(article.text)
            moments = find_moments(text)
            if not moments:
                continue
            opens = moments[0].start <= _OPENING
            goes_on = opens or _SAME_YEAR.search(text) is not None
            when = _when(_completed(moments[0], year if goes_on else None, article.date))
            year = next((one.year for one in moments if one.year), year if goes_on else None)
            if when is None:
                continue
            if moments[-1].end - moments[0].start >= len(text.strip("。 ")) and at + 1 < len(spans):
                span = Span(span.start, spans[at + 1].end)  # a day on a line of its own
            if len(text) > _LONGEST:
                told_at = excerpt(text, [Span(moments[0].start, moments[0].end)])
                span = Span(span.start + told_at.start, span.start + told_at.end)
            told = share(frozenset(terms(span.of(article.text))), wanted)
            likely = probability(WEIGHTS, Belonging(told, title))
            if likely >= least:
                yield _Event(when, article, span, likely - _LOWER * rank)


def _completed(moment: Moment, year: int | None, published: date | None) -> Moment:
    """A day without a year is of the year of the sentence before, where it begins with its day as in a
    chronicle or says that it is of that year."""
    if year and moment.year is None and moment.month and moment.away is None:
        return replace(moment, year=year)
    if moment.away is not None and moment.month is None and moment.day is None:
        return replace(moment, year=None)  # 去年 says too little
    return complete(moment, published)


def _when(moment: Moment) -> tuple[int, int, int] | None:
    if moment.year is None:
        return None
    if moment.day and day_named(moment) is None:
        return None  # 6月31日
    return moment.year, moment.month or _NO_MONTH, (moment.month and moment.day) or 0


def _likeliest(events: Iterable[_Event]) -> list[_Event]:
    """As many as are told; the likeliest of those that tell the same of a day."""
    kept: list[_Event] = []
    for one in sorted(events, key=lambda one: -one.weight):
        own = set(terms(one.span.of(one.article.text)))
        if not any(one.when == other.when and _alike(own, other) for other in kept):
            kept.append(one)
    return kept[:_EVENTS]


def _alike(own: set[str], other: _Event) -> bool:
    theirs = set(terms(other.span.of(other.article.text)))
    return len(own & theirs) >= 0.4 * min(len(own), len(theirs))


def _day(when: tuple[int, int, int]) -> str:
    year, month, day = when
    if month == _NO_MONTH:
        return f"{year:04d}"
    return date(year, month, day).isoformat() if day else f"{year:04d}-{month:02d}"


def _by_publication(articles: Sequence[Article], subject: str, language: Language) -> Draft | None:
    if len(articles) == 1:
        over = heading_of(articles[0])
        spans = told_of(articles[0], 1, terms_for(subject, articles[0]))
        pieces = [Piece(articles[0], span, heading=over) for span in spans]
        return draft_of(pieces) if pieces else None
    ordered = sorted(articles[:_EVENTS], key=lambda one: str(one.date or ""))
    pieces = [
        Piece(one, span, heading=heading_of(one))
        for one in ordered
        for span in tellings(one, terms_for(subject, one))
    ]
    notice = (
        "In the order in which the articles were published."
        if language is Language.ENGLISH
        else "按文章发布日期先后排列。"
    )
    return draft_of(pieces, notice=notice) if pieces else None
