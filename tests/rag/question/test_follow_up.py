"""Which earlier questions a question leans on."""

from __future__ import annotations

import numpy as np
import pytest

from eval.training.kinds import read_examples
from rag.question.follow_up import standalone
from rag.question.kind import ALONE, LEANS, TrainedKinds
from rag.records import Turn
from tests.conftest import FakeKinds

BRIDGE = Turn("大桥通车了吗？", "是。")


@pytest.mark.parametrize(
    ("question", "history", "expected"),
    [
        ("它多长？", (), "它多长？"),
        ("它多长？", (BRIDGE,), "大桥通车了吗？ 它多长？"),
        ("它多长？", (Turn("小学在哪？", "。"), BRIDGE), "大桥通车了吗？ 它多长？"),
        ("它多长？", (BRIDGE, Turn("它多宽？", "。")), "大桥通车了吗？ 它多宽？ 它多长？"),
        ("它多长？", (BRIDGE, *[Turn("它呢？", "。")] * 9), "它呢？ 它呢？ 它呢？ 它呢？ 它多长？"),
        ("那总投资是多少亿元？", (BRIDGE,), "大桥通车了吗？ 那总投资是多少亿元？"),
        ("投资呢？", (BRIDGE,), "大桥通车了吗？ 投资呢？"),
        ("多长？", (BRIDGE,), "大桥通车了吗？ 多长？"),
        (
            "How long is it in kilometres?",
            (BRIDGE,),
            "大桥通车了吗？ How long is it in kilometres?",
        ),
        ("海棠小学今年招收多少名新生？", (BRIDGE,), "海棠小学今年招收多少名新生？"),
        (
            "When does the night ferry to Qingyu stop?",
            (BRIDGE,),
            "When does the night ferry to Qingyu stop?",
        ),
    ],
)
def test_standalone(question, history, expected):
    assert standalone(question, history, FakeKinds().leans).text == expected


def test_where_nothing_was_asked_before_nothing_is_looked_at():
    def leans(_: str) -> bool:
        raise AssertionError

    assert standalone("它多长？", (), leans).text == "它多长？"


@pytest.mark.model
@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("其他学校今年招收多少名新生？", False),
        ("市民尤其喜欢哪些公园和车站？", False),
        ("土耳其展团有多少家企业参展？", False),
        ("木工课谁教", False),
        ("Who runs the Italian school?", False),
        ("总投资多少亿元？", True),
        ("派了几位代表过去？", True),
        ("为什么要推迟？", True),
        ("那投资呢？", True),
        ("When does it stop?", True),
        ("And the prize money?", True),
    ],
)
def test_what_leans_on_the_conversation_is_told(packaged_encoder, question, expected):
    assert TrainedKinds(packaged_encoder).leans(question) is expected


@pytest.mark.model
def test_held_out_questions_that_lean_are_told_apart(packaged_encoder):
    held = [one for one in read_examples("leaning") if one.part == "held_out"]
    leans = TrainedKinds(packaged_encoder).leans
    told = {
        label: [leans(one.question) for one in held if one.label == label]
        for label in (LEANS, ALONE)
    }
    assert np.mean(told[LEANS]) >= 0.95
    assert np.mean(told[ALONE]) <= 0.2
