"""The sentences of the ranked passages, each with the probability that it is the one that answers.

The reader (``rag.extractive.reader``) reads the best passages, and what lies between those of the best article;
a sentence is as likely as the words in it that may answer, as its passage, and as retrieval has it.
The weights are those of a softmax over all sentences of a question, fitted by
``eval/benchmarks/answering.py`` on questions that the reader was not trained on.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, replace

import numpy as np

from index.records import Passage, Span
from index.text.language import Language
from index.text.sentences import split_sentences
from index.text.terms import terms
from rag.extractive.excerpt import excerpt
from rag.extractive.reader import PassageReading, Reader
from rag.extractive.whole import whole
from rag.question.abbreviations import as_written
from rag.question.glossary import glosses, unglossed
from rag.records import RankedPassage

PASSAGES = 8
"""How many of the best passages are read, as far as there is time for their pieces."""

_FAR_BEHIND = 3.0
"""In standard deviations of the cosine; of a hundred answers one stands in a passage further behind
the best, and three fifths of all sentences do."""

_PIECES = 9
"""How many pieces of them are read, those of the best passages first; a reading takes 50 to 100 ms."""

_REST = 3
"""How many further pieces of the best article are read."""

_PIECE_ENGLISH = 900
_PIECE_CHINESE = 320
"""Characters that are read at once, in whole sentences; a longer passage is read in pieces."""

_BACKGROUND = 0.5
"""What a term of the question before counts."""

_UNRANKED = 0.5
"""How much worse than the worst ranked passage of the best article the rest of it counts."""

_NO_SPAN = -8.0
"""What a sentence's span scores in which the reader found none."""


@dataclass(frozen=True, slots=True)
class Features:
    """What speaks for a sentence; as weights, what each counts.

    Attributes:
        span: The logit of the likeliest words in it, less that of no answer.
        answers: The logit that its passage answers.
        passage: Its passage's retrieval score, below that of the best passage.
        own: Share of the question's terms (by weight, 0 to 1) that the sentence has.
        title: The same of its article's heading, beyond those of the sentence.
        first: Whether it stands in the article of the best passage.
    """

    span: float
    answers: float
    passage: float
    own: float
    title: float
    first: float


WEIGHTS = Features(span=0.515, answers=0.110, passage=0.679, own=3.101, title=2.360, first=0.121)
_WEIGHTS = astuple(WEIGHTS)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that might answer.

    Attributes:
        span: The sentence, in characters of the article.
        words: The words in it that answer likeliest, in characters of the article; ``None`` where
            the reader found none.
        probability: That it is the one that answers, if one does; of all candidates the sum is 1.
    """

    passage: Passage
    span: Span
    words: Span | None
    features: Features
    probability: float

    @property
    def text(self) -> str:
        return self.span.of(self.passage.article.text)

    @property
    def excerpt(self) -> Span:
        """The sentence, or of a long one the clauses around the words, in characters of the article."""
        start, words = self.span.start, self.words
        return excerpt(self.text, [words.moved(-start)] if words else []).moved(start)

    @property
    def short(self) -> str:
        return self.words.of(self.passage.article.text) if self.words else ""


def readable(articles: Sequence[Sequence[RankedPassage]]) -> list[RankedPassage]:
    """The best passages with text, best first; an article is not read beside one that it copies."""
    here = {hits[0].passage.article.article_id for hits in articles}
    with_text = (
        hit
        for hits in articles
        if not here.intersection(hits[0].passage.article.originals)
        for hit in hits
        if hit.passage.text
    )
    best = sorted(with_text, key=lambda hit: -hit.score)[:PASSAGES]
    return [hit for hit in best if hit.score >= best[0].score - _FAR_BEHIND]


def score_sentences(
    question: str, ranked: Sequence[RankedPassage], reader: Reader, background: str = ""
) -> list[Candidate]:
    """Every sentence of the passages (at least one) with its probability, likeliest first.

    Args:
        background: The question before, where this one leans on it.
    """
    hits = [piece for hit in ranked for piece in _pieces(hit)][:_PIECES]
    hits += _rest_of_best(hits)
    found = [
        each
        for asked, some in _by_spelling(question, hits).items()
        for each in _found(asked, some, ranked, reader, background)
    ]
    scores = np.asarray([astuple(features) for *_, features in found]) @ np.asarray(_WEIGHTS)
    likely = np.exp(scores - scores.max())
    likely /= likely.sum()
    order = np.argsort(-likely, kind="stable").tolist()
    return [
        Candidate(passage, span, words and _whole(passage, span, words), features, chance)
        for place in order
        for (passage, span, words, features), chance in [(found[place], float(likely[place]))]
    ]


def in_article(candidates: Sequence[Candidate], article_id: str, odds: float) -> list[Candidate]:
    """The sentences as likely as they are where one article is known to be so many times as likely as
    another to have the answer, likeliest first."""
    weights = [
        one.probability * (odds if one.passage.article.article_id == article_id else 1.0)
        for one in candidates
    ]
    total = sum(weights)
    weighed = [
        replace(one, probability=weight / total)
        for one, weight in zip(candidates, weights, strict=True)
    ]
    return sorted(weighed, key=lambda one: -one.probability)


def _whole(passage: Passage, sentence: Span, words: Span) -> Span:
    text = sentence.of(passage.article.text)
    return whole(text, words.moved(-sentence.start)).moved(sentence.start)


def _by_spelling(
    question: str, hits: Sequence[RankedPassage]
) -> Mapping[str, Sequence[RankedPassage]]:
    """The passages by the question as they spell it: one that says Q3 is asked for Q3."""
    groups: dict[str, list[RankedPassage]] = {}
    for hit in hits:
        asked = as_written(question, hit.passage.article.heading)
        groups.setdefault(as_written(asked, hit.passage.text), []).append(hit)
    return groups


def _found(
    question: str,
    hits: Sequence[RankedPassage],
    ranked: Sequence[RankedPassage],
    reader: Reader,
    background: str,
) -> Iterator[tuple[Passage, Span, Span | None, Features]]:
    """Every sentence of some passages, with what speaks for it."""
    texts = [(hit.passage.article.heading, hit.passage.text) for hit in hits]
    readings = reader.read(question, texts, background)
    shares = term_shares(question, background, ranked)
    for hit, reading in zip(hits, readings, strict=True):
        for span, words, features in _sentences(hit, reading, ranked[0], shares):
            yield hit.passage, span, words, features


def _sentences(
    hit: RankedPassage,
    reading: PassageReading,
    best: RankedPassage,
    shares: Shares,
) -> Iterator[tuple[Span, Span | None, Features]]:
    passage = hit.passage
    title = frozenset(terms(passage.article.heading))
    for part in split_sentences(passage.text):
        own = frozenset(terms(part.of(passage.text)))
        told = shares.of(own)
        words, score = _likeliest(reading, part)
        yield (
            part.moved(passage.span.start),
            words.moved(passage.span.start) if words else None,
            Features(
                span=score,
                answers=reading.answers,
                passage=min(0.0, hit.score - best.score),
                own=told,
                title=shares.of(own | title) - told,
                first=float(passage.article.article_id == best.passage.article.article_id),
            ),
        )


def _likeliest(reading: PassageReading, sentence: Span) -> tuple[Span | None, float]:
    """The likeliest words that begin in a sentence, as far as they stand in it, and their score."""
    for found in reading.spans:
        if sentence.start <= found.span.start < sentence.end:
            return Span(found.span.start, min(found.span.end, sentence.end)), found.score
    return None, _NO_SPAN


def _rest_of_best(read: Sequence[RankedPassage]) -> list[RankedPassage]:
    """Pieces of the best article that are not read yet: its last one, where addresses and days stand,
    and those next to the best passage."""
    best = read[0].passage
    own = [hit for hit in read if hit.passage.article.article_id == best.article.article_id]
    lowest = min(own, key=lambda hit: hit.score)
    lowest = replace(lowest, score=lowest.score - _UNRANKED)
    at, found = 0, list[RankedPassage]()
    for start, end in sorted((hit.passage.span.start, hit.passage.span.end) for hit in own):
        found += _pieces(_part(lowest, at, start))
        at = max(at, end)
    last = [*_pieces(_part(lowest, at, len(best.article.text)))]
    found += last[:-1]
    nearest = sorted(found, key=lambda hit: abs(hit.passage.span.start - best.span.start))
    return [*last[-1:], *nearest][:_REST]


def _pieces(hit: RankedPassage) -> Iterator[RankedPassage]:
    """A passage in pieces of whole sentences that the reader takes at once; none of white space."""
    text, begin = hit.passage.text, hit.passage.span.start
    room = _PIECE_ENGLISH if hit.passage.language == Language.ENGLISH else _PIECE_CHINESE
    first = last = 0
    for sentence in split_sentences(text):
        if sentence.end - first > room and last > first:
            yield _part(hit, begin + first, begin + last)
            first = sentence.start
        last = sentence.end
    if text[first:last].strip():
        yield _part(hit, begin + first, begin + last)


def _part(hit: RankedPassage, start: int, end: int) -> RankedPassage:
    return replace(hit, passage=replace(hit.passage, span=Span(start, max(start, end))))


@dataclass(frozen=True, slots=True)
class Shares:
    """How much of a question's words texts have.

    Attributes:
        words: Each word's share of the weight, with the sets of terms of which a text has one whole.
    """

    words: Sequence[tuple[float, Sequence[frozenset[str]]]]

    def of(self, own: Collection[str]) -> float:
        """The share that a text has, by its terms, 0 to 1."""
        return sum(share for share, ways in self.words if any(way.issubset(own) for way in ways))


def term_shares(question: str, background: str, ranked: Sequence[RankedPassage]) -> Shares:
    """The question's terms, each with its share of the weight; rare among the passages is heavy. An English
    word is had by what it is called, too (``rag.question.glossary``)."""
    texts = [frozenset(terms(hit.passage.text)) for hit in ranked]
    weights: dict[tuple[frozenset[str], ...], float] = {}
    for text, counts in ((question, 1.0), (background, _BACKGROUND)):
        found = glosses(text)
        words = [(frozenset([term]),) for term in unglossed(text, found)]
        for ways in [*words, *(tuple(one.ways()) for one in found)]:
            among = sum(any(way <= own for way in ways) for own in texts)
            weight = counts * math.log(1 + (len(ranked) + 0.5) / (among + 0.5))
            weights.setdefault(ways, weight)
    total = sum(weights.values())
    return Shares([(weight / total, ways) for ways, weight in weights.items()])
