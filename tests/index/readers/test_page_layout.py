"""The order of reading on a page, and letters spaced out for looks."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.readers.workers.page_layout import Piece, by_lines, closed_up, page_text

LEFT = [
    "青屿港三季度集装箱吞吐",
    "量达到二百一十万箱，比",
    "去年同期增长一成，其中",
    "水水中转占比升高。",
]
RIGHT = [
    "青屿机场完成旅客吞吐量",
    "六百三十万人次，新开通",
    "飞往两地的航线，货邮的",
    "吞吐量为八万吨。",
]


def page(rows: Sequence[Sequence[tuple[float, str]]], size: float = 12) -> list[Piece]:
    """Rows of texts with where each begins; drawn row by row."""
    number = 0
    pieces = []
    for line, row in enumerate(rows):
        top = 700 - 18 * line
        for left, text in row:
            pieces.append(Piece(text, left, top - size, left + size * len(text), top, number, line))
            number += 1
    return pieces


def two(left: Sequence[str], right: Sequence[str]) -> list[list[tuple[float, str]]]:
    return [[(60, one), (60 + 12 * 11 + 20, other)] for one, other in zip(left, right, strict=True)]


def test_columns_are_read_one_after_the_other():
    assert page_text(page(two(LEFT, RIGHT))) == "\n".join([*LEFT, *RIGHT])


def test_what_stands_across_both_columns_stays_above_and_below():
    rows = [
        [(60, "三季度青屿港航空港双双增长超过预期目标值")],
        *two(LEFT, RIGHT),
        [(60, "责任编辑周明，版面编辑林一，校对员陈二三四")],
    ]
    assert page_text(page(rows)) == "\n".join([rows[0][0][1], *LEFT, *RIGHT, rows[-1][0][1]])


def test_three_columns_are_read_too():
    rows = [
        [(60, a), (212, b), (364, c)]
        for a, b, c in zip(LEFT, RIGHT, [*LEFT[:3], "末行。"], strict=True)
    ]
    assert page_text(page(rows)) == "\n".join([*LEFT, *RIGHT, *LEFT[:3], "末行。"])


def test_columns_whose_lines_do_not_stand_level_are_read_one_after_the_other():
    columns = [LEFT, RIGHT, [*LEFT[:3], "末行。"]]
    pieces = [
        Piece(text, 60 + 152 * column, top - 12, 60 + 152 * column + 12 * len(text), top, 0, 0)
        for column, lines in enumerate(columns)
        for top, text in ((700 - 18 * line - 7 * column, text) for line, text in enumerate(lines))
    ]
    assert page_text(list(by_lines(pieces))) == "\n".join(
        line for lines in columns for line in lines
    )


def test_the_rows_of_a_table_stay_rows():
    rows = [
        [(60, name), (300, value)]
        for name, value in (
            ("企业", "产值"),
            ("大禾机电", "12.6"),
            ("青石", "8.3"),
            ("合计", "20.9"),
        )
    ]
    assert page_text(page(rows)) == "企业 产值\n大禾机电 12.6\n青石 8.3\n合计 20.9"


def test_a_list_of_names_and_long_remarks_stays_rows():
    rows = [
        [(60, "第一"), (300, "水质达标，全年无超标。")],
        [(60, "第二名称"), (300, "空气良好，优于去年。")],
        [(60, "三"), (300, "噪声下降，夜间安静。")],
    ]
    assert page_text(page(rows)).split("\n")[0] == "第一 水质达标，全年无超标。"


@pytest.mark.parametrize(
    ("line", "closed"),
    [
        ("关 于 征 求 意 见 的 通 知", "关于征求意见的通知"),
        ("附 则", "附则"),
        ("提 出 到 2 0 2 7 年 的 目 标", "提出到2027年的目标"),
        ("会议 由 局 长 主 持 召开", "会议 由局长主持 召开"),
        ("关 于 “ AI Plus ” 行 动 （ 试 行 ） 的 通 知", "关于“AI Plus”行动（试行）的通知"),
        ("企业 产值", "企业 产值"),
        ("见 “ AI Plus ” 一节", "见 “ AI Plus ” 一节"),
        ("甲 12 乙 30", "甲 12 乙 30"),
        ("a b c d", "a b c d"),
        ("", ""),
    ],
)
def test_letters_that_are_spaced_out_are_closed_up(line, closed):
    assert closed_up(line) == closed


@given(
    st.lists(
        st.tuples(
            st.floats(0, 500), st.floats(0, 700), st.text("甲乙，。", min_size=1, max_size=30)
        ),
        max_size=30,
    )
)
def test_no_piece_is_lost_and_none_is_read_twice(found):
    pieces = [
        Piece(text, left, bottom, left + 12 * len(text), bottom + 12, number, number)
        for number, (left, bottom, text) in enumerate(found)
    ]
    assert sorted(page_text(pieces).replace("\n", "")) == sorted(
        "".join(text for *_, text in found)
    )
    assert sorted(one.number for one in by_lines(pieces)) == list(range(len(pieces)))
