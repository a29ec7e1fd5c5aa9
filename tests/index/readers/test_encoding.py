"""Bytes to text: every encoding that articles come in, none guessed at."""

from __future__ import annotations

import codecs

import pytest

from index.errors import ArticleError
from index.readers import encoding
from index.readers.encoding import decode_pieces

from .samples import TEXT, as_json, item, only_problem, read_bytes

TRADITIONAL = "東岸大橋今日通車，全長三公里，渡輪同時停航。市民說，過橋只要十分鐘，比從前快得多。"


def decoded(data: bytes, size: int = 1000) -> str:
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    return "".join(decode_pieces("a.txt", pieces))


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "gb2312", "utf-16", "utf-32"]
)
def test_every_encoding_gives_the_text(encoding):
    assert decoded((TEXT * 50).encode(encoding)) == TEXT * 50


@pytest.mark.parametrize("size", [1, 2, 3, 7])
@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_it_does_not_matter_where_the_pieces_are_cut(encoding, size):
    assert decoded((TEXT * 50).encode(encoding), size) == TEXT * 50


@pytest.mark.parametrize(
    ("mark", "name"),
    [(codecs.BOM_UTF16_BE, "utf-16-be"), (codecs.BOM_UTF16_LE, "utf-16-le")],
)
def test_utf16_of_either_order(mark, name):
    assert decoded(mark + TEXT.encode(name)) == TEXT


def test_traditional_text_and_rare_characters_in_gb18030():
    assert decoded(TRADITIONAL.encode("gbk")) == TRADITIONAL
    assert decoded((TEXT + "㐀😀").encode("gb18030")) == TEXT + "㐀😀"


def test_ascii_before_the_first_chinese_character_decides_nothing():
    data = b"x" * 200_000 + TEXT.encode("gbk")
    assert decoded(data, 65536) == "x" * 200_000 + TEXT


def test_an_empty_file_is_an_empty_text():
    assert decoded(b"") == ""


@pytest.mark.parametrize(
    "data",
    [
        TRADITIONAL.encode("big5"),
        "Les élèves ont fêté l'été à Montréal, très réussi".encode("latin-1"),
        "ホテルの予約は前日までに電話でお願いします。".encode("shift_jis"),
        b"ab\xff",
        b"\xff\xfe\x00",
        codecs.BOM_UTF16_LE + b"\x00\xd8\x41\x00",
    ],
)
def test_what_is_in_another_encoding_is_refused_and_not_turned_to_nonsense(data):
    with pytest.raises(ArticleError, match="neither UTF-8 nor GB18030"):
        decoded(data)


def test_one_damaged_byte_is_named_and_does_not_make_utf8_to_gb18030(tmp_path):
    data = (TEXT * 20).encode()
    problem = only_problem(tmp_path, "a.txt", data[:601] + data[602:])
    assert "(byte 599)" in problem.english


def test_what_stands_before_a_damaged_byte_is_given_before_the_error():
    got: list[str] = []
    with pytest.raises(ArticleError, match=rf"byte {len(TEXT.encode())}\)"):
        got += decode_pieces("a", [TEXT.encode() + b"\xff" + TEXT.encode()])
    assert "".join(got) == TEXT


def test_a_few_nul_bytes_are_taken_out(tmp_path):
    (article,), problems = read_bytes(tmp_path, "a.txt", "大桥\0通车。\0")
    assert (article.content, problems) == ("大桥通车。", [])


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.json", "a.jsonl", "a.csv", "a.html"])
def test_binary_data_is_refused(tmp_path, name):
    problem = only_problem(tmp_path, name, bytes(range(256)) * 3 + b"\0" * 200)
    assert "binary" in problem.english


@pytest.mark.parametrize("encoding", ["gbk", "utf-16", "utf-8-sig"])
def test_an_export_in_another_encoding_is_read(tmp_path, encoding):
    data = as_json([item()]).decode().encode(encoding)
    (article,), problems = read_bytes(tmp_path, "a.json", data)
    assert (article.content, problems) == (TEXT, [])


def page(charset: str) -> str:
    return (
        f'<html><head><meta http-equiv="Content-Type" content="text/html; charset={charset}">'
        f"<title>題</title></head><body><p>{TRADITIONAL}</p></body></html>"
    )


@pytest.mark.parametrize(
    ("charset", "encoding"),
    [("big5", "big5"), ("gb2312", "gbk"), ("Big5-HKSCS", "big5hkscs"), ("utf-8", "gbk")],
)
def test_a_page_is_read_by_its_own_declaration(tmp_path, charset, encoding):
    data = page(charset).encode(encoding).replace(b"<body>", b'<body><div id="js_content">')
    (article,), problems = read_bytes(tmp_path, "a.html", data)
    assert (article.content, problems) == (TRADITIONAL, [])


@pytest.mark.parametrize("charset", ["rot13", "punycode", "unicode_escape", "x-no-such", "utf-7"])
def test_a_declaration_that_is_no_encoding_of_pages_counts_for_nothing(tmp_path, charset):
    data = page(charset).encode("big5").replace(b"<body>", b'<body><div id="js_content">')
    assert "neither" in only_problem(tmp_path, "a.html", data).english


@pytest.mark.parametrize("name", ["a.json", "a.jsonl", "a.csv"])
@pytest.mark.parametrize("blank", ["\n", " ", "\r\n", "\u3000"])
def test_blanks_without_end_are_refused(tmp_path, monkeypatch, name, blank):
    monkeypatch.setattr(encoding, "MAX_BLANK_CHARS", 10_000)
    assert "blank for over" in only_problem(tmp_path, name, blank * 300_000).english
