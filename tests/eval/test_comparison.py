from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval import EvaluationError, Metric, compare, evaluate
from rag.records import Answer, Question
from tests.eval.cases import answer, case

CASES = [case(str(at), answers=("甲",), aids=("a",)) for at in range(8)]


def _right_below(limit: int):
    def ask(question: Question) -> Answer:
        return answer("甲" if int(str(question.id)) < limit else "乙", ids=["a"], cited=["a"])

    return ask


def test_two_reports_question_by_question(tmp_path: Path) -> None:
    evaluate(CASES, _right_below(4), out=tmp_path / "a")
    evaluate(CASES, _right_below(6), out=tmp_path / "b")
    found = compare(tmp_path / "a", tmp_path / "b", resamples=200)
    assert (found.questions, found.left_out) == (8, 0)
    gold = next(
        one for one in found.differences if (one.group, one.metric) == ("all", Metric.CONTAINS_GOLD)
    )
    assert (gold.before, gold.after, gold.change.mean) == (0.5, 0.75, 0.25)
    assert gold.change.low <= 0.25 <= gold.change.high
    assert [(one.id, one.better) for one in found.changed] == [("4", True), ("5", True)]
    same = next(one for one in found.differences if one.metric == Metric.HIT_1)
    assert (same.change.low, same.change.high, same.certain) == (0, 0, False)
    found.write(tmp_path / "comparison.json")
    assert json.loads((tmp_path / "comparison.json").read_text())["questions"] == 8


def test_a_change_of_every_question_is_certain() -> None:
    before, after = (evaluate(CASES, _right_below(limit), resamples=20) for limit in (0, 8))
    found = compare(before, after)
    gold = next(one for one in found.differences if one.metric == Metric.CONTAINS_GOLD)
    assert gold.certain
    worse = compare(after, before)
    assert {one.better for one in worse.changed} == {False}


def test_only_shared_questions_count() -> None:
    reworded = [
        case("0", question="另一问？", answers=("甲",)),
        *CASES[1:3],
        case("new", aids=("a",)),
    ]
    before = evaluate(CASES, _right_below(8), resamples=20)
    after = evaluate(reworded, lambda _: answer("甲", ids=["a"]), resamples=20)
    found = compare(before, after)
    assert found.questions == 2
    assert found.left_out == 6 + 2
    with pytest.raises(EvaluationError, match="share no question"):
        compare(before, evaluate(reworded[:1], lambda _: answer("甲"), resamples=20))
