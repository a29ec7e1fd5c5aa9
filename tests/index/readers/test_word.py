"""Word documents: their text in order, and what is refused about them."""

from __future__ import annotations

import importlib.util

import pytest

from index.readers import word_text

from .samples import TEXT, docx, only_problem, pdf, read_bytes, unzipped, with_part, zipped

CONTENT = f"夜航\n{TEXT}\n甲 | 乙\n丙 | 丁\n表后一句。"
PART = "word/document.xml"


def extract(data: bytes, chars: int = 10_000) -> dict[str, str]:
    return word_text.extract(data, chars)


def body(xml: str) -> bytes:
    """A document with this body."""
    names = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    names += 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    return with_part(
        docx(), PART, f"<w:document {names}><w:body>{xml}</w:body></w:document>".encode()
    )


def run(text: str) -> str:
    return f"<w:r><w:t>{text}</w:t></w:r>"


def test_paragraphs_and_tables_come_in_the_order_of_the_document(tmp_path):
    (article,), problems = read_bytes(tmp_path, "渡轮.docx", docx(title="渡轮夜航"))
    assert problems == []
    assert article.content == CONTENT
    assert (article.article_id, article.title, article.time) == ("渡轮", "渡轮夜航", "")


def test_without_a_title_it_is_the_first_heading_and_else_the_stem(tmp_path):
    assert extract(docx())["title"] == "夜航"
    assert read_bytes(tmp_path, "渡轮.docx", docx(heading=""))[0][0].title == "渡轮"


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        (f"<w:p>{run('甲')}<w:ins>{run('乙')}</w:ins><w:del><w:r><w:delText>丙</w:delText></w:r></w:del></w:p>", "甲乙"),
        (f"<w:sdt><w:sdtContent><w:p>{run('甲')}</w:p></w:sdtContent></w:sdt><w:p>{run('乙')}</w:p>", "甲\n乙"),
        (f"<w:p><w:hyperlink>{run('甲')}</w:hyperlink><w:r><w:tab/><w:t>乙</w:t><w:br/></w:r>{run('丙')}</w:p>", "甲\t乙\n丙"),
        (f"<w:p><mc:AlternateContent><mc:Choice>{run('甲')}</mc:Choice><mc:Fallback>{run('甲')}</mc:Fallback></mc:AlternateContent></w:p>", "甲"),
        (f"<w:tbl><w:tr><w:tc><w:p>{run('甲')}</w:p><w:tbl><w:tr><w:tc><w:p>{run('乙')}</w:p></w:tc></w:tr></w:tbl></w:tc><w:tc><w:p>{run('丙')}</w:p></w:tc></w:tr></w:tbl>", "甲 乙 | 丙"),
    ],
)  # fmt: skip
def test_text_is_found_wherever_word_puts_it_and_once(xml, text):
    assert extract(body(xml))["text"] == text


def test_a_document_without_text_is_refused(tmp_path):
    assert "holds no text" in only_problem(tmp_path, "a.docx", body("<w:p/>")).english


def laughs() -> bytes:
    """XML whose entities, each ten of the one before, unfold to 10^9 words."""
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    xml = f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY l0 "ha">{levels}]><d>&l9;</d>'
    return xml.encode()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused_before_anything_is_parsed(tmp_path, encoding):
    data = with_part(docx(), PART, laughs().decode().encode(encoding))
    assert "entities" in only_problem(tmp_path, "a.docx", data).english


def test_a_document_that_unpacks_to_too_much_is_refused(monkeypatch):
    assert extract(with_part(docx(), "word/x.xml", b" " * (65 * 2**20))) == {"fault": "bomb"}
    monkeypatch.setattr(word_text, "_MAX_UNPACKED_BYTES", 2**20)
    assert extract(with_part(docx(), "word/media/x.png", b" " * 2**21)) == {"fault": "bomb"}


def test_too_much_text_is_refused():
    assert extract(docx(), chars=20) == {"fault": "long"}


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", "damaged"),
        (b"text", "damaged"),
        (pdf([TEXT]), "damaged"),
        (zipped({"a.txt": b"x"}), "damaged"),
        (docx()[:-200], "damaged"),
        (zipped({n: d for n, d in unzipped(docx()).items() if n != PART}), "damaged"),
        (with_part(docx(), PART, b"<w:document"), "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old or encrypted"),
    ],
)
def test_what_is_no_word_document_is_refused(data, fault):
    assert extract(data) == {"fault": fault}


def test_without_the_extra_the_way_to_install_it_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert "needs python-docx" in only_problem(tmp_path, "a.docx", docx()).english
