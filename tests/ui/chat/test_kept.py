from __future__ import annotations

import io
import json
import sys
from dataclasses import replace

import pytest

from index.errors import JuwenError
from rag.records import (
    AnswerSentence,
    Certainty,
    Nearest,
    Notice,
    Refusal,
    ShortAnswer,
    Support,
)
from tests.ui.chat.test_turns import HURT, answer, cited
from ui.chat.kept import read_answer, to_markdown, to_rich_text, to_web_page
from ui.chat.word import to_word
from ui.language import speaking


def test_an_answer_comes_back_as_it_was():
    nearest = (Nearest("a", "标题", None, sentence="一句。"),)
    kept = answer(
        refusal=Refusal(("a",), ("b",), nearest),
        incomplete=True,
        certainty=Certainty.NEAREST,
        short=ShortAnswer("3.5亿元", 1, 5, 10),
    )
    assert read_answer(json.loads(kept.to_json())) == kept


@pytest.mark.parametrize("refused", [True, False])
def test_an_answer_of_before_there_was_a_certainty_is_read(refused):
    kept = answer(refused=refused)
    values = kept.to_dict()
    del values["certainty"], values["short"]
    assert read_answer(values) == kept
    assert kept.certainty is (Certainty.REFUSAL if refused else Certainty.DIRECT)


def test_fields_of_a_later_version_are_left_alone():
    values = {**answer().to_dict(), "mood": "good"}
    assert read_answer(values) == answer()


@pytest.mark.parametrize(
    "broken",
    [
        None,
        [],
        "x",
        {},
        {**answer().to_dict(), "sentences": "x"},
        {**answer().to_dict(), "sentences": [{"text": 1, "markers": [], "support": "supported"}]},
        {**answer().to_dict(), "citations": [{"marker": "1"}]},
        {
            **answer().to_dict(),
            "citations": [{**answer().to_dict()["citations"][0], "start": True}],
        },
        {**answer().to_dict(), "refusal": 3},
        {**answer().to_dict(), "certainty": "sure"},
        {**answer().to_dict(), "short": {"text": "3.5亿元"}},
    ],
)
def test_what_is_no_answer_is_refused(broken):
    with pytest.raises(JuwenError, match="ask its question again"):
        read_answer(broken)


def test_a_conversation_as_markdown():
    with speaking(chinese=True):
        text = to_markdown([answer(answerer="m"), answer(question="再问？")])
    assert text.startswith("## 多少钱？\n\n共3.5亿元。[^1-1] (支持)\n\n[^1-1]: ")
    assert "## 再问？\n\n共3.5亿元。[^2-1] (回答)\n" in text
    assert (
        "[^1-1]: [标题](<https://example.com/a>) (2025-06-01 · 号 · 转自 晚报)：“共3.5亿元。”"
        in text
    )


def test_the_very_words_and_what_is_only_near_as_markdown():
    sentence = AnswerSentence("共3.5亿元。", (1,), Support.UNVERIFIED)
    near = answer(sentences=(sentence,), certainty=Certainty.NEAREST)
    text = to_markdown([answer(short=ShortAnswer("*3.5亿元*", 1, 5, 10)), near])
    assert "## 多少钱？\n\n**\\*3.5亿元\\***[^1-1]\n\n共3.5亿元。[^1-1] (" in text
    assert "没有找到直接的回答，最接近的内容是：\n\n共3.5亿元。[^2-1]\n\n[^2-1]: " in text


def test_markdown_of_hostile_articles_is_text():
    one = cited(1, title="[x](http://evil)![y](z)", quote=HURT + "\n# 标题", url="javascript:x")
    text = to_markdown([answer(question="# a\n- b", citations=(one,))])
    assert "<script" not in text.replace("\\<", "")
    assert "\\!\\[y\\]" in text
    assert "javascript" not in text
    assert "\n# " not in text


def test_what_is_pasted_has_links_and_no_footnotes():
    html, text = to_rich_text([answer(short=ShortAnswer("3.5亿元", 1, 5, 10))])
    assert text.startswith("3.5亿元 [1]\n\n")
    assert "[^" not in text + html
    assert "<strong>3.5亿元</strong> [1]" in html
    hostile = replace(cited(1), title=HURT, url="javascript:alert(1)")
    html, text = to_rich_text([answer(citations=(hostile,))])
    assert "<script" not in html
    assert "javascript:" not in html + text


def test_a_page_that_opens_by_itself():
    short = ShortAnswer("3.5亿元", 1, 5, 10)
    warned = (Notice("各篇文章说法不一。", warns=True),)
    with speaking(chinese=True):
        page = to_web_page([answer(short=short, notices=warned), answer(question="再问？")])
    assert "<title>多少钱？</title>" in page
    assert '<p class="short">3.5亿元<sup><a href="#s1-1">[1]</a></sup></p>' in page
    assert '<p class="warns">各篇文章说法不一。</p>' in page
    assert '<p>共3.5亿元。<sup><a href="#s2-1">[1]</a></sup> <small>✓ 回答</small></p>' in page
    assert page.count('<blockquote lang="zh-CN">共3.5亿元。</blockquote>') == 2
    assert 'href="https://example.com/a"' in page
    refused = answer(refused=True, sentences=(), citations=(), answer="没有。")
    assert "<p>没有。</p>" in to_web_page([refused])
    assert "<title>" in to_web_page([])


def test_a_page_that_opens_by_itself_runs_nothing_and_asks_nobody():
    one = cited(1, title=HURT, quote=HURT, account=HURT, url="javascript:alert(1)")
    hurting = AnswerSentence(HURT, (1,), Support.PARTIAL, HURT, heading=HURT)
    page = to_web_page(
        [
            answer(
                question=HURT,
                citations=(one,),
                sentences=(hurting,),
                answerer=HURT,
                notice=HURT,
                short=ShortAnswer(HURT, 1, 5, 10),
                as_of=HURT,
            )
        ]
    )
    for forbidden in ("<script", "<img", "javascript:", "@import", "url("):
        assert forbidden not in page
    assert "default-src 'none'" in page


def test_a_refusal_is_pasted_in_its_words():
    html, text = to_rich_text([answer(refused=True, sentences=(), citations=(), answer="没有。")])
    assert text == "没有。"
    assert "<p>没有。</p>" in html


def test_a_word_document():
    docx = pytest.importorskip("docx")
    control = replace(answer(short=ShortAnswer("3.5亿元", 1, 5, 10)), question="多少\x00？")
    document = docx.Document(io.BytesIO(to_word([control, answer(short=None)])))
    said = [paragraph.text for paragraph in document.paragraphs]
    assert said[:2] == ["多少？", "3.5亿元"]
    links = [one.target_ref for one in document.part.rels.values() if "hyperlink" in one.reltype]
    assert links
    assert all(link.startswith("https://") for link in links)


def test_without_the_package_it_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "docx", None)
    with pytest.raises(JuwenError, match=r"juwen\[files\]"):
        to_word([answer()])
