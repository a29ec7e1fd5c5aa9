"""Folders: every file at any depth, and no way round in a circle."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from index.readers import folder

from .samples import TEXT, read


def test_links_to_folders_are_not_followed_and_links_to_files_are(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "loop").symlink_to(tmp_path)
    (tmp_path / "self").symlink_to(tmp_path / "self")
    (tmp_path / "in" / "a.txt").write_text(TEXT, "utf-8")
    (tmp_path / "b.txt").symlink_to(tmp_path / "in" / "a.txt")
    articles, (problem,) = read(tmp_path)
    assert problem.details == (str(tmp_path / "self"),)
    assert [one.article_id for one in articles] == ["b", "a"]


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
