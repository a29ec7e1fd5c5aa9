"""Which earlier questions a question leans on."""

from __future__ import annotations

import pytest

from rag.question.follow_up import standalone
from rag.records import Turn

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
    assert standalone(question, history).text == expected


@pytest.mark.parametrize(
    "question",
    [
        "其他学校今年招收多少名新生？",
        "市民尤其喜欢哪些公园和车站？",
        "土耳其展团有多少家企业参展？",
    ],
)
def test_a_word_that_only_holds_a_pronoun_does_not_lean(question):
    assert standalone(question, [BRIDGE]).text == question
