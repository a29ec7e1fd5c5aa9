"""Whether sentences of two articles can tell of the same: that of one year, period, issue."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from index.records import Article
from index.text.dates.periods import Period
from index.text.dates.phrases import find_dates
from index.text.numbers.quantities import find_quantities
from index.text.numbers.units import ORDINAL
from index.text.script import fold_characters
from index.text.sentences import split_sentences
from index.text.terms import content_terms, terms

_LATER = 270
"""Days between two articles from which on both may say this year of another one."""

_LONG = 27
"""Days from which on a period is one that figures are counted over, such as a month or a quarter."""

_YEAR = 365
_MOST_LOST = 0.3
"""Share of what an article has of the question's terms that another on the same may lack."""


def same_matter(article: Article, sentence: str, other: Article, theirs: str) -> bool:
    """Whether nothing speaks against two sentences telling of the same."""
    if article.date and other.date and abs((article.date - other.date).days) >= _LATER:
        return False
    mine, their_periods = set(_periods(article, sentence)), set(_periods(other, theirs))
    return not mine or not their_periods or bool(mine & their_periods)


def has_what_is_asked(question: str, article: Article, other: Article) -> bool:
    """Whether another article has what an article has of the question's words, and its ordinals."""
    wanted = set(content_terms(question)).intersection(terms(_whole(article)))
    lost = wanted.difference(terms(_whole(other)))
    ordinals = _ordinals(question) & _ordinals(_whole(article))
    return len(lost) <= _MOST_LOST * len(wanted) and ordinals <= _ordinals(_whole(other))


def _whole(article: Article) -> str:
    return f"{article.heading}\n{article.text}"


def _ordinals(text: str) -> frozenset[object]:
    return frozenset(one.low for one in find_quantities(text) if one.unit == ORDINAL)


def _periods(article: Article, sentence: str) -> list[Period]:
    """The months, quarters … that figures of an article are counted over: those of its heading, or else
    those of its first sentence and the sentence itself."""
    told = list(_long_periods(article.heading, article.date))
    if not told:
        first = next((span.of(article.text) for span in split_sentences(article.text)), "")
        told = [*_long_periods(first, article.date), *_long_periods(sentence, article.date)]
    return told


def _long_periods(text: str, published: date | None) -> Iterator[Period]:
    if published is None:
        return
    for phrase in find_dates(fold_characters(text), published):
        first, last = phrase.past.date_from, phrase.past.date_to
        if first and last and _LONG <= (last - first).days < _YEAR - 1:
            yield phrase.past
