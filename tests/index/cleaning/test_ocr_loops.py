"""Loops of OCR are reduced to one copy; what people repeat is left as it is."""

from __future__ import annotations

import random
import time
from itertools import combinations, combinations_with_replacement

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.cleaning.draft import Draft
from index.cleaning.ocr_loops import collapse_loops
from index.text.sentences import split_sentences


def collapsed(text: str) -> str:
    return collapse_loops(Draft.of(text)).text


def words(text: str) -> str:
    return "".join(text.split())


LIGHTHOUSE = (
    "雾岬岛的灯塔建于光绪年间，塔身用附近采来的花岗岩砌成，至今没有一条裂缝。今年春天，岛上的小学把第一堂课搬到了塔下。"
    "孩子们轮流爬上八十七级台阶，摸一摸那盏早已熄灭的铜灯。",
    "守塔人贺满仓今年七十一岁，他的父亲和祖父都在这里点过灯。说起从前，他总要先指一指墙上的航海钟，"
    "那是一位落难的荷兰船长留下的谢礼。",
    "去年秋天，县里请来修复石塔的工匠，先把塔基四周的野草清干净，再用糯米灰浆把松动的石块一块块填牢。"
    "工程用了四个月，只花了预算的一半，剩下的钱给岛上添了一间小小的阅览室。",
    "如今每到傍晚，归港的渔船都会向灯塔鸣笛三声。这不是谁定下的规矩，是船老大们自己想出来的办法，"
    "好让塔上的老人知道，大家都平安回来了。",
)
TEXT = "\n\n".join(LIGHTHOUSE)
BOUNDARIES = [0, *(span.end for span in split_sentences(TEXT))]


PASSAGES = [
    (start, end) for start, end in combinations(BOUNDARIES, 2) if len(words(TEXT[start:end])) >= 50
]
PARAGRAPHS = [
    (start, end)
    for start, end in PASSAGES
    if TEXT[start : start + 1] in "\n雾" and TEXT[end : end + 1] in ("", "\n")
]
BROKEN = [
    (span.start, end)
    for span, last in combinations_with_replacement(split_sentences(TEXT), 2)
    for end in range(last.start + 6, last.end - 3)
    if len(words(TEXT[span.start : end])) >= 70 and TEXT[end - 1 : end + 1].isalpha()
]
"""From a sentence's beginning to the middle of the same or a later one."""
LEFT_EARLY = [
    (start, last, end)
    for start, end in BROKEN
    for last in [max(at for at in BOUNDARIES if at <= end)]
    if len(words(TEXT[start:last])) >= 50
]


@given(st.sampled_from(PASSAGES), st.integers(2, 8), st.sampled_from(["", "\n", "\n\n"]))
def test_a_loop_between_sentences_goes_and_the_text_is_whole(
    passage: tuple[int, int], copies: int, between: str
):
    start, end = passage
    again = (between + TEXT[start:end].strip()) * (copies - 1)
    assert words(collapsed(TEXT[:end] + again + TEXT[end:])) == words(TEXT)


@given(st.sampled_from(PARAGRAPHS), st.integers(2, 8))
def test_paragraphs_keep_their_line_ends(passage: tuple[int, int], copies: int):
    start, end = passage
    again = ("\n\n" + TEXT[start:end].strip()) * (copies - 1)
    assert collapsed(TEXT[:end] + again + TEXT[end:]) == TEXT


@given(st.sampled_from(BROKEN), st.integers(3, 8))
def test_words_invented_to_join_the_copies_go_with_them(cut: tuple[int, int], copies: int):
    start, end = cut
    invented = "夕新的篇章就此揭开。"
    looped = TEXT[:end] + "\n\n" + (invented + TEXT[start:end]) * (copies - 1) + TEXT[end:]
    assert words(collapsed(looped)) == words(TEXT)


@given(st.sampled_from(LEFT_EARLY), st.integers(3, 8))
def test_a_loop_left_at_a_sentence_end_lets_the_cut_sentence_go_on(
    cut: tuple[int, int, int], copies: int
):
    start, last, end = cut
    invented = TEXT[end] + "夕新的篇章就此揭开。"
    again = (invented + TEXT[start:end]) * (copies - 1) + invented + TEXT[start:last]
    assert words(collapsed(f"{TEXT[:end]}\n\n{again}\n\n{TEXT[end:]}")) == words(TEXT)


def test_the_record_names_what_went():
    paragraph = LIGHTHOUSE[1]
    raw = "\n".join([LIGHTHOUSE[0], *[paragraph] * 5, LIGHTHOUSE[2]])
    draft = collapse_loops(Draft.of(raw))
    assert draft.text == "\n".join([LIGHTHOUSE[0], paragraph, LIGHTHOUSE[2]])
    (change,) = draft.changes
    assert (change.rule, change.put) == ("collapse_loops", "")
    assert words(change.span.of(raw)) == paragraph * 4


def test_the_end_of_a_paragraph_is_repeated_as_paragraphs():
    sentence = LIGHTHOUSE[2].split("。")[0] + "。"
    tail = sentence[sentence.index("先把") :]
    looped = f"{LIGHTHOUSE[1]}\n\n{sentence}" + f"\n\n{tail}" * 6 + f"\n\n{LIGHTHOUSE[3]}"
    assert collapsed(looped) == f"{LIGHTHOUSE[1]}\n\n{sentence}\n\n{LIGHTHOUSE[3]}"


def test_a_loop_that_goes_back_two_paragraphs_keeps_only_its_new_words():
    """The first words of each copy end the sentence before; the rest stands further up already."""
    before, after = LIGHTHOUSE[3][:-14], LIGHTHOUSE[3][-14:]
    copy = after + LIGHTHOUSE[1]
    looped = "\n\n".join([LIGHTHOUSE[1], LIGHTHOUSE[2], before, *[copy] * 9, "下一篇的标题"])
    expected = "\n\n".join([LIGHTHOUSE[1], LIGHTHOUSE[2], before, after, "下一篇的标题"])
    assert collapsed(looped) == expected


def test_a_copy_broken_off_in_its_last_line_goes():
    looped = LIGHTHOUSE[1] + LIGHTHOUSE[1] * 3 + LIGHTHOUSE[1][:12] + "\n" + LIGHTHOUSE[3]
    assert collapsed(looped) == LIGHTHOUSE[1] + "\n" + LIGHTHOUSE[3]


def test_a_true_continuation_that_begins_like_the_copy_stays():
    more = LIGHTHOUSE[1][:9] + "，还会修钟。"
    assert collapsed(LIGHTHOUSE[1] * 4 + more) == LIGHTHOUSE[1] + more


def test_a_loop_inside_a_loop_goes():
    inner = LIGHTHOUSE[0] + LIGHTHOUSE[1] * 3
    assert collapsed(inner * 4 + LIGHTHOUSE[3]) == LIGHTHOUSE[0] + LIGHTHOUSE[1] + LIGHTHOUSE[3]


def test_a_few_words_repeated_in_one_line_go():
    assert collapsed("展馆位于" + "青屿新区、" * 40 + "沙河镇。") == "展馆位于青屿新区、沙河镇。"


CHORUS = "海风轻轻吹\n浪花慢慢追\n灯塔亮起来\n船儿把家回\n" * 3
VERSE = "青石台阶长又长\n阿公提灯上塔房\n"
HONEST = {
    "chorus": CHORUS,
    "chorus between verses": CHORUS + VERSE + CHORUS + VERSE,
    "refrain": "\n".join(
        f"第{n}段：\n{LIGHTHOUSE[3]}\n{line}" for n, line in enumerate(LIGHTHOUSE[:3])
    ),
    "slogan": "守护灯塔，守护回家的路！" * 3 + "船老大们高声喊道。",
    "laughter": "孩子们笑作一团：" + "哈" * 300,
    "mark column": "是\n" * 200,
    "cell column": "雾岬岛灯塔管理所第一分所办公室\n" * 40,
    "long cells": "雾岬岛灯塔及其附属建筑保护与利用工程项目部（第一分部）\n" * 12,
    "table row": "免费开放 " * 40,
    "ruled row": "免费开放|" * 40,
    "rows": "1 合格 合格 合格 99.5\n2 合格 合格 合格 99.5\n" * 30,
    "list": "".join(f"{n}. 检查第{n}级台阶的扶手\n" for n in range(60)),
    "rule": "—·" * 200,
    "numbers": "0.00" * 60,
    "paragraph twice, apart": "\n".join([LIGHTHOUSE[0], LIGHTHOUSE[1], LIGHTHOUSE[0]]),
    "captions": "".join(f"{LIGHTHOUSE[1]}图为守塔人{what}。" for what in ("擦灯", "上弦", "喂鸡")),
    "empty": "",
}


@pytest.mark.parametrize("text", HONEST.values(), ids=HONEST.keys())
def test_honest_repetition_stays(text: str):
    draft = Draft.of(text)
    assert collapse_loops(draft) is draft


LOOPING = st.lists(
    st.tuples(
        st.text(st.sampled_from("灯塔海岛船人家归来。，\n 了ab"), min_size=1, max_size=70),
        st.integers(1, 14),
    ),
    max_size=6,
).map(lambda parts: "".join(part * times for part, times in parts))


@given(LOOPING)
def test_it_is_done_after_once_and_every_character_knows_its_place(text: str):
    once = collapse_loops(Draft.of(text))
    assert len(once.text) <= len(text)
    assert collapse_loops(once) is once
    assert "".join(text[at] for at in once.origins) == once.text
    assert (np.diff(once.origins) > 0).all()


def fibonacci(length: int) -> str:
    one, two = "a", "ab"
    while len(two) < length:
        one, two = two, two + one
    return two[:length]


@pytest.mark.parametrize(
    "text",
    [
        "啊" * 300_000,
        fibonacci(300_000),
        "".join(random.Random(1).choices("甲乙", k=300_000)),
        "".join(
            f"{n:07}，海上有雾，风力三到四级，请注意航行安全，谢谢大家的配合。" * 2
            for n in range(6_000)
        ),
    ],
    ids=["one character", "Fibonacci word", "two characters at random", "many pairs"],
)
def test_time_is_near_linear(text: str):
    begun = time.perf_counter()
    collapse_loops(Draft.of(text))
    assert time.perf_counter() - begun < 5
