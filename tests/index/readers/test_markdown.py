"""Markdown files: their text without marks, addresses and pictures."""

from __future__ import annotations

import time

import pytest

from index.chunk import chunk_article
from index.cleaning.clean import clean
from index.readers import markdown

from .samples import only_problem, read_bytes


def read(tmp_path, text: str):
    (article,), problems = read_bytes(tmp_path, "a.md", text)
    assert problems == []
    return article


def test_an_export_is_its_text_in_one_chunk(tmp_path):
    picture = "![图片](https://mmbiz.example/" + "Ab3" * 50 + "/640?wx_fmt=png)"
    base64 = "![x](data:image/png;base64," + "AAECAwQF+/" * 400 + "=)"
    article = read(
        tmp_path,
        f"# 临江氢能大会开幕\n\n{picture}\n\n**11月3日**，大会开幕，签约项目`17`个。\n\n{picture}"
        "[阅读原文](https://mp.weixin.qq.com/s?__biz=AAA)\n\n| 项目 | 投资 |\n| --- | --- |\n"
        f"| 电堆工厂 | 9亿元 |\n\n{base64}\n\n总投资额达到五十六亿元。\n",
    )
    assert article.title == "临江氢能大会开幕"
    assert article.content.split("\n") == [
        "11月3日，大会开幕，签约项目17个。",
        "阅读原文",
        "项目 | 投资",
        "电堆工厂 | 9亿元",
        "总投资额达到五十六亿元。",
    ]
    cleaned = clean(article).article
    assert (cleaned.language, len(chunk_article(cleaned))) == ("zh", 1)


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("签约**17个（重点）**项目", "签约17个（重点）项目"),
        ("***甲*乙** ~~丙~~丁", "甲乙 丁"),
        ("- 甲\n- [x] 乙\n\n3. 丙\n4. 丁", "甲\n乙\n3. 丙\n4. 丁"),
        ("> 引文\n\n---\n\n## 小标题\n文", "引文\n小标题\n文"),
        ("甲<br>乙 <b>丙</b>\n\n<section><p>丁</p><img src='x'></section>", "甲\n乙 丙\n丁"),
        ("```\na = 1\n  *b*\n```\n\n`c*d*`", "a = 1\n*b*\nc*d*"),
        ("2 * 3 * 4，a_b_c，<https://example.com/x>", "2 * 3 * 4，a_b_c，https://example.com/x"),
        ("[甲][1]，见。\n\n[1]: https://example.com 'x'", "甲，见。"),
        ("税率三成[^1]。\n\n[^1]: 不含增值税。", "税率三成〔注1〕。\n〔注1〕 不含增值税。"),
        ("见说明[^甲]。\n\n[^甲]: 附件。", "见说明〔甲〕。\n〔甲〕 附件。"),
        ("[问]: 何时开港？\n\n[答]: 十月三日。", "[问]: 何时开港？\n[答]: 十月三日。"),
        ("字符类[^1]是正则", "字符类[^1]是正则"),
        ("AT&amp;T \\*星\\*", "AT&T *星*"),
        ("> [!NOTE] 说明\n> 截至一月底。", "说明\n截至一月底。"),
        (
            "[[青屿湿地|湿地]]有==鸟类==二百种，见[[观鸟记录]]。![[图.png]] ^p-01",
            "湿地有鸟类二百种，见观鸟记录。",
        ),
        ("产量增长5%%，价格下降3%%。 %% 待核实 %%", "产量增长5%%，价格下降3%%。"),
        ("`[[a]]`，见[[1]]，a==b==c，`x == y`", "[[a]]，见[[1]]，a==b==c，x == y"),
        (
            "<table><tr><th>路段</th>\n<th>长度</th></tr><tr><td><p>东段</p></td><td>1.1<br>公里</td></tr></table>",
            "路段 | 长度\n东段 | 1.1 公里",
        ),
        (
            "<table><tr><td>甲</td></tr>\n\n<tr><td>乙</td><td></td><td>丙</td></tr></table>",
            "甲\n乙 |  | 丙",
        ),
        ("<div><style>p {color: red}</style>甲</div>", "甲"),
        ("甲\n乙", "甲\n乙"),
        ("", ""),
    ],
)
def test_marks_are_no_text(tmp_path, text, content):
    assert read(tmp_path, text).content == content


@pytest.mark.parametrize(
    "address",
    ["data:image/png;base64,iVBORw0KGgo=", "data:image/svg+xml;charset=utf-8;base64,PHN2"],
)
def test_a_picture_written_below_the_text_takes_nothing_with_it(tmp_path, address):
    text = f"![][封面]\n\n开港。\n\n[封面]: {address}\n\nShips came\n\n{address}\nAt noon\n"
    assert read(tmp_path, text).content == "开港。\nShips came\nAt noon"


def test_what_stands_above_the_text_gives_the_fields(tmp_path):
    article = read(
        tmp_path,
        '---\ntitle: "开馆"\ndate: 2025-11-03\nlink: https://example.com/1\nauthor: 文旅\ntags: [a]\n---\n# 题\n正文',
    )
    assert (article.title, article.time, article.url) == (
        "开馆",
        "2025-11-03",
        "https://example.com/1",
    )
    assert (article.account, article.content) == ("文旅", "正文")
    assert read(tmp_path, "---\n甲\n---\n乙").content == "甲\n乙"


def test_a_heading_of_the_first_level_at_the_beginning_is_the_title(tmp_path):
    assert read(tmp_path, "\n\n大桥**通车**\n====\n甲").title == "大桥通车"
    assert read(tmp_path, "甲\n\n# 乙").content == "甲\n乙"


@pytest.mark.parametrize("part", ["[", "![", "<!--", "*a ", "> ", "`", "|a\n-|-\n"])
def test_marks_without_end_do_no_harm(tmp_path, part):
    began = time.perf_counter()
    read(tmp_path, part * (10_000 // len(part)))
    assert time.perf_counter() - began < 20


def test_what_would_take_too_long_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(markdown, "MAX_MARKS", 100)
    assert "100 marks" in only_problem(tmp_path, "a.md", "[" * 101).english
    monkeypatch.setattr(markdown, "MAX_MARKDOWN_CHARS", 100)
    assert "100 characters" in only_problem(tmp_path, "b.md", "桥" * 101).english
