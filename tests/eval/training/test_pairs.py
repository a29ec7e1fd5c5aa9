"""An example cut into a passage that answers and near misses of it."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import pytest

from eval.training.near_misses import Neighbours
from eval.training.pairs import group_of
from eval.training.public_sets import Text
from tests.eval.training.material import EXAMPLES, TEXTS, asking

ANSWERED = [one for one in EXAMPLES if one.answers]


def groups(example, names, neighbours, rounds=25, most=9):
    return [
        group_of(example, names, neighbours, random.Random(seed), most) for seed in range(rounds)
    ]


@pytest.mark.parametrize("example", ANSWERED, ids=lambda one: one.question)
def test_the_first_answers_and_no_near_miss_does(names, neighbours, example):
    for first, *misses in groups(example, names, neighbours):
        assert first.way == ""
        assert first.question == example.question
        assert first.text in example.text
        assert {span.of(first.text) for span in first.answers} <= set(example.answers)
        assert first.answers
        for miss in misses:
            assert miss.way
            assert miss.answers == ()
            if miss.way == "exchanged":
                assert miss.question != example.question
                assert miss.text == first.text
            else:
                assert miss.question == example.question
                assert not any(answer in miss.text for answer in example.answers)


def test_all_pairs_lean_on_what_their_example_leans_on(names, neighbours):
    leaning = replace(ANSWERED[0], background="前面问了什么？")
    found = [one for group in groups(leaning, names, neighbours, rounds=5) for one in group]
    assert {one.background for one in found} == {"前面问了什么？"}


def test_an_untold_question_is_put_to_the_passage_that_answers_another(names, neighbours):
    near, far = f"{ANSWERED[0].question}明年", "谁付的钱？"
    example = replace(ANSWERED[0], untold=(far, near))
    for first, miss, *_ in groups(example, names, neighbours, rounds=5, most=2):
        assert (miss.way, miss.question, miss.text) == ("asked beside", near, first.text)
        assert miss.answers == ()
    leaning = replace(example, background="前面问了什么？")  # they do not lean on that
    (group,) = groups(leaning, names, neighbours, rounds=1)
    assert "asked beside" not in {one.way for one in group}


def test_every_way_to_miss_is_taken(names, neighbours):
    ways = Counter(
        miss.way
        for example in ANSWERED
        for _, *misses in groups(example, names, neighbours)
        for miss in misses
    )
    assert ways.keys() == {
        "sentence cut",
        "clause cut",
        "same article",
        "other article",
        "exchanged",
    }


def test_what_is_cut_leaves_no_trace_but_what_it_takes_away(names, neighbours):
    english = Text(
        "e",
        "The bay",
        "The bay is wide and calm. The ferry, which is old, cost 45 yuan, people say. It is often late.\n"
        "The harbour opened long ago.",
    )
    example = asking(english, "What did the ferry cost?", "45 yuan")
    whole = [
        miss.text
        for _, *misses in groups(example, names, neighbours, 60)
        for miss in misses
        if miss.way in ("sentence cut", "clause cut")
    ]
    assert "The bay is wide and calm. It is often late.\nThe harbour opened long ago." in whole
    assert [text for text in whole if "which is old, people say. It is often late.\n" in text]
    for text in whole:
        assert ".The" not in text
        assert ".It" not in text
        assert text == text.strip()


def test_no_more_misses_are_given_than_asked_for(names, neighbours):
    for most in (0, 1, 2):
        for group in groups(ANSWERED[0], names, neighbours, 10, most):
            assert len(group) <= 1 + most
    assert max(len(group) for group in groups(ANSWERED[0], names, neighbours, 10, 2)) == 3


def test_a_question_that_nothing_answers_is_asked_as_it_is(names, neighbours):
    for example in EXAMPLES:
        if not example.answers:
            asked = [one for (one,) in groups(example, names, neighbours, 20)]
            assert {(one.question, one.answers, one.way) for one in asked} == {
                (example.question, (), "asked so")
            }
            assert all(one.text in example.text for one in asked)


def test_short_texts_are_read_whole_at_times_whether_they_answer_or_not(names, neighbours):
    for example in EXAMPLES:
        whole = [first.text == example.text for first, *_ in groups(example, names, neighbours, 60)]
        assert 0.3 < sum(whole) / len(whole) <= 1


def test_what_nothing_answers_is_read_mostly_where_its_words_are(names, neighbours):
    text = Text("t", "", "别的事情说在这里，说了很久。" * 60 + "东岸大桥的造价没有公布。")
    near = [
        "造价" in one.text
        for (one,) in groups(asking(text, "东岸大桥造价多少？"), names, neighbours, 80)
    ]
    assert 0.5 < sum(near) / len(near) < 0.95


def test_of_a_long_text_a_part_is_taken(names, neighbours):
    text = Text("t", "", "东岸大桥全长3.2公里。" * 200)
    for (one,) in groups(asking(text, "谁设计的？"), names, neighbours, 5):
        assert len(one.text) <= 300
    for example in (asking(text, "大桥多长？", "3.2公里"),):
        for first, *_ in groups(example, names, neighbours, 5):
            assert 10 <= len(first.text) <= 300
            assert len(first.answers) == first.text.count("3.2公里")


def test_an_answer_that_the_window_cuts_makes_no_group(names, neighbours):
    text = Text("t", "", "开头说到这里。结尾又说别的事情，" + "说" * 400 + "。")
    example = replace(asking(text, "说了什么？", "里。结尾"), near=5)
    assert all(not group or group[0].answers for group in groups(example, names, neighbours))


def test_the_same_seed_makes_the_same_groups(names):
    for example in EXAMPLES:
        one = groups(example, names, Neighbours(TEXTS), 5)
        assert one == groups(example, names, Neighbours(TEXTS), 5)
