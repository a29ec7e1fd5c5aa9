"""What a published chunk is found by, written beside it: vectors of a layout, words, postings."""

from __future__ import annotations

import json
import struct
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from index.database.database import READ_COLUMNS, manifest_value, to_article, to_date
from index.embedding.centring import Centres, passage_centres
from index.embedding.encoder import Vectors
from index.postgresql.connection import Connection
from index.postgresql.dense import Layout
from index.postgresql.lexical import BLOCK, POSTING
from index.postgresql.schema import create_vectors, index_vectors, parts_of, vectors_table
from index.postgresql.words import pack_words
from index.records import Span
from index.search.dense_vectors import Moments, stored_question_centres, unpack
from index.search.lexical_building import MOST_COUNTED, searched_text
from index.text.terms import index_terms

_PAGE = 200
_VECTORS = 4096
_FLUSHED = 16_384
"""Chunks whose postings are written together."""

_MOST_PARTS = 8
"""Parts of about one size that a block may have before they are joined into one."""

_COPY_HEAD = b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0)
_COPY_TAIL = struct.pack(">h", -1)
_FIRST_DAY = date(2000, 1, 1)  # of PostgreSQL's binary dates


@dataclass(frozen=True, slots=True)
class Placed:
    """A chunk with its article's row and what filters look at."""

    chunk: int
    article: int
    day: date | None
    account: str
    language: str
    vector: bytes


def chunks_where(connection: Connection, condition: str) -> Iterator[list[Placed]]:
    """The chunks of the articles that satisfy a condition, by ascending id, some at a time."""
    last = 0
    while rows := connection.execute(
        "SELECT chunk.id, chunk.article, article.date, article.account, chunk.language, chunk.vector "
        f"FROM chunk JOIN article ON article.row = chunk.article WHERE {condition} AND chunk.id > ? "
        "ORDER BY chunk.id LIMIT ?",
        (last, _VECTORS),
    ).fetchall():
        yield [Placed(row[0], row[1], to_date(row[2]), *row[3:]) for row in rows]
        last = rows[-1][0]


def centred(some: Sequence[Placed], centres: Centres) -> Vectors:
    """The centred vectors of some chunks, as a layout holds them."""
    raw = np.stack([unpack(one.vector) for one in some])
    return centres.centre(raw, [one.language for one in some])


def lay_out(connection: Connection, number: int) -> tuple[Centres, Moments]:
    """Make a layout of all published chunks, beside the one that is searched.

    Returns:
        By which its vectors are centred, and their moments.
    """
    dimension = int(manifest_value(connection, "dimension"))
    totals: dict[str, NDArray[np.float64]] = {}
    counts: Counter[str] = Counter()
    years: Counter[int] = Counter()
    for some in chunks_where(connection, "published"):
        years.update(one.day.year for one in some if one.day)
        vectors = np.stack([unpack(one.vector) for one in some])
        labels = np.asarray([one.language for one in some])
        for language in set(labels.tolist()):
            rows = vectors[labels == language]
            total = totals.setdefault(language, np.zeros(dimension))
            total += rows.sum(axis=0, dtype=np.float64)
            counts[language] += len(rows)
    centres = passage_centres(totals, counts, stored_question_centres(connection))
    create_vectors(connection, number, dimension, parts_of(years))
    moments = Moments.none(dimension)
    for some in chunks_where(connection, "published"):
        moments = moments.with_more(add_vectors(connection, number, some, centres))
    index_vectors(connection, number)
    # Autovacuum would do so a minute later; until then what came in one go is planned for as if it were not there.
    connection.run("ANALYZE article, chunk, posting, words")
    return centres, moments


def add_vectors(
    connection: Connection, layout: int, some: Sequence[Placed], centres: Centres
) -> Vectors:
    """Put chunks into a layout; gives their centred vectors."""
    vectors = centred(some, centres)
    halves = vectors.astype(">f2")
    columns = "chunk, article, day, account, language, centred"
    with connection.raw.cursor().copy(
        f"COPY {vectors_table(layout)} ({columns}) FROM STDIN (FORMAT BINARY)"
    ) as copy:
        copy.write(_COPY_HEAD)
        for one, half in zip(some, halves, strict=True):
            copy.write(_binary_row(one, half.tobytes()))
        copy.write(_COPY_TAIL)
    return vectors


def _binary_row(one: Placed, half: bytes) -> bytes:
    day = None if one.day is None else struct.pack(">i", (one.day - _FIRST_DAY).days)
    vector = struct.pack(">hh", len(half) // 2, 0) + half
    fields = (
        struct.pack(">q", one.chunk),
        struct.pack(">q", one.article),
        day,
        one.account.encode(),
        one.language.encode(),
        vector,
    )
    packed = [struct.pack(">h", len(fields))]
    for value in fields:
        packed.append(
            struct.pack(">i", -1) if value is None else struct.pack(">i", len(value)) + value
        )
    return b"".join(packed)


def word_counts(connection: Connection, condition: str) -> Iterator[tuple[int, Counter[str]]]:
    """Of the articles that satisfy a condition, each chunk with how often each term stands in it."""
    last = 0
    while rows := connection.execute(
        f"SELECT row, {READ_COLUMNS} FROM article WHERE {condition} AND row > ? ORDER BY row LIMIT ?",
        (last, _PAGE),
    ).fetchall():
        articles = {row: to_article(values) for row, *values in rows}
        for chunk, row, start, end in connection.execute(
            'SELECT id, article, start, "end" FROM chunk WHERE article = ANY (?) ORDER BY id',
            (list(articles),),
        ).fetchall():
            yield chunk, Counter(index_terms(searched_text(articles[row], Span(start, end))))
        last = rows[-1][0]


@dataclass(slots=True)
class _Postings:
    """The postings of one block in the making."""

    size: int = 0
    terms: dict[str, list[tuple[int, int, int]]] = field(default_factory=dict)

    def add(self, place: int, counted: Mapping[str, int], length: int) -> None:
        self.size += 1
        half = min(length // 2, 255)
        for term, count in counted.items():
            self.terms.setdefault(term, []).append((place, min(count, MOST_COUNTED), half))


def add_words(
    connection: Connection, counts: Iterable[tuple[int, Counter[str]]]
) -> tuple[int, int]:
    """Write words and postings of chunks; gives how many chunks, and terms in them."""
    blocks: dict[int, _Postings] = {}
    chunks = terms = waiting = 0
    rows: list[tuple[int, int, bytes]] = []
    for chunk, counted in counts:
        length = min(counted.total(), 0xFFFF)
        rows.append((chunk, length, pack_words(counted, MOST_COUNTED)))
        block, place = divmod(chunk, BLOCK)
        blocks.setdefault(block, _Postings()).add(place, counted, length)
        chunks, terms, waiting = chunks + 1, terms + length, waiting + 1
        if waiting >= _FLUSHED:
            _write_words(connection, rows, blocks)
            waiting, rows, blocks = 0, [], {}
    _write_words(connection, rows, blocks)
    return chunks, terms


def _write_words(
    connection: Connection, rows: Sequence[tuple[int, int, bytes]], blocks: Mapping[int, _Postings]
) -> None:
    cursor = connection.raw.cursor()
    with cursor.copy("COPY words (chunk, length, data) FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(["int8", "int4", "bytea"])
        for row in rows:
            copy.write_row(row)
    for block, postings in blocks.items():
        part = _new_part(connection, block, postings.size)
        columns = "COPY posting (term, part, block, documents, data) FROM STDIN (FORMAT BINARY)"
        with cursor.copy(columns) as copy:
            copy.set_types(["text", "int4", "int4", "int4", "bytea"])
            for term, held in sorted(postings.terms.items()):
                data = np.asarray(held, POSTING).tobytes()
                copy.write_row((term.replace("\0", "\ufffd"), part, block, len(held), data))


def _new_part(connection: Connection, block: int, size: int) -> int:
    (part,) = connection.execute(
        "INSERT INTO posting_part (block, size) VALUES (?, ?) RETURNING part", (block, size)
    ).fetchone() or (0,)
    return int(part)


def take_words_out(
    connection: Connection, counts: Iterable[tuple[int, Counter[str]]]
) -> tuple[list[int], int]:
    """Count the words of chunks no longer; gives their ids, and how many terms they had.

    Their postings stay until parts are joined; nothing is found by them, since a chunk that is gone
    has no list of words and no vector.
    """
    fewer: dict[int, Counter[str]] = {}
    ids: list[int] = []
    length = 0
    for chunk, counted in counts:
        ids.append(chunk)
        length += min(counted.total(), 0xFFFF)
        fewer.setdefault(chunk // BLOCK, Counter()).update(counted.keys())
    for block, lost in fewer.items():
        part = _new_part(connection, block, 0)
        connection.executemany(
            "INSERT INTO posting VALUES (?, ?, ?, ?, '')",
            ((term, part, block, -count) for term, count in lost.items()),
        )
    return ids, length


def join_parts(connection: Connection, *, all_of_them: bool = False) -> None:
    """Join the parts of a block that are about equally large, once there are many of them.

    So each posting is rewritten a few times, however many publications there are (a log-structured
    merge, O'Neil and others, 1996).
    """
    parts: dict[tuple[int, int], list[int]] = {}
    for part, block, size in connection.execute(
        "SELECT part, block, size FROM posting_part ORDER BY part"
    ).fetchall():
        level = 0 if all_of_them else max(size, 1).bit_length() // 3
        parts.setdefault((block, level), []).append(part)
    for (block, _), some in parts.items():
        if len(some) >= (2 if all_of_them else _MOST_PARTS):
            _join(connection, block, some)


def _join(connection: Connection, block: int, parts: list[int]) -> None:
    (size,) = connection.execute(
        "SELECT sum(size)::bigint FROM posting_part WHERE part = ANY (?)", (parts,)
    ).fetchone() or (0,)
    joined = _new_part(connection, block, int(size))
    connection.execute(
        "WITH old AS (DELETE FROM posting WHERE part = ANY (?) RETURNING term, documents, data) "
        "INSERT INTO posting SELECT term, ?::integer, ?::integer, sum(documents)::integer, "
        "string_agg(data, ''::bytea) FROM old GROUP BY term "
        "HAVING sum(documents) != 0 OR sum(octet_length(data)) > 0",
        (parts, joined, block),
    )
    connection.execute("DELETE FROM posting_part WHERE part = ANY (?)", (parts,))


def store_layout(connection: Connection, layout: Layout) -> None:
    """Write down what is summed up over all chunks."""
    means = {of: [float(x) for x in mean] for of, mean in layout.centres.means.items()}
    connection.execute(
        "UPDATE statistics SET layout = ?, laid = ?, means = ?, chunks = ?, length = ?, total = ?, "
        "products = ?",
        (
            layout.number,
            layout.laid,
            json.dumps(means),
            layout.chunks,
            layout.length,
            layout.moments.total.astype("<f8").tobytes(),
            layout.moments.products.astype("<f8").tobytes(),
        ),
    )
