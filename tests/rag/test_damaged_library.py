"""A library of which a byte is wrong: answers do without what is damaged, and say so."""

from __future__ import annotations

import sqlite3

import pytest

from index.build import index_raw
from index.database.damage import Mend
from index.database.database import DATABASE
from index.errors import LibraryError
from index.maintenance.repair import repair_library
from index.maintenance.verify import verify_library
from index.search.dense_file import VECTORS
from rag.assistant import Assistant
from tests.conftest import ARTICLES, FakeEncoder, article

QUESTION = "东岸大桥什么时候通车？"


def change(folder, statement, *values):
    connection = sqlite3.connect(folder / DATABASE)
    with connection:
        assert connection.execute(statement, values).rowcount > 0
    connection.close()


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 0x80]) + data[at + 1 :]


def blobs(folder, statement):
    connection = sqlite3.connect(folder / DATABASE)
    found = connection.execute(statement).fetchall()
    connection.close()
    return found


def ask(folder, encoder, question=QUESTION):
    with Assistant.open(folder, encoder=encoder) as assistant:
        return assistant.ask(question)


@pytest.mark.parametrize(("table", "column"), [("posting", "data"), ("segment", "chunks")])
def test_every_byte_of_the_inverted_index_may_be_wrong(library_folder, encoder, table, column):
    where = "WHERE term = '大桥'" if table == "posting" else ""
    ((row, data),) = blobs(
        library_folder, f"SELECT rowid, {column} FROM {table} {where} ORDER BY rowid LIMIT 1"
    )
    for at in range(len(data)):
        changed = flipped(data, at)
        change(library_folder, f"UPDATE {table} SET {column} = ? WHERE rowid = ?", changed, row)
        assert [finding.mend for finding in verify_library(library_folder)] != [], at
        assert not ask(library_folder, encoder).refused
    assert repair_library(library_folder, encoder=encoder).remaining == ()
    assert not ask(library_folder, encoder).notice


def test_what_the_words_cannot_find_the_vectors_do_and_it_is_said(library_folder, encoder):
    whole = ask(library_folder, encoder)
    change(library_folder, "UPDATE posting SET data = x'ffff01'")
    answer = ask(library_folder, encoder)
    assert answer.citations[0].article_id == whole.citations[0].article_id
    assert "词语索引" in answer.notice
    assert [one.warns for one in answer.notices] == [True]
    assert "juwen repair" in answer.notice


def test_an_open_assistant_reads_what_was_repaired(library_folder, encoder):
    change(library_folder, "UPDATE segment SET seal = seal + 1")
    with Assistant.open(library_folder, encoder=encoder) as assistant:
        assert assistant.ask(QUESTION).notice
        repair_library(library_folder, encoder=encoder)
        assert not assistant.ask(QUESTION).notice


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE article SET text = replace(text, '28', '29') WHERE article_id = 'bridge'",
        "UPDATE article SET date = '2024-06-20' WHERE article_id = 'bridge'",
        "UPDATE article SET text = CAST(x'ff41' AS TEXT) WHERE article_id = 'bridge'",
    ],
)
def test_a_changed_article_is_neither_cited_nor_shown(library_folder, encoder, damage):
    change(library_folder, damage)
    with Assistant.open(library_folder, encoder=encoder) as assistant:
        answer = assistant.ask(QUESTION)
        assert "bridge" not in {cited.article_id for cited in answer.citations}
        assert "bridge" not in {found.article_id for found in answer.evidence}
        assert "bridge" in answer.notice
        with pytest.raises(LibraryError, match="juwen repair"):
            assistant.library.article("bridge")
    repair_library(library_folder, encoder=encoder)
    assert ask(library_folder, encoder).citations[0].article_id == "bridge"


def test_a_chunk_that_is_cut_elsewhere_is_not_cited(library_folder, encoder):
    change(
        library_folder,
        "UPDATE chunk SET end = end - 3 "
        "WHERE article = (SELECT row FROM article WHERE article_id = 'bridge')",
    )
    answer = ask(library_folder, encoder)
    assert "bridge" not in {found.article_id for found in answer.evidence}
    assert "bridge" in answer.notice


def test_a_library_put_in_the_place_of_an_open_one_is_read_by_the_next_question(
    library_folder, tmp_path, encoder
):
    other = tmp_path / "other"
    raws = [article("ferry", "渡轮将于9月3日开航，票价五元。", title="渡轮开航")]
    index_raw(raws, other, encoder=encoder)
    with Assistant.open(library_folder, encoder=encoder) as assistant:
        assert assistant.ask(QUESTION).citations[0].article_id == "bridge"
        library_folder.rename(tmp_path / "before")
        other.rename(library_folder)
        answer = assistant.ask("渡轮什么时候开航？")
        assert {found.article_id for found in answer.evidence} == {"ferry"}


def test_a_library_of_another_model_in_its_place_is_refused_until_the_next_start(
    library_folder, tmp_path, encoder
):
    index_raw(ARTICLES, tmp_path / "other", encoder=FakeEncoder("another"))
    with Assistant.open(library_folder, encoder=encoder) as assistant:
        library_folder.rename(tmp_path / "before")
        (tmp_path / "other").rename(library_folder)
        for _ in range(2):
            with pytest.raises(LibraryError, match="another library was put"):
                assistant.ask(QUESTION)


def test_vectors_of_another_library_of_the_same_generation_are_made_anew(
    library_folder, tmp_path, encoder
):
    whole = ask(library_folder, encoder)
    index_raw(ARTICLES[::-1], tmp_path / "other", encoder=encoder)
    (library_folder / VECTORS).write_bytes((tmp_path / "other" / VECTORS).read_bytes())
    (found,) = verify_library(library_folder)
    assert found.mend is Mend.BEHIND
    assert [e.score for e in ask(library_folder, encoder).evidence] == [
        e.score for e in whole.evidence
    ]
    assert list(verify_library(library_folder)) == []
