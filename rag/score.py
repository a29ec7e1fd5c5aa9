"""The sentences of the ranked passages, each scored by how likely it answers the question.

A sentence is likelier the more of the question's terms it has (those that few of the passages have
count more), its title and the sentence before have beyond that, the better its passage fits, and if
it holds the kind of thing asked for (``rag.asked``). A question in another language than the passage
shares no terms with it; there the encoder compares the two. The weights are those of a softmax over
all sentences of a question, fitted by ``benchmarks/answering.py``; on the development questions
the encoder's similarity did not help where the languages agree.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from functools import lru_cache

import numpy as np

from index.embed import Encoder
from index.language import detect_language
from index.records import Passage, Span
from index.sentences import split_sentences
from index.terms import content_terms, terms
from rag.asked import Wanted, wanted
from rag.records import RankedPassage

PASSAGES = 10
"""How many of the best passages are read for sentences."""

_ENCODED_PASSAGES = 3
_BACKGROUND = 0.5
"""What a term of the question before counts."""

_SCRAP_CHARACTERS = 6
_UNRANKED = 0.5
"""How much worse than the worst ranked passage of the best article the rest of it counts."""


@dataclass(frozen=True, slots=True)
class Signs:
    """What speaks for a sentence; as weights, what each counts.

    Attributes:
        own: Share of the question's terms (by weight, 0 to 1) that the sentence has.
        title: The same of its article's heading, beyond those of the sentence.
        before: The same of the sentence before it, beyond both.
        passage: Its passage's score, below that of the best passage.
        holds: Whether it holds such a thing as is asked for.
        exactly: Whether it holds a number with the very unit asked for.
        focus: Share of the words next to the question word that it has.
        scrap: Whether it has next to no characters.
        headline: Whether it does not end like a sentence.
        first: Whether it stands in the article of the best passage.
        nearness: How much nearer in meaning to the question than the other sentences, in tenths of
            a cosine, where the languages differ.
    """

    own: float
    title: float
    before: float
    passage: float
    holds: float
    exactly: float
    focus: float
    scrap: float
    headline: float
    first: float
    nearness: float


WEIGHTS = Signs(
    own=6.0,
    title=4.3,
    before=0.6,
    passage=0.9,
    holds=1.4,
    exactly=2.6,
    focus=2.25,
    scrap=-0.4,
    headline=-0.5,
    first=0.85,
    nearness=5.0,
)
_WEIGHTS = astuple(WEIGHTS)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that might answer.

    Attributes:
        probability: That it is the one that answers, if one does; of all candidates the sum is 1.
    """

    passage: Passage
    span: Span
    signs: Signs
    probability: float

    @property
    def text(self) -> str:
        return self.span.of(self.passage.article.text)


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
    return sorted(with_text, key=lambda hit: -hit.score)[:PASSAGES]


def score_sentences(
    question: str, ranked: Sequence[RankedPassage], encoder: Encoder, background: str = ""
) -> list[Candidate]:
    """Every sentence of the passages (at least one) with its probability, likeliest first.

    Args:
        background: The question before, where this one leans on it.
    """
    asked, share = wanted(question), term_shares(question, background, ranked)
    near = _nearness(question, ranked, encoder)
    found = [
        (hit.passage, span, signs)
        for hit in [*ranked, *_rest_of_best(ranked)]
        for span, signs in _signs(hit, ranked[0], asked, share, near)
    ]
    scores = np.asarray([astuple(signs) for _, _, signs in found]) @ np.asarray(_WEIGHTS)
    likely = np.exp(scores - scores.max())
    likely /= likely.sum()
    order = np.argsort(-likely, kind="stable").tolist()
    return [
        Candidate(passage, span, signs, float(likely[place]))
        for place in order
        for passage, span, signs in [found[place]]
    ]


def _rest_of_best(ranked: Sequence[RankedPassage]) -> Iterator[RankedPassage]:
    """What lies between the passages of the best article: addresses and days stand at its end."""
    best = ranked[0].passage
    own = [hit for hit in ranked if hit.passage.article.article_id == best.article.article_id]
    lowest = min(own, key=lambda hit: hit.score)
    at = 0
    for start, end in sorted((hit.passage.span.start, hit.passage.span.end) for hit in own):
        yield from _between(lowest, at, start)
        at = max(at, end)
    yield from _between(lowest, at, len(best.article.text))


def _between(lowest: RankedPassage, start: int, end: int) -> Iterator[RankedPassage]:
    passage = replace(lowest.passage, span=Span(start, max(start, end)))
    if passage.text.strip():
        yield replace(lowest, passage=passage, score=lowest.score - _UNRANKED)


def term_shares(
    question: str, background: str, ranked: Sequence[RankedPassage]
) -> Mapping[str, float]:
    """The question's terms, each with its share of the weight; rare among the passages is heavy."""
    own = set(content_terms(question))
    asked = own.union(content_terms(background))
    among: Counter[str] = Counter()
    for hit in ranked:
        among.update(asked.intersection(_terms_in(hit.passage.text)))
    weights = {
        term: math.log(1 + (len(ranked) + 0.5) / (among[term] + 0.5))
        * (1 if term in own else _BACKGROUND)
        for term in asked
    }
    total = sum(weights.values())
    return {term: weight / total for term, weight in weights.items()}


@lru_cache(maxsize=4 * PASSAGES)
def _terms_in(passage: str) -> frozenset[str]:
    """The terms of a passage, which scoring, refusing and quoting each ask for."""
    return frozenset(terms(passage))


def _signs(
    hit: RankedPassage,
    best: RankedPassage,
    asked: Wanted,
    share: Mapping[str, float],
    near: Mapping[str, float],
) -> Iterator[tuple[Span, Signs]]:
    passage = hit.passage
    title = _terms_of(passage.article.heading, share)
    focus = asked.focus_terms
    before: frozenset[str] = frozenset()
    for part in split_sentences(passage.text):
        text = part.of(passage.text)
        every = frozenset(terms(text))
        here = every.intersection(share)
        yield (
            Span(part.start + passage.span.start, part.end + passage.span.start),
            Signs(
                own=sum(share[term] for term in here),
                title=sum(share[term] for term in title - here),
                before=sum(share[term] for term in before - here - title),
                passage=min(0.0, hit.score - best.score),
                holds=float(asked.is_in(text)),
                exactly=float(asked.is_exactly_in(text)),
                focus=len(focus & every) / len(focus) if focus else 0.0,
                scrap=float(len(text) < _SCRAP_CHARACTERS),
                headline=float(text[-1] not in '。！？!?.”"…；;'),
                first=float(passage.article.article_id == best.passage.article.article_id),
                nearness=near.get(text, 0.0),
            ),
        )
        before = here


def _terms_of(text: str, share: Mapping[str, float]) -> frozenset[str]:
    return frozenset(terms(text)).intersection(share)


def _nearness(
    question: str, ranked: Sequence[RankedPassage], encoder: Encoder
) -> Mapping[str, float]:
    """How much nearer than the others each sentence in another language is, by its text.

    Cosines between languages are all alike and high; only their differences say something.
    """
    language = detect_language(question)
    foreign = [hit for hit in ranked if hit.passage.language != language][:_ENCODED_PASSAGES]
    texts = list(
        dict.fromkeys(
            span.of(hit.passage.text)
            for hit in foreign
            for span in split_sentences(hit.passage.text)
        )
    )
    if not texts:
        return {}
    cosines = encoder.encode_passages(texts) @ encoder.encode_queries([question])[0]
    return dict(zip(texts, (10 * (cosines - cosines.mean())).tolist(), strict=True))
