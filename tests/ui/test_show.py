"""Answers, summaries and libraries as a reader of the terminal sees them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from index.database.database import Manifest
from index.library.library import LibraryCounts
from index.records import Problem, Summary
from index.text.language import detect_language
from rag.extractive.refusal import in_words
from rag.records import (
    Answer,
    AnswerSentence,
    Certainty,
    Citation,
    Nearest,
    QuestionKind,
    Refusal,
    Seconds,
    ShortAnswer,
    Support,
    lead_of,
)
from ui.language import speaking
from ui.show import copies_name, printable, show_answer, show_library, show_summary

STEERING = (
    "\x1b[31m",
    "\x1b]8;;http://e.com\x07",
    "\x9b2J",
    "\x00",
    "\x7f",
    "\u202e",
    "\u2066",
    "\r",
)


def answer(*citations: Citation, text: str = "大桥通车了。 [1]") -> Answer:
    sentences = tuple(AnswerSentence(c.quote, (c.marker,), Support.SUPPORTED) for c in citations)
    return Answer(
        "大桥呢？",
        "大桥呢？",
        text,
        not citations,
        sentences,
        citations,
        (),
        Seconds(0.0, 0.0, 0.0),
    )


def cited(**changes) -> Citation:
    values = {
        "marker": 1,
        "article_id": "b",
        "title": "东岸大桥",
        "url": "https://e.com/b",
        "date": "2025-06-20",
        "source": "试验号",
        "quote": "大桥通车了。",
        "start": 0,
        "end": 6,
        "account": "试验号",
    }
    return Citation(**{**values, **changes})


@pytest.mark.parametrize(
    ("citation", "lines"),
    [
        (
            cited(),
            ["[1] 东岸大桥  (2025-06-20 · 试验号)", "    https://e.com/b"],
        ),
        (
            cited(source="晚报", url=""),
            ["[1] 东岸大桥  (2025-06-20 · 试验号 · reprinted from 晚报)"],
        ),
        (
            cited(date=None, account="", source="", url=""),
            ["[1] 东岸大桥"],
        ),
        (
            cited(quote="大桥\n通车  了。", url=""),
            ["[1] 东岸大桥  (2025-06-20 · 试验号)", "    “大桥 通车 了。”"],
        ),
    ],
)
def test_show_answer(citation, lines):
    assert show_answer(answer(citation)).split("\n") == ["大桥通车了。 [1]", "", *lines]


def test_the_articles_own_sentence_is_not_said_twice():
    quoted = cited(quote="据了解，大桥通车了，并于次日开放。", url="")
    assert "“据了解，大桥通车了，并于次日开放。”" in show_answer(answer(quoted))
    assert show_answer(answer(cited(url=""))).count("大桥通车了。") == 1


def test_an_article_stands_once_with_all_its_markers():
    more = cited(marker=3, quote="全长9公里。")
    shown = show_answer(answer(cited(), cited(marker=2, article_id="t", title="西山隧道"), more))
    assert shown.split("\n")[2:] == [
        "[1] [3] 东岸大桥  (2025-06-20 · 试验号)",
        "    [3] “全长9公里。”",
        "    https://e.com/b",
        "",
        "[2] 西山隧道  (2025-06-20 · 试验号)",
        "    https://e.com/b",
    ]


def test_what_is_said_of_the_conversation_stands_line_by_line():
    asked = replace(answer(cited(), cited(marker=2)), kind=QuestionKind.CONVERSATION)
    assert show_answer(asked).split("\n")[:3] == ["大桥通车了。 [1]", "大桥通车了。 [2]", ""]


def test_rows_stand_line_by_line_under_what_is_over_them():
    rows = [
        AnswerSentence(f"{at} 甲厂", (at,), Support.SUPPORTED, heading="序号 企业")
        for at in (1, 2, 3)
    ]
    listed = replace(answer(), kind=QuestionKind.LIST, sentences=tuple(rows), refused=False)
    shown = show_answer(listed).split("\n")
    assert shown[:4] == ["序号 企业", "1 甲厂 [1]", "2 甲厂 [2]", "3 甲厂 [3]"]


def test_show_answer_says_reprints_in_chinese(monkeypatch):
    monkeypatch.setenv("JUWEN_LANGUAGE", "zh")
    assert "(2025-06-20 · 试验号 · 转自 晚报)" in show_answer(answer(cited(source="晚报")))


def test_show_answer_shows_every_citation_in_order():
    shown = show_answer(answer(cited(), cited(marker=2, article_id="t", title="西山隧道")))
    assert shown.index("[1] 东岸大桥") < shown.index("[2] 西山隧道")


def test_show_answer_of_a_refusal_is_its_words():
    assert show_answer(answer(text="文章库中没有。")) == "文章库中没有。"


@pytest.mark.parametrize("steering", STEERING, ids=ascii)
@pytest.mark.parametrize("field", ["title", "url", "date", "source", "quote", "account"])
def test_nothing_in_an_article_steers_the_terminal(steering, field):
    shown = show_answer(answer(cited(**{field: f"前{steering}后"}), text=f"答{steering}案 [1]"))
    assert all(char == "\n" or char.isprintable() for char in shown)
    assert steering not in shown
    assert "前" in shown
    assert "后" in shown


@pytest.mark.parametrize("field", ["url", "source", "account"])
def test_no_field_of_an_article_can_forge_a_citation(field):
    shown = show_answer(answer(cited(**{field: "x\n[2] 假的标题"})))
    assert not any(line.startswith("[2]") for line in shown.split("\n"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("大桥 3.2公里，“引号” ok\n二行", "大桥 3.2公里，“引号” ok\n二行"),
        ("\x1b[31m红\x1b[0m", "[31m红[0m"),
        ("a\tb\rc", "abc"),
        ("é 😀 𠀀", "é 😀 𠀀"),
    ],
)
def test_printable(text, expected):
    assert printable(text) == expected


SUMMARY = Summary(
    read=9,
    added=1,
    changed=2,
    unchanged=3,
    repeated=1,
    empty=4,
    failed=2,
    chunks=50,
    embedded=40,
    seconds=1.26,
    problems=(Problem("bad", "坏", lost=True),),
)


def test_show_summary(monkeypatch):
    assert show_summary(SUMMARY) == (
        "articles: 9 read, 1 added, 2 changed, 3 unchanged, 1 repeated, "
        "4 without text (found by title), 2 failed\n"
        "chunks: 50 new, 40 embedded; 1.3 s"
    )
    monkeypatch.setenv("JUWEN_LANGUAGE", "zh")
    assert show_summary(SUMMARY) == (
        "文章：读取 9，新增 1，更新 2，未变 3，重复 1，无正文（按标题可查）4，失败 2\n"
        "分块：新增 50，嵌入 40；用时 1.3 秒"
    )


def test_files_of_several_kinds_are_counted_by_kind(monkeypatch):
    summary = replace(SUMMARY, files={".docx": 2, ".xlsx": 1})
    assert show_summary(summary).startswith("files: 2 .docx, 1 .xlsx\narticles: ")
    monkeypatch.setenv("JUWEN_LANGUAGE", "zh")
    assert show_summary(summary).startswith("文件：2 .docx、1 .xlsx\n文章：")


MANIFEST = Manifest(
    schema=1,
    identity="0" * 32,
    encoder="packaged",
    fingerprint="0123456789abcdef",
    dimension=384,
    chunk_tokens=256,
    cleaning=1,
    generation=3,
    created="2025-06-01T00:00:00+00:00",
    updated="2025-06-02T00:00:00+00:00",
    question_means={},
)
COUNTS = LibraryCounts(
    articles=7,
    empty=2,
    chunks=30,
    first_date=date(2025, 4, 1),
    last_date=date(2025, 6, 20),
    accounts={"试验号": 5, "": 2},
    languages={"zh": 6, "en": 1},
    kinds={"article": 4, "image-only": 2, "reprint": 1},
)


def test_show_library(monkeypatch):
    assert show_library("lib", MANIFEST, COUNTS).split("\n") == [
        "library: lib",
        "articles: 7 (without text: 2)",
        "kinds: article (4), image-only (2), reprint (1)",
        "chunks: 30 (tokens at most: 256)",
        "dates: 2025-04-01 – 2025-06-20",
        "accounts: 试验号 (5), – (2)",
        "languages: zh (6), en (1)",
        "model: packaged (384; 0123456789ab)",
        "made: 2025-06-01T00:00:00+00:00",
        "updated: 2025-06-02T00:00:00+00:00 (generation 3)",
    ]
    monkeypatch.setenv("JUWEN_LANGUAGE", "zh")
    assert show_library("lib", MANIFEST, COUNTS).split("\n") == [
        "文章库: lib",
        "文章: 7 (无正文: 2)",
        "类型: 文章 (4), 图片文章 (2), 转载 (1)",
        "分块: 30 (每块词元上限: 256)",
        "日期: 2025-04-01 – 2025-06-20",
        "公众号: 试验号 (5), – (2)",
        "语言: zh (6), en (1)",
        "向量模型: packaged (384; 0123456789ab)",
        "建立: 2025-06-01T00:00:00+00:00",
        "更新: 2025-06-02T00:00:00+00:00 (第 3 代)",
    ]


def test_show_library_of_an_empty_one():
    empty = LibraryCounts(0, 0, 0, None, None, {}, {}, {})
    shown = show_library("lib", MANIFEST, empty)
    assert "dates: –\n" in shown
    assert "articles: 0 (without text: 0)" in shown


def test_show_library_lets_no_account_steer_the_terminal():
    counts = LibraryCounts(1, 0, 1, None, None, {"\x1b[2J号": 1}, {"zh": 1}, {})
    assert "\x1b" not in show_library("lib\x9b", MANIFEST, counts)
    assert "\x9b" not in show_library("lib\x9b", MANIFEST, counts)


def test_what_is_not_borne_out_and_how_the_answer_was_made_is_said():
    doubtful = AnswerSentence("大桥长9公里。", (1,), Support.UNVERIFIED, "原文是3.2\n公里")
    partial = AnswerSentence("大桥很长。", (1,), Support.PARTIAL, "只说了长度")
    shown = show_answer(
        replace(answer(cited()), sentences=(doubtful, partial), notice="模型\n断开")
    )
    lines = shown.splitlines()
    assert lines[1:3] == [
        "  (unverified) 大桥长9公里。 — 原文是3.2 公里",
        "  (partly supported) 大桥很长。 — 只说了长度",
    ]
    assert "模型 断开" in lines


@pytest.mark.parametrize(
    ("chinese", "said"),
    [(True, ["另有 1 篇转载", "另有 2 篇转载"]), (False, ["1 more copy", "2 more copies"])],
)
def test_copies_are_counted_in_words(chinese, said):
    with speaking(chinese=chinese):
        assert [copies_name(count) for count in (1, 2)] == said


def test_the_very_words_come_first_on_a_line_of_their_own():
    shown = show_answer(replace(answer(cited()), short=ShortAnswer("通\x1b[2J车\n了", 1, 2, 5)))
    assert shown.split("\n")[:4] == ["通[2J车 了", "", "大桥通车了。 [1]", ""]


@pytest.mark.parametrize("question", ["大桥多宽？", "How wide is the bridge?"])
def test_what_is_only_near_has_a_lead_and_no_marks(question):
    lead = lead_of(Certainty.NEAREST, detect_language(question))
    sentences = (AnswerSentence("大桥通车了。", (1,), Support.UNVERIFIED, "没有说宽度"),)
    near = replace(
        answer(cited(), text=f"{lead} 大桥通车了。 [1]"),
        question=question,
        sentences=sentences,
        certainty=Certainty.NEAREST,
    )
    assert show_answer(near).split("\n")[:3] == [lead, "大桥通车了。 [1]", ""]
    assert "没有说宽度" not in show_answer(near)


@pytest.mark.parametrize("question", ["大桥多宽？", "How wide is the bridge?"])
@pytest.mark.parametrize("sentence", ["大桥\n[2] 通车了。", ""])
def test_a_refusal_quotes_the_nearest_sentence_once_and_apart(question, sentence):
    refusal = Refusal(nearest=(Nearest("b", "东岸大桥", "2025-06-20", sentence=sentence),))
    said = replace(answer(text=in_words(question, refusal)), refusal=refusal)
    first, *rest = show_answer(said).split("\n")
    assert "东岸大桥 (2025-06-20)" in first
    assert rest == (["    “大桥 [2] 通车了。”"] if sentence else [])
    assert "“" not in first


def test_sentences_in_another_language_are_said_to_be(monkeypatch):
    english = cited(quote="The bridge opens.", url="")
    asked = replace(answer(cited(url="")), question="When does the bridge open?")
    said = "These are the articles' own words, in Chinese; a chat model, chosen with 'juwen model'"
    assert said in show_answer(asked)
    for own in (
        answer(cited(url="")),
        replace(answer(english), question="When does the bridge open?"),
        replace(asked, answerer="openai:some"),
        replace(answer(cited(url="")), question="Когда?"),
    ):
        assert "own words" not in show_answer(own)
    monkeypatch.setenv("JUWEN_LANGUAGE", "zh")
    assert "以上是文章原文（英文）" in show_answer(answer(english))
