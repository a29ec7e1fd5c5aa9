"""Staging and publishing, by one writer, whatever stops it."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from index.build import index_raw
from index.cleaning.clean import clean
from index.database.database import DATABASE
from index.embedding.centring import Centres
from index.embedding.encoder import passage_text
from index.errors import LibraryError
from index.library.library import Library
from index.library.staging import Received, StagedChunk
from index.library.writer import open_writer
from index.records import Chunk, Span, digest
from index.search.dense_building import load_vectors
from index.search.dense_file import VECTORS
from index.search.lexical_building import published_chunks
from tests.conftest import ARTICLES, FakeEncoder, article, nearest

ROOT = Path(__file__).parents[3]
CENTRES = Centres({"zh": np.zeros(96, np.float32)})


def key_of(text: str) -> str:
    """The hash of the passage that ``stage`` makes of a text."""
    cleaned = clean(article("new", text)).article
    return digest([passage_text(cleaned, Chunk(Span(0, len(cleaned.text)), "zh"))])


def stage(writer, encoder, article_id="new", text="渡轮开航。", version="v1"):
    raw = article(article_id, text)
    cleaned = clean(raw)
    writer.receive([Received(raw, cleaned.article, cleaned.changes, f"content of {text}")])
    chunk = Chunk(Span(0, len(cleaned.article.text)), "zh")
    (vector,) = encoder.encode_passages([text])
    staged = [StagedChunk(chunk, digest([passage_text(cleaned.article, chunk)]), vector)]
    writer.stage(cleaned.article, cleaned.changes, version, staged)


def publish(writer, centres=None):
    writer.publish(recurring={}, question_centres=centres)


def ids(folder):
    with Library.open(folder) as library:
        return sorted(one.article_id for one in library.articles())


OLD = sorted(one.article_id for one in ARTICLES)


def test_staged_articles_are_invisible_until_they_are_published(library_folder, encoder):
    with (
        open_writer(library_folder, encoder, None, 1) as writer,
        Library.open(library_folder) as library,
    ):
        question = encoder.encode_queries(["渡轮开航"])
        before = nearest(library, question, "zh", 9)
        stage(writer, encoder)
        assert library.article("new") is library.raw_article("new") is None
        assert library.counts().articles == 5
        assert nearest(library, question, "zh", 9) == before
        assert writer.staged_version("new") == "v1"
        assert writer.published_content("new") == ("", False)
        publish(writer)
        assert library.article("new").text == "渡轮开航。"
        assert nearest(library, question, "zh", 1)[0][0].article.article_id == "new"
        assert writer.published_content("new")[0] == "content of 渡轮开航。"
        assert writer.staged_version("new") is None


def test_publishing_replaces_the_article_of_the_same_id_and_its_chunks(library_folder, encoder):
    with open_writer(library_folder, encoder, None, 1) as writer:
        stage(writer, encoder, "bridge", "大桥改期了。", "v2")
        publish(writer)
    with Library.open(library_folder) as library:
        assert library.article("bridge").text == "大桥改期了。"
        assert (library.counts().articles, library.counts().chunks) == (5, 5)
        assert library.manifest().generation == 2


def test_staging_again_replaces_what_was_staged(library_folder, encoder):
    with open_writer(library_folder, encoder, None, 1) as writer:
        stage(writer, encoder, text="旧的。", version="v1")
        stage(writer, encoder, text="新的。", version="v2")
        assert writer.staged_version("new") == "v2"
        publish(writer)
    with Library.open(library_folder) as library:
        assert library.article("new").text == "新的。"
        assert library.counts().chunks == 6


def test_what_a_killed_job_staged_and_the_next_does_not_receive_is_dropped(library_folder, encoder):
    with open_writer(library_folder, encoder, None, 1) as writer:
        stage(writer, encoder, "one")
        stage(writer, encoder, "two")
    with open_writer(library_folder, encoder, None, 1) as writer:
        assert writer.staged_version("two") == "v1"
        assert writer.ready() == []
        stage(writer, encoder, "one")
        assert writer.ready() == ["one"]
        publish(writer)
        assert writer.staged_version("two") is None
        assert writer.ready() == []
    assert ids(library_folder) == sorted([*OLD, "one"])


def test_receiving_the_same_again_keeps_what_was_staged_of_it(library_folder, encoder):
    raw = article("new", "渡轮开航。")
    cleaned = clean(raw)
    with open_writer(library_folder, encoder, None, 1) as writer:
        stage(writer, encoder)
        for content, version in (("content of 渡轮开航。", "v1"), ("other", "")):
            writer.receive([Received(raw, cleaned.article, cleaned.changes, content)])
            assert writer.staged_version("new") == version
        received, keys = writer.received("new")
        assert (received.raw, received.article) == (raw, cleaned.article)
        assert received.content == "other"
        assert keys


def test_what_cleaning_did_is_kept_with_the_article(library_folder):
    with Library.open(library_folder) as library:
        (footer,) = library.changes("bridge")
        assert footer.rule == "drop_footers"
        assert footer.span.of(library.raw_article("bridge").content).startswith("欢迎转发")
        assert library.changes("no such article") == []


def test_vectors_that_are_here_are_found_by_the_hash_of_their_passage(library_folder, encoder):
    with open_writer(library_folder, encoder, None, 1) as writer:
        stage(writer, encoder, text="渡轮开航。")
        wanted = [f"other {number}" for number in range(1200)] + [key_of("渡轮开航。")]
        found = writer.vectors_of(wanted)
    assert list(found) == [key_of("渡轮开航。")]
    (expected,) = encoder.encode_passages(["渡轮开航。"])
    assert found[key_of("渡轮开航。")] == pytest.approx(expected, abs=1e-3)


def test_the_database_keeps_vectors_as_float16(library_folder):
    connection = sqlite3.connect(library_folder / DATABASE)
    sizes = {len(vector) for (vector,) in connection.execute("SELECT vector FROM chunk")}
    connection.close()
    assert sizes == {2 * 96}


def test_centres_of_questions_are_known_once_they_were_published(tmp_path, encoder):
    with open_writer(tmp_path / "library", encoder, None, 1) as writer:
        assert not writer.has_centres()
        publish(writer, CENTRES)
        assert writer.has_centres()


def test_a_reader_that_stays_open_sees_the_old_library_and_then_the_new(library_folder, encoder):
    question = encoder.encode_queries(["渡轮开航"])
    with Library.open(library_folder) as library:
        with library._reading():
            before = nearest(library, question, "zh", 9)
            index_raw([article("new", "渡轮开航。")], library_folder, encoder=encoder)
            assert nearest(library, question, "zh", 9) == before
            assert library.article("new") is None
        assert nearest(library, question, "zh", 1)[0][0].article.article_id == "new"
        assert library.manifest().generation == 2


def test_a_second_writer_is_refused_and_the_first_goes_on(library_folder, encoder):
    with open_writer(library_folder, encoder, None, 1) as writer:
        with (
            pytest.raises(LibraryError, match="is writing to the library") as raised,
            open_writer(library_folder, encoder, None, 1),
        ):
            pass
        assert f"another process ({os.getpid()} on " in str(raised.value)
        assert "请等它结束" in raised.value.chinese
        stage(writer, encoder)
        publish(writer)
    with open_writer(library_folder, encoder, None, 1) as writer:
        assert writer.published_content("new")[0] == "content of 渡轮开航。"


@pytest.mark.parametrize("name", ["notes.txt", ".git", "vectors.txt"])
def test_a_folder_with_other_things_is_refused_and_left_alone(tmp_path, encoder, name):
    (tmp_path / name).write_text("甲")
    with (
        pytest.raises(LibraryError, match="other files and no library") as raised,
        open_writer(tmp_path, encoder, None, 1),
    ):
        pass
    assert repr(str(tmp_path)) in raised.value.chinese
    assert os.listdir(tmp_path) == [name]


def test_a_file_in_place_of_the_folder_is_refused(tmp_path, encoder):
    (tmp_path / "library").write_text("甲")
    with (
        pytest.raises(LibraryError, match="check that the folder is writable"),
        open_writer(tmp_path / "library", encoder, None, 1),
    ):
        pass


def test_a_library_of_another_encoder_is_refused_with_the_command(library_folder):
    with (
        pytest.raises(LibraryError, match="--library NEW_FOLDER --encoder other") as raised,
        open_writer(library_folder, FakeEncoder("other"), None, 1),
    ):
        pass
    assert "--encoder other" in raised.value.chinese
    assert ids(library_folder) == OLD


def test_a_library_of_another_chunk_size_is_refused_with_the_command(library_folder, encoder):
    with (
        pytest.raises(LibraryError, match="--chunk-tokens 99") as raised,
        open_writer(library_folder, encoder, 99, 1),
    ):
        pass
    assert "192" in raised.value.chinese
    with open_writer(library_folder, encoder, 192, 1) as writer:
        assert writer.chunk_tokens == 192


def test_a_writer_that_was_refused_leaves_the_lock_free(library_folder, encoder):
    with pytest.raises(LibraryError), open_writer(library_folder, FakeEncoder("other"), None, 1):
        pass
    with open_writer(library_folder, encoder, None, 1) as writer:
        assert writer.published_content("bridge")[0]


def test_a_database_that_is_damaged_cannot_be_written(tmp_path, encoder):
    (tmp_path / DATABASE).write_bytes(b"not a database " * 100)
    with pytest.raises(LibraryError, match="damaged"), open_writer(tmp_path, encoder, None, 1):
        pass


# Killed: each child is a process of its own that ends itself with SIGKILL at one point.

_CHILD = """
import os, signal, sys
from pathlib import Path
import index.build, index.library.publication, index.passages
from tests.conftest import ARTICLES, FakeEncoder, article

def kill(*_):
    os.kill(os.getpid(), signal.SIGKILL)

new = [article(f"new{n}", f"第{n}号渡轮开航，票价{n}元。") for n in range(6)]
changed = [article("bridge", "大桥改期了。")]
if sys.argv[2] == "staging":
    index.passages.WINDOW = 1
    progress = lambda done, total: total and done == 4 and kill()
elif sys.argv[2] == "inside a transaction":
    index.passages.WINDOW = 1
    progress = lambda done, total: None
    index.library.publication.publish_postings = kill
else:
    progress = lambda done, total: None
    index.library.publication.update_vectors = kill
index.build.index_raw([*changed, *new], Path(sys.argv[1]), encoder=FakeEncoder(), progress=progress)
"""


def run_killed(folder: Path, when: str) -> None:
    command = [sys.executable, "-c", _CHILD, str(folder), when]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr


def run_again(folder: Path, encoder: FakeEncoder):
    new = [article(f"new{n}", f"第{n}号渡轮开航，票价{n}元。") for n in range(6)]
    return index_raw([article("bridge", "大桥改期了。"), *new], folder, encoder=encoder)


def search(folder, encoder, question="大桥何时通车"):
    with Library.open(folder) as library:
        found = nearest(library, encoder.encode_queries([question]), "zh", 99)
    return [(passage.article.article_id, passage.text, round(score, 5)) for passage, score in found]


def is_current(folder: Path) -> bool:
    """Whether the search index is of the database's generation."""
    connection = sqlite3.connect(folder / DATABASE)
    try:
        chunks = published_chunks(connection)
        return load_vectors(connection, folder / VECTORS, chunks) is not None
    finally:
        connection.close()


@pytest.mark.parametrize(("when", "staged"), [("staging", 4), ("inside a transaction", 7)])
def test_a_job_killed_before_it_published_changes_nothing_and_is_taken_up_again(
    library_folder, when, staged
):
    encoder = FakeEncoder()
    before = search(library_folder, encoder)
    run_killed(library_folder, when)
    assert ids(library_folder) == OLD
    assert search(library_folder, encoder) == before
    summary = run_again(library_folder, encoder)
    assert encoder.encoded == summary.embedded == 7 - staged
    assert (summary.added, summary.changed) == (6, 1)
    assert len(ids(library_folder)) == 11
    assert ("bridge", "大桥改期了。") in [row[:2] for row in search(library_folder, encoder)]


def test_a_new_library_whose_first_job_was_killed_is_filled_by_the_next(tmp_path):
    folder, encoder = tmp_path / "library", FakeEncoder()
    run_killed(folder, "staging")
    with Library.open(folder) as library:
        assert library.counts().articles == 0
        assert nearest(library, encoder.encode_queries(["大桥"]), "zh", 5) == []
    assert run_again(folder, encoder).added == 7
    assert len(ids(folder)) == 7


def test_a_job_killed_after_it_published_has_published_and_the_search_index_follows(
    library_folder, tmp_path
):
    encoder = FakeEncoder()
    run_killed(library_folder, "published")
    assert not is_current(library_folder)
    found = search(library_folder, encoder)
    assert len(ids(library_folder)) == 11
    assert ("bridge", "大桥改期了。") in [row[:2] for row in found]
    assert is_current(library_folder)
    other = tmp_path / "other"
    index_raw(ARTICLES, other, encoder=encoder)
    run_again(other, encoder)
    assert sorted(search(other, encoder)) == sorted(found)
    assert run_again(library_folder, FakeEncoder()).unchanged == 7


def test_a_search_index_that_cannot_be_made_is_said_plainly(library_folder, encoder, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("index.library.publication.update_vectors", full)
    with (
        pytest.raises(LibraryError, match="No space left"),
        open_writer(library_folder, encoder, None, 1) as writer,
    ):
        publish(writer)
