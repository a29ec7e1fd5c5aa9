"""The vectors of a library's chunks, read from the database, centred by language, and summed up."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.database.database import Statements, in_batches, manifest_value, marks
from index.embedding.centring import Centres, passage_centres
from index.embedding.encoder import Vectors

_BATCH = 8192
_LENGTH_TOLERANCE = 0.01


def pack(vector: NDArray[np.float32]) -> bytes:
    return vector.astype("<f2").tobytes()


def unpack(data: bytes) -> NDArray[np.float32]:
    return np.frombuffer(data, "<f2").astype(np.float32)


def is_unit(data: bytes, dimension: int) -> bool:
    """Whether the bytes are those of a vector of length 1, as float16 can be."""
    if len(data) != 2 * dimension:
        return False
    return abs(float(np.linalg.norm(unpack(data))) - 1) <= _LENGTH_TOLERANCE


def stored_question_centres(connection: Statements) -> Centres:
    """Where the library's encoder puts questions (``index.embedding.centring.question_centres``)."""
    return Centres.stored(json.loads(manifest_value(connection, "question_means")))


def library_centres(connection: sqlite3.Connection, ids: NDArray[np.int64]) -> Centres:
    """The centres of these chunks, one a language (``index.embedding.centring.passage_centres``)."""
    dimension = int(manifest_value(connection, "dimension"))
    totals: dict[str, NDArray[np.float64]] = {}
    counts: dict[str, int] = {}
    for _, languages, vectors in _batches(connection, ids, dimension):
        labels = np.asarray(languages)
        for language in set(languages):
            rows = vectors[labels == language]
            total = totals.setdefault(language, np.zeros(dimension))
            total += rows.sum(axis=0, dtype=np.float64)
            counts[language] = counts.get(language, 0) + len(rows)
    return passage_centres(totals, counts, stored_question_centres(connection))


def all_centred(
    connection: sqlite3.Connection, ids: NDArray[np.int64], centres: Centres
) -> Iterator[tuple[NDArray[np.int64], Vectors]]:
    dimension = int(manifest_value(connection, "dimension"))
    for some, languages, vectors in _batches(connection, ids, dimension):
        yield some, centres.centre(vectors, languages)


def centred(
    connection: sqlite3.Connection, ids: NDArray[np.int64], centres: Centres
) -> tuple[Vectors, NDArray[np.str_]]:
    """The centred vectors of some chunks and their languages, in the order of ``ids``."""
    dimension = int(manifest_value(connection, "dimension"))
    rows: list[tuple[int, str, bytes]] = []
    for some in in_batches(ids.tolist()):
        rows += connection.execute(
            f"SELECT id, language, vector FROM chunk WHERE id IN ({marks(some)})", some
        ).fetchall()
    held, languages, vectors = _arrays(rows, dimension)
    order = _in_order_of(ids, held)
    return centres.centre(vectors, languages)[order], np.asarray(languages, np.str_)[order]


def _in_order_of(ids: NDArray[np.int64], held: NDArray[np.int64]) -> NDArray[np.intp]:
    """Where each of ``ids`` stands in ``held``, which has the same in another order."""
    order: NDArray[np.intp] = np.argsort(held)[np.argsort(np.argsort(ids))]
    return order


def _batches(
    connection: sqlite3.Connection, ids: NDArray[np.int64], dimension: int
) -> Iterator[tuple[NDArray[np.int64], Sequence[str], Vectors]]:
    """Ids, languages and vectors of chunks, as many at a time as are good for both memory and speed.

    Args:
        ids: Ascending.
    """
    for start in range(0, len(ids), _BATCH):
        some = ids[start : start + _BATCH]
        rows = connection.execute(
            "SELECT id, language, vector FROM chunk WHERE id BETWEEN ? AND ? ORDER BY id",
            (int(some[0]), int(some[-1])),
        )
        wanted = set(some.tolist())
        yield _arrays([row for row in rows if row[0] in wanted], dimension)


def _arrays(
    rows: Sequence[tuple[int, str, bytes]], dimension: int
) -> tuple[NDArray[np.int64], Sequence[str], Vectors]:
    """Ids, languages and vectors of rows of the database."""
    for chunk, _, vector in rows:
        if len(vector) != 2 * dimension:
            raise sqlite3.DatabaseError(f"chunk {chunk} has a vector of another length")
    vectors = unpack(b"".join(row[2] for row in rows)).reshape(-1, dimension)
    return np.asarray([row[0] for row in rows], np.int64), [row[1] for row in rows], vectors


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Sums over vectors from which mean and covariance follow, in double precision."""

    count: int
    total: NDArray[np.float64]
    products: NDArray[np.float64]

    @classmethod
    def none(cls, dimension: int) -> Moments:
        return cls(0, np.zeros(dimension), np.zeros((dimension, dimension)))

    def with_more(self, vectors: Vectors) -> Moments:
        return Moments(
            self.count + len(vectors),
            self.total + vectors.sum(axis=0, dtype=np.float64),
            self.products + vectors.T @ vectors,
        )

    def finished(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Mean vector and covariance matrix; zeros of no vectors."""
        mean = self.total / max(self.count, 1)
        covariance = self.products / max(self.count, 1) - np.outer(mean, mean)
        return mean.astype(np.float32), covariance.astype(np.float32)
