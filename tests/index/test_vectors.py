"""The search index on disk: trusted when whole and of its generation, made again otherwise."""

from __future__ import annotations

import os
import sqlite3

import faiss
import numpy as np
import pytest

from index.database import DATABASE
from index.embed import passage_centres, unit
from index.store import Library
from index.vectors import (
    VECTORS,
    load_vectors,
    nearest,
    pack,
    rebuild_vectors,
    stored_question_centres,
    unpack,
)


def found(folder, encoder):
    with Library.open(folder) as library:
        passages = library.search(encoder.encode_queries(["大桥全长多少公里"]), "zh", 5)
    return [(passage.chunk_id, round(score, 5)) for passage, score in passages]


def replace_generation(data: bytes) -> bytes:
    return data.replace(b'{"generation": 1,', b'{"generation": 0,')


def loaded(path, generation):
    """The index in ``path`` as a database of that generation loads it."""
    connection = sqlite3.connect(path.parent / DATABASE)
    try:
        if (path.parent / DATABASE).stat().st_size == 0:
            return None
        connection.execute("UPDATE manifest SET value = ? WHERE key = 'generation'", (generation,))
        return load_vectors(connection, path)
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
    ids = faiss.vector_to_array(index.index.id_map)
    cosines = index.cosines(question, ids)
    assert index.spread(question) == pytest.approx((cosines.mean(), cosines.std()), abs=1e-5)
    assert index.cosines(question, ids[:0]).shape == (0,)


def test_the_index_holds_the_published_vectors_less_the_centre_of_their_language(library_folder):
    connection = sqlite3.connect(library_folder / DATABASE)
    made = rebuild_vectors(connection, library_folder / VECTORS)
    rows = connection.execute("SELECT id, language, vector FROM chunk").fetchall()
    questions = stored_question_centres(connection)
    connection.close()
    assert set(questions.means) == {"zh", "en"}
    assert made.index.ntotal == len(rows) == 5
    vectors = np.stack([unpack(vector) for _, _, vector in rows])
    languages = [language for _, language, _ in rows]
    centres = passage_centres(vectors, languages, questions)
    for (chunk_id, _, _), expected in zip(rows, centres.centre(vectors, languages), strict=True):
        assert np.allclose(made.index.reconstruct(chunk_id), expected, atol=1e-5)


def test_vectors_are_kept_as_float16():
    vector = unit(np.random.default_rng(1).standard_normal((1, 96)).astype(np.float32))[0]
    data = pack(vector)
    assert len(data) == 2 * 96
    assert unpack(data).dtype == np.float32
    assert np.abs(unpack(data) - vector).max() < 1e-3


def small_index() -> faiss.Index:
    index = faiss.IndexIDMap2(faiss.IndexFlatIP(2))
    rows = np.asarray([[1, 0], [0, 1], [0.6, 0.8]], np.float32)
    index.add_with_ids(rows, np.asarray([10, 20, 30], np.int64))
    return index


@pytest.mark.parametrize(
    ("limit", "allowed", "ids"),
    [
        (3, None, [20, 30, 10]),
        (1, None, [20]),
        (9, None, [20, 30, 10]),
        (9, [10, 30], [30, 10]),
        (9, [], []),
        (9, [77], []),
    ],
)
def test_the_nearest_come_first_within_what_is_allowed(limit, allowed, ids):
    question = np.asarray([[0, 1]], np.float32)
    chosen = None if allowed is None else np.asarray(allowed, np.int64)
    scores, found_ids = nearest(small_index(), question, limit, chosen)
    assert found_ids == ids
    assert scores == sorted(scores, reverse=True)
