"""The lexical retriever: an inverted index in the library's own database, scored by BM25.

Okapi BM25 (Robertson and Zaragoza, 2009) over the terms of ``index.text.terms``. Postings lie in
segments, as in Lucene (``index.search.lexical_building``); what is gone from the library is named
in a table and left out when scores are read.
"""

from __future__ import annotations

import math
import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from index.database.database import in_batches, marks, seal_of

K1, B = 1.2, 0.75
POSTING_BYTES = 3

Scores = NDArray[np.float32]
Number = TypeVar("Number", np.int64, np.float32)


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment as readers need it.

    Attributes:
        places: For each of its chunks the place in ``PostingIndex.ids``, -1 for one that is gone.
        start: The place of the first, where the others follow without a gap; else -1.
    """

    row: int
    places: NDArray[np.int64]
    start: int

    def alive(self, data: bytes) -> int:
        """In how many of the chunks that are still there a term stands, by its posting."""
        local, _ = unpack_posting(data, len(self.places))
        return len(local) if self.start >= 0 else int((self.places[local] >= 0).sum())

    def add(
        self, scores: Scores, penalties: Scores, postings: Sequence[tuple[float, bytes]]
    ) -> None:
        """Add to all chunks' scores what terms give to those of the segment.

        Args:
            penalties: Of all chunks.
            postings: Of each term, with the term's weight.
        """
        sizes = [len(data) // POSTING_BYTES for _, data in postings]
        parts = [unpack_posting(data, len(self.places)) for _, data in postings]
        local = np.concatenate([places for places, _ in parts])
        gains = np.concatenate([counts for _, counts in parts]).astype(np.float32)
        where = slice(self.start, self.start + len(self.places)) if self.start >= 0 else self.places
        gains /= penalties[where].take(local) + gains
        gains *= np.repeat(np.asarray([weight for weight, _ in postings], np.float32), sizes)
        summed = np.bincount(local, gains, len(self.places))
        if self.start >= 0:
            scores[where] = summed
        else:
            here = self.places >= 0
            scores[self.places[here]] = summed[here]


@dataclass(frozen=True, slots=True)
class PostingIndex:
    """What all questions to one generation share: which chunks there are and how long each is.

    Attributes:
        ids: The published chunks, ascending, shape (n,).
        articles: The row of each one's article, shape (n,).
        penalties: BM25's length normalisation for each, shape (n,).
    """

    ids: NDArray[np.int64]
    articles: NDArray[np.int64]
    penalties: Scores
    segments: tuple[Segment, ...]

    def score(
        self, connection: sqlite3.Connection, question: Sequence[str]
    ) -> tuple[Scores, float]:
        """The BM25 score of every chunk, and what a chunk with each term once would about have.

        Args:
            question: The terms of the question.

        Returns:
            Scores of shape (n,), and the ceiling.

        Raises:
            DatabaseError: what is read is damaged.
        """
        counted = Counter(question)
        segments = {segment.row: segment for segment in self.segments}
        documents = dict.fromkeys(counted, 0)
        found: dict[int, list[tuple[str, bytes]]] = {}
        for some in in_batches(list(counted)):
            for term, row, data in connection.execute(
                f"SELECT term, segment, data FROM posting WHERE term IN ({marks(some)})", some
            ):
                if row in segments:  # others are staged and not published yet
                    documents[term] += segments[row].alive(data)
                    found.setdefault(row, []).append((term, data))
        weights = {term: idf(held, len(self.ids)) * (K1 + 1) for term, held in documents.items()}
        scores = np.zeros(len(self.ids), np.float32)
        for row, postings in found.items():
            weighted = [(counted[term] * weights[term], data) for term, data in postings]
            segments[row].add(scores, self.penalties, weighted)
        return scores, sum(weights.values()) / (1 + K1 / 2)


def idf(documents: int, of: int) -> float:
    """What a term weighs that stands in so many ``of`` all chunks."""
    return math.log(1 + (of - documents + 0.5) / (documents + 0.5))


def load_postings(connection: sqlite3.Connection) -> PostingIndex:
    """The index of the generation that ``connection`` sees; the postings stay where they are.

    Raises:
        DatabaseError: a segment is not as it was written.
    """
    rows = connection.execute(
        "SELECT row, chunks, articles, lengths, seal FROM segment WHERE published ORDER BY row"
    ).fetchall()
    if any(seal_of(*row[1:4]) != row[4] for row in rows):
        raise sqlite3.DatabaseError("a segment of the inverted index is not as it was written")
    held = [np.frombuffer(chunks, "<i8") for _, chunks, *_ in rows]
    everything = _joined(held, np.int64)
    gone = connection.execute("SELECT chunk FROM gone").fetchall()
    alive = np.isin(everything, np.asarray(gone, np.int64).ravel(), invert=True)
    order = np.argsort(everything[alive], kind="stable")
    ids = everything[alive][order]
    articles = _joined([np.frombuffer(row[2], "<i8") for row in rows], np.int64)[alive][order]
    lengths = _joined([np.frombuffer(row[3], "<u2") for row in rows], np.float32)[alive][order]
    average = float(lengths.mean()) if len(lengths) else 1.0
    penalties = K1 * (1 - B + B * lengths / max(average, 1.0))
    segments = (_segment(row[0], _places(ids, each)) for row, each in zip(rows, held, strict=True))
    return PostingIndex(ids, articles, penalties.astype(np.float32), tuple(segments))


def _segment(row: int, places: NDArray[np.int64]) -> Segment:
    gapless = len(places) > 0 and places[0] >= 0 and bool((np.diff(places) == 1).all())
    return Segment(row, places, int(places[0]) if gapless else -1)


def _joined(parts: Sequence[NDArray[Any]], kind: type[Number]) -> NDArray[Number]:
    return np.concatenate([np.zeros(0, kind), *parts]).astype(kind, copy=False)


def _places(ids: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where each wanted id stands in ``ids``, -1 for one that does not."""
    if not len(ids):
        return np.full(len(wanted), -1, np.int64)
    places = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
    return np.where(ids[places] == wanted, places, -1)


def unpack_posting(data: bytes, chunks: int) -> tuple[NDArray[np.uint16], NDArray[np.uint8]]:
    """Places in the segment and counts: two bytes each of the first, then one each of the other.

    Args:
        chunks: Of the segment; every place is one of theirs.

    Raises:
        DatabaseError: the bytes are not such a posting.
    """
    held, rest = divmod(len(data), POSTING_BYTES)
    if rest or not held:
        raise sqlite3.DatabaseError(f"a posting has {len(data)} bytes")
    places = np.frombuffer(data, "<u2", held)
    counts = np.frombuffer(data, np.uint8, held, 2 * held)
    rising = bool((places[1:] > places[:-1]).all())
    if not rising or int(places[-1]) >= chunks or not counts.all():
        raise sqlite3.DatabaseError("a posting names places that its segment does not have")
    return places, counts


def unworded(connection: sqlite3.Connection) -> PostingIndex:
    """An index of the published chunks that knows no word of theirs, for want of a sound one."""
    rows = connection.execute(
        "SELECT id, article FROM chunk JOIN article ON row = article WHERE published ORDER BY id"
    ).fetchall()
    ids, articles = np.asarray(rows, np.int64).reshape(-1, 2).T
    return PostingIndex(ids.copy(), articles.copy(), np.ones(len(rows), np.float32), ())
