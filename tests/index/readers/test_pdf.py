"""PDF files: their text, and what is refused about them."""

from __future__ import annotations

import importlib.util
import io
import zlib

import pypdf
import pytest
from PIL import Image
from pypdf.annotations import FreeText
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, StreamObject

from index.readers import isolated, recognition
from index.readers.workers import pdf_text, recognised_text
from index.records import Layout

from .samples import TEXT, only_problem, pdf, pdf_of, read_bytes


def extract(data: bytes, chars: int = 10_000, pages: int = 10) -> dict:
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


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256"])
def test_a_pdf_that_is_only_kept_from_being_changed_is_read(tmp_path, algorithm):
    writer = pypdf.PdfWriter(io.BytesIO(pdf([TEXT])))
    writer.encrypt("", "owner", algorithm=algorithm)
    buffer = io.BytesIO()
    writer.write(buffer)
    (article,), problems = read_bytes(tmp_path, "a.pdf", buffer.getvalue())
    assert (article.content, problems) == (TEXT, [])


def test_what_was_typed_onto_a_page_is_text(tmp_path):
    writer = pypdf.PdfWriter(io.BytesIO(pdf([TEXT, TEXT])))
    note = FreeText(text="Approved by the harbour office", rect=(50, 50, 350, 90))
    appearance = StreamObject()
    appearance.set_data(b"BT /F1 12 Tf 4 10 Td (Approved by the harbour office) Tj ET")
    helvetica = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
    font = DictionaryObject({NameObject(k): NameObject(v) for k, v in helvetica.items()})
    fonts = DictionaryObject({NameObject("/F1"): font})
    appearance.update(
        {
            NameObject("/Subtype"): NameObject("/Form"),
            NameObject("/BBox"): ArrayObject(map(NumberObject, (0, 0, 300, 40))),
            NameObject("/Resources"): DictionaryObject({NameObject("/Font"): fonts}),
        }
    )
    shown = writer._add_object(appearance)
    note[NameObject("/AP")] = DictionaryObject({NameObject("/N"): shown})
    writer.add_annotation(1, note)
    buffer = io.BytesIO()
    writer.write(buffer)
    (article,), problems = read_bytes(tmp_path, "a.pdf", buffer.getvalue())
    assert problems == []
    assert article.content.count(TEXT) == 2
    assert article.content.endswith("Approved by the harbour office")


def test_an_encrypted_pdf_is_refused(tmp_path):
    assert "encrypted" in only_problem(tmp_path, "a.pdf", encrypted()).english


def scanned(pages: list[str]) -> bytes:
    """A PDF whose pages without a text show a picture."""
    writer = pypdf.PdfWriter(io.BytesIO(pdf(pages)))
    for page, text in zip(writer.pages, pages, strict=True):
        if not text:
            whole = Image.new("RGB", (60, 80), "gray")
            buffer = io.BytesIO()
            whole.save(buffer, "PDF", resolution=7.2)
            page.merge_page(pypdf.PdfReader(buffer).pages[0])
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


@pytest.fixture
def without_recognition(monkeypatch):
    monkeypatch.setattr(recognition, "is_installed", lambda: False)


def test_a_scan_is_refused_with_what_to_do(tmp_path, without_recognition):
    problem = only_problem(tmp_path, "a.pdf", scanned(["", ""]))
    assert (
        "it is a scan; install text recognition with: pip install 'juwen[ocr]'" in problem.english
    )


def test_pages_without_text_are_said_and_the_others_are_read(tmp_path, without_recognition):
    data = scanned([TEXT, "", "", TEXT, ""])
    (article,), (problem,) = read_bytes(tmp_path, "a.pdf", data)
    assert article.content == f"{TEXT}\n\n\n{TEXT}\n"
    assert (problem.lost, problem.harmless) == (False, False)
    assert "3 of the 5 pages" in problem.english
    assert "(page 2–3, 5)" in problem.english
    assert "第 2–3, 5 页" in problem.chinese


def test_an_empty_page_is_no_loss(tmp_path):
    (article,), problems = read_bytes(tmp_path, "a.pdf", pdf([TEXT, "", "后页。"]))
    assert (article.content, problems) == (f"{TEXT}\n\n后页。", [])


def test_scanned_pages_are_recognised_where_that_can_be_done(
    tmp_path, recognition_here, monkeypatch
):
    (article,), (problem,) = read_bytes(tmp_path, "a.pdf", scanned([TEXT, "", ""]))
    assert article.content.count("东岸大桥于六月一日\n通车，全长三公里。") == 2
    assert article.layout is Layout.RECOGNISED
    assert problem.harmless
    assert "2 pages have text that was recognised" in problem.english


def test_pages_on_which_nothing_is_recognised_are_said(tmp_path, recognition_here, monkeypatch):
    monkeypatch.setattr(recognised_text, "_recogniser", lambda: lambda picture: (None, None))
    (article,), (problem,) = read_bytes(tmp_path, "a.pdf", scanned([TEXT, ""]))
    assert article.layout is Layout.PAGE
    assert "(page 2); scan them anew" in problem.english
    assert "no text was recognised" in only_problem(tmp_path, "b.pdf", scanned([""])).english


def test_pictures_and_attachments_are_counted(tmp_path):
    writer = pypdf.PdfWriter(io.BytesIO(scanned([TEXT + TEXT, ""])))
    writer.pages[0].merge_page(writer.pages[1])
    writer.remove_page(1)
    writer.add_attachment("表.csv", b"1,2")
    buffer = io.BytesIO()
    writer.write(buffer)
    _, problems = read_bytes(tmp_path, "a.pdf", buffer.getvalue())
    assert [problem.harmless for problem in problems] == [True, True]
    assert "1 pictures in documents" in problems[0].english
    assert "1 files embedded" in problems[1].english


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"text", pdf([TEXT])[:400], b"\0" * 5000])
def test_a_damaged_pdf_is_refused(data):
    assert extract(data) == {"fault": "damaged"}


def test_a_pdf_without_the_names_of_its_characters_is_refused():
    data = pdf([TEXT]).replace(b"/ToUnicode 5 0 R", b" " * 16)
    assert extract(data)["nonsense"] == [0]


def test_a_pdf_with_too_many_pages_or_too_much_text_is_refused():
    assert extract(pdf([TEXT] * 11)) == {"fault": "pages"}
    assert extract(pdf([TEXT] * 10), chars=100) == {"fault": "long"}


def test_a_count_of_pages_that_is_a_lie_does_no_harm():
    found = extract(pdf([TEXT, "第二页"]).replace(b"/Count 2", b"/Count 9"))
    assert found["pages"][1] == "第二页"
    assert found["broken"] == list(range(2, 9))


def test_damaged_pages_are_said(tmp_path):
    data = pdf([TEXT, "第二页"]).replace(b"/Count 2", b"/Count 4")
    (article,), (problem,) = read_bytes(tmp_path, "a.pdf", data)
    assert "第二页" in article.content
    assert "(page 3–4)" in problem.english
    assert not problem.harmless


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


def test_a_pdf_that_unpacks_without_end_does_no_harm(tmp_path):
    only_problem(tmp_path, "a.pdf", bomb(b" " * 500_000_000))


def test_a_pdf_that_takes_too_long_is_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(isolated, "MAX_SECONDS", 0.01)
    problem = only_problem(tmp_path, "a.pdf", pdf([TEXT]))
    assert "to read; split it" in problem.english


def test_a_pdf_that_takes_too_much_memory_is_refused(monkeypatch):
    def exhausted(*args):
        raise MemoryError

    monkeypatch.setattr(pdf_text, "text_of", exhausted)
    assert extract(pdf([TEXT])) == {"fault": "memory"}


def test_without_the_extra_the_way_to_install_it_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    problem = only_problem(tmp_path, "a.pdf", pdf([TEXT]))
    assert "needs pypdfium2; install it with: pip install 'juwen[files]'" in problem.english
    assert "pip install 'juwen[files]'" in problem.chinese
