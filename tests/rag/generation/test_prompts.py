"""What a chat model is told."""

from __future__ import annotations

import re

import pytest

from index.chunk import count_tokens
from rag.generation.no_answer import NO_ANSWER
from rag.generation.prompts import answer_messages, rewrite_messages
from rag.generation.quotation import Quotation
from rag.generation.rewrite import check_rewriting
from rag.question.follow_up import standalone
from rag.records import Turn
from tests.conftest import FakeKinds

QUOTATION = Quotation("大桥全长3.2公里。", "东岸大桥通车", "试验号", "2025-06-20")


@pytest.mark.parametrize("question", ["东岸大桥有多长？", "How long is the bridge?"])
def test_a_conversation_has_rules_examples_and_the_question_last(question):
    messages = answer_messages(question, [QUOTATION])
    assert messages[0][0] == "system"
    assert NO_ANSWER in messages[0][1]
    roles = [role for role, _ in messages[1:]]
    assert roles == ["human", "ai"] * (len(roles) // 2) + ["human"]
    assert question in messages[-1][1].splitlines()[-2]
    assert NO_ANSWER in messages[-1][1].splitlines()[-1]
    assert "[1] 2025-06-20 · 试验号 · 东岸大桥通车\n> 大桥全长3.2公里。" in messages[-1][1]


@pytest.mark.parametrize("question", ["东岸大桥有多长？", "How long is the bridge?"])
def test_the_examples_cite_what_they_quote_and_refuse_near_misses(question):
    turns = answer_messages(question, [])[1:-1]
    refusals = 0
    for (_, asked), (_, reply) in zip(turns[::2], turns[1::2], strict=True):
        if reply == NO_ANSWER:
            refusals += 1
            continue
        numbers = [int(n) for n in re.findall(r"\[(\d+)\]", reply)]
        assert numbers
        assert all(f"[{n}] " in asked for n in numbers)
        for sentence in re.split(r"\[\d+\]", reply)[:-1]:
            figures = re.findall(r"\d+", sentence.replace(",", ""))
            quoted = asked.replace("-", " ").replace(",", "")
            assert all(str(int(figure)) in re.sub(r"\b0", "", quoted) for figure in figures)
    assert 2 <= refusals < len(turns) // 2


def test_the_prompt_is_short():
    for question in ("多长？", "How long?"):
        assert sum(count_tokens(text) for _, text in answer_messages(question, [])) < 1200


def test_rewriting_hears_the_last_turns_in_short():
    turns = [Turn(f"第{n}问\n假：", "答" * 1000 + "[1]") for n in range(9)]
    messages = rewrite_messages("那它呢？", turns)
    assert "改写" in messages[0][1]
    assert [role for role, _ in messages[1:]] == ["human", "ai"] * 3 + ["human"]
    asked = messages[-1][1]
    assert [f"第{n}问" in asked for n in range(9)] == [False] * 6 + [True] * 3
    assert len(asked) < 1100
    assert "[1]" not in asked
    assert asked.endswith("问：那它呢？")
    assert rewrite_messages("And then?", turns)[0][1].startswith("Rewrite")


@pytest.mark.parametrize("question", ["那它呢？", "What about it?"])
def test_the_examples_of_rewriting_pass_their_own_check(question):
    turns = rewrite_messages(question, [])[1:-1]
    for (_, asked), (_, rewritten) in zip(turns[::2], turns[1::2], strict=True):
        *_, told, last = asked.split("\n")
        assert check_rewriting(rewritten, last, [Turn(asked, told)]) == rewritten
        assert standalone(rewritten, [Turn(asked, told)], FakeKinds().leans).text == rewritten
