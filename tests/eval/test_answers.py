from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.answers import (
    answer_scores,
    contains_gold,
    exact_match,
    has_span,
    plain_text,
    references,
    token_f1,
)
from eval.records import Metric
from tests.eval.cases import answer, case


@pytest.mark.parametrize(
    ("text", "reference", "expected"),
    [
        ("大桥全长3.2公里", "3.2公里", 2 * 3 / (7 + 3)),  # 3 shared of 7 and 3 tokens
        ("３.２公里", "3.2公里", 1.0),
        ("the night ferry", "A Night Ferry!", 1.0),
        ("night ferry to Qingyu", "the ferry", 2 * 1 / (4 + 1)),
        ("", "大桥", 0.0),
        ("", "", 1.0),
        ("桥桥", "桥", 2 / 3),  # a token counts as often as it stands in both
    ],
)
def test_f1(text: str, reference: str, expected: float) -> None:
    assert token_f1(text, reference) == pytest.approx(expected)


def test_exact_match_forgives_width_case_and_punctuation() -> None:
    assert exact_match("《云杉》 ＡＢ。", "云杉ab") == 1
    assert exact_match("云杉机械", "云杉") == 0


def test_any_answer_will_do_unless_all_are_asked_for() -> None:
    assert contains_gold(case(answers=("甲", "乙")), "有乙") == 1
    assert contains_gold(case(answers=("甲", "乙"), all_of=True), "有乙") == 0
    assert contains_gold(case(answers=("甲", "乙"), all_of=True), "乙和甲") == 1


def test_one_alternative_of_every_part() -> None:
    asked = case(answers=("35分钟",), answer_parts=(("35分钟", "35 minutes"), ("8分钟", "eight")))
    assert contains_gold(asked, "From 35 minutes to eight.") == 1
    assert contains_gold(asked, "由35分钟缩短") == 0
    assert references(asked, "From 35 minutes to eight.") == ["35 minutes, eight"]


def test_an_answer_in_the_language_of_the_question_is_right() -> None:
    asked = case(answers=("尿液",), answers_query_lang=("urine",))
    assert contains_gold(asked, "It is urine.") == 1
    assert contains_gold(asked, "检查尿液。") == 1
    assert answer_scores(asked, "Urine")[Metric.EXACT_MATCH] == 1


def test_without_gold_there_is_no_score() -> None:
    assert answer_scores(case(aids=("a",)), "有") == {}


def test_a_summary_is_compared_and_not_looked_for() -> None:
    summary = case(answers=("大桥" * 40,))
    assert not has_span(summary)
    assert set(answer_scores(summary, "大桥")) == {Metric.F1, Metric.EXACT_MATCH, Metric.CHARACTERS}
    assert has_span(case(answers=("大桥" * 40, "大桥")))
    assert has_span(case(answer_parts=(("大桥" * 30,),)))
    assert not has_span(case(aids=("a",)))


def test_a_refusal_says_nothing_whatever_it_names() -> None:
    assert plain_text(answer("最接近的文章：大桥", refused=True)) == ""
    assert plain_text(None) == ""
    assert plain_text(answer("大桥通车。", cited=["a"])) == "大桥通车。"


@given(st.text(), st.text(min_size=1))
def test_scores_stay_within_bounds(text: str, gold: str) -> None:
    scores = dict(answer_scores(case(answers=(gold,)), text))
    assert scores.pop(Metric.CHARACTERS) == len(text)
    assert all(0 <= score <= 1 for score in scores.values())
