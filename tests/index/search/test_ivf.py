"""Approximate lists: sizes, masks, and what comes out of them again."""

from __future__ import annotations

import faiss
import numpy as np
import pytest

from index.embedding.encoder import unit
from index.search.ivf import (
    decoded,
    lists_for,
    one_of,
    one_thread,
    samples_for,
    search_lists,
    train_lists,
)


@pytest.fixture(scope="module")
def vectors():
    return unit(np.random.default_rng(1).standard_normal((900, 24)).astype(np.float32))


@pytest.fixture(scope="module")
def index(vectors):
    made = train_lists(vectors[: samples_for(900)], 900)
    made.add_with_ids(vectors, np.arange(900) * 3 + 7)
    return made


@pytest.mark.parametrize(
    ("count", "lists"), [(0, 4), (1, 4), (100_000, 1024), (300_000, 2048), (1_000_000, 4096)]
)
def test_lists_grow_with_the_square_root(count, lists):
    assert lists_for(count) == lists
    assert samples_for(count) <= count


def test_a_few_vectors_are_enough_for_a_layout():
    few = unit(np.random.default_rng(2).standard_normal((3, 8)).astype(np.float32))
    made = train_lists(few, 3)
    made.add_with_ids(few, np.arange(3))
    assert sorted(search_lists(made, few[:1], 3, None, 1.0).tolist()) == [0, 1, 2]


def test_the_nearest_are_found(index, vectors):
    for at in range(0, 900, 90):
        expected = set((np.argsort(-(vectors @ vectors[at]))[:10] * 3 + 7).tolist())
        found = set(search_lists(index, vectors[at : at + 1], 10, None, 1.0).tolist())
        assert len(found & expected) >= 9


def test_only_what_a_mask_allows_is_found(index, vectors):
    mask = np.zeros(500, bool)
    mask[[7, 10, 493]] = True
    found = search_lists(index, vectors[:1], 20, mask, 3 / 900)
    assert sorted(found.tolist()) == [7, 10, 493]
    none = search_lists(index, vectors[:1], 20, np.zeros(0, bool), 0.0)
    assert len(none) == 0


def test_a_selector_chooses_by_id_and_nothing_beyond_its_mask():
    selector = one_of(np.asarray([False, True, False, True]))
    assert [selector.is_member(at) for at in (0, 1, 2, 3, 4, 10**12)] == [
        *(False, True, False, True, False, False)
    ]


def test_all_vectors_come_out_again_as_eight_bits_keep_them(index, vectors):
    ids, held = decoded(index)
    order = np.argsort(ids)
    assert ids[order].tolist() == (np.arange(900) * 3 + 7).tolist()
    assert np.einsum("ij,ij->i", held[order], vectors).min() > 0.99


def test_the_number_of_threads_is_put_back_whatever_happens():
    before = faiss.omp_get_max_threads()

    def fail() -> None:
        with one_thread():
            assert faiss.omp_get_max_threads() == 1
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert faiss.omp_get_max_threads() == before
