"""The dense retriever in PostgreSQL: pgvector's HNSW graph over centred vectors, exact where a filter is narrow."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.embedding.centring import Centres
from index.embedding.encoder import Vectors
from index.postgresql.connection import Connection
from index.postgresql.filtering import Allowed, unpacked
from index.postgresql.schema import tables_of, vectors_table
from index.postgresql.words import WORDS, Words
from index.search.dense_vectors import Moments, stored_question_centres

_SEARCHED = 400
"""Vectors that a search of the graph keeps in sight (``hnsw.ef_search``), at least."""

_MOST_SEARCHED = 1000
_SEARCHED_IN, _GROWS = 120_000, 0.7
"""From so many chunks of a part on more are kept in sight, by this power of how many times as many there are.
Of 380,000 sampled vectors a search of 400 finds .964 of the 20 nearest to titles of theirs, one of 634 .979, of
800 .986 and of 1,000 .990, for 10 to 16 ms of the server's time."""

_SCANNED = 40_000

SEARCH_SETTINGS = (
    f"SET LOCAL hnsw.ef_search = {_SEARCHED}; SET LOCAL hnsw.max_scan_tuples = {_SCANNED}; "
    "SET LOCAL hnsw.iterative_scan = relaxed_order;"
)
"""What a transaction begins with."""


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """What all questions to one generation share.

    Attributes:
        number: Of the table of vectors.
        parts: Tables that it consists of, each with a graph of its own.
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
    parts: int
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
        len(tables_of(connection, number)),
        laid,
        Centres(centres),
        stored_question_centres(connection),
        chunks,
        length,
        moments,
        *moments.finished(),
    )


def nearest(
    connection: Connection, layout: Layout, question: str, limit: int, allowed: Allowed
) -> NDArray[np.int64]:
    """The ids of the ``limit`` chunks nearest to a centred question, of those that may be found; where these are
    few, they were compared when they were looked for.

    Args:
        question: As ``written`` writes it.
    """
    if allowed.near is not None:
        return allowed.near
    if (searched := searched_for(limit, layout.parts, layout.chunks)) != _SEARCHED:
        connection.run(f"SET LOCAL hnsw.ef_search = {searched:d}")
    (packed,) = connection.execute_planned(
        "SELECT string_agg(int8send(chunk), ''::bytea) FROM (SELECT chunk "
        f"FROM {vectors_table(layout.number)} WHERE {allowed.condition} "
        "ORDER BY centred <#> ?::halfvec LIMIT ?) AS near",
        (*allowed.values, question, limit),
    ).fetchone() or (None,)
    return unpacked(packed)


def searched_for(limit: int, parts: int, chunks: int) -> int:
    """Vectors that the search of each part's graph keeps in sight: of what is wanted its share, and what is
    asked for; more in a graph of very many.

    >>> searched_for(128, 1, 30_000), searched_for(128, 1, 380_000), searched_for(128, 4, 4_000_000)
    (400, 896, 441)
    """
    larger = max(1.0, chunks / parts / _SEARCHED_IN) ** _GROWS
    wanted = max(2 * limit, _SEARCHED) * larger
    return min(max(int(wanted / parts), limit), _MOST_SEARCHED)


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Chunks that may answer a question, by ascending id.

    Attributes:
        cosines: With the centred question.
    """

    ids: NDArray[np.int64]
    articles: NDArray[np.int64]
    languages: NDArray[np.str_]
    cosines: NDArray[np.float32]
    words: Words


_ROW = np.dtype([("chunk", ">i8"), ("article", ">i8"), ("distance", ">f8")])


def look_up(connection: Connection, layout: int, question: Vectors, ids: NDArray[np.int64]) -> Seen:
    """These chunks, with their cosine to the centred question and their words."""
    packed, languages, *words = (
        connection.execute(
            "SELECT string_agg(int8send(chunk) || int8send(article) || float8send(centred <#> ?::halfvec), "
            f"''::bytea ORDER BY chunk), array_agg(language ORDER BY chunk), {WORDS} "
            f"FROM {vectors_table(layout)} LEFT JOIN words USING (chunk) WHERE chunk = ANY (?)",
            (written(question), ids.tolist()),
        ).fetchone()
        or (None,) * 5
    )
    rows = np.frombuffer(packed or b"", _ROW)
    return Seen(
        rows["chunk"].astype(np.int64),
        rows["article"].astype(np.int64),
        np.asarray(languages or (), np.str_),
        -rows["distance"].astype(np.float32),
        Words.read(*words),
    )


def written(question: Vectors) -> str:
    """A vector as PostgreSQL reads it."""
    return "[" + ",".join(f"{number:.7g}" for number in question[0].tolist()) + "]"
