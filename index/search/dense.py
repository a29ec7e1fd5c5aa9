"""The dense retriever: the chunks whose vectors are nearest to a question's.

A small library has an exact index, a large one approximate lists (``index.search.ivf``): what the
lists lack is compared one by one, and what is gone is left out.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from index.database.database import in_batches, marks
from index.embedding.centring import Centres
from index.embedding.encoder import Vectors
from index.search.dense_file import StoredIndex
from index.search.dense_vectors import centred
from index.search.ivf import one_of, one_thread, search_lists

_FEW_ALLOWED = 1024
_SPARE = 2


@dataclass(frozen=True, slots=True, eq=False)
class VectorIndex:
    """The dense retriever of one generation.

    Attributes:
        generation: Of the library that it was fitted to.
        ids: The published chunks, ascending, shape (n,).
        listed: Of these, those that ``stored`` holds, shape (n,).
        unlisted: The ids of the others.
        tail: Their centred vectors.
        mean: Of all the centred vectors, shape (dimension,).
        covariance: Of all the centred vectors, shape (dimension, dimension).
        questions: Where the encoder puts questions.
        languages: Of the chunks of an exact index that were looked up so far; it is read whole, and
            a row of the database would be read for each chunk's language alone.
    """

    generation: int
    stored: StoredIndex
    ids: NDArray[np.int64]
    listed: NDArray[np.bool_]
    unlisted: NDArray[np.int64]
    tail: Vectors
    mean: NDArray[np.float32]
    covariance: NDArray[np.float32]
    questions: Centres
    languages: dict[int, str] = field(default_factory=dict)

    def centre(self, question: Vectors, language: str, asks: bool) -> Vectors:
        """A question's vector among those of the passages.

        What does not ask, as a headline or keywords, lies where the encoder puts what is told: its
        centre is that of the passages.
        """
        told = self.stored.centres
        centres = self.questions if asks or language not in told.means else told
        return centres.centre(question, [language])

    def spread(self, question: Vectors) -> tuple[float, float]:
        """Mean and standard deviation of a question's cosine with all passages, without a scan.

        Both follow from the passages' mean vector and covariance matrix.
        """
        vector = question[0]
        variance = float(vector @ self.covariance @ vector)
        return float(vector @ self.mean), max(variance, 1e-12) ** 0.5

    def choose(
        self, question: Vectors, limit: int, allowed: NDArray[np.bool_] | None
    ) -> NDArray[np.int64]:
        """Ids among which the ``limit`` nearest to a centred question are, in no order.

        Args:
            allowed: For each of ``ids``, whether it may be found; ``None`` where all may.
        """
        if not self.stored.trained:
            return _exact(self.stored, self.ids, question, limit, allowed)
        if allowed is not None and int(allowed.sum()) <= _FEW_ALLOWED:
            return self.ids[allowed]
        return self._chosen(question, limit, allowed)

    def _chosen(
        self, question: Vectors, limit: int, allowed: NDArray[np.bool_] | None
    ) -> NDArray[np.int64]:
        """Ids among which the nearest are: from the lists, and from what they lack."""
        may = self.listed if allowed is None else self.listed & allowed
        count = int(may.sum())
        among = None if count == len(self.stored.ids) else _by_id(self.ids[may])
        share = count / max(len(self.stored.ids), 1)
        found = search_lists(self.stored.index, question, _SPARE * limit, among, share)
        cosines = self.tail @ question[0]
        if allowed is not None:
            cosines = np.where(allowed[np.searchsorted(self.ids, self.unlisted)], cosines, -np.inf)
        nearest = np.argsort(-cosines)[:limit]
        return np.concatenate([found, self.unlisted[nearest[cosines[nearest] > -np.inf]]])

    def look_up(
        self, connection: sqlite3.Connection, question: Vectors, ids: NDArray[np.int64]
    ) -> tuple[NDArray[np.float32], NDArray[np.str_]]:
        """The centred question's cosine with the chunks of these ids, and the language of each."""
        if not len(ids):
            return np.zeros(0, np.float32), np.zeros(0, np.str_)
        if not self.stored.trained:
            vectors = self.stored.index.reconstruct_batch(ids)
            return vectors @ question[0], self._spoken(connection, ids.tolist())
        vectors, languages = centred(connection, ids, self.stored.centres)
        return vectors @ question[0], languages

    def _spoken(self, connection: sqlite3.Connection, ids: Sequence[int]) -> NDArray[np.str_]:
        """The language of each chunk."""
        for some in in_batches([chunk for chunk in ids if chunk not in self.languages]):
            self.languages.update(
                connection.execute(
                    f"SELECT id, language FROM chunk WHERE id IN ({marks(some)})", some
                ).fetchall()
            )
        return np.asarray([self.languages[chunk] for chunk in ids], np.str_)


def _exact(
    stored: StoredIndex,
    ids: NDArray[np.int64],
    question: Vectors,
    limit: int,
    allowed: NDArray[np.bool_] | None,
) -> NDArray[np.int64]:
    import faiss

    parameters = None
    if allowed is not None:
        selector = one_of(_by_id(ids[allowed]))
        parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
    most = min(limit, stored.index.ntotal)
    with one_thread():
        _, found = stored.index.search(question, most, params=parameters)
    nearest: NDArray[np.int64] = found[0][found[0] >= 0]
    return nearest


def _by_id(ids: NDArray[np.int64]) -> NDArray[np.bool_]:
    """For every id up to the largest, whether it is one of ``ids``."""
    mask = np.zeros(int(ids.max(initial=0)) + 1, bool)
    mask[ids] = True
    return mask
