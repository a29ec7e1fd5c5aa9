"""Text that stays text in Markdown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from rag.markdown import escape_markdown, markdown_link

HOSTILE = [
    "<script>alert(1)</script>",
    "![x](http://evil.example/p.png)",
    "[点这里](javascript:alert(1))",
    "**粗** _斜_ `码` ~~删~~",
    "# 标题",
    "> 引",
    "- 项",
    "1. 项",
    "12) 项",
    "+ 项",
    "=== ",
    "---",
    "| a | b |",
    "a\n\n# b",
    "https://evil.example 与 www.evil.example",
    "me@evil.example",
    "&lt;b&gt; &#60;",
    "\\[a\\](b)",
    "[^1]: 假注",
    "```\n码\n```",
    "$x$",
    "    缩进",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_an_article_says_shows_as_it_is(text):
    github = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    (opening, inline, closing) = github.parse(escape_markdown(text))
    assert (opening.type, closing.type) == ("paragraph_open", "paragraph_close")
    assert {child.type for child in inline.children} <= {"text", "text_special"}
    assert "".join(child.content for child in inline.children) == " ".join(text.split())


def test_bare_addresses_are_broken_so_that_no_renderer_links_them():
    escaped = escape_markdown("https://evil.example www.evil.example me@evil.example mailto:me")
    assert all(link not in escaped for link in ("https://", "www.", "me@", "mailto:"))


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=40))
def test_any_text_shows_as_it_is(text):
    tokens = MarkdownIt("commonmark").parse(escape_markdown(text))
    shown = "".join(child.content for token in tokens for child in token.children or [])
    assert shown == " ".join(text.split())
    assert [token.type for token in tokens] in (
        [],
        ["paragraph_open", "inline", "paragraph_close"],
    )


@pytest.mark.parametrize(
    "url",
    ["", "javascript:alert(1)", "data:text/html,x", "//evil.example", "http://[", "https:///a"],
)
def test_what_is_no_web_address_is_no_link(url):
    assert markdown_link("通车", url) == "通车"


@pytest.mark.parametrize(
    "url",
    ["https://a.example/x)(y", 'https://a.example/" onclick="x', "https://a.example/<b>\n# c"],
)
def test_an_address_cannot_end_its_link(url):
    (_, inline, _) = MarkdownIt("commonmark").parse(markdown_link("通[车", url))
    assert [child.type for child in inline.children if "link" in child.type] == [
        "link_open",
        "link_close",
    ]
    assert inline.children[0].attrs["href"].startswith("https://a.example/")
    assert set(inline.children[0].attrs) == {"href"}
