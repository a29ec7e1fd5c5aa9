"""Numerals as numbers."""

from __future__ import annotations

from fractions import Fraction

import pytest

from index.text.numerals import arabic_number, chinese_number, english_number, scale_of


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("零", 0),
        ("两", 2),
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("二十一", 21),
        ("一百零五", 105),
        ("一百二", 120),
        ("一百二十", 120),
        ("三百二十", 320),
        ("九百九十九", 999),
        ("三千零五十", 3050),
        ("三千五", 3500),
        ("一万", 10_000),
        ("一万二", 12_000),
        ("一万二千", 12_000),
        ("一万零二", 10_002),
        ("十万", 100_000),
        ("三百万", 3_000_000),
        ("两千万", 20_000_000),
        ("一亿", 10**8),
        ("一亿两千万", 120_000_000),
        ("一亿二", 120_000_000),
        ("一万亿", 10**12),
        ("十二亿三千四百万五千", 1_234_005_000),
        ("二〇二五", 2025),
        ("一三五", 135),
        ("三点五", Fraction(7, 2)),
        ("零点二五", Fraction(1, 4)),
        ("四十二点七", Fraction(427, 10)),
        ("", None),
        ("百", None),
        ("万一", None),
        ("千", None),
        ("亿", None),
        ("三点", None),
        ("点五", None),
    ],
)
def test_a_chinese_numeral_is_a_number(text, value):
    assert chinese_number(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("zero", 0),
        ("nineteen", 19),
        ("Twenty", 20),
        ("ninety-nine", 99),
        ("a hundred", None),
        ("hundred", 100),
        ("two hundred and ten", 210),
        ("three hundred and twenty-one thousand", 321_000),
        ("two dozen", 24),
        ("one million two hundred thousand and five", 1_200_005),
        ("five billion", 5 * 10**9),
        ("three apples", None),
    ],
)
def test_english_words_are_a_number(text, value):
    assert english_number(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", 1),
        ("万", 10**4),
        ("百万", 10**6),
        ("千万", 10**7),
        ("亿", 10**8),
        ("万亿", 10**12),
        ("千", 1000),
        (" Million", 10**6),
        ("bn", 10**9),
        ("k", 1000),
    ],
)
def test_a_scale_multiplies(text, value):
    assert scale_of(text) == value


def test_thousands_separators_say_nothing():
    assert arabic_number("12,000.5") == Fraction(24001, 2)
    assert arabic_number("7") == 7
