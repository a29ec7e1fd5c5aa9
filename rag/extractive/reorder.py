"""Ranked articles in the order that retrieval and the reader give them together.

Retrieval tells which articles are about a question, the reader which of their passages answer it.
Both are added up, the reader's logit with a weight of its own where question and passage differ in
language, where words tell retrieval next to nothing. The weights are fitted by
``eval/benchmarks/answering.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.text.language import detect_language
from rag.extractive.candidates import Candidate
from rag.records import RankedPassage


@dataclass(frozen=True, slots=True)
class Weights:
    """What a logit of the reader counts, in standard deviations of the cosine like a fused score."""

    same: float
    foreign: float


WEIGHTS = Weights(same=0.5, foreign=0.5)


def reordered(
    question: str,
    articles: Sequence[Sequence[RankedPassage]],
    candidates: Sequence[Candidate],
    weights: Weights = WEIGHTS,
) -> list[list[RankedPassage]]:
    """The articles in their new order; the scores go to the places, so that they still fall.

    Those of which nothing was read stay where they are.

    Args:
        articles: Best first, each by its best passages, best first.
        candidates: The sentences that were read (``rag.extractive.candidates.score_sentences``).
    """
    answers = best_answers(candidates)
    language = detect_language(question)
    totals: dict[int, float] = {}
    for at, hits in enumerate(articles):
        best = hits[0]
        logit = answers.get(best.passage.article.article_id)
        if logit is not None:
            weight = weights.same if best.passage.language == language else weights.foreign
            totals[at] = best.score + weight * logit
    order = list(range(len(articles)))
    for place, at in zip(totals, sorted(totals, key=lambda at: (-totals[at], at)), strict=True):
        order[place] = at
    scores = [hits[0].score for hits in articles]
    return [_with_best_score(articles[at], score) for at, score in zip(order, scores, strict=True)]


def best_answers(candidates: Sequence[Candidate]) -> dict[str, float]:
    """The greatest logit that a passage of an article answers, by the article's id."""
    best: dict[str, float] = {}
    for one in candidates:
        name = one.passage.article.article_id
        best[name] = max(best.get(name, float("-inf")), one.features.answers)
    return best


def _with_best_score(hits: Sequence[RankedPassage], score: float) -> list[RankedPassage]:
    moved = score - hits[0].score
    return [replace(hit, score=hit.score + moved) for hit in hits]
