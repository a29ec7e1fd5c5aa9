"""Two reports side by side, question by question."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from eval.bootstrap import RESAMPLES, paired_difference
from eval.errors import EvaluationError, unwritable
from eval.records import Estimate, Metric, Report, ScoredCase
from eval.report import load_report
from eval.summarise import grouped


@dataclass(frozen=True, slots=True)
class Difference:
    """A metric in a group over the questions that both reports score.

    Attributes:
        change: Mean of the second less the first with its 95 % interval.
    """

    group: str
    metric: str
    before: float
    after: float
    change: Estimate

    @property
    def certain(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.change.low > 0 or self.change.high < 0


@dataclass(frozen=True, slots=True)
class Changed:
    """A question that one report got right and the other did not."""

    id: str
    kind: str
    question: str
    better: bool
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two reports have in common and where they part.

    Attributes:
        left_out: Questions that stand in only one of the two, or are worded otherwise there.
    """

    before: str
    after: str
    questions: int
    left_out: int
    differences: tuple[Difference, ...]
    changed: tuple[Changed, ...]

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n"

    def write(self, path: Path | str) -> None:
        """Write the comparison as JSON.

        Raises:
            EvaluationError: the file cannot be written.
        """
        try:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            Path(path).write_text(self.to_json(), encoding="utf-8", errors="backslashreplace")
        except OSError as error:
            raise unwritable(path, error) from error


def compare(
    before: Report | Path | str,
    after: Report | Path | str,
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Comparison:
    """Compare two reports (or their folders) on the questions that they share.

    Raises:
        EvaluationError: a folder holds no report, or the two share no question.
    """
    first, second = _report(before), _report(after)
    mine = {(case.id, case.question, case.history): case for case in first.cases}
    pairs = {
        case.id: (mine[key], case)
        for case in second.cases
        if (key := (case.id, case.question, case.history)) in mine
    }
    if not pairs:
        raise EvaluationError(
            "the two reports share no question; compare runs of the same question set",
            "两份报告没有共同的问题；请比较同一套问题的评测",
        )
    return Comparison(
        before=_title(before, first),
        after=_title(after, second),
        questions=len(pairs),
        left_out=len(first.cases) + len(second.cases) - 2 * len(pairs),
        differences=_differences(pairs, seed, resamples),
        changed=tuple(_changed(one, other) for one, other in pairs.values() if _parted(one, other)),
    )


def _differences(
    pairs: Mapping[str, tuple[ScoredCase, ScoredCase]], seed: int, resamples: int
) -> tuple[Difference, ...]:
    found = []
    for group, cases in grouped([one for one, _ in pairs.values()]).items():
        both = [pairs[case.id] for case in cases]
        for metric in Metric:
            scored = [
                (one.scores[metric], other.scores[metric])
                for one, other in both
                if metric in one.scores and metric in other.scores
            ]
            if scored:
                olds, news = [old for old, _ in scored], [new for _, new in scored]
                change = paired_difference(olds, news, seed=seed, resamples=resamples)
                means = sum(olds) / len(olds), sum(news) / len(news)
                found.append(Difference(group, str(metric), *means, change))
    return tuple(found)


def _parted(one: ScoredCase, other: ScoredCase) -> bool:
    return one.scores.get(Metric.CORRECT) != other.scores.get(Metric.CORRECT)


def _changed(one: ScoredCase, other: ScoredCase) -> Changed:
    better = other.scores.get(Metric.CORRECT, 0.0) > one.scores.get(Metric.CORRECT, 0.0)
    return Changed(
        one.id,
        one.kind,
        one.question,
        better,
        one.failure or one.answer,
        other.failure or other.answer,
    )


def _report(report: Report | Path | str) -> Report:
    return report if isinstance(report, Report) else load_report(report)


def _title(given: Report | Path | str, report: Report) -> str:
    return report.name if isinstance(given, Report) else str(given)
