"""The search index on disk: trusted when whole and of its generation, made again otherwise."""

from __future__ import annotations

import os
import shutil
import sqlite3
import zlib
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from index.build import index_raw, remove_articles
from index.database.database import DATABASE
from index.embedding.encoder import unit
from index.library.library import Library
from index.maintenance.compact import compact_library
from index.maintenance.verify import verify_library
from index.search import dense
from index.search import dense_building as module
from index.search.dense_building import load_vectors, rebuild_vectors
from index.search.dense_file import VECTORS, read_index
from index.search.dense_vectors import pack, stored_question_centres, unpack
from index.search.lexical_building import published_chunks
from tests.conftest import FakeEncoder, article, centres_of, contents, nearest


def found(folder, encoder):
    with Library.open(folder) as library:
        passages = nearest(library, encoder.encode_queries(["大桥全长多少公里"]), "zh", 5)
    return [(passage.chunk_id, round(score, 5)) for passage, score in passages]


def replace_generation(data: bytes) -> bytes:
    start = data.index(b'{"generation": 1,')
    footer = data[start:-24].replace(b'{"generation": 1,', b'{"generation": 0,')
    return data[:start] + footer + zlib.crc32(footer).to_bytes(4, "little") + data[-20:]


def loaded(path, generation):
    """The index in ``path`` as a database of that generation loads it."""
    connection = sqlite3.connect(path.parent / DATABASE)
    try:
        if (path.parent / DATABASE).stat().st_size == 0:
            return None
        connection.execute("UPDATE manifest SET value = ? WHERE key = 'generation'", (generation,))
        return load_vectors(connection, path, published_chunks(connection))
    finally:
        connection.rollback()
        connection.close()


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: None,
        lambda data: b"",
        lambda data: data[: len(data) // 2],
        lambda data: data[:-1],
        lambda data: data[:100] + bytes([data[100] ^ 1]) + data[101:],
        lambda data: data[1:],
        lambda data: b"garbage" * 100,
        lambda data: b"\xff\xff\xff\xffjuwen-vectors-1\n",
        lambda data: data[:-40] + b"\x00" * 20 + data[-20:],
        replace_generation,
    ],
    ids=[
        *("missing", "empty", "half", "cut", "bit", "shifted"),
        *("garbage", "footer", "no-json", "stale"),
    ],
)
def test_a_search_index_that_cannot_be_trusted_is_made_again(library_folder, encoder, damage):
    path = library_folder / VECTORS
    before, whole = found(library_folder, encoder), path.read_bytes()
    damaged = damage(whole)
    assert damaged != whole
    if damaged is None:
        path.unlink()
    else:
        path.write_bytes(damaged)
    assert found(library_folder, encoder) == before
    assert len(before) == 5
    assert loaded(path, 1) is not None
    assert [name for name in os.listdir(library_folder) if name.endswith(".tmp")] == []


def test_a_whole_search_index_is_used_as_it_is(library_folder, encoder):
    before = (library_folder / VECTORS).stat()
    assert found(library_folder, encoder)
    assert (library_folder / VECTORS).stat().st_ino == before.st_ino


def test_a_search_index_that_cannot_be_kept_is_still_used(library_folder, encoder):
    path = library_folder / VECTORS
    before = found(library_folder, encoder)
    path.unlink()
    (path / "in the way").mkdir(parents=True)
    assert found(library_folder, encoder) == before
    assert [name for name in os.listdir(library_folder) if name.endswith(".tmp")] == []


def test_an_index_loads_only_for_its_generation(library_folder):
    path = library_folder / VECTORS
    assert loaded(path, 1).generation == 1
    assert loaded(path, 2) is None
    assert loaded(path.with_name("gone"), 1) is None


def test_the_spread_of_a_question_is_known_without_a_scan(library_folder, encoder):
    index = loaded(library_folder / VECTORS, 1)
    question = encoder.encode_queries(["大桥何时通车"])
    connection = sqlite3.connect(library_folder / DATABASE)
    cosines, languages = index.look_up(connection, question, index.ids)
    none, of_none = index.look_up(connection, question, index.ids[:0])
    spoken = dict(connection.execute("SELECT id, language FROM chunk").fetchall())
    connection.close()
    assert index.spread(question) == pytest.approx((cosines.mean(), cosines.std()), abs=1e-5)
    assert dict(zip(index.ids.tolist(), languages.tolist(), strict=True)) == spoken
    assert (none.shape, of_none.shape) == ((0,), (0,))


def test_the_index_holds_the_published_vectors_less_the_centre_of_their_language(library_folder):
    connection = sqlite3.connect(library_folder / DATABASE)
    ids = published_chunks(connection)
    made = rebuild_vectors(connection, library_folder / VECTORS, ids)
    rows = connection.execute("SELECT id, language, vector FROM chunk").fetchall()
    questions = stored_question_centres(connection)
    connection.close()
    assert set(questions.means) == {"zh", "en"}
    assert made.stored.index.ntotal == len(rows) == len(ids) == 5
    vectors = np.stack([unpack(vector) for _, _, vector in rows])
    languages = [language for _, language, _ in rows]
    centres = centres_of(vectors, languages, questions)
    for (chunk_id, _, _), expected in zip(rows, centres.centre(vectors, languages), strict=True):
        assert np.allclose(made.stored.index.reconstruct(chunk_id), expected, atol=1e-5)


def test_vectors_are_kept_as_float16():
    vector = unit(np.random.default_rng(1).standard_normal((1, 96)).astype(np.float32))[0]
    data = pack(vector)
    assert len(data) == 2 * 96
    assert unpack(data).dtype == np.float32
    assert np.abs(unpack(data) - vector).max() < 1e-3


# A large library: the bound between exact and approximate is lowered, so that some hundred will do.


def notes(numbers, day="2025/6/1", account="试验号"):
    return [
        article(f"n{n}", f"第{n}号码头长{n * 7}米，{n % 13}月启用。", time=day, account=account)
        for n in numbers
    ]


QUESTIONS = ("第17号码头", "码头长210米", "3月启用")


def set_small_bounds(patch):
    patch.setattr(module, "MOST_EXACT", 100)
    patch.setattr(module, "_MOST_UNLISTED", 12)
    patch.setattr(dense, "_FEW_ALLOWED", 4)


@pytest.fixture
def small_bounds(monkeypatch):
    set_small_bounds(monkeypatch)


@pytest.fixture(scope="module")
def made_large(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made") / "large"
    with pytest.MonkeyPatch.context() as patch:
        set_small_bounds(patch)
        index_raw(notes(range(200)), folder, encoder=FakeEncoder())
    assert stored(folder).trained == 200
    return folder


@pytest.fixture
def large(tmp_path, made_large, small_bounds):
    """A library whose vectors are in lists."""
    return Path(shutil.copytree(made_large, tmp_path / "large"))


def stored(folder):
    return read_index(folder / VECTORS, 96)


def written(folder):
    """The generation in which the file was written."""
    return stored(folder).generation


def scores(folder, encoder, question, **filters):
    with Library.open(folder) as library:
        passages = nearest(library, encoder.encode_queries([question]), "zh", 20, **filters)
    return [(passage.article.article_id, round(score, 3)) for passage, score in passages]


def exactly(folder, encoder, question, **filters):
    """The same without lists."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "MOST_EXACT", 10**9)
        patch.setattr(module, "open_vectors", None)
        connection = sqlite3.connect(folder / DATABASE)
        ids = published_chunks(connection)
        made = module.make_index(connection, ids)
        connection.close()
        patch.setattr(module, "read_index", lambda *_, **__: made)
        return scores(folder, encoder, question, **filters)


def test_lists_find_the_same_with_the_same_scores(large, encoder):
    for question in QUESTIONS:
        found_now = scores(large, encoder, question)
        assert found_now == exactly(large, encoder, question)
        assert len(found_now) == 20


def test_a_large_library_whole_is_verified_and_a_flipped_bit_anywhere_is_found(large, encoder):
    assert list(verify_library(large)) == []
    before = contents(large, encoder, *QUESTIONS)
    whole = (large / VECTORS).read_bytes()
    for at in range(0, len(whole), len(whole) // 23):
        (large / VECTORS).write_bytes(whole[:at] + bytes([whole[at] ^ 64]) + whole[at + 1 :])
        assert [finding.mend for finding in verify_library(large)] == ["vectors"]
        assert contents(large, encoder, *QUESTIONS) == before
        (large / VECTORS).write_bytes(whole)


def test_a_few_articles_more_leave_the_file_as_it_is(large, encoder):
    before = written(large)
    index_raw(notes(range(200, 208)), large, encoder=encoder)
    remove_articles(["n3", "n4"], large, encoder=encoder)
    assert written(large) == before
    for question in (*QUESTIONS, "第203号码头", "第3号码头"):
        assert agree(scores(large, encoder, question), exactly(large, encoder, question))
    assert list(verify_library(large)) == []
    assert scores(large, encoder, "第203号码头", article_ids=["n203"])
    assert scores(large, encoder, "第3号码头", article_ids=["n3"]) == []


def agree(found_now, expected):
    """Whether nearly the same is found, with nearly the same scores.

    Means of languages stand still while lists do, so that scores differ by a little.
    """
    now, then = dict(found_now), dict(expected)
    both = now.keys() & then.keys()
    return len(both) >= 0.9 * len(then) and all(abs(now[n] - then[n]) < 0.03 for n in both)


def test_many_articles_more_are_merged_into_the_lists(large, encoder):
    before = written(large)
    index_raw(notes(range(200, 220)), large, encoder=encoder)
    remove_articles([f"n{n}" for n in range(15)], large, encoder=encoder)
    assert written(large) != before
    after = stored(large)
    assert (after.trained, len(after.ids), after.index.ntotal) == (200, 205, 205)
    assert list(verify_library(large)) == []
    for question in QUESTIONS:
        assert agree(scores(large, encoder, question), exactly(large, encoder, question))


@pytest.mark.parametrize(("numbers", "trained"), [(range(200, 350), 350), (range(-1), 200)])
def test_lists_are_laid_out_anew_once_the_library_has_grown_by_half(
    large, encoder, numbers, trained
):
    index_raw(notes(numbers), large, encoder=encoder)
    assert stored(large).trained == trained


def test_a_library_that_shrank_is_exact_again(large, encoder):
    remove_articles([f"n{n}" for n in range(120)], large, encoder=encoder)
    assert stored(large).trained == 0
    for question in QUESTIONS:
        assert scores(large, encoder, question) == exactly(large, encoder, question)


def test_a_reader_of_lists_that_are_lost_or_worn_makes_them_again(large, encoder):
    old = (large / VECTORS).read_bytes()
    index_raw(notes(range(200, 299)), large, encoder=encoder)
    (large / VECTORS).write_bytes(old)
    assert scores(large, encoder, "第250号码头")[0][0] == "n250"
    assert len(stored(large).ids) == 299
    (large / VECTORS).unlink()
    assert scores(large, encoder, "第250号码头")[0][0] == "n250"
    assert stored(large).trained == 299


def test_filters_reach_into_the_lists(large, encoder):
    index_raw(notes(range(50, 70), "2025/7/1", "码头号"), large, encoder=encoder)
    index_raw(notes(range(200, 206), "2025/7/2", "码头号"), large, encoder=encoder)
    for filters in (
        {"accounts": ["码头号"]},
        {"date_from": date(2025, 7, 1)},
        {"date_to": date(2025, 6, 30)},
        {"date_from": date(2025, 7, 2), "accounts": ["码头号"]},
        {"article_ids": ["n7", "n201"]},
        {"accounts": ["没有的号"]},
    ):
        for question in QUESTIONS:
            expected = exactly(large, encoder, question, **filters)
            assert agree(scores(large, encoder, question, **filters), expected)


def test_readers_of_an_old_snapshot_find_what_it_holds(large, encoder):
    question = encoder.encode_queries(["第17号码头"])
    with Library.open(large) as library, library.snapshot():
        before = nearest(library, question, "zh", 20)
        remove_articles([f"n{n}" for n in range(17, 40)], large, encoder=encoder)
        library._made.clear()
        assert [p for p, _ in nearest(library, question, "zh", 20)] == [p for p, _ in before]


def test_a_compacted_library_has_lists_of_today(large, encoder):
    remove_articles(["n3"], large, encoder=encoder)
    compact_library(large)
    assert len(stored(large).ids) == 199
    assert list(verify_library(large)) == []


def test_no_question_finds_anything_where_there_is_nothing(tmp_path, encoder, small_bounds):
    index_raw([], tmp_path / "library", encoder=FakeEncoder())
    assert scores(tmp_path / "library", encoder, "码头") == []
