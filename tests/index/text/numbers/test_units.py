"""What is counted or measured."""

from __future__ import annotations

import pytest

from index.text.numbers.units import ANY, NONE, UNITS, comparable


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("公里", "km", True),
        ("公里", "公斤", False),
        ("款", "种", True),
        ("款", "家", False),
        ("名", "people", True),
        ("元", "美元", False),
        ("%", "‰", True),
        ("%", "百分点", False),
        ("个", "款", True),
        ("个", "公里", False),
        ("个", "元", False),
        ("个", "个", True),
    ],
)
def test_units_are_comparable_where_they_measure_the_same(one, other, expected):
    assert comparable(UNITS[one], UNITS[other]) is expected
    assert comparable(UNITS[other], UNITS[one]) is expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [("款", True), ("元", True), ("公里", False), ("%", False), ("美元", False), ("个", True)],
)
def test_a_bare_number_counts_anything_and_may_be_money(word, expected):
    assert comparable(NONE, UNITS[word]) is expected
    assert comparable(UNITS[word], NONE) is expected


def test_the_factor_is_what_one_is_worth():
    worth = {
        word: UNITS[word].factor for word in ("公里", "米", "吨", "亩", "小时", "年", "%", "‰")
    }
    assert [str(factor) for factor in worth.values()] == [
        "1000", "1", "1000000", "2000/3", "3600", "12", "1/100", "1/1000",
    ]  # fmt: skip
    assert UNITS["units"] == UNITS["times"] == ANY
