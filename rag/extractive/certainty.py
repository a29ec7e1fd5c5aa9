"""How sure it is that the evidence answers: directly, likely, nearly, or not at all.

Logistic regressions on what the reader and retrieval say of the likeliest sentence and its article
(``Confidence``): that it is the one that answers, that the library holds an answer at all, and that
the very words are right. They are fitted by ``eval/benchmarks/answering.py`` on questions that the
reader was not trained on; ``docs/reader.md`` has the curves that the levels of strictness are
points on.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING, TypeVar

from index.text.language import detect_language
from rag.extractive.candidates import Candidate
from rag.records import Certainty, RankedPassage, Strictness

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_Features = TypeVar("_Features", bound="DataclassInstance")

_FARTHEST = 0.15
"""Cosine after centring; the nearest passage of nearly every answerable question is nearer."""

_MOST_TERMS = 0.5
"""Share of the question's terms that a sentence has, for its passage to answer from farther away."""

_DIRECT = {Strictness.STRICT: 0.8, Strictness.BALANCED: 0.5, Strictness.OPEN: 0.4}
"""Probability of being right from which on an answer is direct."""

_LIKELY = {Strictness.STRICT: 0.5, Strictness.BALANCED: 0.35, Strictness.OPEN: 0.2}
"""The same from which on it is likely, and no longer that the articles do not say it."""

_NEAR = {Strictness.STRICT: 0.4, Strictness.BALANCED: 0.1, Strictness.OPEN: 0.05}
"""Probability that the library holds an answer from which on the nearest sentences are said."""

_SURE_WORDS = 0.6
"""Probability of being right from which on the very words are given."""

_LOGIT = 12.0
"""Beyond this a logit says nothing more."""


@dataclass(frozen=True, slots=True)
class Confidence:
    """What says how well the evidence answers; as weights, what each counts.

    Attributes:
        span: The logit of the likeliest sentence's words, less that of no answer.
        answers: The logit that its passage answers.
        likely: How likely it is among all sentences, 0 to 1.
        dense: Its article's best standardised cosine.
        foreign: Whether it is in another language than the question.
        base: 1; as a weight, the intercept.
    """

    span: float
    answers: float
    likely: float
    dense: float
    foreign: float
    base: float = 1.0


RIGHT = Confidence(
    span=-0.047, answers=0.478, likely=2.121, dense=0.33, foreign=-0.015, base=-3.272
)
"""That what would be said holds the answer."""

NEAR = Confidence(span=-0.115, answers=0.811, likely=0.83, dense=0.479, foreign=-0.106, base=-2.707)
"""That the library holds an answer."""

WORDS = Confidence(
    span=0.189, answers=0.074, likely=1.959, dense=0.112, foreign=-0.175, base=-2.309
)
"""That the very words are right."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is made of the evidence.

    Attributes:
        right: The probability that what would be said holds the answer.
        short: Whether its words are sure enough to be given alone.
    """

    certainty: Certainty
    right: float = 0.0
    short: bool = False


def judge(
    question: str,
    ranked: Sequence[RankedPassage],
    candidates: Sequence[Candidate],
    strictness: Strictness,
) -> Judgement:
    """How a question is answered, from the passages and their sentences, likeliest first."""
    if max(hit.cosine for hit in ranked) < _FARTHEST and not _is_told(candidates[0]):
        return Judgement(Certainty.REFUSAL)
    features = confidence_features(question, ranked, candidates[0])
    right = probability(RIGHT, features)
    if right >= _DIRECT[strictness]:
        words = probability(WORDS, features) >= _SURE_WORDS
        return Judgement(Certainty.DIRECT, right, words)
    if right >= _LIKELY[strictness]:
        return Judgement(Certainty.LIKELY, right)
    near = probability(NEAR, features) >= _NEAR[strictness]
    return Judgement(Certainty.NEAREST if near else Certainty.REFUSAL, right)


def _is_told(best: Candidate) -> bool:
    """Whether a sentence has the question's words and the reader finds it answering: a passage on many
    things lies far from a question on one of them."""
    return best.features.answers > 0 and best.features.own >= _MOST_TERMS


def weighed(weights: _Features, features: _Features) -> float:
    """What the features of one record count together, by weights that are another of its kind."""
    pairs = zip(astuple(weights), astuple(features), strict=True)
    return float(sum(weight * feature for weight, feature in pairs))


def probability(weights: _Features, features: _Features) -> float:
    """Of the logistic regression with some weights, 0 to 1."""
    return 1 / (1 + math.exp(-weighed(weights, features)))


def confidence_features(
    question: str, ranked: Sequence[RankedPassage], best: Candidate
) -> Confidence:
    """What the passages (``rag.extractive.candidates.readable``) say, the likeliest sentence being ``best``."""
    article = best.passage.article
    dense = [hit.dense for hit in ranked if hit.passage.article.article_id == article.article_id]
    return Confidence(
        span=_within(best.features.span),
        answers=_within(best.features.answers),
        likely=best.probability,
        dense=max(dense),
        foreign=float(best.passage.language != detect_language(question)),
    )


def _within(logit: float) -> float:
    return max(-_LOGIT, min(_LOGIT, logit))
