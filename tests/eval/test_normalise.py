from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.normalise import answer_tokens, holds, tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("１８．６亿元", ["18.6", "亿", "元"]),  # full-width digits and point
        ("300,000 yuan", ["300000", "yuan"]),
        ("3, 4", ["3", "4"]),
        ("岩羚S2", ["岩", "羚", "s", "2"]),
        ("《大桥》：通车！", ["大", "桥", "通", "车"]),
        ("Ｔｈｅ  FERRY", ["the", "ferry"]),
        ("42.7％", ["42.7", "%"]),
        ("", []),
        ("……", []),
    ],
)
def test_tokens(text: str, expected: list[str]) -> None:
    assert tokens(text) == expected


def test_english_articles_are_dropped_and_a_chinese_letter_is_not() -> None:
    assert answer_tokens("A night at the pier") == ["night", "at", "pier"]
    assert answer_tokens("A轮融资") == ["a", "轮", "融", "资"]


@pytest.mark.parametrize(
    ("text", "part", "found"),
    [
        ("共14位专家", "4位", False),
        ("共4位专家", "4位", True),
        ("他们有39人", "9人", False),
        ("weight", "eight", False),
        ("in eight minutes", "eight", True),
        ("总投资18.6亿元", "8.6亿", False),
        ("拇指队夺冠", "“拇指队”", True),
        ("任何文字", "……", False),
    ],
)
def test_holds_respects_the_borders_of_numbers_and_words(text: str, part: str, found: bool) -> None:
    assert holds(tokens(text), tokens(part)) is found


@given(st.text(), st.text(min_size=1))
def test_a_text_holds_its_own_tokens(before: str, part: str) -> None:
    assert holds(tokens(part), tokens(part)) is bool(tokens(part))
    assert tokens(part.upper().lower()) == tokens(part.upper().lower())
    assert holds([*tokens(before), *tokens(part)], tokens(part)) is bool(tokens(part))
