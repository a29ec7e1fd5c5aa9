"""What a chat model wrote, sentence by sentence, with its markers taken out."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.verification.cited_sentences import LONGEST_QUOTATION, SentenceStream, Written
from tests.rag.verification.helpers import split


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("", []),
        (" \n ", []),
        ("没有句号", [("没有句号", ())]),
        ("甲。乙。", [("甲。", ()), ("乙。", ())]),
        ("甲[1]。乙【2】。", [("甲。", (1,)), ("乙。", (2,))]),
        ("甲。[1]乙。【2】", [("甲。", (1,)), ("乙。", (2,))]),
        ("甲。 [1] [2] 乙。", [("甲。", (1, 2)), ("乙。", ())]),
        ("甲[1][2][1]。", [("甲。", (1, 2))]),
        ("甲[1,2、3；4]。", [("甲。", (1, 2, 3, 4))]),
        ("甲[2-4]。", [("甲。", (2, 3, 4))]),
        ("甲[1-40]。", [("甲。", (1, 40))]),
        ("甲[4-2]。", [("甲。", (4, 2))]),
        ("甲[17]。", [("甲。", (17,))]),
        ("甲[^1]。", [("甲。", (1,))]),
        ("甲［1］。", [("甲。", (1,))]),
        ("甲(1)。乙（2）。", [("甲。", (1,)), ("乙。", (2,))]),
        ("甲。（1）", [("甲。", (1,))]),
        ("甲【1†source】。", [("甲。", (1,))]),
        ("甲[citation:1]。乙[来源 2]。", [("甲。", (1,)), ("乙。", (2,))]),
        ("甲。¹²乙。", [("甲。", (12,)), ("乙。", ())]),
        ("面积5 m²。", [("面积5 m²。", ())]),
        ("共(2025)年", [("共(2025)年", ())]),
        ("甲[2025]。", [("甲[2025]。", ())]),
        ("甲[注]。", [("甲[注]。", ())]),
        ("（1）甲。", [("（1）甲。", ())]),
        ("It rained.[1] We left [2].", [("It rained.", (1,)), ("We left.", (2,))]),
        ("It rained.[1]We left.", [("It rained.", (1,)), ("We left.", ())]),
        ("See E20 [1] and E30.", [("See E20 and E30.", (1,))]),
        ("See E20[1] and[2]E30.", [("See E20 and E30.", (1, 2))]),
        ("[1] 甲。乙。", [("甲。", (1,)), ("乙。", ())]),
        ("甲。\n[2] 乙。", [("甲。", ()), ("乙。", (2,))]),
        ("甲。[1]\n[2] 乙。", [("甲。", (1,)), ("乙。", (2,))]),
        ("甲。\n[2]", [("甲。", ())]),
        (
            "共3.5亿元。Dr. Lin left at 3 p.m. on Friday. OK.",
            [("共3.5亿元。", ()), ("Dr. Lin left at 3 p.m. on Friday.", ()), ("OK.", ())],
        ),
        ("他说：“走吧。我们去。”然后走了。", [("他说：“走吧。我们去。”", ()), ("然后走了。", ())]),
        ("「走吧。我们去。」然后走了。", [("「走吧。我们去。」", ()), ("然后走了。", ())]),
        ('He said "Go. Now." Then he left.', [('He said "Go. Now."', ()), ("Then he left.", ())]),
        ("他说：“走吧。\n然后走了。", [("他说：“走吧。", ()), ("然后走了。", ())]),
        ("1. 甲。\n2. 乙。", [("1. 甲。", ()), ("2. 乙。", ())]),
        ("- **甲**。\n- 乙。", [("- **甲**。", ()), ("- 乙。", ())]),
        ("根据文章：\n甲。", [("根据文章：", ()), ("甲。", ())]),
    ],
)
def test_an_answer_is_cut_and_its_markers_read(text, sentences):
    assert split(text) == [Written(*sentence) for sentence in sentences]


def test_an_open_quotation_holds_a_sentence_together_only_so_long():
    said = "他说：“" + "走" * LONGEST_QUOTATION + "。然后走了。”"
    assert len(split(said)) == 2
    assert len(split("他说：“" + "走" * (LONGEST_QUOTATION - 5) + "。然后走了。”")) == 1


@pytest.mark.parametrize(
    ("deltas", "given"),
    [
        (["共3", ".5亿元。", "大"], [0, 0, 1]),
        (["共3.", "5亿元"], [0, 0]),
        (["甲。", "[", "1", "]", "乙"], [0, 0, 0, 0, 1]),
        (["It rained", ". ", "We"], [0, 0, 1]),
        (["He left at 3 p.m", ". ", "on Friday"], [0, 0, 0]),
        (["他说：“走。", "我们去。”", "然"], [0, 0, 1]),
        (["甲。", "“", "乙"], [0, 1, 0]),
        (["甲。乙。丙"], [2]),
        (["甲。[", "注]乙"], [0, 1]),
    ],
)
def test_a_sentence_is_given_as_soon_as_it_is_sure(deltas, given):
    stream = SentenceStream()
    assert [len(stream.feed(delta)) for delta in deltas] == given


def test_a_stream_can_be_used_again_after_its_flush():
    stream = SentenceStream()
    stream.feed("甲[1]")
    assert stream.flush() == [Written("甲", (1,))]
    assert stream.flush() == []
    assert stream.feed("乙。丙") == [Written("乙。")]
    assert stream.flush() == [Written("丙")]


PARTS = st.sampled_from(
    [
        "大桥",
        "。",
        "！",
        "“",
        "”",
        "「",
        "」",
        '"',
        "\n",
        " ",
        "[1]",
        "[1",
        "]",
        "【2】",
        "(3)",
        "（",
        "）",
        "¹",
        "1. ",
        "3.5",
        ".",
        "It ",
        "p.m. ",
        "[2-9]",
        "…",
        "- ",
        "Q ",
        "A ",
    ]
)
TEXTS = st.lists(PARTS | st.text(max_size=3), max_size=30).map("".join)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(TEXTS, st.randoms(use_true_random=False))
def test_how_a_text_arrives_makes_no_difference(text, random):
    stream, streamed, at = SentenceStream(), [], 0
    while at < len(text):
        step = random.randint(1, 7)
        streamed += stream.feed(text[at : at + step])
        at += step
    streamed += stream.flush()
    assert streamed == split(text)
    assert all(sentence.text == sentence.text.strip() != "" for sentence in streamed)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(TEXTS)
def test_but_for_markers_and_white_space_nothing_is_lost(text):
    kept = "".join("".join(sentence.text.split()) for sentence in split(text))
    rest = iter("".join(text.split()))
    assert all(character in rest for character in kept)
