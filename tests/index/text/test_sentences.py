"""Where sentences and clauses end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.records import Article, Span
from index.text.sentences import split_clauses, split_sentences, subject_of

FRAGMENTS = (
    *(
        "大桥",
        "通车",
        "。",
        "！",
        "？",
        "…",
        "；",
        "，",
        "”",
        "“",
        "」",
        "）",
        "（",
        "\n",
        " ",
        "　",
        "\t",
    ),
    *(
        "U.S.",
        "p.m.",
        "Dr.",
        "A",
        "it",
        ".",
        "?",
        '"',
        "'",
        "3.5",
        "42.7%",
        ",",
        ":",
        "😀",
        "1",
        "]",
    ),
)
TEXTS = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=3), max_size=30).map("".join)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("", []),
        (" \n　", []),
        ("末尾没有句号", ["末尾没有句号"]),
        ("甲。乙！丙？丁", ["甲。", "乙！", "丙？", "丁"]),
        ("他说：“走吧。”然后离开了。", ["他说：“走吧。”", "然后离开了。"]),
        ("他问：“真的吗？！”没有人答。", ["他问：“真的吗？！”", "没有人答。"]),
        ("“甲！”“乙！”", ["“甲！”", "“乙！”"]),
        ("「好。」『行。』", ["「好。」", "『行。』"]),
        ("（见图。）后文【注。】完", ["（见图。）", "后文【注。】", "完"]),
        ("投资3.5亿元。增长4.2%。", ["投资3.5亿元。", "增长4.2%。"]),
        ("他等了……终于来了。", ["他等了……", "终于来了。"]),
        ("标题\n正文。\n\n第二段", ["标题", "正文。", "第二段"]),
        ("甲。 乙。　丙。", ["甲。", "乙。", "丙。"]),
        ("甲；乙，丙。", ["甲；乙，丙。"]),
        ("It rained. We left.", ["It rained.", "We left."]),
        ("Is it? Yes! No.", ["Is it?", "Yes!", "No."]),
        ('He said "go." Then he left.', ['He said "go."', "Then he left."]),
        ("It ended (at last.) Then we ate.", ["It ended (at last.)", "Then we ate."]),
        ("The U.S. Army came. It left.", ["The U.S. Army came.", "It left."]),
        ("Dr. Lin left at 3 p.m. on Friday. OK.", ["Dr. Lin left at 3 p.m. on Friday.", "OK."]),
        ("Tea, e.g. green tea. And cake.", ["Tea, e.g. green tea.", "And cake."]),
        ("On Nov. 3 it cost 3.50. No. 5 won.", ["On Nov. 3 it cost 3.50.", "No. 5 won."]),
        ("Wait... Now go.", ["Wait...", "Now go."]),
        ("v1.2.3 is at www.example.com now. Good.", ["v1.2.3 is at www.example.com now.", "Good."]),
        ("The site is up. 网站上线了。See it.", ["The site is up.", "网站上线了。", "See it."]),
        ("It rained.\nbut we stayed.", ["It rained.", "but we stayed."]),
        ("云杉Inc.的收入为3.5亿元。Yes.", ["云杉Inc.的收入为3.5亿元。", "Yes."]),
        ("甲.乙", ["甲.乙"]),
    ],
)
def test_a_text_is_cut_where_its_sentences_end(text, sentences):
    assert [span.of(text) for span in split_sentences(text)] == sentences


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("甲，乙；丙、丁：戊", ["甲，", "乙；", "丙、", "丁：", "戊"]),
        ("one, two; three four", ["one,", "two;", "three", "four"]),
        ("没有停顿", ["没有停顿"]),
    ],
)
def test_a_sentence_is_cut_into_clauses_at_commas_and_spaces(text, clauses):
    assert [span.of(text) for span in split_clauses(text, Span(0, len(text)))] == clauses


def test_clauses_stay_inside_their_sentence():
    text = "甲，乙。丙，丁。戊，己。"
    assert [span.of(text) for span in split_clauses(text, Span(4, 8))] == ["丙，", "丁。"]


def assert_tiles(text: str, whole: Span, spans: list[Span]) -> None:
    """Ordered, disjoint, trimmed, not empty, and nothing but white space between them."""
    at = whole.start
    for span in spans:
        assert at <= span.start < span.end <= whole.end
        assert not text[at : span.start].strip()
        assert span.of(text) == span.of(text).strip() != ""
        at = span.end
    assert not text[at : whole.end].strip()


@given(TEXTS)
def test_sentences_cover_a_text_in_order_without_overlap(text):
    assert_tiles(text, Span(0, len(text)), split_sentences(text))


@given(TEXTS)
def test_clauses_cover_each_sentence_in_order_without_overlap(text):
    for sentence in split_sentences(text):
        assert_tiles(text, sentence, split_clauses(text, sentence))


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        (
            "完善生态Q 海棠日报：怎样做？A 温如玉：分三步。",
            ["完善生态", "Q 海棠日报：怎样做？", "A 温如玉：分三步。"],
        ),
        ("报名已开启04 关于征集的通知", ["报名已开启", "04 关于征集的通知"]),
        ("脱离出来● 用户仍要留意", ["脱离出来", "● 用户仍要留意"]),
        ("采用方案A 型号：甲乙", ["采用方案A 型号：甲乙"]),
        ("共04 家", ["共04 家"]),
    ],
)
def test_what_is_glued_to_the_part_before_it_begins_a_sentence(text, sentences):
    assert [span.of(text) for span in split_sentences(text)] == sentences


@pytest.mark.parametrize(
    ("title", "column", "text", "subject"),
    [
        ("渡轮", "产业动态", "大桥通车了。", "渡轮｜产业动态"),
        ("", "", "大桥通车了。票价45元。", "大桥通车了。"),
        ("", "", "大桥通车了\n票价45元。", "大桥通车了"),
        ("", "", "长" * 5000, "长" * 60),
        ("", "", "", ""),
    ],
)
def test_the_subject_of_an_article_is_its_heading_or_its_first_sentence(
    title, column, text, subject
):
    article = Article("a", title, "", None, "号", text, "", "zh", column=column)
    assert subject_of(article) == subject
