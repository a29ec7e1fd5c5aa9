"""What training is measured by."""

from __future__ import annotations

import math

import pytest

from eval.training.examples import is_held_out
from eval.training.held_out import Read, auroc, best_f1, held_out
from tests.eval.training.material import EXAMPLES, GARDEN


def knows_all(pairs):
    return [
        Read(pair.answers[0].of(pair.text), 3.0) if pair.answers else Read("", -3.0)
        for pair in pairs
    ]


def knows_nothing(pairs):
    return [Read("桥", 0.5) for _ in pairs]


def test_who_knows_all_has_full_marks_and_who_knows_nothing_has_none(names, neighbours):
    best = held_out(EXAMPLES, names, neighbours, knows_all, most=9)
    worst = held_out(EXAMPLES, names, neighbours, knows_nothing, most=9)
    assert best.keys() == worst.keys() == {"crud_news/single", "squad2_zh/answerable"}
    news = best["crud_news/single"]
    assert (news.questions, news.exact, news.f1) == (2, 1.0, 1.0)
    assert set(news.auroc.values()) == {1.0}
    assert "exchanged" not in news.auroc or news.auroc["exchanged"] == 1.0
    assert worst["crud_news/single"].f1 == 0.0
    assert set(worst["crud_news/single"].auroc.values()) == {0.5}


def test_a_set_without_an_answered_question_has_no_marks(names, neighbours):
    squad = held_out(EXAMPLES, names, neighbours, knows_all, most=9)["squad2_zh/answerable"]
    assert squad.questions == 1
    assert math.isnan(squad.f1)
    assert math.isnan(squad.auroc["asked so"])


def test_only_what_was_kept_from_training_is_asked_and_the_same_each_time(names, neighbours):
    asked = []

    def reads(pairs):
        asked.append(list(pairs))
        return knows_all(pairs)

    for _ in range(2):
        held_out(EXAMPLES, names, neighbours, reads, most=9)
    assert asked[:2] == asked[2:]
    kept = {one.question for one in EXAMPLES if is_held_out(one.group)}
    assert {pair.question for pairs in asked for pair in pairs if pair.way != "exchanged"} == kept
    answered = [pair for pairs in asked for pair in pairs if pair.answers]
    assert all(pair.text in GARDEN.text for pair in answered)


def test_no_more_are_asked_than_was_said(names, neighbours):
    assert held_out(EXAMPLES, names, neighbours, knows_all, 1)["crud_news/single"].questions == 1
    assert held_out([], names, neighbours, knows_all, 1) == {}


@pytest.mark.parametrize(
    ("said", "gold", "f1"),
    [
        ("约3亿元", ["3亿元", "三亿"], 6 / 7),
        ("3亿元", ["约3亿元", "3亿元"], 1.0),
        ("", ["3亿元"], 0.0),
        ("桥", ["3亿元"], 0.0),
        ("桥", [], 0.0),
    ],
)
def test_the_best_spelling_counts(said, gold, f1):
    assert best_f1(said, gold) == pytest.approx(f1)


def test_ties_count_half():
    assert auroc([1.0, 2.0], [1.0, 0.0]) == pytest.approx(3.5 / 4)
    assert auroc([1.0], [2.0]) == 0.0
    assert math.isnan(auroc([], [1.0]))
