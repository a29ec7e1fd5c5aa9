"""The postings of the lexical retriever: written, published, merged.

Each job writes segments for the chunks that it has staged, one after the other, and publishes them
with their articles; none is ever changed. When much of the postings is dead or scattered, segments
are merged.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from index.database.database import READ_COLUMNS, seal_of, to_article
from index.records import Article, Span
from index.search.lexical import PostingIndex, Segment, load_postings, unpack_posting
from index.text.sentences import subject_of
from index.text.terms import index_terms

_SEGMENT = 16_384
"""Chunks of a full segment; places in one fit into 16 bits."""

_MOST_SMALL = 8
_MOST_DEAD = 0.25
MOST_COUNTED = 255


def published_chunks(connection: sqlite3.Connection) -> NDArray[np.int64]:
    """The ids of the published chunks, ascending, by the articles and not by the inverted index."""
    rows = connection.execute(
        "SELECT id FROM chunk JOIN article ON row = article WHERE published ORDER BY id"
    ).fetchall()
    return np.fromiter((row[0] for row in rows), np.int64, len(rows))


def searched_text(article: Article, span: Span) -> str:
    """What a chunk is found by word for word: its text, and its article's subject and source."""
    return "\n".join((subject_of(article), article.source, span.of(article.text)))


@dataclass(frozen=True, slots=True)
class Searched:
    """A chunk as the lexical retriever takes it: its id, its article's row, what it is found by."""

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
        f"SELECT {READ_COLUMNS} FROM article WHERE row = ?", (row,)
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
            counts.append(min(count, MOST_COUNTED))
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
    blobs = (
        np.asarray(ids, "<i8").tobytes(),
        np.asarray(articles, "<i8").tobytes(),
        np.asarray(lengths, "<u2").tobytes(),
    )
    row = connection.execute(
        "INSERT INTO segment (published, chunks, articles, lengths, seal) VALUES (?, ?, ?, ?, ?)",
        (published, *blobs, seal_of(*blobs)),
    ).lastrowid
    connection.executemany(
        "INSERT INTO posting VALUES (?, ?, ?)",
        ((term, row, packed) for term, packed in sorted(data.items())),
    )


def _delete(connection: sqlite3.Connection, row: int) -> None:
    connection.execute("DELETE FROM posting WHERE segment = ?", (row,))
    connection.execute("DELETE FROM segment WHERE row = ?", (row,))


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


def _groups(segments: Sequence[Segment]) -> Iterator[list[Segment]]:
    """Segments that together fill at most one."""
    group: list[Segment] = []
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


def _join(connection: sqlite3.Connection, index: PostingIndex, group: Sequence[Segment]) -> None:
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
            local, counts = unpack_posting(data, len(alive))
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
