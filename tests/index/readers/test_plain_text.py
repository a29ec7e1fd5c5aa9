"""Text and Markdown files; what both give in full is tested in ``test_load``."""

from __future__ import annotations

import pytest

from index.records import Layout

from .samples import TEXT, read_bytes


@pytest.mark.parametrize(("name", "layout"), [("a.txt", Layout.PAGE), ("a.md", Layout.POST)])
def test_a_text_file_may_be_a_page_and_a_markdown_file_is_an_article(tmp_path, name, layout):
    (article,), problems = read_bytes(tmp_path, name, TEXT.encode("gbk"))
    assert (article.content, article.layout, problems) == (TEXT, layout, [])
