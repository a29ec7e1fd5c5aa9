"""The lexical leg: an inverted index in the library's own database, scored by BM25.

Okapi BM25 (Robertson and Zaragoza, 2009) over the terms of ``index.terms``. Postings lie in
segments, as in Lucene: each job adds segments for the chunks that it publishes, in the transaction
that publishes them, and none is ever changed. What is gone from the library is left out when scores
are read, until so much of the postings is dead or scattered that they are merged.
"""

from __future__ import annotations

import math
import sqlite3
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from index.database import in_batches, marks
from index.records import Article, Span
from index.terms import index_terms

K1, B = 1.2, 0.75
_SEGMENT = 16_384
"""Chunks of a full segment; places in one fit into 16 bits."""

_MOST_SMALL = 8
_MOST_DEAD = 0.25
_MOST_COUNTED = 255

Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Segment:
    """One segment as readers need it.

    Attributes:
        places: For each of its chunks the place in ``PostingIndex.ids``, -1 for one that is gone.
    """

    row: int
    places: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class PostingIndex:
    """What all questions to one generation share: which chunks there are and how long each is.

    Attributes:
        ids: The published chunks, ascending, shape (n,).
        penalties: BM25's length normalisation for each, shape (n,).
    """

    ids: NDArray[np.int64]
    penalties: Scores
    segments: tuple[_Segment, ...]

    def score(
        self, connection: sqlite3.Connection, question: Sequence[str]
    ) -> tuple[Scores, float]:
        """The BM25 score of every chunk, and what a chunk with each term once would about have.

        Args:
            question: The terms of the question.

        Returns:
            Scores of shape (n,), and the ceiling.
        """
        scores = np.zeros(len(self.ids), np.float32)
        ceiling = 0.0
        places_of = {segment.row: segment.places for segment in self.segments}
        counted = Counter(question)
        found: dict[str, list[tuple[NDArray[np.int64], Scores]]] = {term: [] for term in counted}
        for some in in_batches(list(counted)):
            for term, segment, data in connection.execute(
                f"SELECT term, segment, data FROM posting WHERE term IN ({marks(some)})", some
            ):
                local, counts = _unpack(data)
                places = places_of[segment][local]
                here = places >= 0
                found[term].append((places[here], counts[here].astype(np.float32)))
        for term, postings in found.items():
            weight = _idf(sum(len(places) for places, _ in postings), len(self.ids))
            ceiling += weight * (K1 + 1) / (1 + K1 / 2)
            for places, times in postings:
                gain = times * (K1 + 1) / (times + self.penalties[places])
                scores[places] += (counted[term] * weight) * gain
        return scores, ceiling


def _idf(documents: int, of: int) -> float:
    return math.log(1 + (of - documents + 0.5) / (documents + 0.5))


def load_postings(connection: sqlite3.Connection) -> PostingIndex:
    """The index of the generation that ``connection`` sees; the postings stay where they are."""
    rows = connection.execute(
        "SELECT id FROM chunk JOIN article ON row = article WHERE published ORDER BY id"
    ).fetchall()
    ids = np.fromiter((row[0] for row in rows), np.int64, len(rows))
    lengths = np.zeros(len(ids), np.float32)
    segments = []
    for row, chunks, terms in connection.execute("SELECT row, chunks, lengths FROM segment"):
        held = np.frombuffer(chunks, "<i8")
        places = _places(ids, held)
        lengths[places[places >= 0]] = np.frombuffer(terms, "<u2")[places >= 0]
        segments.append(_Segment(row, places))
    average = float(lengths.mean()) if len(lengths) else 1.0
    penalties = K1 * (1 - B + B * lengths / max(average, 1.0))
    return PostingIndex(ids, penalties.astype(np.float32), tuple(segments))


def _places(ids: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where each wanted id stands in ``ids``, -1 for one that does not."""
    if not len(ids):
        return np.full(len(wanted), -1, np.int64)
    places = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
    return np.where(ids[places] == wanted, places, -1)


def searched_text(article: Article, span: Span) -> str:
    """What a chunk is found by word for word: its text, and its article's title, column and source."""
    return "\n".join((article.heading, article.source, span.of(article.text)))


def add_postings(connection: sqlite3.Connection, chunks: Iterable[tuple[int, str]]) -> None:
    """Add the chunks that are being published, as (id, searched text), inside the transaction."""
    remaining = iter(chunks)
    while some := list(islice(remaining, _SEGMENT)):
        _add_segment(connection, some)


def _add_segment(connection: sqlite3.Connection, chunks: Sequence[tuple[int, str]]) -> None:
    postings: dict[str, tuple[array[int], bytearray]] = {}
    lengths = []
    for place, (_, text) in enumerate(chunks):
        counted = Counter(index_terms(text))
        lengths.append(min(counted.total(), 0xFFFF))
        for term, count in counted.items():
            places, counts = postings.setdefault(term, (array("H"), bytearray()))
            places.append(place)
            counts.append(min(count, _MOST_COUNTED))
    data = {
        term: np.asarray(places, "<u2").tobytes() + bytes(counts)
        for term, (places, counts) in postings.items()
    }
    _insert(connection, [chunk_id for chunk_id, _ in chunks], lengths, data)


def _insert(
    connection: sqlite3.Connection,
    ids: Sequence[int],
    lengths: Sequence[int],
    data: Mapping[str, bytes],
) -> None:
    row = connection.execute(
        "INSERT INTO segment (chunks, lengths) VALUES (?, ?)",
        (np.asarray(ids, "<i8").tobytes(), np.asarray(lengths, "<u2").tobytes()),
    ).lastrowid
    connection.executemany(
        "INSERT INTO posting VALUES (?, ?, ?)",
        ((term, row, packed) for term, packed in sorted(data.items())),
    )


def _unpack(data: bytes) -> tuple[NDArray[np.uint16], NDArray[np.uint8]]:
    """Places in the segment and counts: two bytes each of the first, then one each of the other."""
    held = len(data) // 3
    return np.frombuffer(data, "<u2", held), np.frombuffer(data, np.uint8, held, 2 * held)


def merge_postings(connection: sqlite3.Connection) -> None:
    """Join small segments once there are many, and rewrite those of which much is gone."""
    index = load_postings(connection)
    small, thin = [], []
    for segment in index.segments:
        alive = int((segment.places >= 0).sum())
        if alive < len(segment.places) * (1 - _MOST_DEAD):
            thin.append(segment)
        elif alive < _SEGMENT // 2:
            small.append(segment)
    chosen = [*thin, *(small if len(small) > _MOST_SMALL else [])]
    for group in _groups(chosen):
        _join(connection, index, group)


def _groups(segments: Sequence[_Segment]) -> Iterator[list[_Segment]]:
    """Segments that together fill at most one."""
    group: list[_Segment] = []
    held = 0
    for segment in segments:
        alive = int((segment.places >= 0).sum())
        if group and held + alive > _SEGMENT:
            yield group
            group, held = [], 0
        group.append(segment)
        held += alive
    if group:
        yield group


def _join(connection: sqlite3.Connection, index: PostingIndex, group: Sequence[_Segment]) -> None:
    ids: list[int] = []
    lengths: list[int] = []
    postings: dict[str, tuple[list[NDArray[np.uint16]], list[NDArray[np.uint8]]]] = {}
    for segment in group:
        (packed,) = connection.execute(
            "SELECT lengths FROM segment WHERE row = ?", (segment.row,)
        ).fetchone()
        alive = segment.places >= 0
        moved = np.where(alive, np.cumsum(alive) - 1 + len(ids), -1)
        ids += index.ids[segment.places[alive]].tolist()
        lengths += np.frombuffer(packed, "<u2")[alive].tolist()
        for term, data in connection.execute(
            "SELECT term, data FROM posting WHERE segment = ?", (segment.row,)
        ):
            local, counts = _unpack(data)
            kept = alive[local]
            if kept.any():
                places, numbers = postings.setdefault(term, ([], []))
                places.append(moved[local[kept]].astype("<u2"))
                numbers.append(counts[kept])
    for segment in group:
        connection.execute("DELETE FROM posting WHERE segment = ?", (segment.row,))
        connection.execute("DELETE FROM segment WHERE row = ?", (segment.row,))
    if ids:
        data = {
            term: np.concatenate(places).tobytes() + np.concatenate(numbers).tobytes()
            for term, (places, numbers) in postings.items()
        }
        _insert(connection, ids, lengths, data)
