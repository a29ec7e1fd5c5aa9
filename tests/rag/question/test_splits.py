"""Where a message falls into questions is told by the trained weights."""

from __future__ import annotations

from functools import partial

import pytest

from eval.training.splits import Message, messages_of_one, read_messages, score
from rag.question.field import TokenField
from rag.question.parts import SEVERAL, SURELY, questions_in
from rag.question.splits import cut, parts_of, starts_in, told_of, visible

HELD = [one for one in read_messages() if one.part == "held_out"]


def test_a_message_is_cut_where_questions_start():
    model = TokenField(frozenset("谁多，长"), {"0谁": 3.0}, stays=0.0, bias=-1.0)
    message = "多长，谁设计的，谁建的"
    assert cut(message, starts_in(message, model)) == ["多长，", "谁设计的，", "谁建的"]
    assert starts_in("谁设计的", model) == []
    assert starts_in("", model) == []


def test_blanks_between_chinese_characters_are_seen():
    assert visible("票价多少 几点开 open day") == "票价多少␣几点开 open day"
    assert len([*told_of("票价多少 几点开", frozenset())]) == 8


def test_messages_are_marked_where_a_question_starts():
    message = Message(("Who built it, ", "and when?"), "trained")
    assert message.text == "Who built it, and when?"
    assert message.labels() == [False] * 4 + [True, False, False]


def test_held_out_messages_are_cut_as_people_cut_them():
    several = score(HELD, partial(parts_of, leans=SEVERAL))
    surely = score(HELD, partial(parts_of, leans=SURELY))
    assert several.several >= 0.65
    assert surely.one >= 0.9


def test_no_held_out_message_was_trained_on():
    trained = {one.text for one in read_messages() if one.part != "held_out"}
    trained |= {one.text for one in messages_of_one()}
    assert len(HELD) == 600
    assert trained.isdisjoint(one.text for one in HELD)


@pytest.mark.parametrize(
    "message",
    [
        "What fine do you face in Tarn, Norway, for swimming in the harbour?",
        "岚江四桥，也就是新桥，主塔有多高？",
        "去年从海棠小学毕业、现在在青屿工作的木工有几位？",
    ],
)
def test_a_question_with_commas_stays_whole(message):
    assert questions_in(message, SURELY) == [message]


@pytest.mark.parametrize(
    ("message", "parts"),
    [
        (
            "第三批试点：谁能申请，交几份材料，几号截止？",
            ["第三批试点：谁能申请", "交几份材料", "几号截止？"],
        ),
        ("渡轮几点开 票价多少", ["渡轮几点开", "票价多少"]),
        (
            "When does the fair open, and who may come?",
            ["When does the fair open", "who may come?"],
        ),
    ],
)
def test_several_questions_fall_apart(message, parts):
    assert questions_in(message) == parts
