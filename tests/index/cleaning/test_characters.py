"""Entities, line ends, spaces and characters that cannot be seen."""

from __future__ import annotations

import pytest

from .samples import clean_text


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("甲&nbsp;乙", "甲 乙"),
        ("A&amp;T", "A&T"),
        ("A&amp;amp;amp;T", "A&T"),
        ("&amp;lt;b&amp;gt;", "<b>"),
        ("&#38;#38;#22823;桥", "大桥"),
        ("&ldquo;甲&rdquo;&mdash;&#x5927;", "“甲”—大"),
        ("见 http://x.example/?a=1&copy=2&lt=3", "见 http://x.example/?a=1&copy=2&lt=3"),
        ("R&D 与 P&L; 部", "R&D 与 P&L; 部"),
        ("&unknownthing;", "&unknownthing;"),
    ],
)
def test_entities_become_characters_however_often_they_were_escaped(raw, cleaned):
    assert clean_text(raw) == cleaned


def test_only_a_whole_entity_name_is_an_entity():
    assert clean_text("?a=1&copyright;") == "?a=1&copyright;"


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("甲\r乙\r\n丙\n丁", "甲\n乙\n丙\n丁"),
        ("甲\u2028乙\u2029丙\x0b丁\x0c戊\x85己", "甲\n乙\n丙\n丁\n戊\n己"),
        ("甲\u00a0\u00a0乙\u3000丙\t丁", "甲 乙 丙 丁"),
        ("甲\u200b乙\ufeff丙\u202e丁\u00ad戊", "甲乙丙丁戊"),
        ("甲\x00乙\x07丙\x7f", "甲乙丙"),
        ("  甲  \r\r\r  乙  ", "甲\n乙"),
        ("", ""),
        ("\r\n\u200b &nbsp;", ""),
    ],
)
def test_line_ends_spaces_and_invisible_characters_are_made_one_kind(raw, cleaned):
    assert clean_text(raw) == cleaned


@pytest.mark.parametrize(
    "emoji", ["👨‍👩‍👧‍👦", "🏳️‍🌈", "👩🏽‍🚀", "❤️‍🔥", "🧔‍♂️", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🇨🇳", "3️⃣", "👍🏿"]
)
def test_an_emoji_of_several_parts_stays_whole(emoji):
    assert clean_text(f"开园{emoji}了") == f"开园{emoji}了"


def test_what_joins_no_emoji_goes():
    assert clean_text("甲\u200d乙 \u200d👍\u200d a\u200db") == "甲乙 👍 ab"


FIGURES = "".join(f"2023-04-{day}17.{day * 7}5.964" for day in range(10, 30))
"""A table whose cells lost what stood between them."""

KEY = ("QUJDcW5z" * 8 + "\n") * 4
"""A file as mail and certificates have it: lines of letters."""

SUMS = "\n".join(f"{number:064x}" for number in (10**60, 3 * 10**61, 7 * 10**62))
"""Sums of files, one a line."""


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("见https://example.com/a?key=" + "QUJD" * 99 + "。", "见https://example.com/a…。"),
        ("附件：" + "QUJD/+" * 99 + "==完", "附件：…完"),
        (
            "url=https://example.com/" + "a/" * 99,
            "url=https://example.com/" + ("a/" * 99)[:128] + "…",
        ),
        ("见https://example.com/" + "a" * 99, "见https://example.com/" + "a" * 99),
        ("见https://example.com/a?q=" + "%E9%9D%92" * 99 + "。", "见https://example.com/a…。"),
        ("姓名" + "_" * 300 + "完", "姓名…完"),
        ("第一章" + "." * 170 + "12", "第一章…12"),
        (f"证书：\n{KEY}完", "证书：\n…\n完"),
        (f"证书：\n{KEY}QUJD==\n完", "证书：\n…\n完"),
        (SUMS, SUMS),
        (FIGURES, FIGURES),
        ("一" * 500, "一" * 500),
    ],
)
def test_of_a_word_too_long_to_be_read_only_the_address_stays(raw, cleaned):
    assert clean_text(raw) == cleaned


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("\u2f8f业⼤会", "行业大会"),  # Kangxi radicals
        ("市⻓李⻘", "市长李青"),  # radicals of the supplement
        ("\uf900雨\U0002f800", "豈雨丽"),  # compatibility ideographs
        ("长青行大", "长青行大"),
    ],
)
def test_characters_that_only_look_like_the_common_ones_become_these(raw, cleaned):
    assert clean_text(raw) == cleaned
