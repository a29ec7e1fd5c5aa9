"""The dense retriever's index, made from the database and kept in a file beside it.

An exact index is made anew for every generation. Approximate lists go on being used while articles
come and go; they are written again when much has changed. Either way a missing or damaged file is
made again, never trusted.
"""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index.database.database import manifest_value
from index.search.dense import VectorIndex
from index.search.dense_file import VECTORS, StoredIndex, read_index, save_index
from index.search.dense_vectors import (
    Moments,
    all_centred,
    centred,
    library_centres,
    stored_question_centres,
)
from index.search.ivf import samples_for, train_lists

if TYPE_CHECKING:
    import faiss

MOST_EXACT = 100_000
"""Chunks up to which every one is compared with every question."""

_MOST_UNLISTED = 16_384
"""Chunks that may be missing from the lists, or gone from the library and still in them."""

_MOST_GROWTH = 1.5


def open_vectors(
    connection: sqlite3.Connection, folder: Path, ids: NDArray[np.int64]
) -> VectorIndex:
    """The dense retriever of what ``connection`` sees; what is not on the disk is made and kept there.

    Args:
        ids: The published chunks, ascending.
    """
    return load_vectors(connection, folder / VECTORS, ids) or rebuild_vectors(
        connection, folder / VECTORS, ids
    )


def load_vectors(
    connection: sqlite3.Connection, path: Path, ids: NDArray[np.int64]
) -> VectorIndex | None:
    """The search index on disk, if it is whole and fits the generation that ``connection`` sees."""
    generation = int(manifest_value(connection, "generation"))
    stored = _own(connection, path)
    if stored is None or not (stored.trained or stored.generation == generation):
        return None
    index = _fitted(connection, stored, ids)
    return None if _is_worn(index) else index


def update_vectors(
    connection: sqlite3.Connection, path: Path, ids: NDArray[np.int64]
) -> VectorIndex:
    """Bring the file up to date after a publication: not at all, by what changed, or anew."""
    stored = _own(connection, path)
    if stored is None or not stored.trained or len(ids) <= MOST_EXACT:
        return rebuild_vectors(connection, path, ids)
    if not 1 / _MOST_GROWTH <= len(ids) / stored.trained <= _MOST_GROWTH:
        return rebuild_vectors(connection, path, ids)
    index = _fitted(connection, stored, ids)
    if _changed(index) <= _MOST_UNLISTED:
        return index
    whole = read_index(path, len(index.mean), mapped=False)
    if whole is None or whole.generation != stored.generation:
        return rebuild_vectors(connection, path, ids)
    return _kept(connection, _merged(connection, index, whole.index), path, ids)


def _own(connection: sqlite3.Connection, path: Path) -> StoredIndex | None:
    """The search index on disk, if it is this library's and not that of another."""
    stored = read_index(path, int(manifest_value(connection, "dimension")))
    own = stored is not None and stored.library == _identity(connection)
    return stored if own else None


def _identity(connection: sqlite3.Connection) -> str:
    return str(json.loads(manifest_value(connection, "identity")))


def rebuild_vectors(
    connection: sqlite3.Connection, path: Path, ids: NDArray[np.int64]
) -> VectorIndex:
    """Make the search index of the published chunks and try to keep it on disk."""
    return _kept(connection, make_index(connection, ids), path, ids)


def _kept(
    connection: sqlite3.Connection, stored: StoredIndex, path: Path, ids: NDArray[np.int64]
) -> VectorIndex:
    save_index(stored, path)
    if stored.trained:  # from the disk its lists are mapped, and take no memory of their own
        stored = read_index(path, stored.mean.shape[0]) or stored
    return _fitted(connection, stored, ids)


def _fitted(
    connection: sqlite3.Connection, stored: StoredIndex, ids: NDArray[np.int64]
) -> VectorIndex:
    """A stored index with what the generation at hand has and it has not."""
    listed = np.isin(ids, stored.ids, assume_unique=True)
    unlisted = ids[~listed]
    mean, covariance = stored.mean, stored.covariance
    tail = np.zeros((0, len(mean)), np.float32)
    if len(unlisted) > 0:
        tail, _ = centred(connection, unlisted, stored.centres)
        before = Moments(len(stored.ids), *_sums(stored))
        mean, covariance = before.with_more(tail).finished()
    return VectorIndex(
        int(manifest_value(connection, "generation")),
        stored,
        ids,
        listed,
        unlisted,
        tail,
        mean,
        covariance,
        stored_question_centres(connection),
    )


def _changed(index: VectorIndex) -> int:
    """Chunks that the lists lack, or hold in vain."""
    return len(index.unlisted) + len(index.stored.ids) - int(index.listed.sum())


def _is_worn(index: VectorIndex) -> bool:
    """Whether so much changed since the lists were written that they are of little use."""
    return _changed(index) > max(2 * _MOST_UNLISTED, len(index.ids) // 4)


def _merged(connection: sqlite3.Connection, index: VectorIndex, lists: faiss.Index) -> StoredIndex:
    """The lists with what they lacked and without what is gone, their centroids as they were."""
    import faiss

    gone = np.setdiff1d(index.stored.ids, index.ids, assume_unique=True)
    if len(gone):
        lists.remove_ids(faiss.IDSelectorBatch(gone))
    lists.add_with_ids(index.tail, index.unlisted)
    mean, covariance = index.mean, index.covariance
    if len(gone):
        moments = Moments.none(len(mean))
        for _, vectors in all_centred(connection, index.ids, index.stored.centres):
            moments = moments.with_more(vectors)
        mean, covariance = moments.finished()
    return StoredIndex(
        lists,
        index.generation,
        index.stored.trained,
        index.ids,
        index.stored.centres,
        mean,
        covariance,
        index.stored.library,
    )


def make_index(connection: sqlite3.Connection, ids: NDArray[np.int64]) -> StoredIndex:
    """The search index of these chunks, from their vectors; memory for a batch of them at a time."""
    import faiss

    dimension = int(manifest_value(connection, "dimension"))
    centres = library_centres(connection, ids)
    trained = len(ids) if len(ids) > MOST_EXACT else 0
    if trained:
        chosen = np.random.default_rng(1).choice(ids, samples_for(len(ids)), replace=False)
        sample, _ = centred(connection, np.sort(chosen), centres)
        index = train_lists(sample, len(ids))
    else:
        index = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))
    moments = Moments.none(dimension)
    for some, vectors in all_centred(connection, ids, centres):
        index.add_with_ids(vectors, some)
        moments = moments.with_more(vectors)
    generation = int(manifest_value(connection, "generation"))
    identity = _identity(connection)
    return StoredIndex(index, generation, trained, ids, centres, *moments.finished(), identity)


def _sums(stored: StoredIndex) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    count, mean = len(stored.ids), stored.mean.astype(np.float64)
    return count * mean, count * (stored.covariance + np.outer(mean, mean))
