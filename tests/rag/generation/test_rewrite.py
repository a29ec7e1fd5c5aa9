"""What counts as a rewriting of a follow-up."""

from __future__ import annotations

import pytest

from rag.generation.rewrite import check_rewriting
from rag.records import Turn

TURNS = [Turn("东岸大桥有多长？", "全长3.2公里。"), Turn("How wide is it?", "31 metres.")]


@pytest.mark.parametrize(
    ("said", "rewritten"),
    [
        ("东岸大桥花了多少钱？", "东岸大桥花了多少钱？"),
        ("改写后的问题：东岸大桥花了多少钱？", "东岸大桥花了多少钱？"),
        ("问：“东岸大桥花了多少钱？”", "东岸大桥花了多少钱？"),
        ("<think>它指大桥</think>\n\n东岸大桥花了多少钱？", "东岸大桥花了多少钱？"),
        ("3.2公里长的东岸大桥\n花了多少钱？", "3.2公里长的东岸大桥 花了多少钱？"),
        ("那它花了多少钱？", "那它花了多少钱？"),
    ],
)
def test_a_rewriting(said, rewritten):
    assert check_rewriting(said, "那它花了多少钱？", TURNS) == rewritten


@pytest.mark.parametrize(
    "said",
    [
        "",
        "\n",
        "NO_ANSWER",
        "引文中没有提到。",
        "东岸大桥花了18.6亿元吗？",
        "东岸大桥花了多少钱？" * 40,
        "天气怎么样？",
        "东岸大桥花了很多钱。",
    ],
)
def test_no_rewriting(said):
    assert check_rewriting(said, "那它花了多少钱？", TURNS) is None
