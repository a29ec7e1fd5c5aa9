"""The SQLite file: opening it, transactions, and what goes wrong with it."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from dataclasses import replace
from datetime import date

import pytest

from index.build import index_raw
from index.database import database
from index.database.database import (
    DATABASE,
    article_values,
    connect_reader,
    connect_writer,
    current_reader,
    in_batches,
    manifest_value,
    said_plainly,
    set_manifest,
    to_article,
    transaction,
)
from index.database.schema import create_tables
from index.errors import LibraryError
from index.library.library import Library
from index.library.writer import open_writer
from index.records import Article
from tests.conftest import article, nearest


@pytest.fixture
def connection(tmp_path, encoder):
    connection = connect_writer(tmp_path / DATABASE)
    create_tables(connection, encoder, 128)
    yield connection
    connection.close()


def test_new_tables_come_with_a_manifest_of_the_encoder(connection, encoder):
    assert manifest_value(connection, "chunk_tokens") == "128"
    assert manifest_value(connection, "dimension") == str(encoder.dimension)
    assert manifest_value(connection, "fingerprint") == f'"{encoder.fingerprint}"'
    assert manifest_value(connection, "generation") == "0"


def test_making_tables_again_changes_nothing(connection, encoder):
    set_manifest(connection, {"generation": 7})
    create_tables(connection, encoder, 999)
    assert manifest_value(connection, "generation") == "7"
    assert manifest_value(connection, "chunk_tokens") == "128"


def test_a_manifest_keeps_any_json_value(connection):
    set_manifest(connection, {"question_means": {"zh": [0.5, -1.0]}, "encoder": "甲"})
    assert manifest_value(connection, "question_means") == '{"zh": [0.5, -1.0]}'
    assert manifest_value(connection, "encoder") == '"甲"'


@pytest.mark.parametrize("day", [date(2025, 6, 1), None])
def test_an_article_comes_back_as_it_was(day):
    taken = Article("a#1", "题", "http://x", day, "号", "大桥\n通车。", "晚报", "zh")
    assert to_article([*article_values(taken), 0]) == taken
    assert to_article([*article_values(taken), 1]) == replace(taken, recognised=True)


@pytest.mark.parametrize("stop", [RuntimeError, KeyboardInterrupt])
def test_a_transaction_that_is_left_by_an_error_changes_nothing(connection, tmp_path, stop):
    def left_early() -> None:
        with transaction(connection, tmp_path):
            set_manifest(connection, {"generation": 5})
            raise stop

    with pytest.raises(stop):
        left_early()
    assert manifest_value(connection, "generation") == "0"
    with transaction(connection, tmp_path):
        set_manifest(connection, {"generation": 6})
    assert manifest_value(connection, "generation") == "6"


@pytest.mark.parametrize(
    ("error", "said", "said_in_chinese"),
    [
        (sqlite3.DatabaseError("malformed"), "is damaged", "已损坏"),
        (sqlite3.OperationalError("database or disk is full"), "disk has room", "磁盘空间"),
        (PermissionError(13, "Permission denied"), "Permission denied", "权限"),
    ],
)
def test_what_sqlite_and_the_disk_raise_is_said_in_one_sentence(
    tmp_path, error, said, said_in_chinese
):
    with pytest.raises(LibraryError, match=said) as raised, said_plainly(tmp_path):
        raise error
    assert repr(str(tmp_path)) in str(raised.value)
    assert said_in_chinese in raised.value.chinese


def test_other_errors_pass_unchanged(tmp_path):
    with pytest.raises(KeyError), said_plainly(tmp_path):
        raise KeyError


def test_a_library_that_cannot_be_written_beside_is_read_all_the_same(library_folder, monkeypatch):
    monkeypatch.setattr(database.os, "access", lambda *_: False)
    connection = connect_reader(library_folder / DATABASE)
    try:
        assert connection.execute("SELECT COUNT(*) FROM article").fetchone() == (5,)
        with pytest.raises(sqlite3.OperationalError):
            connection.execute("DELETE FROM article")
    finally:
        connection.close()


def test_what_others_publish_is_seen_where_nothing_may_be_written(
    library_folder, encoder, monkeypatch
):
    monkeypatch.setattr(database.os, "access", lambda path, mode: False)
    with Library.open(library_folder) as library:
        before = library.article_ids()
        index_raw([article("later", "后来的。")], library_folder, encoder=encoder)
        assert sorted(library.article_ids()) == sorted([*before, "later"])
        with closing(connect_writer(library_folder / DATABASE)) as writer:
            writer.execute("DELETE FROM article WHERE article_id = 'later'")
            assert library.article_ids() == before
            writer.execute("DELETE FROM article WHERE article_id = ?", (before[0],))
            assert library.article_ids() == before[1:]
        assert library.article_ids() == before[1:]


def test_a_reader_that_may_write_keeps_its_connection(library_folder, encoder):
    connection = connect_reader(library_folder / DATABASE)
    index_raw([article("later", "后来的。")], library_folder, encoder=encoder)
    assert current_reader(connection, library_folder / DATABASE) is connection
    connection.close()


def test_values_come_in_batches_of_a_size():
    assert [list(some) for some in in_batches([1, 2, 3, 4, 5], 2)] == [[1, 2], [3, 4], [5]]
    assert list(in_batches([])) == []


@pytest.mark.parametrize("page", range(1, 8))
def test_a_library_damaged_at_any_page_works_or_raises_the_one_sentence(
    library_folder, encoder, page
):
    path = library_folder / DATABASE
    data = bytearray(path.read_bytes())
    start = page * 4096
    assert start < len(data)
    data[start : start + 4096] = b"\x5a" * 4096
    path.write_bytes(data)
    (library_folder / "vectors.faiss").unlink()
    with suppress(LibraryError), Library.open(library_folder) as library:
        library.counts()
        list(library.articles())
        library.raw_article("bridge")
        nearest(library, encoder.encode_queries(["大桥"]), "zh", 5)
    with suppress(LibraryError), open_writer(library_folder, encoder, None, 1) as writer:
        writer.published_content("bridge")[0]
        writer.staged_version("bridge")
        writer.vectors_of(["x"])
        writer.has_centres()
    with suppress(LibraryError):
        index_raw([article("new", "渡轮开航。")], library_folder, encoder=encoder)
