"""Passages and questions that come close and do not answer."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.training.near_misses import (
    Names,
    Neighbours,
    occurrences,
    place_of,
    window,
    without_clause,
)
from eval.training.public_sets import Text
from index.records import Span
from index.text.sentences import split_sentences
from tests.eval.training.material import BRIDGE, EXAMPLES, FACTORY, FERRY, SCHOOL, TEXTS, asking

QUESTIONS = [
    "海棠小学2025年招收多少新生？",
    "东岸大桥的开幕式在北京举行吗？",
    "云杉机械上半年的净利润有多少万元？",
    "《青屿童谣集》的作者是谁？",
    "大桥第二期投资12.5亿元了吗？",
    "Who founded Harbour Lines?",
    "Which team won the first race of 1998?",
    "谁是海棠小学第一任校长的父亲？",
]


def shared(one: str, other: str) -> int:
    """How many characters two texts have in common at their beginning."""
    differs = (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    return next(differs, min(len(one), len(other)))


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text.title)
def test_an_exchanged_question_differs_and_asks_of_what_the_passage_does_not_name(
    names, question, text
):
    for seed in range(40):
        exchanged = names.exchanged(question, text.text, random.Random(seed))
        if exchanged is None:
            continue
        assert exchanged != question
        before = shared(question, exchanged)
        after = shared(question[::-1], exchanged[::-1])
        # What was put in, whole: longer than what differs where both begin or end alike.
        inserted = [
            exchanged[start:end]
            for start in range(before + 1)
            for end in range(len(exchanged) - after, len(exchanged) + 1)
            if start < end
        ]
        assert any(part not in text.text for part in inserted)


def test_a_question_in_which_nothing_can_be_exchanged_is_left(names):
    assert names.exchanged("她说了什么？", "她说了很多。", random.Random(1)) is None


def test_where_the_passage_names_every_other_nothing_is_exchanged():
    assert Names([]).exchanged("他是男的吗？", "男女都有。", random.Random(1)) is None
    found = {Names([]).exchanged("他是男的吗？", "没有说。", random.Random(s)) for s in range(9)}
    assert found == {"他是女的吗？", None}


def test_names_are_those_of_the_collection():
    names = Names(["他读了《青屿童谣集》。", "他听了《海棠谣》，又听《海棠谣》。"])
    found = {names.exchanged("谁写了《北山谣》？", "", random.Random(s)) for s in range(30)}
    assert found == {"谁写了《青屿童谣集》？", "谁写了《海棠谣》？"}


def test_a_word_within_a_word_is_not_exchanged():
    words = "Was it a wonderful steam engine of the afternoon in Northernland?"
    assert Names([]).exchanged(words.lower(), "", random.Random(1)) is None
    found = {Names([]).exchanged("who won the prize?", "", random.Random(s)) for s in range(9)}
    assert found == {"who lost the prize?", None}


@pytest.mark.parametrize(
    ("sentence", "answer", "kept"),
    [
        (
            "大桥将于6月28日通车，全长3.2公里，共六车道。",
            "3.2公里",
            "大桥将于6月28日通车，共六车道。",
        ),
        ("大桥将于6月28日通车，全长3.2公里，共六车道。", "6月28日", "全长3.2公里，共六车道。"),
        (
            "大桥将于6月28日通车，全长3.2公里，共六车道。",
            "六车道",
            "大桥将于6月28日通车，全长3.2公里。",
        ),
        ("“大桥将于6月28日通车，全长3.2公里。”", "3.2公里", "“大桥将于6月28日通车。”"),
        ("大桥将于6月28日通车，全长3.2公里，共六车道。", "通车，全长3.2公里", ""),
        ("大桥将于6月28日通车。", "6月28日", ""),
        ("共六车道，大桥将于6月28日通车", "6月28日", ""),
        ("The ferry runs daily, tickets cost 1,245 yuan.", "1,245 yuan", "The ferry runs daily."),
        (
            "The ferry sold 1,245 tickets, all of them today.",
            "today",
            "The ferry sold 1,245 tickets.",
        ),
    ],
)
def test_a_sentence_less_the_clause_that_answers(sentence, answer, kept):
    start = sentence.index(answer)
    assert without_clause(sentence, Span(start, start + len(answer))) == kept


@given(st.text(st.sampled_from("大桥，；,;。1 "), min_size=1, max_size=40), st.data())
def test_what_a_clause_is_cut_from_has_no_less_than_the_rest(sentence, data):
    start = data.draw(st.integers(0, len(sentence) - 1))
    end = data.draw(st.integers(start + 1, len(sentence)))
    kept = without_clause(sentence, Span(start, end))
    assert kept == "" or 8 < len(kept) <= len(sentence)


@settings(max_examples=60)
@given(
    text=st.text(st.sampled_from("大桥通车。！\n a.B"), min_size=1, max_size=120),
    room=st.integers(1, 80),
    data=st.data(),
)
def test_a_window_is_whole_sentences_and_has_the_place_in_it(text, room, data):
    at = data.draw(st.integers(0, len(text) - 1))
    span = window(text, at, room, random.Random(3))
    sentences = split_sentences(text)
    if not sentences:
        assert span == Span(0, min(len(text), room))
        return
    inside = [s for s in sentences if span.start <= s.start and s.end <= span.end]
    assert (inside[0].start, inside[-1].end) == (span.start, span.end)
    if any(s.start <= at < s.end for s in sentences):
        assert span.start <= at < span.end
    assert span.end - span.start <= max(room, max(s.end - s.start for s in inside)) + 2 * len(
        inside
    )


def test_a_window_grows_on_both_sides_to_what_there_is_room_for():
    text = "".join(f"第{at}句话。" for at in range(10))
    spans = {tuple(vars_of(window(text, 25, 20, random.Random(seed)))) for seed in range(40)}
    assert {end - start for start, end in spans} == {20}
    assert len(spans) == 4
    assert window(text, 25, 10**5, random.Random(1)) == Span(0, len(text))


def vars_of(span):
    return span.start, span.end


def test_the_answer_that_counts_is_where_the_question_is_told_of():
    text = Text(
        "t", "", "海棠小学招生240名。" + "天气不错。" * 30 + "桥上有路灯240盏，路灯由工人安装。"
    )
    for question, nth in (("海棠小学招生多少？", 0), ("桥上有多少路灯？", 1)):
        example = asking(text, question, "240")
        assert place_of(example) == occurrences(text.text, "240")[nth]
    assert place_of(replace(example, near=3)) == 3


def test_neighbours_tell_of_like_matters_and_are_never_of_the_same_group(neighbours):
    for example in EXAMPLES:
        for seed in range(10):
            near = neighbours.near(example.question, example.group, random.Random(seed))
            assert near is None or near.article_id != example.group
    near = neighbours.near("云杉公司的机械", BRIDGE.article_id, random.Random(1))
    assert near == FACTORY
    assert neighbours.near("什么？", "", random.Random(1)) is None
    assert Neighbours([SCHOOL]).near("海棠小学", SCHOOL.article_id, random.Random(1)) is None
    assert neighbours.near("night ferry", "", random.Random(1)) == FERRY


def test_a_neighbour_is_the_same_in_every_process():
    # The order of a set of strings differs from process to process, and ties would be cut by it.
    program = (
        "import random; from eval.training.near_misses import Neighbours\n"
        "from eval.training.public_sets import Text\n"
        "texts = [Text(str(n), '', a + b) for n, (a, b) in enumerate(\n"
        "    (a, b) for a in ('海棠', '云杉', '东岸', '青屿') for b in ('小学', '大桥', '公司'))]\n"
        "near = Neighbours(texts).near\n"
        "print([near('海棠 云杉 东岸 青屿', '', random.Random(s)).article_id for s in range(20)])"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(said) == 1
