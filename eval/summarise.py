"""From the scores of questions to the figures of a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from eval.bootstrap import RESAMPLES, estimate
from eval.questions import Kind
from eval.records import Estimate, Metric, ScoredCase

ALL = "all"
ANSWERABLE = "answerable"

_RANKS = (("1", 1), ("2", 2), ("3", 3), ("4–5", 5), ("6–10", 10))
NOT_FOUND = "–"


def grouped(cases: Sequence[ScoredCase]) -> Mapping[str, Sequence[ScoredCase]]:
    """The questions by kind, in the order of ``Kind``; then those with an answer, then all."""
    order: dict[str, int] = {kind: at for at, kind in enumerate(Kind)}
    kinds = sorted({case.kind for case in cases}, key=lambda kind: (order.get(kind, 99), kind))
    groups = {kind: [case for case in cases if case.kind == kind] for kind in kinds}
    groups[ANSWERABLE] = [case for case in cases if case.kind != Kind.UNANSWERABLE]
    groups[ALL] = list(cases)
    return {name: some for name, some in groups.items() if some}


def estimates(
    cases: Sequence[ScoredCase], *, seed: int = 0, resamples: int = RESAMPLES
) -> Mapping[str, Mapping[str, Estimate]]:
    """Every metric in every group, over the questions that have a score for it."""
    return {
        name: {
            str(metric): estimate(values, seed=seed, resamples=resamples)
            for metric in Metric
            if (values := [case.scores[metric] for case in some if metric in case.scores])
        }
        for name, some in grouped(cases).items()
    }


def rank_histogram(cases: Sequence[ScoredCase]) -> Mapping[str, int]:
    """Questions with gold articles by the rank of the first right one; ``–`` is beyond ten."""
    ranks = [case.rank for case in cases if Metric.HIT_1 in case.scores]
    found: dict[str, int] = {}
    after = 0
    for name, last in _RANKS:
        found[name] = sum(rank is not None and after < rank <= last for rank in ranks)
        after = last
    found[NOT_FOUND] = len(ranks) - sum(found.values())
    return found
