"""Passages in, an answer out, without a chat model: the sentences that answer, word for word.

A sentence of the best passages is scored by the terms that it shares with the question (those that
few of the passages have count more), by those that its surroundings share (the title and the
sentence before), by its passage's own score, and by whether it holds the kind of thing asked for (a
number, a date). A question in another language than the passage shares no terms with it; there the
encoder compares the two. The weights were fitted on development questions; on those, adding the
encoder's similarity where the languages agree made answers worse.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index.embed import Encoder
from index.language import Language, detect_language
from index.records import Passage, Span
from index.sentences import split_sentences
from index.terms import content_terms, terms
from rag.records import AnswerSentence, Citation, RankedPassage, Support, citation

MOST_SENTENCES = 3
LONGEST_ANSWER = 200
"""Characters; a sentence that would make the answer longer is left out, unless it is the first."""

_PASSAGES = 10
_ENCODED_PASSAGES = 3
_BEFORE_WEIGHT = 0.7
_BACKGROUND_WEIGHT = 0.5
_TYPE_WEIGHT = 0.15
_NEARNESS_WEIGHT = 4.0
_FARTHEST = 0.22
"""Cosine after centring under which the nearest passage has nothing to do with the question; the
nearest passage of every answerable development question was nearer."""
_PASSAGE_WEIGHT = 0.05
"""What a standard deviation of the passage's own score counts."""

_SCRAP_CHARACTERS = 6
_SCRAP_PENALTY = 0.3
_NEAR_BEST = 0.75
"""A further sentence joins the answer if it has this share of the best one's score."""

_ASKS_DATE = re.compile(
    r"什么时[候间]|何时|哪一?[天年月日]|几[月日号点]|日期|截止|最晚"
    r"|\bwhen\b|\bwhat (?:date|day|year|month|time)\b|\bdeadline\b",
    re.I,
)
_HOLDS_DATE = re.compile(
    r"\d+\s*[年月日号点]|今[天日年]|昨[天日]|明[天年]|[上下]午|月底|\d{4}"
    r"|\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.? \d",
)
_ASKS_NUMBER = re.compile(
    r"多少|几[^乎]|占比|比例|多[长大高远久重]|\bhow (?:many|much|long|large|big|far|fast|old)\b"
    r"|\bpercent|\bshare\b|\bnumber of\b",
    re.I,
)
_HOLDS_NUMBER = re.compile(r"\d|[一二三四五六七八九十百千万亿两]+[个家人项次台座名位种年天倍成]")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that might answer, with its score against the question."""

    passage: Passage
    span: Span
    score: float

    @property
    def text(self) -> str:
        return self.span.of(self.passage.article.text)


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer before it is put together: sentences in order, each with its citation."""

    text: str
    sentences: tuple[AnswerSentence, ...]
    citations: tuple[Citation, ...]


def answer_extractively(
    question: str,
    articles: Sequence[Sequence[RankedPassage]],
    encoder: Encoder,
    *,
    background: str = "",
) -> Draft | None:
    """Up to three sentences of the passages that answer, each cited.

    ``None`` where no passage has text, or the nearest is too far from the question to be about it.

    Args:
        articles: Ranked articles, each with its ranked passages (``rag.retrieve``).
        background: The question before, where this one leans on it; its terms count half.
    """
    here = {hits[0].passage.article.article_id for hits in articles}
    with_text = (
        hit
        for hits in articles
        if not here.intersection(
            hits[0].passage.article.originals
        )  # the original is quoted instead
        for hit in hits
        if hit.passage.text
    )
    ranked = sorted(with_text, key=lambda hit: -hit.score)
    if not ranked or max(hit.cosine for hit in ranked) < _FARTHEST:
        return None
    chosen = choose(score_sentences(question, ranked[:_PASSAGES], encoder, background))
    return _draft(chosen) if chosen else None


def score_sentences(
    question: str, ranked: Sequence[RankedPassage], encoder: Encoder, background: str = ""
) -> list[Candidate]:
    """Every sentence of the passages (at least one) with its score, best first."""
    weights = _term_weights(question, background, ranked)
    wanted = _wanted(question)
    language = detect_language(question)
    best = ranked[0].score
    foreign = [hit for hit in ranked if hit.passage.language != language][:_ENCODED_PASSAGES]
    similarity = _similarities(question, foreign, encoder)
    candidates: list[Candidate] = []
    for hit in ranked:
        passage = hit.passage
        before = ""
        for span in _sentences(passage):
            text = span.of(passage.article.text)
            score = _relevance(weights, passage.article.heading, before, text)
            score += similarity.get(text, 0.0) + _PASSAGE_WEIGHT * (hit.score - best)
            score += _TYPE_WEIGHT if wanted and wanted.search(text) else 0.0
            score -= _SCRAP_PENALTY if len(text) < _SCRAP_CHARACTERS else 0.0
            candidates.append(Candidate(passage, span, score))
            before = text
    return sorted(candidates, key=lambda candidate: -candidate.score)


def choose(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The best sentence, and further ones nearly as good while the answer stays short.

    ``candidates`` are best first. The same words are not said twice.
    """
    chosen: list[Candidate] = []
    said: set[str] = set()
    length = 0
    for candidate in candidates:
        text = candidate.text
        if chosen and (
            candidate.score < _NEAR_BEST * chosen[0].score or length + len(text) > LONGEST_ANSWER
        ):
            continue
        if text in said:
            continue
        chosen.append(candidate)
        said.add(text)
        length += len(text)
        if len(chosen) == MOST_SENTENCES:
            break
    return chosen


def _sentences(passage: Passage) -> list[Span]:
    offset = passage.span.start
    return [Span(s.start + offset, s.end + offset) for s in split_sentences(passage.text)]


def _term_weights(
    question: str, background: str, ranked: Sequence[RankedPassage]
) -> Mapping[str, float]:
    """The question's terms, each with its share of the weight; rare among the passages is heavy."""
    own = set(content_terms(question))
    asked = own.union(content_terms(background))
    among: Counter[str] = Counter()
    for hit in ranked:
        among.update(asked.intersection(terms(hit.passage.text)))
    weights = {term: math.log(1 + (len(ranked) + 0.5) / (among[term] + 0.5)) for term in asked}
    weights = {term: w * (1 if term in own else _BACKGROUND_WEIGHT) for term, w in weights.items()}
    total = sum(weights.values())
    return {term: weight / total for term, weight in weights.items()}


def _relevance(weights: Mapping[str, float], title: str, before: str, text: str) -> float:
    """What a sentence shares with the question, and its surroundings share beyond that."""
    score = _share(weights, text) + _share(weights, title, less=text)
    return score + _BEFORE_WEIGHT * _share(weights, before, less=f"{title} {text}")


def _share(weights: Mapping[str, float], text: str, less: str = "") -> float:
    """Weight of the question's terms that ``text`` has and ``less`` has not, from 0 to 1."""
    kept = set(terms(text)).difference(terms(less))
    return sum(weight for term, weight in weights.items() if term in kept)


def _wanted(question: str) -> re.Pattern[str] | None:
    """What the answer has to hold, where the question tells."""
    if _ASKS_DATE.search(question):
        return _HOLDS_DATE
    return _HOLDS_NUMBER if _ASKS_NUMBER.search(question) else None


def _similarities(
    question: str, ranked: Sequence[RankedPassage], encoder: Encoder
) -> Mapping[str, float]:
    """How much nearer than its neighbours each sentence is to the question, by its text.

    Cosines between languages are all alike and high; only their differences say something.
    """
    texts = list(
        dict.fromkeys(
            span.of(hit.passage.article.text) for hit in ranked for span in _sentences(hit.passage)
        )
    )
    if not texts:
        return {}
    cosines = encoder.encode_passages(texts) @ encoder.encode_queries([question])[0]
    nearer = _NEARNESS_WEIGHT * (cosines - cosines.mean())
    return dict(zip(texts, nearer.tolist(), strict=True))


def _draft(chosen: Sequence[Candidate]) -> Draft:
    citations = tuple(
        citation(marker, candidate.passage, candidate.span)
        for marker, candidate in enumerate(chosen, 1)
    )
    sentences = tuple(
        AnswerSentence(" ".join(cited.quote.split()), (cited.marker,), Support.SUPPORTED)
        for cited in citations
    )
    return Draft(join_sentences(sentences), sentences, citations)


def join_sentences(sentences: Sequence[AnswerSentence]) -> str:
    """The answer's text: each sentence followed by its markers.

    >>> join_sentences([AnswerSentence("共3.5亿元。", (1, 2), Support.SUPPORTED)])
    '共3.5亿元。 [1][2]'
    """
    return " ".join(
        f"{sentence.text} {''.join(f'[{marker}]' for marker in sentence.markers)}".strip()
        for sentence in sentences
    )


def refuse(question: str, nearest: Sequence[str]) -> str:
    """The words of a refusal, in the question's language.

    Args:
        nearest: Titles of the nearest articles, with their dates.
    """
    if detect_language(question) is Language.ENGLISH:
        text = "The articles in this library do not answer this question."
        return f"{text} Nearest: {'; '.join(nearest)}." if nearest else text
    text = "文章库中没有能回答这个问题的内容。"
    return f"{text}最接近的文章：{'；'.join(nearest)}。" if nearest else text
