"""Tables that were written one cell a line."""

from __future__ import annotations

import pytest

from .samples import clean_text

TABLE = (
    "入选名单\n序号\n名称\n所属区\n1\n云杉机械\n东岸区\n2\n海棠食品\n西岸区\n3\n青屿船厂\n西岸区"
)


def test_the_rows_of_a_table_written_one_cell_a_line_are_put_together():
    assert clean_text(f"{TABLE}\n公示七天。").split("\n") == [
        "入选名单",
        "序号 名称 所属区",
        "1 云杉机械 东岸区",
        "2 海棠食品 西岸区",
        "3 青屿船厂 西岸区",
        "公示七天。",
    ]


def test_a_row_that_lacks_a_cell_does_not_shift_the_next():
    text = TABLE.replace("海棠食品\n西岸区", "海棠食品")
    assert "2 海棠食品\n3 青屿船厂 西岸区" in clean_text(text)


@pytest.mark.parametrize("rows", [1, 2])
def test_a_table_of_one_row_or_two_is_one(rows):
    lines = clean_text("\n".join([*TABLE.split("\n")[: 4 + 3 * rows], "公示七天。"])).split("\n")
    assert lines[1:3] == ["序号 名称 所属区", "1 云杉机械 东岸区"]
    assert (len(lines), lines[-1]) == (3 + rows, "公示七天。")


@pytest.mark.parametrize(
    "text",
    [
        "序号\n1\n2",
        "序号\n名称\n1\n甲厂",
        "序号\n名称\n地区\n1\n云杉机械\n公示七天。",
        "序号\n名称\n地区\n1\n甲厂",
        "编号\n甲\n1\n丙",
        "1\n2\n3",
        "序号",
    ],
)
def test_what_is_no_table_stays_as_it_is(text):
    assert clean_text(text) == text
