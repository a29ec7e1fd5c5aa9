"""Presentations, books, saved pages and rich text: their text, and what is said of the rest."""

from __future__ import annotations

import io

import pytest

from .samples import (
    PAGE,
    TEXT,
    WECHAT,
    epub,
    mhtml,
    only_problem,
    picture,
    read_bytes,
    rtf,
    slides,
    unzipped,
    with_part,
    zipped,
)


def test_slides_come_in_order_with_their_notes(tmp_path):
    data = slides(("通车", "东岸大桥通车。", "强调：全长三公里。"), ("停航", "渡轮停航。", ""))
    (article,), problems = read_bytes(tmp_path, "汇报.pptx", data)
    assert problems == []
    assert article.content == "通车\n东岸大桥通车。\n强调：全长三公里。\n停航\n渡轮停航。"
    assert (article.article_id, article.title) == ("汇报", "通车")


def drawn(draw) -> bytes:
    import pptx

    presentation = pptx.Presentation()
    draw(presentation.slides.add_slide(presentation.slide_layouts[6]))
    buffer = io.BytesIO()
    presentation.save(buffer)
    return buffer.getvalue()


def test_tables_and_groups_are_read_and_pictures_counted(tmp_path):
    def draw(slide):
        grid = slide.shapes.add_table(3, 2, 0, 0, 100, 100).table
        for row, texts in enumerate((("类", "企业"), ("甲类", "大禾"), ("", "青石"))):
            for column, text in enumerate(texts):
                grid.cell(row, column).text = text
        grid.cell(1, 0).merge(grid.cell(2, 0))
        group = slide.shapes.add_group_shape()
        group.shapes.add_textbox(0, 0, 9, 9).text_frame.text = "组内"
        slide.shapes.add_picture(io.BytesIO(picture()), 0, 0)

    (article,), (problem,) = read_bytes(tmp_path, "a.pptx", drawn(draw))
    assert article.content == "类 | 企业\n甲类 | 大禾\n甲类 | 青石\n组内"
    assert "1 pictures in documents" in problem.english


def test_hidden_slides_and_struck_words_are_left_out_and_said(tmp_path):
    data = slides(("明", "一", ""), ("暗", "二", ""))
    parts = unzipped(data)
    second = parts["ppt/slides/slide2.xml"].replace(b"<p:sld ", b'<p:sld show="0" ')
    first = parts["ppt/slides/slide1.xml"].replace(
        "<a:r><a:t>一".encode(),
        '<a:r><a:rPr strike="sngStrike"/><a:t>八</a:t></a:r><a:r><a:t>一'.encode(),
    )
    data = with_part(
        with_part(data, "ppt/slides/slide2.xml", second), "ppt/slides/slide1.xml", first
    )
    (article,), problems = read_bytes(tmp_path, "a.pptx", data)
    assert article.content == "明\n一"
    assert [
        "1 hidden" in problems[0].english,
        "1 passages that are struck" in problems[1].english,
    ] == [True, True]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "not a whole document"),
        (zipped({"a.txt": b"x"}), "not a whole document"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "old .ppt format"),
        (slides(), "holds no text"),
        (with_part(slides(("甲", "乙", "")), "x.xml", b"<!DOCTYPE x>"), "defines XML entities"),
    ],
)
def test_what_is_no_presentation_is_refused(tmp_path, data, said):
    assert said in only_problem(tmp_path, "a.pptx", data).english


def test_a_book_is_read_in_the_order_of_its_spine(tmp_path):
    chapters = {
        "a%20b.xhtml": f"<h1>一&nbsp;章</h1><p>{TEXT}</p><img src='x.png'/>",
        "c.xhtml": "<p>二<br/>三</p>",
    }
    chapters = {name.replace("%20", " "): page for name, page in chapters.items()}
    data = epub(chapters, title="夜航集", date="2025-06-01T00:00:00Z", publisher="青屿社")
    (article,), (problem,) = read_bytes(tmp_path, "书.epub", data)
    assert article.content == f"一\xa0章\n{TEXT.replace(chr(10), ' ')}\n二\n三"
    assert (article.article_id, article.title, article.time, article.account) == (
        "书",
        "夜航集",
        "2025/6/1",
        "青屿社",
    )
    assert problem.harmless


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "cannot be read"),
        (zipped({"a.txt": b"x"}), "cannot be read"),
        (epub({}), "holds no text"),
        (epub({"1.xhtml": "<p> </p>"}), "holds no text"),
        (with_part(epub({"1.xhtml": "<p>x</p>"}), "OEBPS/content.opf", b""), "cannot be read"),
        (
            with_part(
                epub({"1.xhtml": "<p>x</p>"}),
                "META-INF/encryption.xml",
                b'<x URI="OEBPS/1.xhtml"/>',
            ),
            "locked",
        ),
        (
            with_part(epub({"1.xhtml": "<p>x</p>"}), "OEBPS/1.xhtml", b"<p>" + b" " * 2**23),
            "cannot be read",
        ),
    ],
)
def test_what_is_no_book_is_refused(tmp_path, data, said):
    assert said in only_problem(tmp_path, "a.epub", data).english


@pytest.mark.parametrize("charset", ["utf-8", "gb18030"])
@pytest.mark.parametrize("name", ["a.mhtml", "a.mht"])
def test_a_page_saved_into_one_file_is_read_as_that_page(tmp_path, name, charset):
    html = tmp_path / "a.html"
    (expected,), _ = read_bytes(tmp_path, html.name, WECHAT)
    (article,), problems = read_bytes(tmp_path, name, mhtml(WECHAT, charset))
    assert problems == []
    assert (article.content, article.title, article.time) == (
        expected.content,
        expected.title,
        expected.time,
    )
    assert article.origin.endswith(name)


def test_a_page_as_xhtml_is_a_page(tmp_path):
    page = '<?xml version="1.0" encoding="utf-8"?>' + PAGE.replace(
        "<html>", '<html xmlns="http://www.w3.org/1999/xhtml">'
    )
    (article,), _ = read_bytes(tmp_path, "a.xhtml", page)
    assert article.title == "大桥完成试验"
    assert "荷载试验" in article.content


@pytest.mark.parametrize(
    "data",
    [b"", b"text", b"Content-Type: image/png\n\nx", b"Content-Type: text/html; charset=none\n\n"],
)
def test_what_is_no_saved_page_is_refused(tmp_path, data):
    only_problem(tmp_path, "a.mhtml", data)


def test_rich_text_is_read_in_its_encoding(tmp_path):
    title = r"{\info{\title " + "".join(rf"\'{b:02x}" for b in "夜航".encode("gbk")) + "}}"
    (article,), problems = read_bytes(tmp_path, "a.rtf", rtf(*TEXT.split("\n"), before=title))
    assert problems == []
    assert (article.content.strip(), article.title) == (TEXT, "夜航")


def test_notes_and_boxes_of_rich_text_are_kept_and_hidden_text_is_not(tmp_path):
    data = rtf(
        "上限{\\footnote 高校除外}八百万元",
        "{\\v 暗}明{\\strike 九百}",
        "{\\shp{\\*\\shpinst{\\shptxt 框}}}",
        "{\\pict 0f}",
    )
    (article,), problems = read_bytes(tmp_path, "a.rtf", data)
    assert [line for line in article.content.split("\n") if line] == [
        "上限〔注1〕八百万元",
        "明",
        "框",
        "〔注1〕 高校除外",
    ]
    assert len(problems) == 3
    assert all(problem.harmless for problem in problems)


@pytest.mark.parametrize("data", [b"", b"text", b"{\\rtf1 }", b"PK\3\4"])
def test_what_is_no_rich_text_is_refused(tmp_path, data):
    only_problem(tmp_path, "a.rtf", data)
