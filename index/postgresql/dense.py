"""The dense retriever in PostgreSQL: pgvector's HNSW graph over centred vectors, exact where a filter is narrow."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.embedding.centring import Centres
from index.embedding.encoder import Vectors
from index.postgresql.connection import Connection
from index.postgresql.filtering import Allowed
from index.postgresql.schema import vectors_table
from index.search.dense_vectors import Moments, stored_question_centres

_SEARCHED = 400
"""Vectors that a search of the graph keeps in sight (``hnsw.ef_search``), at least."""

_MOST_SEARCHED = 1000
_SCANNED = 40_000


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """What all questions to one generation share.

    Attributes:
        number: Of the table of vectors.
        laid: Chunks in it when it was made.
        centres: By which the passages are centred.
        questions: Where the encoder puts questions.
        chunks: In the library.
        length: Terms in all of them.
        moments: Of the centred vectors.
        mean: Of the centred vectors.
        covariance: Of the centred vectors.
    """

    number: int
    laid: int
    centres: Centres
    questions: Centres
    chunks: int
    length: int
    moments: Moments
    mean: NDArray[np.float32]
    covariance: NDArray[np.float32]

    @property
    def average(self) -> float:
        """Terms of a chunk."""
        return self.length / max(self.chunks, 1)

    def centre(self, question: Vectors, language: str, asks: bool) -> Vectors:
        """A question's vector among those of the passages, as ``VectorIndex.centre``."""
        centres = self.questions if asks or language not in self.centres.means else self.centres
        return centres.centre(question, [language])

    def spread(self, question: Vectors) -> tuple[float, float]:
        """Mean and standard deviation of a question's cosine with all passages, without a scan."""
        vector = question[0]
        variance = float(vector @ self.covariance @ vector)
        return float(vector @ self.mean), max(variance, 1e-12) ** 0.5


def load_layout(connection: Connection) -> Layout:
    """The layout of the generation that ``connection`` sees."""
    number, laid, means, chunks, length, total, products = connection.execute(
        "SELECT layout, laid, means, chunks, length, total, products FROM statistics"
    ).fetchone() or (0, 0, "{}", 0, 0, b"", b"")
    centres = {of: np.asarray(mean, np.float32) for of, mean in json.loads(means).items()}
    summed = np.frombuffer(total, "<f8")
    moments = Moments(chunks, summed, np.frombuffer(products, "<f8").reshape(len(summed), -1))
    return Layout(
        number,
        laid,
        Centres(centres),
        stored_question_centres(connection),
        chunks,
        length,
        moments,
        *moments.finished(),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Chunks that were compared with a question, by ascending id."""

    ids: NDArray[np.int64]
    articles: NDArray[np.int64]
    languages: NDArray[np.str_]
    cosines: NDArray[np.float32]


def nearest(
    connection: Connection, layout: int, question: Vectors, limit: int, allowed: Allowed
) -> Seen:
    """The ``limit`` chunks nearest to a centred question, of those that may be found."""
    table = vectors_table(layout)
    if allowed.few is not None:
        # The sum keeps PostgreSQL from walking the graph: all of these few are compared.
        order, condition = "0 + (centred <#> ?::halfvec)", "chunk = ANY (?)"
        values: Sequence[Any] = (allowed.few.tolist(),)
    else:
        order, condition, values = "centred <#> ?::halfvec", allowed.condition, allowed.values
        searched = min(max(_SEARCHED, 2 * limit), _MOST_SEARCHED)
        connection.run(
            f"SET LOCAL hnsw.ef_search = {searched:d}; SET LOCAL hnsw.max_scan_tuples = {_SCANNED:d};"
            "SET LOCAL hnsw.iterative_scan = relaxed_order"
        )
    vector = _written(question)
    rows = connection.execute(
        f"SELECT chunk, article, language, centred <#> ?::halfvec FROM {table} WHERE {condition} "
        f"ORDER BY {order} LIMIT ?",
        (vector, *values, vector, limit),
    ).fetchall()
    return _seen(rows)


def compared(
    connection: Connection, layout: int, question: Vectors, ids: NDArray[np.int64]
) -> Seen:
    """These chunks, with their cosine to the centred question."""
    if not len(ids):
        return _seen([])
    rows = connection.execute(
        f"SELECT chunk, article, language, centred <#> ?::halfvec FROM {vectors_table(layout)} "
        "WHERE chunk = ANY (?)",
        (_written(question), ids.tolist()),
    ).fetchall()
    return _seen(rows)


def joined(first: Seen, second: Seen) -> Seen:
    """The chunks of both, which have none in common."""
    order = np.argsort(np.concatenate([first.ids, second.ids]), kind="stable")
    return Seen(
        np.concatenate([first.ids, second.ids])[order],
        np.concatenate([first.articles, second.articles])[order],
        np.concatenate([first.languages, second.languages])[order],
        np.concatenate([first.cosines, second.cosines])[order],
    )


def _written(question: Vectors) -> str:
    return "[" + ",".join(f"{number:.7g}" for number in question[0].tolist()) + "]"


def _seen(rows: Sequence[tuple[int, int, str, float]]) -> Seen:
    rows = sorted(rows)
    return Seen(
        np.asarray([row[0] for row in rows], np.int64),
        np.asarray([row[1] for row in rows], np.int64),
        np.asarray([row[2] for row in rows], np.str_),
        -np.asarray([row[3] for row in rows], np.float32),
    )
