"""Words that answer are not cut within a figure, a day, an hour or a Latin word."""

from __future__ import annotations

import pytest

from index.records import Span
from rag.extractive.whole import whole


@pytest.mark.parametrize(
    ("sentence", "words", "expected"),
    [
        ("末班船改到22点30分开。", "22点", "22点30分"),
        ("末班船改到22点30分开。", "30分", "22点30分"),
        ("末班船改到晚上八点半开。", "八点", "八点半"),
        ("展馆10:15开门。", "10", "10:15"),
        ("The ferry leaves at 9:30 p.m. on Fridays.", "9:30", "9:30 p.m."),
        ("投资1.25亿元建桥。", "1.25亿", "1.25亿元"),
        ("大桥6月28日通车。", "6月", "6月28日"),
        ("型号为QY-200的渡轮。", "QY", "QY-200"),
        ("末班船改到22点。", "22点", "22点"),
        ("由青屿渡轮公司承运。", "青屿渡轮公司", "青屿渡轮公司"),
    ],
)
def test_what_is_one_thing_is_given_whole(sentence, words, expected):
    start = sentence.index(words)
    assert whole(sentence, Span(start, start + len(words))).of(sentence) == expected
