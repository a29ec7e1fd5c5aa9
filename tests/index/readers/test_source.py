"""What is opened and read, and what only looks like a file."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from index.readers import source
from index.readers.load import read_articles

from .samples import TEXT, as_json, item, read


@pytest.mark.parametrize("inside", [False, True])
def test_a_pipe_is_refused_and_not_waited_for(tmp_path, inside):
    os.mkfifo(tmp_path / "a.json")
    articles, (problem,) = read(tmp_path if inside else tmp_path / "a.json")
    assert articles == []
    assert "pipe, socket or device" in problem.english


def test_a_socket_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # the path of a socket must be short
    with socket.socket(socket.AF_UNIX) as one:
        one.bind("a.txt")
        assert "pipe, socket or device" in read(Path("a.txt"))[1][0].english


def test_a_device_is_refused_also_behind_a_link(tmp_path):
    (tmp_path / "a.txt").symlink_to("/dev/zero")
    assert "pipe, socket or device" in read(tmp_path / "a.txt")[1][0].english


def test_a_path_with_a_nul_byte_is_a_problem():
    articles, problems = read(Path("a\0b.txt"))
    assert (articles, len(problems)) == ([], 1)


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html", "a.pdf", "a.docx"])
def test_a_file_that_is_too_large_is_refused_before_it_is_read(tmp_path, name):
    with open(tmp_path / name, "wb") as file:
        file.truncate(2**30)  # holds nothing and takes no space
    assert "larger than 64 MiB" in read(tmp_path / name)[1][0].english


def test_a_file_that_does_not_tell_its_size_is_refused_when_it_is_too_large(monkeypatch, tmp_path):
    monkeypatch.setattr(source, "MAX_FILE_BYTES", 10)
    monkeypatch.setattr(source, "_size", lambda file: 0)
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    assert "larger than" in read(tmp_path / "a.txt")[1][0].english


def test_streamed_kinds_have_no_such_limit(monkeypatch, tmp_path):
    monkeypatch.setattr(source, "MAX_FILE_BYTES", 10)
    (tmp_path / "a.json").write_bytes(as_json([item()]))
    assert len(read(tmp_path / "a.json")[0]) == 1


def test_a_file_is_closed_when_its_reading_is_given_up(tmp_path):
    (tmp_path / "a.json").write_bytes(as_json([item(), item("a2")]))
    reading = read_articles([tmp_path / "a.json"])
    next(reading)
    reading.close()  # an open file would be a ResourceWarning, and that an error
