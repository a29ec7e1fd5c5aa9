"""What passes between the stages of an evaluation: metrics by name, scores, estimates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from rag.records import Answer, Certainty


class Metric(StrEnum):
    """Every score that a question can get, from 0 to 1, and the answer's length."""

    HIT_1 = "hit@1"
    HIT_3 = "hit@3"
    HIT_5 = "hit@5"
    HIT_10 = "hit@10"
    RECALL_5 = "recall@5"
    RECALL_10 = "recall@10"
    MRR_10 = "mrr@10"
    NDCG_10 = "ndcg@10"
    EVIDENCE_HOLDS_ANSWER = "evidence_holds_answer@5"
    CONTAINS_GOLD = "contains_gold"
    F1 = "f1"
    EXACT_MATCH = "exact_match"
    CITATION_PRECISION = "citation_precision"
    CITATION_RECALL = "citation_recall"
    VERBATIM = "verbatim"
    CITED_SENTENCES = "cited_sentences"
    REFUSAL_PRECISION = "refusal_precision"
    REFUSAL_RECALL = "refusal_recall"
    OVER_REFUSAL = "over_refusal"
    DIRECT_ANSWERS = "direct_answers"
    DIRECT_PRECISION = "direct_precision"
    DIRECT_UNANSWERABLE = "direct_unanswerable"
    SHORT_ANSWERS = "short_answers"
    SHORT_RIGHT = "short_right"
    CORRECT = "correct"
    CHARACTERS = "characters"


Scores = Mapping[Metric, float]
"""The scores of one question; a metric for which it has no gold is not among them."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back for a question.

    Attributes:
        answer: ``None`` where there is none.
        failure: Why there is none, or why the question could not be asked; ``""`` if all is well.
        confidence: How sure the assistant is; higher is surer, on any scale.
    """

    answer: Answer | None
    failure: str = ""
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean with its 95 % confidence interval over ``n`` questions."""

    mean: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class SeenEvidence:
    """An article of the ranked list, as a report shows it."""

    article_id: str
    title: str
    score: float
    text: str
    right: bool


@dataclass(frozen=True, slots=True)
class ScoredCase:
    """A question with its gold, what was answered, and the scores.

    Attributes:
        rank: Of the first right article, ``None`` where there is none.
        certainty: How sure the answer was; ``None`` without one.
    """

    id: str
    kind: str
    question: str
    history: tuple[str, ...]
    gold: tuple[str, ...]
    gold_ids: tuple[str, ...]
    answer: str
    refused: bool
    failure: str
    cited_ids: tuple[str, ...]
    evidence: tuple[SeenEvidence, ...]
    rank: int | None
    confidence: float | None
    scores: Scores = field(default_factory=dict)
    certainty: Certainty | None = None

    @property
    def failed(self) -> bool:
        """Whether it belongs among the failures: crashed, answered wrong, or misquoted."""
        right = self.scores.get(Metric.CORRECT, 1.0) == 1.0
        return bool(self.failure) or not right or self.scores.get(Metric.VERBATIM, 1.0) < 1.0


@dataclass(frozen=True, slots=True)
class Stage:
    """Seconds of one stage over the questions after the first."""

    p50: float
    p95: float
    n: int


@dataclass(frozen=True, slots=True)
class Latency:
    """Times by stage; ``cold`` are those of the first question, ``totals`` those of the others."""

    stages: Mapping[str, Stage]
    cold: Mapping[str, float]
    totals: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class RiskPoint:
    """Answering only what is at least this sure: the share answered, the share of it wrong."""

    confidence: float
    coverage: float
    risk: float


@dataclass(frozen=True, slots=True)
class RiskCoverage:
    """The curve, surest answers first, and the area under it (``None`` without an answer)."""

    points: tuple[RiskPoint, ...]
    area: float | None


@dataclass(frozen=True, slots=True)
class ByCertainty:
    """How many questions were answered so sure, and the share of them that holds the gold answer.

    Attributes:
        holds_gold: Over those with a gold answer to be found; ``None`` without any.
    """

    certainty: Certainty
    questions: int
    holds_gold: Estimate | None


@dataclass(frozen=True, slots=True)
class Report:
    """Every figure of an evaluation, and all that it takes to repeat it.

    Attributes:
        groups: Estimates by group (each kind, ``answerable``, ``all``), then by metric.
        ranks: Questions by the rank of their first right article.
        by_certainty: A row for each certainty, surest first; none in reports of before there was one.
    """

    name: str
    configuration: Mapping[str, Any]
    versions: Mapping[str, str]
    library: Mapping[str, Any] | None
    seed: int
    groups: Mapping[str, Mapping[str, Estimate]]
    counts: Mapping[str, int]
    ranks: Mapping[str, int]
    risk_coverage: RiskCoverage
    latency: Latency
    cases: tuple[ScoredCase, ...]
    judge: Mapping[str, Any] | None = None
    by_certainty: tuple[ByCertainty, ...] = ()

    def value(self, metric: Metric | str, group: str = "all") -> float | None:
        """The mean of a metric in a group, ``None`` where no question has a score."""
        found = self.groups.get(group, {}).get(metric)
        return found.mean if found else None

    @property
    def failures(self) -> tuple[ScoredCase, ...]:
        return tuple(case for case in self.cases if case.failed)
