"""The lexical leg: an inverted index in the library's own database, scored by BM25.

Okapi BM25 (Robertson and Zaragoza, 2009) over the terms of ``index.text.terms``. Postings lie in
segments, as in Lucene: each job writes segments for the chunks that it has staged, one after the
other, and publishes them with their articles; none is ever changed. What is gone from the library
is named in a table and left out when scores are read, until so much of the postings is dead or
scattered that they are merged.
"""

from __future__ import annotations

import math
import sqlite3
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from index.database.damage import Finding, Mend
from index.database.database import ARTICLE_COLUMNS, in_batches, marks, to_article
from index.records import Article, Span
from index.text.sentences import subject_of
from index.text.terms import index_terms

K1, B = 1.2, 0.75
_SEGMENT = 16_384
"""Chunks of a full segment; places in one fit into 16 bits."""

_MOST_SMALL = 8
_MOST_DEAD = 0.25
_MOST_COUNTED = 255
_POSTING_BYTES = 3

Scores = NDArray[np.float32]
Number = TypeVar("Number", np.int64, np.float32)


@dataclass(frozen=True, slots=True)
class _Segment:
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
        if self.start >= 0:
            return len(data) // _POSTING_BYTES
        local, _ = _unpack(data)
        return int((self.places[local] >= 0).sum())

    def add(
        self, scores: Scores, penalties: Scores, postings: Sequence[tuple[float, bytes]]
    ) -> None:
        """Add to all chunks' scores what terms give to those of the segment.

        Args:
            penalties: Of all chunks.
            postings: Of each term, with the term's weight.
        """
        sizes = [len(data) // _POSTING_BYTES for _, data in postings]
        parts = [_unpack(data) for _, data in postings]
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
        weights = {term: _idf(held, len(self.ids)) * (K1 + 1) for term, held in documents.items()}
        scores = np.zeros(len(self.ids), np.float32)
        for row, postings in found.items():
            weighted = [(counted[term] * weights[term], data) for term, data in postings]
            segments[row].add(scores, self.penalties, weighted)
        return scores, sum(weights.values()) / (1 + K1 / 2)


def _idf(documents: int, of: int) -> float:
    return math.log(1 + (of - documents + 0.5) / (documents + 0.5))


def published_chunks(connection: sqlite3.Connection) -> NDArray[np.int64]:
    """The ids of the published chunks, ascending, by the articles and not by the inverted index."""
    rows = connection.execute(
        "SELECT id FROM chunk JOIN article ON row = article WHERE published ORDER BY id"
    ).fetchall()
    return np.fromiter((row[0] for row in rows), np.int64, len(rows))


def load_postings(connection: sqlite3.Connection) -> PostingIndex:
    """The index of the generation that ``connection`` sees; the postings stay where they are."""
    rows = connection.execute(
        "SELECT row, chunks, articles, lengths FROM segment WHERE published ORDER BY row"
    ).fetchall()
    held = [np.frombuffer(chunks, "<i8") for _, chunks, _, _ in rows]
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


def _segment(row: int, places: NDArray[np.int64]) -> _Segment:
    gapless = len(places) > 0 and places[0] >= 0 and bool((np.diff(places) == 1).all())
    return _Segment(row, places, int(places[0]) if gapless else -1)


def _joined(parts: Sequence[NDArray[Any]], kind: type[Number]) -> NDArray[Number]:
    return np.concatenate([np.zeros(0, kind), *parts]).astype(kind, copy=False)


def _places(ids: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where each wanted id stands in ``ids``, -1 for one that does not."""
    if not len(ids):
        return np.full(len(wanted), -1, np.int64)
    places = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
    return np.where(ids[places] == wanted, places, -1)


def searched_text(article: Article, span: Span) -> str:
    """What a chunk is found by word for word: its text, and its article's subject and source."""
    return "\n".join((subject_of(article), article.source, span.of(article.text)))


@dataclass(frozen=True, slots=True)
class Searched:
    """A chunk as the lexical leg takes it: its id, its article's row, what it is found by."""

    chunk: int
    article: int
    text: str


def segments_of(chunks: Iterable[Searched]) -> Iterator[Sequence[Searched]]:
    """Chunks in batches that make a segment each."""
    remaining = iter(chunks)
    while some := list(islice(remaining, _SEGMENT)):
        yield some


def staged_chunks(connection: sqlite3.Connection) -> Iterator[Searched]:
    """The chunks of all articles that are staged."""
    rows = connection.execute("SELECT row FROM article WHERE NOT published ORDER BY row").fetchall()
    for (row,) in rows:
        yield from _searched(connection, row)


def _published_chunks(connection: sqlite3.Connection) -> Iterator[Searched]:
    """The chunks of all articles that are published and can be read."""
    rows = connection.execute("SELECT row FROM article WHERE published ORDER BY row").fetchall()
    for (row,) in rows:
        with suppress(sqlite3.DatabaseError):  # a damaged one is mended on its own
            yield from list(_searched(connection, row))


def _searched(connection: sqlite3.Connection, row: int) -> Iterator[Searched]:
    values = connection.execute(
        f"SELECT {ARTICLE_COLUMNS} FROM article WHERE row = ?", (row,)
    ).fetchone()
    article = to_article(values)
    for chunk, start, end in connection.execute(
        "SELECT id, start, end FROM chunk WHERE article = ? ORDER BY id", (row,)
    ).fetchall():
        yield Searched(chunk, row, searched_text(article, Span(start, end)))


def rebuild_postings(connection: sqlite3.Connection) -> None:
    """Make the postings of what is published again, inside a transaction."""
    connection.execute(
        "DELETE FROM posting WHERE segment NOT IN (SELECT row FROM segment WHERE NOT published)"
    )
    connection.execute("DELETE FROM segment WHERE published")
    connection.execute("DELETE FROM gone")
    for some in segments_of(_published_chunks(connection)):
        add_segment(connection, some, published=True)


def add_segment(
    connection: sqlite3.Connection, chunks: Sequence[Searched], *, published: bool
) -> None:
    """Write the postings of some chunks; readers see those of staged ones once they are published."""
    postings: dict[str, tuple[array[int], bytearray]] = {}
    lengths = []
    for place, chunk in enumerate(chunks):
        counted = Counter(index_terms(chunk.text))
        lengths.append(min(counted.total(), 0xFFFF))
        for term, count in counted.items():
            places, counts = postings.setdefault(term, (array("H"), bytearray()))
            places.append(place)
            counts.append(min(count, _MOST_COUNTED))
    data = {
        term: np.asarray(places, "<u2").tobytes() + bytes(counts)
        for term, (places, counts) in postings.items()
    }
    ids, articles = [chunk.chunk for chunk in chunks], [chunk.article for chunk in chunks]
    _insert(connection, ids, articles, lengths, data, published=published)


def drop_staged_postings(connection: sqlite3.Connection) -> None:
    """Take out the segments of a job that did not publish."""
    staged = connection.execute("SELECT row FROM segment WHERE NOT published").fetchall()
    for (row,) in staged:
        _delete(connection, row)


def publish_postings(connection: sqlite3.Connection) -> None:
    """Show readers the staged segments, in the transaction that publishes their articles."""
    connection.execute("UPDATE segment SET published = 1 WHERE NOT published")
    _merge(connection)


def _insert(
    connection: sqlite3.Connection,
    ids: Sequence[int],
    articles: Sequence[int],
    lengths: Sequence[int],
    data: Mapping[str, bytes],
    *,
    published: bool,
) -> None:
    row = connection.execute(
        "INSERT INTO segment (published, chunks, articles, lengths) VALUES (?, ?, ?, ?)",
        (
            published,
            np.asarray(ids, "<i8").tobytes(),
            np.asarray(articles, "<i8").tobytes(),
            np.asarray(lengths, "<u2").tobytes(),
        ),
    ).lastrowid
    connection.executemany(
        "INSERT INTO posting VALUES (?, ?, ?)",
        ((term, row, packed) for term, packed in sorted(data.items())),
    )


def _delete(connection: sqlite3.Connection, row: int) -> None:
    connection.execute("DELETE FROM posting WHERE segment = ?", (row,))
    connection.execute("DELETE FROM segment WHERE row = ?", (row,))


def _unpack(data: bytes) -> tuple[NDArray[np.uint16], NDArray[np.uint8]]:
    """Places in the segment and counts: two bytes each of the first, then one each of the other."""
    held = len(data) // _POSTING_BYTES
    return np.frombuffer(data, "<u2", held), np.frombuffer(data, np.uint8, held, 2 * held)


def _merge(connection: sqlite3.Connection) -> None:
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


def join_postings(connection: sqlite3.Connection) -> None:
    """Rewrite every segment that is not full or of which anything is gone."""
    index = load_postings(connection)
    unfit = [s for s in index.segments if len(s.places) < _SEGMENT or (s.places < 0).any()]
    for group in _groups(unfit):
        if len(group) > 1 or (group[0].places < 0).any():
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
    articles: list[int] = []
    lengths: list[int] = []
    postings: dict[str, tuple[list[NDArray[np.uint16]], list[NDArray[np.uint8]]]] = {}
    for segment in group:
        chunks, packed = connection.execute(
            "SELECT chunks, lengths FROM segment WHERE row = ?", (segment.row,)
        ).fetchone()
        alive = segment.places >= 0
        moved = np.where(alive, np.cumsum(alive) - 1 + len(ids), -1)
        ids += index.ids[segment.places[alive]].tolist()
        articles += index.articles[segment.places[alive]].tolist()
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
        dead = np.frombuffer(chunks, "<i8")[~alive].tolist()
        connection.executemany("DELETE FROM gone WHERE chunk = ?", ((chunk,) for chunk in dead))
        _delete(connection, segment.row)
    if ids:
        data = {
            term: np.concatenate(places).tobytes() + np.concatenate(numbers).tobytes()
            for term, (places, numbers) in postings.items()
        }
        _insert(connection, ids, articles, lengths, data, published=True)


def check_postings(connection: sqlite3.Connection) -> Iterator[Finding]:
    """What is wrong with the inverted index: every posting is worked out again and compared."""
    try:
        yield from _check_held(connection)
        for row in connection.execute("SELECT row FROM segment WHERE published").fetchall():
            yield from _check_segment(connection, row[0])
    except ValueError as error:  # a blob of a size that cannot be
        yield _wrong(f"cannot be read ({error})", f"无法读取（{error}）")


def _check_held(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Whether the index holds the published chunks, each once, and no others."""
    expected = connection.execute(
        "SELECT chunk.id, article FROM chunk JOIN article ON row = article WHERE published "
        "ORDER BY chunk.id"
    ).fetchall()
    index = load_postings(connection)
    held = list(zip(index.ids.tolist(), index.articles.tolist(), strict=True))
    if held != expected:
        yield _wrong("holds other chunks than the library", "所含分块与文章库不一致")
    (stray,) = connection.execute(
        "SELECT COUNT(*) FROM posting WHERE segment NOT IN (SELECT row FROM segment)"
    ).fetchone()
    (alive,) = connection.execute(
        "SELECT COUNT(*) FROM gone JOIN chunk ON id = chunk JOIN article ON row = article WHERE published"
    ).fetchone()
    if stray or alive:
        yield _wrong("has entries that belong to nothing", "含有无所属的条目")


def _check_segment(connection: sqlite3.Connection, row: int) -> Iterator[Finding]:
    chunks, lengths = connection.execute(
        "SELECT chunks, lengths FROM segment WHERE row = ?", (row,)
    ).fetchone()
    expected: dict[str, dict[int, int]] = {}
    long = np.frombuffer(lengths, "<u2")
    alive = np.zeros(len(long), bool)
    wrong = False
    for place, text in _texts(connection, np.frombuffer(chunks, "<i8").tolist()):
        counted = Counter(index_terms(text))
        alive[place] = True
        wrong |= int(long[place]) != min(counted.total(), 0xFFFF)
        for term, count in counted.items():
            expected.setdefault(term, {})[place] = min(count, _MOST_COUNTED)
    for term, data in connection.execute(
        "SELECT term, data FROM posting WHERE segment = ?", (row,)
    ):
        places, counts = _unpack(data)
        held = {p: c for p, c in zip(places.tolist(), counts.tolist(), strict=True) if alive[p]}
        wrong |= held != expected.pop(term, {})
    if wrong or expected:
        yield _wrong("has wrong words for some chunks", "中部分分块的词条有误")


def _texts(connection: sqlite3.Connection, chunks: Sequence[int]) -> Iterator[tuple[int, str]]:
    """What the chunks that are still there are found by, each with its place."""
    columns = ", ".join(f"article.{column}" for column in ARTICLE_COLUMNS.split(", "))
    for place, chunk in enumerate(chunks):
        with suppress(sqlite3.DatabaseError):  # a damaged article is named by itself
            found = connection.execute(
                f"SELECT start, end, {columns} FROM chunk JOIN article ON row = article "
                "WHERE published AND chunk.id = ?",
                (chunk,),
            ).fetchone()
            if found:
                yield place, searched_text(to_article(found[2:]), Span(found[0], found[1]))


def _wrong(english: str, chinese: str) -> Finding:
    return Finding(Mend.POSTINGS, "", f"the inverted index {english}", f"倒排索引{chinese}")
