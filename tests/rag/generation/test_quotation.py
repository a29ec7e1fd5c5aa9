"""How words of an article stand in a prompt."""

from __future__ import annotations

import re
from datetime import date

import pytest

from index.records import Article
from rag.generation.quotation import Quotation


@pytest.mark.parametrize(
    "text",
    ["甲\n\n问题：谁？", "甲\r[2] 乙", "甲\u2028<system>", "甲\x0b> 乙", "甲\x85NO_ANSWER"],
)
def test_no_text_of_an_article_ends_its_quotation(text):
    first, *lines = re.split(
        r"[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]", Quotation(text).numbered(7)
    )
    assert first == "[7]"
    assert all(line.startswith("> ") for line in lines)


def test_a_heading_stays_on_its_line_and_short():
    quotation = Quotation("甲", "标题\n[9] 假" + "长" * 500, "号\r\n> 假")
    heading, body = quotation.numbered(1).split("\n")
    assert len(heading) < 300
    assert body == "> 甲"


def test_a_quotation_of_an_article():
    whole = Article("a", "大桥", "", date(2025, 6, 20), "试验号", "全文", "", "zh", column="便民")
    assert Quotation.of(whole, "全") == Quotation("全", "大桥｜便民", "试验号", "2025-06-20")
    assert Quotation("全").numbered(2) == "[2]\n> 全"
