from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.records import Article, Kind, Span
from ui.chat.reader import Mark, Marked, article_html, paragraphs, parse_spans
from ui.language import speaking

TEXT = "第一段。第二句共3.5亿元。\n\n第二段。"
ARTICLE = Article("a", "标题", "https://example.com/a", date(2025, 6, 1), "号", TEXT, "晚报", "zh")


@pytest.fixture(autouse=True)
def _in_chinese():
    with speaking(chinese=True):
        yield


def test_the_quote_and_its_deciding_words_are_marked():
    start = TEXT.index("第二句")
    quote = Span(start, TEXT.index("\n"))
    number = Span(TEXT.index("3.5"), TEXT.index("3.5") + 3)
    first, second = paragraphs(TEXT, Marked(quote, (number,)))
    assert [(piece.text, piece.mark) for piece in first] == [
        ("第一段。", Mark.PLAIN),
        ("第二句共", Mark.QUOTE),
        ("3.5", Mark.DECISIVE),
        ("亿元。", Mark.QUOTE),
    ]
    assert [piece.mark for piece in second] == [Mark.PLAIN]


def test_a_quote_over_two_paragraphs_is_marked_in_both():
    first, second = paragraphs("一。\n二。三。", Marked(Span(0, 5)))
    assert [piece.mark for piece in first] == [Mark.QUOTE]
    assert [(piece.text, piece.mark) for piece in second] == [
        ("二。", Mark.QUOTE),
        ("三。", Mark.PLAIN),
    ]


@given(st.text("一二\n <&"), st.integers(-3, 30), st.integers(-3, 30))
def test_no_character_is_lost_wherever_the_mark_is(text, start, end):
    shown = paragraphs(text, Marked(Span(start, end), (Span(start, end - 1),)))
    lines = ["".join(piece.text for piece in line) for line in shown]
    assert lines == [line for line in text.split("\n") if line.strip()]


@pytest.mark.parametrize(
    ("written", "spans"),
    [
        ("1-3,5-9", (Span(1, 3), Span(5, 9))),
        ("3-1", ()),
        ("", ()),
        ("None-None", ()),
        ("-5-7", (Span(5, 7),)),
        ("99999999999999-99999999999999999", ()),
    ],
)
def test_spans_as_a_link_carries_them(written, spans):
    assert parse_spans(written) == spans


def test_what_the_article_is():
    copy = replace(ARTICLE, kind=Kind.REPRINT, originals=("o",), column="动态")
    html = article_html(copy, Marked(), {"o": "原来的标题"})
    for said in ("2025-06-01", "号", "晚报", "转载", "动态", "原来的标题", 'data-article="o"'):
        assert said in html
    assert 'href="https://example.com/a"' in html
    assert 'rel="noopener noreferrer"' in html


def test_how_many_copy_the_article():
    assert "另有 3 篇转载" in article_html(ARTICLE, Marked(), {}, 3)
    assert "篇转载" not in article_html(ARTICLE, Marked(), {})


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        " JavaScript:alert(1)",
        "data:text/html,x",
        "//evil.example",
        "file:///etc/passwd",
        "https://",
        "http://[",
        "https://a b",
        "java\nscript:x",
        "vbscript:x",
        "",
    ],
)
def test_only_web_addresses_become_links(url):
    assert "<a " not in article_html(replace(ARTICLE, url=url), Marked(), {})


def test_an_articles_markup_is_shown_as_text():
    hostile = replace(ARTICLE, text="<script>1</script>{{ 7*7 }}", title="</h2><svg onload=x>")
    html = article_html(hostile, Marked(Span(0, 8)), {})
    assert "<script" not in html
    assert "<svg" not in html
    assert "{{ 7*7 }}" in html


def test_an_article_without_text():
    assert "本文无正文" in article_html(replace(ARTICLE, text=""), Marked(), {})


def test_what_an_article_says_stands_above_it_and_leads_to_its_place():
    start = TEXT.index("第二句")
    html = article_html(ARTICLE, Marked(), {}, summary=[Span(start, TEXT.index("\n"))])
    assert f'data-start="{start}"' in html
    assert ">第二句共3.5亿元。</button>" in html
    assert "gist" not in article_html(ARTICLE, Marked(), {})
    hostile = replace(ARTICLE, text="<script>1</script>")
    assert "<script" not in article_html(hostile, Marked(), {}, summary=[Span(0, 18)])
