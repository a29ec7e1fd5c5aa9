"""Metrics of how sure answers are: is a direct answer right, and are the very words?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from eval.answers import LONGEST_SPAN, has_span, token_f1
from eval.bootstrap import RESAMPLES, estimate
from eval.normalise import holds, tokens
from eval.questions import Case
from eval.records import ByCertainty, Metric, ScoredCase
from rag.records import Answer, Certainty, ShortAnswer

_GOOD_F1 = 0.5


def certainty_scores(
    case: Case, answer: Answer | None, holds_gold: float | None
) -> Mapping[Metric, float]:
    """One question's part in the figures on direct and short answers.

    - direct answers: of the questions with an answer, the share answered directly.
    - direct precision: of these, where the gold answer is to be found word for word, the share that
      holds it.
    - direct, unanswerable: of the questions without an answer, the share answered directly.
    - short answers: of the questions with such a gold answer, the share given the very words.
    - short right: the share of these that are right (``short_right``).

    Each is a mean over the questions that it speaks of. A crash is not a direct answer.

    Args:
        holds_gold: Whether the answer holds the gold answer, ``None`` without one to be found.
    """
    direct = answer is not None and answer.certainty is Certainty.DIRECT
    if not case.answerable:
        return {Metric.DIRECT_UNANSWERABLE: float(direct)}
    scores = {Metric.DIRECT_ANSWERS: float(direct)}
    if direct and holds_gold is not None:
        scores[Metric.DIRECT_PRECISION] = holds_gold
    return {**scores, **_short_scores(case, answer.short if answer else None)}


def _short_scores(case: Case, short: ShortAnswer | None) -> Mapping[Metric, float]:
    if not has_span(case):
        return {}
    scores = {Metric.SHORT_ANSWERS: float(short is not None)}
    if short is not None:
        scores[Metric.SHORT_RIGHT] = short_right(case, short.text)
    return scores


def short_right(case: Case, short: str) -> float:
    """1 where the very words hold some gold answer, or are those of one, else 0.

    They are "those" from a token F1 of one half on (``eval.answers.token_f1``), but for their
    numbers: of two dates half the tokens are the same, whichever days they are.

    >>> gold = Case("1", "?", "fact", answers=("2025年6月28日",))
    >>> short_right(gold, "6月28日"), short_right(gold, "6月3日")
    (1.0, 0.0)
    """
    parts = (answer for part in case.answer_parts for answer in part)
    gold = (*case.answers, *case.answers_query_lang, *parts)
    return float(any(_same(short, one) for one in gold if len(tokens(one)) <= LONGEST_SPAN))


def _same(short: str, gold: str) -> bool:
    said, wanted = tokens(short), tokens(gold)
    if holds(said, wanted):
        return True
    alike = token_f1(short, gold) >= _GOOD_F1
    return alike and (_numbers(said) <= _numbers(wanted) or _numbers(wanted) <= _numbers(said))


def _numbers(found: Sequence[str]) -> set[str]:
    return {token for token in found if token[0].isdigit()}


def by_certainty(
    cases: Sequence[ScoredCase], *, seed: int = 0, resamples: int = RESAMPLES
) -> tuple[ByCertainty, ...]:
    """The questions by how sure their answers were, surest first, and how many hold the gold answer."""
    rows = []
    for certainty in Certainty:
        some = [case for case in cases if case.certainty is certainty]
        held = [
            case.scores[Metric.CONTAINS_GOLD]
            for case in some
            if Metric.CONTAINS_GOLD in case.scores
        ]
        found = estimate(held, seed=seed, resamples=resamples) if held else None
        rows.append(ByCertainty(certainty, len(some), found))
    return tuple(rows)
