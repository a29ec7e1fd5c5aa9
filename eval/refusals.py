"""Metrics of refusing: answering what can be answered, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby

from eval.questions import Case
from eval.records import Metric, RiskCoverage, RiskPoint, ScoredCase


def refusal_scores(case: Case, refused: bool) -> Mapping[Metric, float]:
    """One question's part in the refusal figures; "positive" is to refuse.

    - precision: of the refused questions, the share that has no answer in the articles.
    - recall: of the questions without an answer, the share that was refused.
    - over-refusal: of the questions with an answer, the share that was refused.

    Each is a mean over the questions that it speaks of. A crash is not a refusal.
    """
    scores = {Metric.REFUSAL_PRECISION: float(not case.answerable)} if refused else {}
    metric = Metric.OVER_REFUSAL if case.answerable else Metric.REFUSAL_RECALL
    return {**scores, metric: float(refused)}


def risk_coverage(cases: Iterable[ScoredCase], total: int) -> RiskCoverage:
    """The risk–coverage curve of selective answering (El-Yaniv & Wiener, 2010) and its area
    (AURC; Geifman et al., 2019): the mean risk over the answered questions, surest first.

    At each confidence: the share of all ``total`` questions answered when only answers at least as
    sure are given, and the share of these that is wrong. Equally sure answers come together.
    Refusals and answers without a confidence are not on the curve, so that areas compare only where
    coverages are alike.
    """
    answered = [
        (case.confidence, 1.0 - case.scores[Metric.CORRECT])
        for case in cases
        if case.confidence is not None and not case.refused and Metric.CORRECT in case.scores
    ]
    answered.sort(key=lambda one: -one[0])
    points: list[RiskPoint] = []
    seen = 0
    wrong = area = 0.0
    for confidence, together in groupby(answered, key=lambda one: one[0]):
        losses = [loss for _, loss in together]
        seen += len(losses)
        wrong += sum(losses)
        area += len(losses) * wrong / seen
        points.append(RiskPoint(confidence, seen / total, wrong / seen))
    return RiskCoverage(tuple(points), area / seen if seen else None)
