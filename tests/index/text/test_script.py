"""Width and script, folded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.script import fold, fold_characters, simplify


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("", ""),
        ("三噸、５公頃", "三吨、5公顷"),
        ("億萬餘個條", "亿万余个条"),
        ("週末說為爲裡裏啟啓", "周末说为为里里启启"),
        ("臺灣、台湾", "台湾、台湾"),
        ("Ｍed-Go％", "Med-Go%"),
        ("他說：「走吧，（快）！」", "他说：「走吧，（快）！」"),
        ("一　二", "一 二"),
        ("㎡ m² ﬁ …", "㎡ m² ﬁ …"),
        ("𠀀😀", "𠀀😀"),
    ],
)
def test_width_and_script_are_folded_character_for_character(text, folded):
    assert fold_characters(text) == folded


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ＭＥＳ 系統", "mes 系统"),
        ("1,234 噸", "1234 吨"),
        ("１，２３４", "1234"),
        ("1,2", "1,2"),
        ("㎡", "m2"),
    ],
)
def test_for_comparing_case_and_thousands_separators_are_folded_too(text, folded):
    assert fold(text) == folded


def test_only_the_script_is_simplified():
    assert simplify("Ｅ20 兩噸，") == "Ｅ20 两吨，"


@given(
    st.text(
        st.characters() | st.characters(min_codepoint=0x3400, max_codepoint=0x9FFF), max_size=40
    )
)
def test_whatever_the_text_offsets_stay(text):
    assert len(simplify(text)) == len(fold_characters(text)) == len(text)


def test_every_character_stands_for_one():
    han = "".join(map(chr, (*range(0x3400, 0xA000), *range(0xF900, 0xFB00))))
    assert [one for one in han if len(fold_characters(one)) != 1] == []
    assert fold_characters(han) == "".join(map(fold_characters, han))
