"""The dense leg: a search index over a library's centred vectors, made from the database.

A small library has an exact index, made anew for every generation. A large one has approximate lists
(``index.search.ivf``), which go on being used while articles come and go: what they lack is compared one by
one, what is gone is left out, and the lists are written again when that has become much. Either way a
missing or damaged file is made again, never trusted.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index.database.damage import Finding, Mend
from index.database.database import in_batches, manifest_value, marks
from index.embedding.centring import Centres, passage_centres
from index.embedding.encoder import Vectors
from index.search.dense_file import VECTORS, StoredIndex, is_whole, read_index, save_index
from index.search.ivf import decoded, one_of, one_thread, samples_for, search_lists, train_lists

if TYPE_CHECKING:
    import faiss

MOST_EXACT = 100_000
"""Chunks up to which every one is compared with every question."""

_MOST_UNLISTED = 16_384
"""Chunks that may be missing from the lists, or gone from the library and still in them."""

_MOST_GROWTH = 1.5
_FEW_ALLOWED = 1024
_SPARE = 2
_BATCH = 8192
_TOLERANCE = 1e-4
_ALIKE_LISTED = 0.7
"""The cosine of a vector with itself in 8 bits, at least: .999 among many, less where a handful said
between which numbers the 8 bits are spread.
"""

_LENGTH_TOLERANCE = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class VectorIndex:
    """The dense leg of one generation.

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

    def nearest(
        self,
        connection: sqlite3.Connection,
        question: Vectors,
        limit: int,
        allowed: NDArray[np.bool_] | None,
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The ids nearest to a centred question and their cosines with it, best first.

        Args:
            allowed: For each of ``ids``, whether it may be found; ``None`` where all may.
        """
        chosen = self.choose(question, limit, allowed)
        cosines, _ = self.look_up(connection, question, chosen)
        best = np.argsort(-cosines, kind="stable")[:limit]
        return chosen[best], cosines[best]

    def choose(
        self, question: Vectors, limit: int, allowed: NDArray[np.bool_] | None
    ) -> NDArray[np.int64]:
        """Ids among which the ``limit`` nearest are, in no order. Arguments as for ``nearest``."""
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
        vectors, languages = _centred(connection, ids, self.stored.centres)
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


def open_vectors(
    connection: sqlite3.Connection, folder: Path, ids: NDArray[np.int64]
) -> VectorIndex:
    """The dense leg of what ``connection`` sees; what is not on the disk is made and kept there.

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
    stored = read_index(path, int(manifest_value(connection, "dimension")))
    if stored is None or not (stored.trained or stored.generation == generation):
        return None
    index = _fitted(connection, stored, ids)
    return None if _is_worn(index) else index


def update_vectors(
    connection: sqlite3.Connection, path: Path, ids: NDArray[np.int64]
) -> VectorIndex:
    """Bring the file up to date after a publication: not at all, by what changed, or anew."""
    stored = read_index(path, int(manifest_value(connection, "dimension")))
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
        tail, _ = _centred(connection, unlisted, stored.centres)
        before = _Moments(len(stored.ids), *_sums(stored))
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
        moments = _Moments.none(len(mean))
        for _, vectors in _all_centred(connection, index.ids, index.stored.centres):
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
    )


def make_index(connection: sqlite3.Connection, ids: NDArray[np.int64]) -> StoredIndex:
    """The search index of these chunks, from their vectors; memory for a batch of them at a time."""
    import faiss

    dimension = int(manifest_value(connection, "dimension"))
    centres = _passage_centres(connection, ids)
    trained = len(ids) if len(ids) > MOST_EXACT else 0
    if trained:
        chosen = np.random.default_rng(1).choice(ids, samples_for(len(ids)), replace=False)
        sample, _ = _centred(connection, np.sort(chosen), centres)
        index = train_lists(sample, len(ids))
    else:
        index = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))
    moments = _Moments.none(dimension)
    for some, vectors in _all_centred(connection, ids, centres):
        index.add_with_ids(vectors, some)
        moments = moments.with_more(vectors)
    generation = int(manifest_value(connection, "generation"))
    return StoredIndex(index, generation, trained, ids, centres, *moments.finished())


@dataclass(frozen=True, slots=True, eq=False)
class _Moments:
    """Sums over vectors from which mean and covariance follow, in double precision."""

    count: int
    total: NDArray[np.float64]
    products: NDArray[np.float64]

    @classmethod
    def none(cls, dimension: int) -> _Moments:
        return cls(0, np.zeros(dimension), np.zeros((dimension, dimension)))

    def with_more(self, vectors: Vectors) -> _Moments:
        return _Moments(
            self.count + len(vectors),
            self.total + vectors.sum(axis=0, dtype=np.float64),
            self.products + vectors.T @ vectors,
        )

    def finished(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Mean vector and covariance matrix; zeros of no vectors."""
        mean = self.total / max(self.count, 1)
        covariance = self.products / max(self.count, 1) - np.outer(mean, mean)
        return mean.astype(np.float32), covariance.astype(np.float32)


def _sums(stored: StoredIndex) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    count, mean = len(stored.ids), stored.mean.astype(np.float64)
    return count * mean, count * (stored.covariance + np.outer(mean, mean))


def _passage_centres(connection: sqlite3.Connection, ids: NDArray[np.int64]) -> Centres:
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


def _all_centred(
    connection: sqlite3.Connection, ids: NDArray[np.int64], centres: Centres
) -> Iterator[tuple[NDArray[np.int64], Vectors]]:
    dimension = int(manifest_value(connection, "dimension"))
    for some, languages, vectors in _batches(connection, ids, dimension):
        yield some, centres.centre(vectors, languages)


def _centred(
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


def stored_question_centres(connection: sqlite3.Connection) -> Centres:
    """Where the library's encoder puts questions (``index.embedding.centring.question_centres``)."""
    means = json.loads(manifest_value(connection, "question_means"))
    return Centres({of: np.asarray(mean, np.float32) for of, mean in means.items()})


def pack(vector: NDArray[np.float32]) -> bytes:
    return vector.astype("<f2").tobytes()


def is_unit(data: bytes, dimension: int) -> bool:
    """Whether the bytes are those of a vector of length 1, as float16 can be."""
    if len(data) != 2 * dimension:
        return False
    return abs(float(np.linalg.norm(unpack(data))) - 1) <= _LENGTH_TOLERANCE


def unpack(data: bytes) -> NDArray[np.float32]:
    return np.frombuffer(data, "<f2").astype(np.float32)


def check_vectors(
    connection: sqlite3.Connection, path: Path, ids: NDArray[np.int64]
) -> Iterator[Finding]:
    """What is wrong with the search index on disk: all of it is worked out again and compared."""
    index = load_vectors(connection, path, ids)
    if index is None or not is_whole(path):
        yield _wrong(
            "is missing, damaged or not of the library's generation", "缺失、损坏或与文章库不同代"
        )
        return
    stored = index.stored
    if stored.trained:
        held, vectors = decoded(stored.index)
    else:
        held = stored.ids
        vectors = stored.index.reconstruct_batch(held) if len(held) else index.tail
    if not np.array_equal(np.sort(held), stored.ids):
        yield _wrong("does not hold the chunks that it names", "所含分块与其记录不一致")
        return
    try:
        yield from _check_contents(connection, index, held, vectors)
    except sqlite3.DatabaseError:
        return  # the chunk that has no whole vector is named by itself


def _check_contents(
    connection: sqlite3.Connection, index: VectorIndex, held: NDArray[np.int64], vectors: Vectors
) -> Iterator[Finding]:
    """Whether vectors, language means, mean and covariance are those of the library's chunks."""
    stored = index.stored
    here = np.intersect1d(index.ids, held, assume_unique=True)
    order = np.argsort(held)
    places = order[np.searchsorted(held[order], here)]
    # Centres of lists stand still while articles come and go; those of an exact index may not.
    centres = stored.centres if stored.trained else _passage_centres(connection, here)
    alike, at = 1.0, 0
    moments = _Moments.none(len(index.mean))
    for some, centred in _all_centred(connection, here, centres):
        found = vectors[places[at : at + len(some)]]
        at += len(some)
        alike = min(alike, float(np.einsum("ij,ij->i", found, centred).min(initial=1)))
        moments = moments.with_more(centred)
    if alike < (_ALIKE_LISTED if stored.trained else 1 - _TOLERANCE):
        yield _wrong(
            "holds other vectors than the library, or other language means",
            "中的向量或语言均值与文章库不一致",
        )
    if len(here) < len(held):
        return  # the moments count what is gone until the lists are written again
    for one, other in zip((stored.mean, stored.covariance), moments.finished(), strict=True):
        if not np.allclose(one, other, atol=_TOLERANCE):
            yield _wrong("has a wrong mean or covariance", "的均值或协方差有误")
            return


def _wrong(english: str, chinese: str) -> Finding:
    return Finding(Mend.VECTORS, VECTORS, f"the search index {english}", f"向量索引{chinese}")
