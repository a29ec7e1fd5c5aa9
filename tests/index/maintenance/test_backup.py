"""A copy of a library that is whole whatever happens meanwhile."""

from __future__ import annotations

import os
import threading

import pytest

from index.build import index_raw
from index.database.database import DATABASE
from index.errors import LibraryError
from index.library.library import Library
from index.maintenance.backup import back_up
from index.maintenance.verify import verify_library
from tests.conftest import ARTICLES, FakeEncoder, article, contents, nearest


def test_a_copy_is_the_library(library_folder, tmp_path, encoder):
    size = back_up(library_folder, tmp_path / "copy")
    assert size == sum(p.stat().st_size for p in (tmp_path / "copy").iterdir())
    assert sorted(os.listdir(tmp_path / "copy")) == [DATABASE, "vectors.faiss"]
    assert contents(tmp_path / "copy", encoder, "大桥") == contents(library_folder, encoder, "大桥")
    assert list(verify_library(tmp_path / "copy")) == []
    assert index_raw(ARTICLES, tmp_path / "copy", encoder=encoder).unchanged == 5


def test_copies_made_while_articles_are_added_hold_one_generation_each(library_folder, tmp_path):
    stop = threading.Event()

    def write():
        for n in range(1000):
            if stop.is_set():
                return
            two = [article(f"{side}{n}", f"第{n}号渡轮{side}开航。") for side in "ab"]
            index_raw(two, library_folder, encoder=FakeEncoder())

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for n in range(8):
            back_up(library_folder, tmp_path / f"copy{n}")
    finally:
        stop.set()
        writer.join()
    for n in range(8):
        with Library.open(tmp_path / f"copy{n}") as library:
            ids = set(library.article_ids())
            assert len(ids) == 5 + 2 * (library.manifest().generation - 1)
            assert nearest(library, FakeEncoder().encode_queries(["渡轮"]), "zh", 1)
        found = verify_library(tmp_path / f"copy{n}")
        assert [finding for finding in found if finding.mend.is_of_damage] == []


def test_a_folder_with_something_in_it_is_refused(library_folder, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a").touch()
    with pytest.raises(LibraryError, match="is not empty"):
        back_up(library_folder, tmp_path / "full")
    with pytest.raises(LibraryError, match="is not empty"):
        back_up(library_folder, library_folder)
    assert os.listdir(tmp_path / "full") == ["a"]


def test_there_is_nothing_to_copy_where_there_is_no_library(tmp_path):
    with pytest.raises(LibraryError, match="is not a library"):
        back_up(tmp_path / "gone", tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_a_damaged_library_is_not_copied_as_if_it_were_whole(library_folder, tmp_path):
    data = bytearray((library_folder / DATABASE).read_bytes())
    data[8 * 4096 : 9 * 4096] = b"\x5a" * 4096
    (library_folder / DATABASE).write_bytes(data)
    with pytest.raises(LibraryError, match="damaged"):
        back_up(library_folder, tmp_path / "copy")
    assert os.listdir(tmp_path / "copy") == []


def test_a_library_is_not_copied_into_itself(library_folder):
    before = sorted(os.listdir(library_folder))
    for inside in ("inside", "a/b", "../library/inside"):
        with pytest.raises(LibraryError, match="lies within the library") as raised:
            back_up(library_folder, library_folder / inside)
        assert "之内" in raised.value.chinese
    assert sorted(os.listdir(library_folder)) == before
