"""The sentence of an article that an editor would quote to say what it tells, and those that tell its main points.

Softmaxes over the article's sentences, fitted by ``eval/benchmarks/overviews.py`` on articles whose
best sentences were chosen by reading; ``docs/kinds.md`` has the figures.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from index.records import Article, Span
from index.text.dates.moments import find_moments
from index.text.language import Language
from index.text.numbers.quantities import find_quantities
from index.text.sentences import split_sentences
from index.text.terms import content_terms, terms
from rag.extractive.certainty import weighed
from rag.extractive.excerpt import excerpt
from rag.kinds.pieces import NOWHERE, quote_of, share

_LOOKED_AT, _CHARACTERS = 40, 4000
"""Sentences and characters of an article: news says what it says at its beginning, a digest has a score
of items."""

_SUMMARY = 3
"""Sentences of a summary."""

LONGEST = 240
"""Characters of a sentence that is quoted whole."""

_TOLD = 0.5
"""Share of a sentence's terms in better sentences from which on it says nothing new."""

_SHORT, _LONG = 20, 120
"""Characters of a Chinese sentence below and above which it is short and long; letters take twice."""

_ENDS = ("。", "！", "？", ".", "!", "?", "”", "’", "）", ")", "；", ";")


@dataclass(frozen=True, slots=True)
class Telling:
    """What speaks for a sentence; as weights, what each counts.

    Attributes:
        later: The logarithm of its place, the first being 1.
        title: Share of the title's terms that it has, 0 to 1.
        subject: The same of what was asked for.
        beyond: Share of what was asked for that it has and the title lacks, as in one item of a digest.
        fresh: The logarithm of how many terms it has beyond the title's, and 1.
        dated: Whether it names a day, a month or a year.
        ends: Whether it ends as a sentence does, not as a heading or a cell.
        short: How far it is below the length of a sentence, 0 to 1.
        long: By how many hundred characters it is longer than is pleasant to read.
        figures: The logarithm of how many figures it has, and 1.
        central: How much its terms are those of the article's other sentences: the mean share of these
            that has one of them, 0 to 1.
    """

    later: float
    title: float
    subject: float
    beyond: float
    fresh: float
    dated: float
    ends: float
    short: float
    long: float
    figures: float = 0.0
    central: float = 0.0


WEIGHTS = Telling(
    later=-1.08,
    title=1.46,
    subject=0.68,
    beyond=3.97,
    fresh=0.49,
    dated=0.82,
    ends=3.63,
    short=-1.51,
    long=-2.45,
)
"""Of the sentence that says best what its article tells."""

MAIN = Telling(
    later=-0.12,
    title=0.30,
    subject=0.68,
    beyond=3.97,
    fresh=0.82,
    dated=-0.01,
    ends=1.30,
    short=-6.20,
    long=-1.28,
    figures=0.51,
    central=5.05,
)
"""Of those that tell its main points together; what was asked for counts as above, the rest was fitted on
articles whose main points were asked for."""


def telling(article: Article, subject: Collection[str] = (), said: Collection[str] = ()) -> Span:
    """The sentence that says best what an article tells; an empty span of an article without text.

    Args:
        subject: Terms of what was asked for.
        said: Sentences that others have said already.
    """
    likely = _likeliest(article, subject, said, WEIGHTS)
    return _cut(article, likely[0], subject) if likely else NOWHERE


def tellings(
    article: Article, subject: Collection[str] = (), said: Collection[str] = (), sentences: int = 2
) -> list[Span]:
    """The sentences that tell an article's main points, in the order of the text; none of an article
    without text.

    Args:
        sentences: How many there are at most; each next says what those before it do not.
    """
    likely = _likeliest(article, subject, said, MAIN if sentences > 1 else WEIGHTS)
    chosen = islice(_new(article, likely), sentences)
    return sorted((_cut(article, span, subject) for span in chosen), key=lambda span: span.start)


def _new(article: Article, spans: Sequence[Span]) -> Iterator[Span]:
    """Of some sentences, best first, those of whose terms few are in better ones (after Carbonell and
    Goldstein 1998, maximal marginal relevance)."""
    told: set[str] = set()
    for span in spans:
        own = set(content_terms(quote_of(article, span)))
        if not own or share(told, own) < _TOLD:
            yield span
            told |= own


def summary(article: Article) -> list[Span]:
    """The sentences that say what an article tells, in the order of the text; none of one that is read
    as quickly itself."""
    if len(sentences_of(article)) <= 2 * _SUMMARY:
        return []
    return tellings(article, sentences=_SUMMARY)


def _likeliest(
    article: Article, subject: Collection[str], said: Collection[str], weights: Telling
) -> list[Span]:
    """The sentences, likeliest first; those that others have said only where there is none besides."""
    spans = sentences_of(article)
    new = [span for span in spans if quote_of(article, span) not in said] or spans
    scores = dict(zip(spans, scores_of(article, spans, subject, weights), strict=True))
    return sorted(new, key=lambda span: -scores[span])


def told_alike(articles: Sequence[Article]) -> set[str]:
    """The sentences, as they are quoted, that more than one of some articles has."""
    times = Counter(
        quote
        for article in articles
        for quote in {quote_of(article, span) for span in sentences_of(article)}
    )
    return {quote for quote, often in times.items() if often > 1}


def sentences_of(article: Article) -> list[Span]:
    """The sentences that may be quoted, in order."""
    return split_sentences(article.text[:_CHARACTERS])[:_LOOKED_AT]


def scores_of(
    article: Article, spans: Sequence[Span], subject: Collection[str], weights: Telling
) -> list[float]:
    """What speaks for each sentence; only the differences mean something."""
    return [weighed(weights, one) for one in features_of(article, spans, subject)]


def features_of(article: Article, spans: Sequence[Span], subject: Collection[str]) -> list[Telling]:
    title, all_of_it = set(content_terms(article.heading)), frozenset(terms(article.heading))
    letters = 2 if article.language == Language.ENGLISH else 1
    texts = [span.of(article.text) for span in spans]
    owns = [frozenset(terms(text)) for text in texts]
    among = Counter(term for own in owns for term in own)
    found: list[Telling] = []
    for place, (text, own) in enumerate(zip(texts, owns, strict=True), 1):
        length = len(text) / letters
        shared = sum(among[term] - 1 for term in own)
        found.append(
            Telling(
                later=math.log(place),
                title=share(own, title),
                subject=share(own, subject),
                beyond=share(own - all_of_it, subject),
                fresh=math.log1p(len(own - all_of_it)),
                dated=float(bool(find_moments(text))),
                ends=float(text.endswith(_ENDS)),
                short=max(0.0, 1 - length / _SHORT),
                long=max(0.0, min(length, 300) - _LONG) / 100,
                figures=math.log1p(len(find_quantities(text))),
                central=shared / max(1, len(own)) / len(texts),
            )
        )
    return found


def _cut(article: Article, span: Span, subject: Collection[str]) -> Span:
    """Of a very long sentence the clauses that hold the first of the title's and the subject's terms."""
    wanted = {*content_terms(article.heading), *subject}
    return shortened(article, span, first_of(span.of(article.text), wanted))


def first_of(text: str, wanted: Collection[str]) -> Span:
    """Where the first of some terms begins in a text; where the text does, if it has none."""
    places = [text.lower().find(term) for term in wanted]
    first = min((place for place in places if place >= 0), default=0)
    return Span(first, first + 1)


def shortened(article: Article, span: Span, kept: Span) -> Span:
    """A sentence, or of a very long one the clauses around what is kept, in characters of the sentence."""
    text = span.of(article.text)
    return span if len(text) <= LONGEST else excerpt(text, [kept], LONGEST).moved(span.start)
