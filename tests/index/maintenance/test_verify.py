"""Damage of every kind: each is found, and mended or named."""

from __future__ import annotations

import os
import random
import sqlite3
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from index.build import index_raw, remove_articles
from index.database.damage import Finding, Mend
from index.database.database import DATABASE
from index.errors import LibraryError
from index.library.reader import FolderLibrary
from index.maintenance.repair import repair_library
from index.maintenance.verify import verify_library
from index.search.dense_file import VECTORS
from index.search.dense_vectors import pack
from tests.conftest import ARTICLES, FakeEncoder, article, contents

GREETING = "各位读者早上好"
TEXT = "".join(f"第{number}号渡轮于上午开航，全程需要{number}分钟。" for number in range(20, 40))
RAWS = (
    *ARTICLES,
    *(article(f"w{n}", f"{GREETING}\r第{n}处码头长{n}0米。", account="周刊") for n in range(6)),
    article("first", TEXT, time="2025/1/1", account="渡轮号"),
    article("copy", TEXT, time="2025/1/2", account="别的号"),
)
QUESTIONS = ("大桥何时通车", "第3处码头", "渡轮开航")


@pytest.fixture
def whole(tmp_path, encoder):
    """A library with a bit of everything, built in two jobs and with a removal between them."""
    folder = tmp_path / "whole"
    index_raw([*RAWS[:4], article("gone", "学校招生。")], folder, encoder=encoder)
    index_raw(RAWS, folder, encoder=encoder, sync=True)
    return folder


def sql(*statements):
    """Damage by SQL, without SQLite's own checks."""

    def damage(folder: Path) -> None:
        connection = sqlite3.connect(folder / DATABASE)
        with connection:
            for statement in statements:
                assert connection.execute(statement).rowcount != 0, statement
        connection.close()

    return damage


def blob(table, column, where, change):
    """Damage to one blob."""

    def damage(folder: Path) -> None:
        connection = sqlite3.connect(folder / DATABASE)
        with connection:
            row, data = connection.execute(
                f"SELECT rowid, {column} FROM {table} WHERE {where} LIMIT 1"
            ).fetchone()
            changed = change(data)
            assert changed != data
            connection.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (changed, row))
        connection.close()

    return damage


def file(change):
    """Damage to the search index's bytes."""

    def damage(folder: Path) -> None:
        path = folder / VECTORS
        path.write_bytes(change(path.read_bytes()))

    return damage


def flip(at):
    def change(data: bytes) -> bytes:
        place = int(len(data) * at)
        return data[:place] + bytes([data[place] ^ 0x10]) + data[place + 1 :]

    return change


def vector(fill):
    return lambda data: pack(np.full(len(data) // 2, fill, np.float32))


def empty_index(folder: Path) -> None:
    """Take the entries out of one of SQLite's own indexes."""
    connection = sqlite3.connect(folder / DATABASE)
    connection.execute("PRAGMA writable_schema = ON")
    for condition, reindex in ((" WHERE 0", True), ("", False)):
        made = f"CREATE INDEX chunk_passage ON chunk (passage){condition}"
        connection.execute("UPDATE sqlite_master SET sql = ? WHERE name = 'chunk_passage'", (made,))
        connection.commit()
        connection.close()
        connection = sqlite3.connect(folder / DATABASE)
        connection.execute("PRAGMA writable_schema = ON")
        if reindex:
            connection.execute("REINDEX chunk_passage")
            connection.commit()
    connection.close()


def page(folder: Path) -> None:
    """Overwrite the page where a table begins."""
    connection = sqlite3.connect(folder / DATABASE)
    (number,) = connection.execute(
        "SELECT rootpage FROM sqlite_master WHERE name = 'posting'"
    ).fetchone()
    connection.close()
    data = bytearray((folder / DATABASE).read_bytes())
    data[(number - 1) * 4096 : (number - 1) * 4096 + 512] = b"\x5a" * 512
    (folder / DATABASE).write_bytes(data)


def stale(folder: Path) -> None:
    """Put the search index of an older generation in its place."""
    old = (folder / VECTORS).read_bytes()
    index_raw([article("later", "后来的。")], folder, encoder=FakeEncoder())
    index_raw(RAWS, folder, encoder=FakeEncoder(), sync=True)
    (folder / VECTORS).write_bytes(old)


A = "WHERE article_id = 'bridge'"
C = "WHERE article = (SELECT row FROM article WHERE article_id = 'bridge')"
F = "article = (SELECT row FROM article WHERE article_id = 'first')"

MENDABLE = {
    "text": sql(f"UPDATE article SET text = replace(text, '3.2', '3.3') {A}"),
    "text that is no text": sql(f"UPDATE article SET text = CAST(x'ff41' AS TEXT) {A}"),
    "title": sql(f"UPDATE article SET title = '别的题目' {A}"),
    "date": sql(f"UPDATE article SET date = '2001-01-01' {A}"),
    "date that is none": sql(f"UPDATE article SET date = 'x' {A}"),
    "account": sql(f"UPDATE article SET account = '周刊' {A}"),
    "hash of what was received": sql(f"UPDATE article SET content = 'x' {A}"),
    "version": sql(f"UPDATE article SET version = 'x' {A}"),
    "changes": sql(f"UPDATE article SET changes = '[]' {A}"),
    "changes that are no JSON": sql(f"UPDATE article SET changes = '[' {A}"),
    "kind": sql(f"UPDATE article SET kind = 'digest' {A}"),
    "a relation that is lost": sql(
        "UPDATE article SET originals = '[]', kind = 'article' WHERE article_id = 'copy'"
    ),
    "a relation to nobody": sql(f"UPDATE article SET originals = '[\"nobody\"]' {A}"),
    "fingerprints": sql(f"DELETE FROM fingerprint {C}"),
    "a repeated line": sql("DELETE FROM recurring WHERE account = '周刊'"),
    "a line that nobody repeats": sql("INSERT INTO recurring VALUES ('试验号', 7, NULL)"),
    "an account of nobody": sql("INSERT INTO recurring VALUES ('没有的号', 7, NULL)"),
    "a span outside of the text": sql(f"UPDATE chunk SET end = 9999 {C}"),
    "a span that is cut short": sql(f"UPDATE chunk SET end = end - 5 {C}"),
    "a chunk that is lost": sql(
        f"DELETE FROM chunk WHERE id = (SELECT MAX(id) FROM chunk WHERE {F})"
    ),
    "a chunk twice": sql(
        "INSERT INTO chunk (article, start, end, language, passage, vector) "
        f"SELECT article, start, end, language, passage, vector FROM chunk WHERE {F} LIMIT 1"
    ),
    "a language": sql(f"UPDATE chunk SET language = 'xx' {C}"),
    "the hash of a passage": sql(f"UPDATE chunk SET passage = 'x' {C}"),
    "a vector of NaN": blob("chunk", "vector", "1", vector(np.nan)),
    "a vector of zeros": blob("chunk", "vector", "1", vector(0)),
    "a short vector": blob("chunk", "vector", "1", lambda data: data[:-2]),
    "a posting that is lost": sql("DELETE FROM posting WHERE term = '大桥'"),
    "a posting of nothing": sql("INSERT INTO posting VALUES ('大桥', 999, x'000001')"),
    "a posting's count": blob(
        "posting", "data", "term = '渡轮'", lambda data: data[:-1] + bytes([data[-1] + 1])
    ),
    "a posting's size": blob("posting", "data", "term = '渡轮'", lambda data: data[:-1]),
    "a posting's place": blob("posting", "data", "term = '渡轮'", lambda data: b"\xff" + data[1:]),
    "an article's checksum": sql(f"UPDATE article SET seal = seal + 1 {A}"),
    "a segment's checksum": sql("UPDATE segment SET seal = seal + 1"),
    "lengths": blob("segment", "lengths", "1", flip(0)),
    "a segment's articles": blob("segment", "articles", "1", flip(0)),
    "a segment that is lost": sql("DELETE FROM segment WHERE row = (SELECT MAX(row) FROM segment)"),
    "a chunk that is said to be gone": sql("INSERT INTO gone SELECT MAX(id) FROM chunk"),
    "a search index that is cut short": file(lambda data: data[: len(data) // 2]),
    "a bit of the vectors": file(flip(0.3)),
    "a bit of the covariance": file(flip(0.8)),
    "an empty search index": file(lambda _: b""),
    "a search index that is lost": lambda folder: (folder / VECTORS).unlink(),
    "a stale search index": stale,
    "the generation": sql("DELETE FROM manifest WHERE key = 'generation'"),
    "the centres of questions": sql(
        "UPDATE manifest SET value = '{}' WHERE key = 'question_means'"
    ),
    "an index of the database": sql("DROP INDEX chunk_passage"),
    "the entries of such an index": empty_index,
    "a chunk of nobody": sql(
        "UPDATE chunk SET article = 9999 WHERE id = (SELECT MAX(id) FROM chunk)"
    ),
    "a table": sql("DROP TABLE recurring"),
    "a file that was left": lambda folder: (folder / "vectors.faiss.999999999.2.tmp").touch(),
}

NOT_MENDABLE = {
    "what was received": (
        sql(f"UPDATE article SET raw = replace(raw, '3.2', '3.3') {A}"),
        Mend.SOURCE,
    ),
    "what was received, and is no JSON": (
        sql(f"UPDATE article SET raw = substr(raw, 9) {A}"),
        Mend.SOURCE,
    ),
    "the embedding model's name": (
        sql("DELETE FROM manifest WHERE key = 'encoder'"),
        Mend.BACKUP,
    ),
    "a page of the database": (page, Mend.BACKUP),
}


def test_a_whole_library_has_nothing_wrong(whole, library_folder):
    assert list(verify_library(whole)) == []
    assert list(verify_library(library_folder)) == []


def test_an_empty_library_has_nothing_wrong(tmp_path, encoder):
    index_raw([], tmp_path / "library", encoder=encoder)
    assert list(verify_library(tmp_path / "library")) == []


@pytest.mark.parametrize("name", MENDABLE)
def test_damage_is_found_and_mended(whole, encoder, name):
    before = contents(whole, encoder, *QUESTIONS)
    MENDABLE[name](whole)
    found = list(verify_library(whole))
    assert found
    assert all(finding.mend.possible for finding in found), found
    repaired = repair_library(whole, encoder=encoder)
    assert set(found) <= set(repaired.found)
    assert repaired.remaining == ()
    assert list(verify_library(whole)) == []
    assert contents(whole, encoder, *QUESTIONS) == before


@pytest.mark.parametrize("name", NOT_MENDABLE)
def test_damage_that_cannot_be_mended_is_named(whole, encoder, name):
    damage, mend = NOT_MENDABLE[name]
    damage(whole)
    found = list(verify_library(whole))
    assert mend in {finding.mend for finding in found}
    remaining = repair_library(whole, encoder=encoder).remaining
    assert {finding.mend for finding in remaining} == {mend}
    for finding in remaining:
        assert finding.message.english
        assert finding.message.chinese
        assert mend is not Mend.SOURCE or finding.subject == "bridge"


def test_two_things_wrong_at_once_are_mended_together(whole, encoder):
    before = contents(whole, encoder, *QUESTIONS)
    for name in ("text", "a repeated line", "a posting that is lost", "a bit of the vectors"):
        MENDABLE[name](whole)
    assert repair_library(whole, encoder=encoder).remaining == ()
    assert contents(whole, encoder, *QUESTIONS) == before


def test_an_article_that_is_received_again_is_whole_again(whole, encoder):
    before = contents(whole, encoder, *QUESTIONS)
    NOT_MENDABLE["what was received"][0](whole)
    index_raw(ARTICLES[:1], whole, encoder=encoder, again=True)
    assert list(verify_library(whole)) == []
    assert contents(whole, encoder, *QUESTIONS) == before


def test_only_what_lost_its_vector_is_embedded_again(whole):
    MENDABLE["a vector of NaN"](whole)
    encoder = FakeEncoder()
    repair_library(whole, encoder=encoder)
    assert encoder.encoded == 1
    MENDABLE["a posting that is lost"](whole)
    repair_library(whole, encoder=encoder)
    assert encoder.encoded == 1


def test_nothing_can_be_verified_or_repaired_where_there_is_no_library(tmp_path):
    with pytest.raises(LibraryError, match="is not a library"):
        list(verify_library(tmp_path))
    with pytest.raises(LibraryError, match="is not a library"):
        repair_library(tmp_path)


def test_verifying_changes_nothing_and_says_what_is_staged(whole, encoder, monkeypatch):
    monkeypatch.setattr("index.library.publication.publish_postings", None)
    with pytest.raises(TypeError):
        index_raw([article("new", "新的。")], whole, encoder=encoder)
    data = (whole / DATABASE).read_bytes()
    (unfinished,) = verify_library(whole)
    assert unfinished.mend is Mend.UNFINISHED
    assert "1 articles" in unfinished.message.english
    assert (whole / DATABASE).read_bytes() == data


def killed(monkeypatch, before: str):
    """Let the next job end as if it had been killed before it called a function."""

    def kill(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(before, kill)


@pytest.mark.parametrize(
    ("before", "mend", "said"),
    [
        ("index.library.publication.publish_postings", Mend.UNFINISHED, "go on with"),
        ("index.library.publication.update_vectors", Mend.BEHIND, "made at the next start"),
    ],
)
def test_a_first_job_that_was_killed_is_unfinished_and_not_damaged(
    tmp_path, encoder, monkeypatch, before, mend, said
):
    folder = tmp_path / "library"
    with monkeypatch.context() as patched:
        killed(patched, before)
        with pytest.raises(KeyboardInterrupt):
            index_raw(RAWS, folder, encoder=encoder)
    (found,) = verify_library(folder)
    assert (found.mend, found.mend.is_of_damage) == (mend, False)
    assert said in found.message.english
    index_raw(RAWS, folder, encoder=encoder)
    assert list(verify_library(folder)) == []


def test_after_a_removal_that_was_killed_the_search_index_is_a_generation_behind(
    whole, encoder, monkeypatch
):
    with monkeypatch.context() as patched:
        killed(patched, "index.library.publication.update_vectors")
        with pytest.raises(KeyboardInterrupt):
            remove_articles(["w0"], whole, encoder=encoder)
    (found,) = verify_library(whole)
    assert (found.mend, found.mend.is_of_damage) == (Mend.BEHIND, False)
    assert "a generation behind" in found.message.english
    contents(whole, encoder, *QUESTIONS)  # whoever reads makes it anew
    assert list(verify_library(whole)) == []


def foreign(folder: Path) -> None:
    """Put another program's database in the place of the library's."""
    (folder / DATABASE).unlink()
    connection = sqlite3.connect(folder / DATABASE)
    with connection:
        connection.execute("CREATE TABLE bookmark (address TEXT)")
    connection.close()


def schema_that_is_no_text(folder: Path) -> None:
    """Spoil the statements in the database's first page."""
    data = (folder / DATABASE).read_bytes()
    assert b"CREATE TABLE fingerprint" in data
    (folder / DATABASE).write_bytes(
        data.replace(b"TABLE fingerprint", b"\xff\xfe\xff\xfe\xff fingerprint")
    )


def database(change):
    """Damage to the database's bytes."""

    def damage(folder: Path) -> None:
        (folder / DATABASE).write_bytes(change((folder / DATABASE).read_bytes()))

    return damage


LOST = {
    "statements that are no text": schema_that_is_no_text,
    "a manifest of no JSON": sql("UPDATE manifest SET value = 'x'"),
    "a manifest of numbers": sql("UPDATE manifest SET value = '6'"),
    "a schema that is no number": sql("UPDATE manifest SET value = 'true' WHERE key = 'schema'"),
    "a manifest that is lost": sql("DROP TABLE manifest"),
    "an id that is no text": sql(f"UPDATE article SET article_id = CAST(x'ff41' AS TEXT) {A}"),
    "a database that is cut short": database(lambda data: data[: len(data) // 2]),
    "a database of other bytes": database(lambda data: b"\x5a" * len(data)),
    "an empty database": database(lambda _: b""),
    "another program's database": foreign,
}


def said_by(work) -> str:
    """What is said of a library: an error, or what is found."""
    try:
        found = work()
    except LibraryError as error:
        return error.english
    assert Mend.BACKUP in {finding.mend for finding in found}, found
    return "is damaged; put a copy"  # as the command says it of such a finding


def read_all(folder: Path) -> list[Finding]:
    with FolderLibrary.at(folder) as library:
        contents(folder, FakeEncoder(), *QUESTIONS)
        list(library.articles())
    return []


@pytest.mark.parametrize("name", LOST)
def test_what_no_repair_can_mend_is_said_alike_by_all(whole, encoder, name):
    LOST[name](whole)
    for work in (
        lambda: list(verify_library(whole)),
        lambda: read_all(whole),
        lambda: repair_library(whole, encoder=encoder).remaining,
    ):
        said = said_by(work)
        assert "is damaged" in said
        assert "put a copy" in said
        assert "juwen repair" not in said


def test_another_programs_database_is_no_library_and_stays_as_it_is(tmp_path, encoder):
    foreign_folder = tmp_path / "other"
    foreign_folder.mkdir()
    (foreign_folder / DATABASE).touch()
    foreign(foreign_folder)
    before = (foreign_folder / DATABASE).read_bytes()
    for work in (
        lambda: list(verify_library(foreign_folder)),
        lambda: repair_library(foreign_folder, encoder=encoder),
        lambda: index_raw(ARTICLES, foreign_folder, encoder=encoder),
    ):
        with pytest.raises(LibraryError, match="another program's database"):
            work()
    assert (foreign_folder / DATABASE).read_bytes() == before


@pytest.mark.parametrize("seed", range(8))
def test_bytes_that_changed_anywhere_are_damage_in_a_sentence(whole, encoder, seed):
    chance = random.Random(seed)
    data = bytearray((whole / DATABASE).read_bytes())
    for at in chance.sample(range(len(data)), 200):
        data[at] ^= chance.randrange(1, 256)
    (whole / DATABASE).write_bytes(data)
    with suppress(LibraryError):
        assert list(verify_library(whole))
    with suppress(LibraryError):
        read_all(whole)
    with suppress(LibraryError):
        repair_library(whole, encoder=encoder)


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_a_search_index_that_is_no_file_is_refused_unopened_and_replaced(whole, encoder, make):
    before = contents(whole, encoder, *QUESTIONS)
    (whole / VECTORS).unlink()
    make(whole / VECTORS)
    assert {finding.mend for finding in verify_library(whole)} == {Mend.VECTORS}
    assert repair_library(whole, encoder=encoder).remaining == ()
    assert (whole / VECTORS).is_file()
    assert contents(whole, encoder, *QUESTIONS) == before


def test_a_folder_of_files_in_the_place_of_the_search_index_is_not_deleted(whole, encoder):
    (whole / VECTORS).unlink()
    (whole / VECTORS).mkdir()
    (whole / VECTORS / "mine.txt").touch()
    contents(whole, encoder, *QUESTIONS)
    with pytest.raises(LibraryError, match="move it away"):
        repair_library(whole, encoder=encoder)
    assert (whole / VECTORS / "mine.txt").exists()


@pytest.mark.parametrize("name", ["feedback.jsonl", "starters.json"])
def test_a_pipe_beside_the_articles_keeps_nobody_waiting(whole, name):
    os.mkfifo(whole / name)
    with FolderLibrary.at(whole) as library:
        assert library.note(name) is None
        if name.startswith("feedback"):
            for work in (library.feedback, lambda: library.add_feedback({"a": 1})):
                with pytest.raises(LibraryError, match="it is no file"):
                    work()
