from __future__ import annotations

import pytest

from eval.questions import Kind
from eval.records import Metric, Reply
from eval.score import score
from tests.eval.cases import answer, case

SUMMARY = "大桥通车" * 20


@pytest.mark.parametrize(
    ("asked", "given", "right"),
    [
        (case(answers=("3.2公里",), aids=("a",)), answer("全长3.2公里。", cited=["b"]), 1),
        (case(answers=("3.2公里",), aids=("a",)), answer("全长四公里。", cited=["a"]), 0),
        (case(answers=(SUMMARY,), aids=("a",)), answer("通车了。", cited=["a"]), 1),
        (case(answers=(SUMMARY,), aids=("a",)), answer("通车了。", cited=["b"]), 0),
        (case(answers=(SUMMARY,)), answer(SUMMARY[:40], cited=["b"]), 1),
        (case(answers=(SUMMARY,)), answer("通车了。", cited=["b"]), 0),
        (case(aids=("a",)), answer("通车了。", cited=["a"]), 1),
        (case(kind=Kind.UNANSWERABLE), answer("没有。", refused=True), 1),
        (case(kind=Kind.UNANSWERABLE), answer("通车了。", cited=["a"]), 0),
        (case(aids=("a",)), answer("没有。", refused=True), 0),
    ],
)
def test_dealt_with_rightly(asked, given, right):
    assert score(asked, Reply(given)).scores[Metric.CORRECT] == right


@pytest.mark.parametrize("kind", [Kind.FACT, Kind.UNANSWERABLE])
def test_a_missing_answer_is_never_right(kind):
    asked = case(kind=kind) if kind is Kind.UNANSWERABLE else case(answers=("甲",), aids=("a",))
    scored = score(asked, Reply(None, "no answer was given"))
    assert scored.scores[Metric.CORRECT] == 0
    assert scored.failed
