"""Subheads whose first character was read twice, and marks before bylines."""

from __future__ import annotations

import pytest

from index.cleaning.subheads import drop_byline_marks, undouble_subheads

from .samples import BAMBOO, BYLINE, applied


def test_a_byline_loses_its_mark_and_a_list_does_not():
    assert applied(drop_byline_marks, BYLINE, "■ 陶一", "■第一项是加固路基。") == [
        "本报记者 贺满仓 乔小满",
        "陶一",
        "■第一项是加固路基。",
    ]


def test_subheads_lose_the_letter_that_was_read_twice():
    doubled = ["桥石桥长在老街上", BAMBOO[0], "灯灯塔照着归来的船", BAMBOO[1]]
    assert applied(undouble_subheads, *doubled) == [
        "石桥长在老街上",
        BAMBOO[0],
        "灯塔照着归来的船",
        BAMBOO[1],
    ]


@pytest.mark.parametrize(
    "headings",
    [
        ["天天向上的篾匠", "人人都是讲解员"],
        ["层层把关保质量", "步步为营治流沙"],
        ["新起点新征程", "一针一线总关情"],
        ["桥石桥长在老街上", "老篾匠的一天"],  # one is none
        [
            "桥石桥长在老街上",
            "灯灯塔照着归来的船",
            "流沙",
            "首趟列车进站",
            "钢轨下的草方格",
            "茶与书",
        ],
    ],
)
def test_honest_headings_stay(headings: list[str]):
    lines = [line for heading in headings for line in (heading, BAMBOO[0])]
    assert applied(undouble_subheads, *lines) == lines
