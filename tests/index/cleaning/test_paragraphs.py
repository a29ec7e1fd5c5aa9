"""Paragraphs that were cut are joined; lines that are whole stay."""

from __future__ import annotations

import pytest

from index.cleaning.paragraphs import join_cut_paragraphs

from .samples import BAMBOO, applied


@pytest.mark.parametrize(
    ("lines", "joined"),
    [
        ([BAMBOO[0][:60], "", BAMBOO[0][60:]], [BAMBOO[0]]),
        (
            ["竹溪镇，一个把毛竹编成满街灯火的地方，正张", "开双臂。"],
            ["竹溪镇，一个把毛竹编成满街灯火的地方，正张开双臂。"],
        ),
        (
            ["前来学竹编的游客走遍了镇上的六家工坊和溪边", "的客栈。"],
            ["前来学竹编的游客走遍了镇上的六家工坊和溪边的客栈。"],
        ),
        (
            ["The workshop sells lamps to inter-", "national buyers."],
            ["The workshop sells lamps to international buyers."],
        ),
        (
            ["The workshop sells its lamps to", "buyers abroad."],
            ["The workshop sells its lamps to buyers abroad."],
        ),
    ],
    ids=["column", "after a comma", "no beginning", "hyphen", "Latin"],
)
def test_a_cut_paragraph_is_joined(lines: list[str], joined: list[str]):
    assert applied(join_cut_paragraphs, *lines) == joined


@pytest.mark.parametrize(
    "lines",
    [
        ["老篾匠，一双手剖出九十六根细篾的传奇人生", BAMBOO[0]],
        [BAMBOO[0], BAMBOO[1]],
        [BAMBOO[0][:60], "老篾匠的一天", BAMBOO[1]],
        [BAMBOO[0][:60], "本报记者 陶一摄"],
        [BAMBOO[0][:60], "2. 溪边的工坊，请排队进入。"],
        [BAMBOO[0] + "本报记者 陶一摄", BAMBOO[1]],
        ["竹溪镇竹编工坊 联系人乔师傅 地址竹溪镇溪边路六号院内 电话五五五零一二"] * 3,
        ["灯塔亮起来的时候海风轻轻吹", "船儿把家回的时候浪花慢慢追"],
        ["A Short History of Bamboo Lamps", "The first lamp was made here."],
    ],
)
def test_lines_that_are_whole_stay(lines: list[str]):
    assert applied(join_cut_paragraphs, *lines) == lines


def test_hard_wrapped_lines_become_paragraphs():
    wrapped = [
        line
        for paragraph in BAMBOO
        for line in (paragraph[at : at + 29] for at in range(0, len(paragraph), 29))
    ]
    assert applied(join_cut_paragraphs, *wrapped) == list(BAMBOO)
