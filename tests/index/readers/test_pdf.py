"""PDF files: their text, and what is refused about them."""

from __future__ import annotations

import importlib.util
import io
import zlib

import pypdf
import pytest

from index.readers import isolated, pdf_text
from index.records import Layout

from .samples import TEXT, only_problem, pdf, pdf_of, read_bytes


def extract(data: bytes, chars: int = 10_000, pages: int = 10) -> dict[str, str]:
    return pdf_text.extract(data, chars, pages)


def test_the_text_of_all_pages_is_one_page_named_by_its_stem(tmp_path):
    (article,), problems = read_bytes(tmp_path, "报纸.pdf", pdf([TEXT, "第二页。"]))
    assert problems == []
    assert article.content == TEXT + "\n第二页。"
    assert (article.article_id, article.title, article.time) == ("报纸", "报纸", "")
    assert article.layout is Layout.PAGE


def test_the_title_of_the_metadata_is_taken_and_its_date_is_not(tmp_path):
    info = "<< /Title (Bridge opens) /CreationDate (D:20250601000000Z) >>"
    (article,), _ = read_bytes(tmp_path, "a.pdf", pdf([TEXT], info))
    assert (article.title, article.time) == ("Bridge opens", "")


@pytest.mark.parametrize("title", ["Untitled", "Microsoft Word - a.docx", "report.docx", " "])
def test_a_title_that_a_program_made_up_is_none(tmp_path, title):
    (article,), _ = read_bytes(tmp_path, "报纸.pdf", pdf([TEXT], f"<< /Title ({title}) >>"))
    assert article.title == "报纸"


def encrypted(algorithm: str = "RC4-128") -> bytes:
    writer = pypdf.PdfWriter(io.BytesIO(pdf([TEXT])))
    writer.encrypt("secret", algorithm=algorithm)
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def test_an_encrypted_pdf_is_refused(tmp_path):
    assert "encrypted" in only_problem(tmp_path, "a.pdf", encrypted()).english


def test_a_scan_is_refused_with_what_to_do(tmp_path):
    problem = only_problem(tmp_path, "a.pdf", pdf(["", ""]))
    assert "it is a scan, run OCR on it first" in problem.english


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"text", pdf([TEXT])[:400], b"\0" * 5000])
def test_a_damaged_pdf_is_refused(data):
    assert extract(data)["fault"] in ("damaged", "scan")


def test_a_pdf_without_the_names_of_its_characters_is_refused():
    data = pdf([TEXT]).replace(b"/ToUnicode 5 0 R", b" " * 16)
    assert extract(data).get("fault") in ("garbled", "scan")


def test_a_pdf_with_too_many_pages_or_too_much_text_is_refused():
    assert extract(pdf([TEXT] * 11)) == {"fault": "pages"}
    assert extract(pdf([TEXT] * 10), chars=100) == {"fault": "long"}


def test_a_count_of_pages_that_is_a_lie_does_no_harm():
    assert "第二页" in extract(pdf([TEXT, "第二页"]).replace(b"/Count 2", b"/Count 9"))["text"]


def test_a_page_tree_that_contains_itself_does_no_harm():
    data = pdf_of(
        ["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [2 0 R] /Count 1 >>"]
    )
    assert "fault" in extract(data)


def bomb(text: bytes) -> bytes:
    """A page whose content unpacks to ``text``."""
    packed = zlib.compress(text).decode("latin-1")
    return pdf_of(
        [
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R /Resources 5 0 R >>",
            f"<< /Length {len(packed)} /Filter /FlateDecode >>\nstream\n{packed}\nendstream",
            "<< /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>",
        ]
    )


def test_a_pdf_that_unpacks_without_end_is_refused():
    assert extract(bomb(b" " * 100_000_000)) == {"fault": "bomb"}


def test_a_pdf_that_takes_too_long_is_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(isolated, "MAX_SECONDS", 1)
    problem = only_problem(tmp_path, "a.pdf", bomb(b"BT (a) Tj ET " * 500_000))
    assert "to read; split it" in problem.english


def test_a_pdf_that_takes_too_much_memory_is_refused(monkeypatch):
    def exhausted(*args):
        raise MemoryError

    monkeypatch.setattr(pdf_text, "_text", exhausted)
    assert extract(pdf([TEXT])) == {"fault": "memory"}


def test_without_the_extra_the_way_to_install_it_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    problem = only_problem(tmp_path, "a.pdf", pdf([TEXT]))
    assert "needs pypdf; install it with: pip install 'juwen[files]'" in problem.english
    assert "pip install 'juwen[files]'" in problem.chinese
