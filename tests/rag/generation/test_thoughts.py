"""Thoughts are no part of a reply, however they are set apart."""

from __future__ import annotations

import pytest

from rag.generation.thoughts import Signal, ThoughtFilter, without_thoughts

ANSWER = "大桥通车了。[1]"
THOUGHT = "引文[1]说大桥通车了，\n那么3 < 5。"

PAIRS = [
    ("<think>", "</think>"),
    ("<THINK>", "</THINK>"),
    ("<thinking>", "</thinking>"),
    ('<thinking budget="3">', "</thinking>"),
    ("<thought>", "</thought>"),
    ("<thoughts>", "</thoughts>"),
    ("<reasoning>", "</reasoning>"),
    ("<reason>", "</reason>"),
    ("<reflection>", "</reflection>"),
    ("<scratchpad>", "</scratchpad>"),
    ("<seed:think>", "</seed:think>"),
    ("<ant_thinking>", "</ant_thinking>"),
    ("<antThinking>", "</antThinking>"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
    ("<|START_THINKING|>", "<|END_THINKING|>"),
    ("<|thinking|>", "<|/thinking|>"),
    ("◁think▷", "◁/think▷"),
    ("[THINK]", "[/THINK]"),
    ("【思考】", "【/思考】"),
    ("<思考>", "</思考>"),
    ("<思考过程>", "</思考过程>"),
    ("<unused94>thought", "<unused95>"),
    ('<details type="reasoning" done="true">', "</details>"),
    ("<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final<|message|>"),
    ("<cot>", "</cot>"),
    ("<|inner_prefix|>", "<|inner_suffix|>"),
    ("&lt;think&gt;", "&lt;/think&gt;"),
    ("<details>\n<summary>Thought for 3 seconds</summary>\n", "</details>"),
    ("<details open><summary>已深度思考</summary>", "</details>"),
    ("```thinking\n", "\n```"),
    ("<think>", "</think><answer>"),
    ("<think>", "</think>\n<|begin_of_box|>"),
]
HEADED = [
    ("思考过程：", "\n\n最终答案："),
    ("### Thinking\n", "\n### Response\n"),
    ("**Thinking...**\n", "\n\n**Answer:** "),
    ("**思考**：", "\n\n**回答**："),
    ("Here is my thought process:\n", "\nHere is my response:\n"),
    ("Thought: ", "\nFinal Answer: "),
]


def read(text, width):
    thoughts, said = ThoughtFilter(), ""
    pieces = [text[at : at + width] for at in range(0, len(text), width)]
    for part in [*(p for piece in pieces for p in thoughts.feed(piece)), *thoughts.close()]:
        said = "" if part is Signal.ANEW else f"{said}{part}"
    return said.strip()


@pytest.mark.parametrize(("opens", "closes"), [*PAIRS, *HEADED])
@pytest.mark.parametrize("width", [1, 3, 1000])
def test_what_stands_between_tags_is_left_out(opens, closes, width):
    assert read(f"{opens}{THOUGHT}{closes}\n{ANSWER}", width) == ANSWER


@pytest.mark.parametrize(("opens", "closes"), PAIRS)
@pytest.mark.parametrize("width", [1, 1000])
def test_what_comes_before_thoughts_stays_and_thoughts_that_never_end_do_not(opens, closes, width):
    if not closes.endswith(("<answer>", "<|begin_of_box|>")):
        assert read(f"好的。{opens}{THOUGHT}{closes}{ANSWER}", width) == f"好的。{ANSWER}"
    assert read(f"{ANSWER}{opens}{THOUGHT}", width) == ANSWER
    assert read(f"{opens}{THOUGHT}", width) == ""


@pytest.mark.parametrize("closes", ["</think>", "</thinking>", "◁/think▷", "[/THINK]", "<answer>"])
@pytest.mark.parametrize("width", [1, 4, 1000])
def test_where_only_the_end_is_marked_all_before_it_was_thought(closes, width):
    assert read(f"{THOUGHT}{closes}\n\n{ANSWER}", width) == ANSWER


@pytest.mark.parametrize("width", [1, 4, 1000])
def test_thoughts_in_a_quoted_block_end_with_it(width):
    thoughts = "> 思考过程：\n> 引文[1]说大桥通车了。\n>\n> 那么可以回答。"
    assert read(f"{thoughts}\n\n{ANSWER}", width) == ANSWER


def test_an_end_behind_which_nothing_comes_ends_nothing():
    assert without_thoughts(f"{ANSWER}</think>\n") == ANSWER
    assert without_thoughts(f"<answer>{ANSWER}</answer>") == ANSWER


@pytest.mark.parametrize(
    "text",
    [
        "气温<5摄氏度，湿度>80%。",
        "<b>大桥</b>通车了。",
        "思考题共三道。",
        "Thinking machines were shown.",
        "The bridge opened.",
        "Reasoning: it rained, and nothing else was said.",
        "[甲]类共12家。",
        "a < b",
        "<details><summary>附表</summary>大桥通车了。</details>",
        "```text\n大桥通车了。\n```",
        "R&D 投入与 R&lt 值。",
        "> 大桥通车了。\n\n全长3公里。",
    ],
)
@pytest.mark.parametrize("width", [1, 1000])
def test_what_only_looks_like_thoughts_stays(text, width):
    assert read(text, width) == text


def test_text_is_given_as_it_arrives():
    thoughts = ThoughtFilter()
    assert [*thoughts.feed("大桥")] == ["大桥"]
    assert [*thoughts.feed("通车<")] == ["通车"]
    assert [*thoughts.feed("b>")] == ["<b>"]
