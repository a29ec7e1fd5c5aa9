"""The file of a search index: whole or not taken."""

from __future__ import annotations

import os

import faiss
import numpy as np
import pytest

from index.embedding.centring import Centres
from index.embedding.encoder import unit
from index.search.dense_file import (
    VECTORS,
    StoredIndex,
    is_whole,
    leftovers,
    read_index,
    save_index,
)
from index.search.ivf import train_lists

DIMENSION = 16


def made(*, listed: bool, count: int = 300) -> StoredIndex:
    chosen = np.random.default_rng(1)
    vectors = unit(chosen.standard_normal((count, DIMENSION)).astype(np.float32))
    flat = faiss.IndexIDMap2(faiss.IndexFlatIP(DIMENSION))
    index = train_lists(vectors, count) if listed else flat
    ids = np.arange(count) * 2 + 5
    index.add_with_ids(vectors, ids)
    mean, covariance = vectors[0], np.outer(vectors[0], vectors[1])
    centres = Centres({"zh": vectors[2], "en": vectors[3]})
    return StoredIndex(index, 7, count if listed else 0, ids, centres, mean, covariance)


@pytest.mark.parametrize("listed", [False, True])
@pytest.mark.parametrize("mapped", [False, True])
def test_an_index_comes_back_as_it_was(tmp_path, listed, mapped):
    stored = made(listed=listed)
    save_index(stored, tmp_path / VECTORS)
    assert os.listdir(tmp_path) == [VECTORS]
    assert is_whole(tmp_path / VECTORS)
    back = read_index(tmp_path / VECTORS, DIMENSION, mapped=mapped)
    assert (back.generation, back.trained) == (stored.generation, stored.trained)
    assert back.ids.tolist() == stored.ids.tolist()
    assert back.centres.means.keys() == {"zh", "en"}
    for one, other in (
        (back.mean, stored.mean),
        (back.covariance, stored.covariance),
        (back.centres.means["en"], stored.centres.means["en"]),
    ):
        assert np.array_equal(one, other)
    question = stored.mean[None]
    assert (
        back.index.search(question, 9)[1].tolist() == stored.index.search(question, 9)[1].tolist()
    )


@pytest.mark.parametrize("listed", [False, True])
def test_a_bit_flipped_anywhere_is_found(tmp_path, listed):
    path = tmp_path / VECTORS
    save_index(made(listed=listed, count=60), path)
    whole = path.read_bytes()
    for at in range(0, len(whole), 37):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 2]) + whole[at + 1 :])
        assert not is_whole(path)
        back = read_index(path, DIMENSION)
        assert back is None or listed, "only lists may be damaged and not looked at"


@pytest.mark.parametrize("listed", [False, True])
def test_a_file_cut_anywhere_is_not_taken(tmp_path, listed):
    path = tmp_path / VECTORS
    save_index(made(listed=listed, count=60), path)
    whole = path.read_bytes()
    for size in range(0, len(whole), 101):
        path.write_bytes(whole[:size])
        assert not is_whole(path)
        assert read_index(path, DIMENSION) is None


def test_an_index_of_nothing_comes_back(tmp_path):
    save_index(empty(), tmp_path / VECTORS)
    assert read_index(tmp_path / VECTORS, DIMENSION).index.ntotal == 0


def empty() -> StoredIndex:
    index = faiss.IndexIDMap2(faiss.IndexFlatIP(DIMENSION))
    zeros = np.zeros((DIMENSION, DIMENSION), np.float32)
    return StoredIndex(index, 0, 0, np.zeros(0, np.int64), Centres({}), zeros[0], zeros)


def test_of_another_dimension_it_is_not_taken(tmp_path):
    save_index(made(listed=False), tmp_path / VECTORS)
    assert read_index(tmp_path / VECTORS, 2 * DIMENSION) is None


def test_where_it_cannot_be_written_nothing_is_left(tmp_path):
    (tmp_path / VECTORS / "in the way").mkdir(parents=True)
    save_index(made(listed=True), tmp_path / VECTORS)
    assert os.listdir(tmp_path) == [VECTORS]
    save_index(made(listed=True), tmp_path / "nowhere" / VECTORS)
    assert not (tmp_path / "nowhere").exists()


def test_leftovers_are_those_of_processes_that_are_gone(tmp_path):
    for name in (f"{VECTORS}.{os.getpid()}.1.tmp", f"{VECTORS}.999999999.1.tmp", "other.tmp"):
        (tmp_path / name).touch()
    assert [path.name for path in leftovers(tmp_path)] == [f"{VECTORS}.999999999.1.tmp"]
