from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.records import Metric, Reply, ScoredCase
from eval.refusals import refusal_scores, risk_coverage
from eval.score import score
from eval.summarise import estimates
from tests.eval.cases import answer, case


def test_each_question_counts_where_it_belongs() -> None:
    possible, impossible = case(answers=("甲",)), case(kind="unanswerable")
    assert refusal_scores(possible, True) == {
        Metric.REFUSAL_PRECISION: 0,
        Metric.OVER_REFUSAL: 1,
    }
    assert refusal_scores(possible, False) == {Metric.OVER_REFUSAL: 0}
    assert refusal_scores(impossible, True) == {
        Metric.REFUSAL_PRECISION: 1,
        Metric.REFUSAL_RECALL: 1,
    }
    assert refusal_scores(impossible, False) == {Metric.REFUSAL_RECALL: 0}


def test_refusals_on_both_sides() -> None:
    # Refused: 2 of 4 that have an answer, 1 of 2 that have none.
    answerable = [case(f"a{at}", answers=("甲",)) for at in range(4)]
    unanswerable = [case(f"u{at}", kind="unanswerable") for at in range(2)]
    scored = [
        score(one, Reply(answer("甲", refused=refused)))
        for one, refused in zip(
            [*answerable, *unanswerable], [True, True, False, False, True, False], strict=True
        )
    ]
    found = estimates(scored)["all"]
    assert found[Metric.REFUSAL_PRECISION].mean == pytest.approx(1 / 3)
    assert found[Metric.REFUSAL_RECALL].mean == 0.5
    assert found[Metric.OVER_REFUSAL].mean == 0.5


def _answered(case_id: str, confidence: float, correct: float) -> ScoredCase:
    one = score(case(case_id, answers=("甲",)), Reply(answer("甲" if correct else "乙")))
    values = {name: getattr(one, name) for name in one.__slots__}
    return ScoredCase(**{**values, "confidence": confidence})


def test_risk_coverage_by_hand() -> None:
    # Surest first: right, wrong, right; one more question was refused.
    cases = [_answered("a", 0.9, 1), _answered("b", 0.5, 0), _answered("c", 0.2, 1)]
    found = risk_coverage(cases, 4)
    assert [(p.coverage, p.risk) for p in found.points] == [
        (0.25, 0.0),
        (0.5, 0.5),
        (0.75, pytest.approx(1 / 3)),
    ]
    assert found.area == pytest.approx((0 + 1 / 2 + 1 / 3) / 3)


def test_equally_sure_answers_come_together() -> None:
    cases = [_answered("a", 0.5, 1), _answered("b", 0.5, 0)]
    found = risk_coverage(cases, 2)
    assert [(p.coverage, p.risk) for p in found.points] == [(1.0, 0.5)]
    assert found.area == 0.5


def test_without_an_answer_there_is_no_area() -> None:
    refused = score(case(answers=("甲",)), Reply(answer("无", refused=True), confidence=0.3))
    found = risk_coverage([refused], 1)
    assert (found.points, found.area) == ((), None)


@given(
    st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=12),
    st.randoms(use_true_random=False),
)
def test_order_does_not_matter(spec: list[tuple[int, bool]], shuffler: random.Random) -> None:
    cases = [_answered(str(at), sure, float(right)) for at, (sure, right) in enumerate(spec)]
    found = risk_coverage(cases, len(cases))
    shuffled = list(cases)
    shuffler.shuffle(shuffled)
    assert risk_coverage(shuffled, len(cases)) == found
    assert found.area is not None
    assert 0 <= found.area <= 1
    assert all(0 <= p.risk <= 1 and 0 < p.coverage <= 1 for p in found.points)
