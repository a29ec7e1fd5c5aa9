from __future__ import annotations

import pytest

from eval.certainty import by_certainty, certainty_scores, short_right
from eval.questions import Kind
from eval.records import Metric, Reply, ScoredCase
from eval.score import score
from eval.summarise import estimates
from rag.records import Certainty
from tests.eval.cases import answer, case

GOLD = case(answers=("6月28日",), aids=("a",))
WITHOUT_WORDS = case(aids=("a",))
UNANSWERABLE = case(kind=Kind.UNANSWERABLE)
NEAR = answer("大桥很长。", certainty=Certainty.NEAREST)


def test_a_direct_answer_counts_where_it_belongs() -> None:
    direct = answer("6月28日通车。", short="6月28日")
    assert certainty_scores(GOLD, direct, 1.0) == {
        Metric.DIRECT_ANSWERS: 1,
        Metric.DIRECT_PRECISION: 1,
        Metric.SHORT_ANSWERS: 1,
        Metric.SHORT_RIGHT: 1,
    }
    assert certainty_scores(WITHOUT_WORDS, direct, None) == {Metric.DIRECT_ANSWERS: 1}
    assert certainty_scores(UNANSWERABLE, direct, None) == {Metric.DIRECT_UNANSWERABLE: 1}


@pytest.mark.parametrize("given", [NEAR, answer("没有。", refused=True), None])
def test_what_is_not_direct_counts_against_no_precision(given) -> None:
    assert certainty_scores(GOLD, given, 0.0) == {
        Metric.DIRECT_ANSWERS: 0,
        Metric.SHORT_ANSWERS: 0,
    }
    assert certainty_scores(UNANSWERABLE, given, None) == {Metric.DIRECT_UNANSWERABLE: 0}


@pytest.mark.parametrize(
    ("gold", "short", "right"),
    [
        (case(answers=("6月28日",)), "6月28日", 1),
        (case(answers=("2025年6月28日",)), "6月28日", 1),
        (case(answers=("28日",)), "６月28日", 1),
        (case(answers=("the night ferry company",)), "Night Ferry Ltd", 1),
        (case(answers=("6月28日",)), "9月3日", 0),
        (case(answers=("6月28日上午",)), "6月3日上午", 0),
        (case(answers=("2025年6月28日",)), "6月28日上午", 1),
        (case(answers=("4位",)), "14位", 0),
        (case(answers=("甲公司", "乙公司")), "乙公司", 1),
        (case(answer_parts=(("甲村",), ("乙村", "丙村"))), "丙村", 1),
        (case(answers=("六月",), answers_query_lang=("June 28",)), "June 28", 1),
        (case(answers=("大桥通车" * 20,)), "大桥", 0),
        (case(answers=("6月28日",)), "。", 0),
    ],
)
def test_the_very_words_are_right(gold, short, right) -> None:
    assert short_right(gold, short) == right


def test_a_text_to_compare_with_has_no_very_words() -> None:
    summary = case(answers=("大桥通车" * 20,), aids=("a",))
    scored = score(summary, Reply(answer("大桥通车了。", short="大桥")))
    assert Metric.SHORT_ANSWERS not in scored.scores
    assert Metric.SHORT_RIGHT not in scored.scores


def scored() -> list[ScoredCase]:
    """Four answerable questions and two that are not: three direct, two near, one refused."""
    gold = [case(f"a{at}", answers=("6月28日",)) for at in range(4)]
    none = [case(f"u{at}", kind=Kind.UNANSWERABLE) for at in range(2)]
    replies = [
        answer("6月28日通车。", short="6月28日"),
        answer("9月3日通车。", short="9月3日"),
        answer("6月28日通车。", certainty=Certainty.NEAREST),
        answer("没有。", refused=True),
        answer("6月28日通车。"),
        NEAR,
    ]
    return [score(one, Reply(given)) for one, given in zip([*gold, *none], replies, strict=True)]


def test_direct_answers_on_both_sides() -> None:
    found = estimates(scored())["all"]
    assert {name: (found[name].mean, found[name].n) for name in found if "direct" in name} == {
        Metric.DIRECT_ANSWERS: (0.5, 4),
        Metric.DIRECT_PRECISION: (0.5, 2),
        Metric.DIRECT_UNANSWERABLE: (0.5, 2),
    }
    assert (found[Metric.SHORT_ANSWERS].mean, found[Metric.SHORT_RIGHT].mean) == (0.5, 0.5)
    assert found[Metric.DIRECT_ANSWERS].low < 0.5 < found[Metric.DIRECT_ANSWERS].high


def test_a_row_for_each_certainty_surest_first() -> None:
    rows = by_certainty(scored(), resamples=20)
    assert [(row.certainty, row.questions) for row in rows] == [
        (Certainty.DIRECT, 3),
        (Certainty.LIKELY, 0),
        (Certainty.NEAREST, 2),
        (Certainty.REFUSAL, 1),
    ]
    held = [row.holds_gold for row in rows]
    assert [(one.mean, one.n) for one in held if one] == [(0.5, 2), (1.0, 1), (0.0, 1)]


def test_a_row_without_gold_has_no_share() -> None:
    cases = [score(UNANSWERABLE, Reply(NEAR)), score(GOLD, Reply(None, "broken"))]
    assert [(row.questions, row.holds_gold) for row in by_certainty(cases)] == [
        (0, None),
        (0, None),
        (1, None),
        (0, None),
    ]
