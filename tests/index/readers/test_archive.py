"""Zip archives: members of every kind, and those that are refused."""

from __future__ import annotations

import io
import stat
import struct
import zipfile

import pytest

from index.readers import archive

from .samples import TEXT, as_json, docx, item, of_every_kind, only_problem, read_bytes, zipped


def member(name: str, mode: int = 0o644) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = (mode if mode > 0o777 else mode | stat.S_IFREG) << 16
    return info


def test_every_member_goes_through_the_reader_of_its_kind(tmp_path, libraries_here):
    files = {f"{n}/{name}": data for n, (name, data) in enumerate(of_every_kind().items())}
    files = {name: data for name, data in files.items() if not name.endswith(".zip")}
    articles, problems = read_bytes(tmp_path, "包.zip", zipped(files))
    assert all(problem.harmless for problem in problems)
    assert {one.origin for one in articles} == {f"{tmp_path}/包.zip/{name}" for name in files}


def test_members_come_sorted_and_what_a_system_leaves_is_passed_over(tmp_path):
    files = {
        "b/二.txt": TEXT.encode(),
        "a/一.txt": TEXT.encode(),
        "__MACOSX/a/._一.txt": b"\0\5\x16\7",
        "a/._一.txt": b"\0\5\x16\7",
        "a/.DS_Store": b"\0\0\0\1Bud1",
        "a/": b"",
    }
    articles, problems = read_bytes(tmp_path, "a.zip", zipped(files))
    assert problems == []
    assert [one.article_id for one in articles] == ["一", "二"]


@pytest.mark.parametrize(
    "name",
    [
        "../b.txt",
        "a/../../b.txt",
        "/etc/b.txt",
        "C:/b.txt",
        "c:b.txt",
        "a\\b.txt",
        "..\\b.txt",
        "..",
    ],
)
def test_a_member_that_leads_out_is_refused_and_the_others_are_read(tmp_path, name):
    data = zipped({member(name): b"x", member("good.txt"): TEXT.encode()})
    articles, (problem,) = read_bytes(tmp_path, "a.zip", data)
    assert [one.article_id for one in articles] == ["good"]
    assert problem.lost
    assert repr(name) in problem.english
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]


def test_a_link_is_refused(tmp_path):
    data = zipped({member("a.txt", stat.S_IFLNK | 0o777): b"/etc/passwd", member("b.txt"): b"x"})
    articles, (problem,) = read_bytes(tmp_path, "a.zip", data)
    assert [one.article_id for one in articles] == ["b"]
    assert "is a link" in problem.english


def renamed(data: bytes, old: bytes, new: bytes) -> bytes:
    """An archive in which a name of ASCII became other bytes, without a mark for UTF-8."""
    assert len(old) == len(new)
    assert data.count(old) == 2
    return data.replace(old, new)


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_chinese_names_without_a_mark_are_read(tmp_path, encoding):
    name = "大桥通车.txt".encode(encoding)
    data = renamed(zipped({"x" * len(name): TEXT.encode()}), b"x" * len(name), name)
    (article,), problems = read_bytes(tmp_path, "a.zip", data)
    assert (article.article_id, problems) == ("大桥通车", [])


def test_a_name_in_gbk_may_have_a_backslash_within_a_character(tmp_path):
    name = "誠\u4e00.txt".encode("gbk")
    assert b"\\" in name
    data = renamed(zipped({"x" * len(name): TEXT.encode()}), b"x" * len(name), name)
    assert [one.article_id for one in read_bytes(tmp_path, "a.zip", data)[0]] == ["誠一"]


def test_an_archive_in_an_archive_is_refused(tmp_path):
    data = zipped({"in.zip": zipped({"a.txt": b"x"}), "b.txt": TEXT.encode()})
    articles, (problem,) = read_bytes(tmp_path, "a.zip", data)
    assert len(articles) == 1
    assert "archive in an archive" in problem.english


def test_a_member_that_is_packed_too_well_is_refused(tmp_path):
    data = zipped({"a.txt": b" " * 3_000_000, "b.txt": TEXT.encode()})
    articles, (problem,) = read_bytes(tmp_path, "a.zip", data)
    assert len(articles) == 1
    assert "200 times" in problem.english


def test_a_size_that_is_a_lie_does_no_harm(tmp_path):
    data = zipped({"a.txt": b"x" * 3_000_000})
    lie = data.replace(struct.pack("<I", 3_000_000), struct.pack("<I", 1000))
    assert lie != data
    assert "cannot be read" in only_problem_of(tmp_path, lie).english


def only_problem_of(tmp_path, data: bytes):
    articles, (problem,) = read_bytes(tmp_path, "a.zip", data)
    assert articles == []
    assert problem.lost
    return problem


def test_too_many_members_or_too_much_in_all_is_refused(tmp_path, monkeypatch):
    data = zipped({f"{number}.txt": b"x" * 100 for number in range(20)})
    monkeypatch.setattr(archive, "MAX_MEMBERS", 19)
    assert "19 files" in only_problem(tmp_path, "a.zip", data).english
    monkeypatch.setattr(archive, "MAX_MEMBERS", 20)
    monkeypatch.setattr(archive, "MAX_UNPACKED_BYTES", 1999)
    assert "unpacked" in only_problem(tmp_path, "b.zip", data).english


def test_an_archive_of_thousands_of_files_is_refused_whatever_its_end_says(tmp_path):
    data = zipped({f"{number}.txt": b"x" for number in range(10_001)})
    said = only_problem(tmp_path, "a.zip", data)
    assert "over 10,000 files" in said.english
    assert "超过 10,000 个" in said.chinese
    at = data.rindex(b"PK\5\6")
    lie = data[: at + 8] + struct.pack("<HH", 1, 1) + data[at + 12 :]
    assert "over 10,000 files" in only_problem(tmp_path, "b.zip", lie).english


def test_a_directory_too_large_to_read_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "_MAX_DIRECTORY_BYTES", 1000)
    data = zipped({"x" * 2000 + ".txt": b"x"})
    assert "smaller" in only_problem(tmp_path, "a.zip", data).english
    large = b"PK\6\6" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, 1, 1, 2000, 0)
    assert "smaller" in only_problem(tmp_path, "b.zip", large + data).english


def test_an_encrypted_member_and_one_packed_otherwise_are_refused(tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        packed.writestr("a.txt", b"x", zipfile.ZIP_LZMA)
        packed.writestr("b.txt", TEXT.encode(), zipfile.ZIP_DEFLATED)
    articles, (problem,) = read_bytes(tmp_path, "a.zip", buffer.getvalue())
    assert len(articles) == 1
    assert "method" in problem.english
    data = bytearray(zipped({"a.txt": b"x"}))
    data[data.index(b"PK\1\2") + 8] |= 1
    assert "password" in read_bytes(tmp_path, "b.zip", bytes(data))[1][0].english


def test_an_archive_without_a_file_to_read_is_a_problem(tmp_path):
    articles, (problem, passed_over) = read_bytes(tmp_path, "a.zip", zipped({"a.exe": b"x"}))
    assert articles == []
    assert ".json" in problem.english
    assert "(1 .exe)" in passed_over.english
    assert ".json" in only_problem(tmp_path, "b.zip", zipped({})).english


@pytest.mark.parametrize(
    "data",
    [b"", b"text", zipped({"a.txt": b"x"})[:-30], b"PK\5\6" + b"\xff" * 18],
    ids=["nothing", "text", "cut off", "an end alone"],  # their bytes hold the time
)
def test_what_is_no_archive_is_a_problem(tmp_path, data):
    only_problem(tmp_path, "a.zip", data)


def test_a_damaged_member_is_lost_and_the_others_are_read(tmp_path):
    files = {"a.json": as_json([item()]), "b.docx": docx()[:-300], "c.txt": TEXT.encode()}
    data = bytearray(zipped(files))
    data[45] ^= 0xFF
    articles, problems = read_bytes(tmp_path, "a.zip", bytes(data))
    assert [one.article_id for one in articles] == ["c"]
    assert [problem.lost for problem in problems] == [True, True]
