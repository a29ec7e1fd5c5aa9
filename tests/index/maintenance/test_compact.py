"""Room that a library no longer needs goes back to the disk; nothing else changes."""

from __future__ import annotations

import sqlite3

import pytest

from index import passages
from index.build import index_raw, remove_articles
from index.database.database import DATABASE
from index.errors import LibraryError
from index.library.library import Library
from index.library.writer import open_writer
from index.maintenance.compact import compact_library
from index.maintenance.verify import verify_library
from tests.conftest import article, contents, nearest

TEXT = "渡轮上午开航，全程需要四十分钟，票价五元，老人半价，雾天停航。"


def test_what_was_removed_gives_its_room_back(tmp_path, encoder):
    folder = tmp_path / "library"
    raws = [article(f"a{n}", "".join(f"{n}{m}{TEXT}" for m in range(40))) for n in range(30)]
    index_raw(raws, folder, encoder=encoder)
    remove_articles([f"a{n}" for n in range(2, 30)], folder, encoder=encoder)
    before = contents(folder, encoder, "渡轮票价")
    done = compact_library(folder)
    assert done.after < done.before / 2
    assert done.after == sum(p.stat().st_size for p in folder.iterdir())
    assert contents(folder, encoder, "渡轮票价") == before
    assert list(verify_library(folder)) == []


def test_segments_become_one_and_the_dead_leave_them(tmp_path, encoder):
    folder = tmp_path / "library"
    for n in range(6):
        index_raw([article(f"a{n}", f"第{n}号{TEXT}")], folder, encoder=encoder)
    index_raw([article("a0", "改了。")], folder, encoder=encoder)
    before = contents(folder, encoder, "渡轮票价")
    compact_library(folder)
    connection = sqlite3.connect(folder / DATABASE)
    assert connection.execute("SELECT COUNT(*) FROM segment").fetchone() == (1,)
    assert connection.execute("SELECT COUNT(*) FROM gone").fetchone() == (0,)
    connection.close()
    assert contents(folder, encoder, "渡轮票价") == before


def test_what_an_unfinished_job_staged_goes(library_folder, encoder, monkeypatch):
    monkeypatch.setattr(passages, "WINDOW", 1)

    def stop(_done: int, total: int) -> None:
        if total:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index_raw([article("new", TEXT)], library_folder, encoder=encoder, progress=stop)
    assert compact_library(library_folder).staged == 1
    assert compact_library(library_folder).staged == 0
    with Library.open(library_folder) as library:
        assert library.counts().articles == 5


def test_compacting_twice_changes_nothing(library_folder, encoder):
    compact_library(library_folder)
    before = contents(library_folder, encoder, "大桥")
    done = compact_library(library_folder)
    assert done.before == done.after
    assert contents(library_folder, encoder, "大桥") == before


def test_a_library_that_is_being_written_is_left_alone(library_folder, encoder):
    with (
        open_writer(library_folder, encoder, None, 1),
        pytest.raises(LibraryError, match="is writing to the library"),
    ):
        compact_library(library_folder)


def test_a_reader_goes_on_while_the_library_is_compacted(library_folder, encoder):
    question = encoder.encode_queries(["大桥"])
    with Library.open(library_folder) as library:
        before = nearest(library, question, "zh", 9)
        with library.snapshot():
            assert nearest(library, question, "zh", 9) == before
            compact_library(library_folder)
            assert nearest(library, question, "zh", 9) == before
        assert nearest(library, question, "zh", 9) == before


def test_there_is_nothing_to_compact_where_there_is_no_library(tmp_path):
    with pytest.raises(LibraryError, match="is not a library"):
        compact_library(tmp_path)
