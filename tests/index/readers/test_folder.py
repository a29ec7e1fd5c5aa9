"""Folders: every file at any depth, and no way round in a circle."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from index.readers import folder

from .samples import TEXT, read


def test_links_within_a_folder_lead_nowhere_twice_and_never_round(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "loop").symlink_to(tmp_path)
    (tmp_path / "self").symlink_to(tmp_path / "self")
    (tmp_path / "in" / "a.txt").write_text(TEXT, "utf-8")
    (tmp_path / "b.txt").symlink_to(tmp_path / "in" / "a.txt")
    articles, (problem,) = read(tmp_path)
    assert problem.details == (str(tmp_path / "self"),)
    assert [one.article_id for one in articles] == ["a"]


def test_a_link_gives_a_file_of_the_folder_the_name_that_it_is_read_by(tmp_path):
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "4f1c").write_text(TEXT, "utf-8")
    for name in ("again.txt", "bridge.txt", "about"):
        (tmp_path / name).symlink_to(Path("kept") / "4f1c")
    articles, problems = read(tmp_path)
    assert [one.article_id for one in articles] == ["again"]
    assert not any(problem.lost for problem in problems)


def test_links_out_of_a_folder_are_passed_over_and_said(tmp_path):
    given, other = tmp_path / "given", tmp_path / "given-too"
    for folder_ in (given / "in", other):
        folder_.mkdir(parents=True)
    (given / "a.txt").write_text(TEXT, "utf-8")
    (other / "secret.txt").write_text("Only for its owner.", "utf-8")
    out = [given / "b.txt", given / "in" / "c.txt"]
    out[0].symlink_to(other / "secret.txt")
    out[1].symlink_to(Path("..") / ".." / "given-too" / "secret.txt")
    articles, (problem,) = read(given)
    assert [one.article_id for one in articles] == ["a"]
    assert problem.lost  # so that --sync removes nothing which was read by it before
    assert problem.details == tuple(map(str, out))
    assert problem.english.startswith(
        f"links that lead out of {str(given)!r} were passed over (2: "
    )
    articles, _ = read(given, other)
    assert [one.article_id for one in articles] == ["a", "secret"]
    assert [one.article_id for one in read(out[0])[0]] == ["b"]


def test_a_link_to_a_folder_elsewhere_is_said_and_loses_nothing(tmp_path):
    (tmp_path / "given").mkdir()
    (tmp_path / "given" / "a.txt").write_text(TEXT, "utf-8")
    (tmp_path / "given" / "elsewhere").symlink_to(tmp_path)
    articles, (problem,) = read(tmp_path / "given")
    assert len(articles) == 1
    assert (problem.lost, problem.harmless) == (False, True)


def test_a_chain_of_links_that_ends_outside_is_passed_over(tmp_path):
    (tmp_path / "given").mkdir()
    (tmp_path / "b.txt").write_text(TEXT, "utf-8")
    (tmp_path / "given" / "way").symlink_to(tmp_path)
    (tmp_path / "given" / "a.txt").symlink_to(Path("way") / "b.txt")
    articles, (problem,) = read(tmp_path / "given")
    assert articles == []
    assert len(problem.details) == 2


def test_a_folder_that_is_a_link_itself_is_read(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text(TEXT, "utf-8")
    (tmp_path / "link").symlink_to(tmp_path / "in")
    assert len(read(tmp_path / "link")[0]) == 1


@pytest.fixture
def deep(tmp_path, monkeypatch):
    """A folder with a file 1,200 folders down, taken away again, for ``shutil`` cannot do that."""
    monkeypatch.chdir(tmp_path)
    for _ in range(1200):
        os.mkdir("d")
        os.chdir("d")
    Path("a.txt").write_text(TEXT, "utf-8")
    yield tmp_path
    os.unlink("a.txt")
    for _ in range(1200):
        os.chdir("..")
        os.rmdir("d")


def test_folders_nest_deeper_than_a_recursion_could_go(deep):
    articles, problems = read(deep)
    assert (len(articles), problems) == (1, [])


def test_a_folder_that_cannot_be_looked_into_is_a_problem(tmp_path, monkeypatch):
    (tmp_path / "closed").mkdir()
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    scan = os.scandir

    def refusing(path):
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(folder.os, "scandir", refusing)
    articles, (problem,) = read(tmp_path)
    assert len(articles) == 1
    assert problem.lost
    assert "closed' cannot be read (Permission denied)" in problem.english


def test_what_systems_and_word_processors_leave_is_passed_over(tmp_path):
    (tmp_path / "__MACOSX").mkdir()
    for name in ("__MACOSX/a.txt", "._a.txt", "~$a.docx"):
        (tmp_path / name).write_bytes(b"\0\5\x16\7")
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    articles, problems = read(tmp_path)
    assert (len(articles), problems) == (1, [])
