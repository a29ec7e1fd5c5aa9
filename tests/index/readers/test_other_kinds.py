"""What is passed over in a folder is said, each kind with how many, and whether it was a loss."""

from __future__ import annotations

from .samples import TEXT, read, read_bytes, zipped

OTHERS = ("1.doc", "2.DOC", "3.wps", "4.ofd", "5.ppt", "style.css", "program", "x_files/y.js")


def test_a_folder_says_what_of_it_was_not_read(tmp_path):
    for name in ("a.txt", *OTHERS):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(TEXT, "utf-8")
    articles, (documents, others) = read(tmp_path)
    assert [one.article_id for one in articles] == ["a"]
    assert not documents.harmless
    assert not documents.lost
    assert documents.english == (
        "5 documents of kinds that cannot be read were passed over; save .doc, .wps as .docx; save .ofd "
        "as .pdf; save .ppt as .pptx (2 .doc, 1 .ofd, 1 .ppt, 1 .wps)"
    )
    assert "请将 .doc、.wps 另存为 .docx" in documents.chinese
    assert str(tmp_path / "2.DOC") in documents.details
    assert others.harmless
    assert (
        "3 files that hold no articles were passed over (1 without a suffix, 1 .css, 1 .js)"
        in others.english
    )
    assert "无扩展名 1 个" in others.chinese


def test_an_archive_says_it_too(tmp_path):
    data = zipped({"a.txt": TEXT.encode(), "b.doc": b"x", "c.css": b"x"})
    articles, problems = read_bytes(tmp_path, "a.zip", data)
    assert len(articles) == 1
    assert ["(1 .doc)" in problems[0].english, "(1 .css)" in problems[1].english] == [True, True]


def test_what_a_browser_keeps_for_a_saved_page_is_a_part_of_it(tmp_path):
    files = {
        "页.html": f"<p>{TEXT}</p>",
        "页_files/a.js": "x",
        "页_files/in/b.htm": "x",
        "别的_files/c.css": "x",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_text(text, "utf-8")
    articles, (problem,) = read(tmp_path)
    assert [one.article_id for one in articles] == ["页"]
    assert "(1 .css)" in problem.english
    data = zipped({name: text.encode() for name, text in files.items()})
    articles, (problem,) = read_bytes(tmp_path, "a.zip", data)
    assert [one.article_id for one in articles] == ["页"]
    assert "(1 .css)" in problem.english


def test_kinds_that_hold_text_are_read_or_named_and_never_taken_for_none(tmp_path):
    for name in ("a.markdown", "b.text", "c.txt.gz", "d.pptm", "e.srt", "f.tar.gz"):
        (tmp_path / name).write_text(TEXT, "utf-8")
    articles, (documents,) = read(tmp_path)
    assert [one.article_id for one in articles] == ["a", "b"]
    assert "(2 .gz, 1 .pptm, 1 .srt)" in documents.english
    assert not documents.harmless
