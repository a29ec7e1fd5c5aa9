"""What an article says of itself outside its text."""

from __future__ import annotations

import pytest

from index.cleaning.draft import Draft
from index.cleaning.metadata import clean_title, split_column, take_credit


@pytest.mark.parametrize(
    ("text", "rest", "source"),
    [
        ("转载自：晚报\n今天开园。", "今天开园。", "晚报"),
        ("今天开园。\n（来源：海棠日报）", "今天开园。", "海棠日报"),
        ("Source: Evening Post\nIt opened.", "It opened.", "Evening Post"),
        ("本文转自: 青屿发布 \n甲。", "甲。", "青屿发布"),
        ("甲。\n来源：晚报\n乙。", "甲。\n来源：晚报\n乙。", ""),
        ("来源：晚报记者说，大桥通了。随后放行。", "来源：晚报记者说，大桥通了。随后放行。", ""),
        ("来源：晚报", "", "晚报"),
        ("", "", ""),
    ],
)
def test_the_credit_in_the_first_or_last_line_becomes_the_source(text, rest, source):
    draft, found = take_credit(Draft.of(text))
    assert (draft.text, found) == (rest, source)


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("  大桥\r\n通车&nbsp; ", "大桥 通车"),
        ("A&amp;amp;B\u200b", "A&B"),
        ("", ""),
        ("欢迎转发", "欢迎转发"),
    ],
)
def test_a_title_is_one_clean_line(raw, cleaned):
    assert clean_title(raw) == cleaned


@pytest.mark.parametrize(
    ("title", "parts"),
    [
        ("东岸大桥月底正式通车｜城市动态", ("东岸大桥月底正式通车", "城市动态")),
        ("新药获批进入临床试验阶段 | 产业观察", ("新药获批进入临床试验阶段", "产业观察")),
        ("古镇新开三家民宿客栈|走街·串巷", ("古镇新开三家民宿客栈", "走街·串巷")),
        ("渡口迎来首班电动渡轮︱水上", ("渡口迎来首班电动渡轮", "水上")),
        (
            "Ferry opens on Friday morning | City News",
            ("Ferry opens on Friday morning", "City News"),
        ),
        ("倒计时1天｜2025渡轮文化节", ("倒计时1天｜2025渡轮文化节", "")),
        (
            "大桥通车｜全长三公里，双向六车道，月底开放",
            ("大桥通车｜全长三公里，双向六车道，月底开放", ""),
        ),
        ("大桥通车", ("大桥通车", "")),
        ("｜动态", ("｜动态", "")),
    ],
)
def test_the_column_at_the_end_of_a_title_is_split_off(title, parts):
    assert split_column(title) == parts


def test_a_credit_at_either_end_goes_until_none_is_left():
    draft, source = take_credit(Draft.of("转载自：晚报\n来源：日报\n开园。\n来源：画报"))
    assert (draft.text, source) == ("开园。", "晚报")
