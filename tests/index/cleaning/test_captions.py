"""Captions go to the end of the text; short lines that may be text stay."""

from __future__ import annotations

import pytest

from index.cleaning.captions import move_captions
from index.cleaning.draft import Draft

from .samples import BAMBOO


def test_captions_go_to_the_end_in_their_order():
    draft = move_captions(
        Draft.of(
            f"{BAMBOO[0]}\n\n\n\n竹溪镇竹编工坊的夜景。\n\n{BAMBOO[1]}\n\n"
            f"图为乔师傅在剖篾。\n\n乔师傅的竹篮。\n\n（资料图片）\n\n{BAMBOO[2]}"
        )
    )
    assert draft.text == (
        f"{BAMBOO[0]}\n\n{BAMBOO[1]}\n\n{BAMBOO[2]}\n竹溪镇竹编工坊的夜景。\n图为乔师傅在剖篾。\n乔师傅的竹篮。\n（资料图片）"
    )
    assert {change.rule for change in draft.changes} == {"move_captions"}


@pytest.mark.parametrize(
    "line",
    [
        "夜深了。",
        "“我还想再编一只竹篮。”",
        "老篾匠的一天",
        "他说，那是去年的事。",
        "一、毛竹的来历。",
        "他退休后学会了拍摄",
    ],
)
def test_a_short_line_that_may_be_text_stays(line: str):
    text = f"{BAMBOO[0]}\n\n\n\n{line}\n\n{BAMBOO[1]}\n\n{BAMBOO[2]}"
    assert move_captions(Draft.of(text)).text == text


def test_lines_far_apart_throughout_are_no_captions():
    text = "\n\n\n".join([BAMBOO[0], "竹溪镇的工坊门口。", *BAMBOO[1:]])
    assert move_captions(Draft.of(text)).text == text
