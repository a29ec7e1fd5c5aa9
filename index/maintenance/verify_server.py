"""Whether a library in PostgreSQL is whole: what can be worked out again is, and compared.

Pages and indexes are PostgreSQL's own to check (``pg_amcheck``, ``pg_checksums``).
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing

import numpy as np

from index.database.damage import Finding, Mend
from index.errors import Message
from index.location import Server
from index.maintenance.verify import (
    check_accounts,
    check_articles,
    check_manifest,
    check_staged,
)
from index.postgresql.building import centred, chunks_where, word_counts
from index.postgresql.connection import Connection, connect, said_plainly
from index.postgresql.dense import Layout, load_layout
from index.postgresql.lexical import BLOCK, POSTING
from index.postgresql.schema import JOB_TABLES, vectors_table
from index.postgresql.words import pack_words
from index.postgresql.writer import read_manifest
from index.search.dense_vectors import Moments
from index.search.lexical_building import MOST_COUNTED

_TOLERANCE = 1e-3
"""Of cosines: the layout's vectors have 16 bits a number."""


def verify_server(server: Server) -> Iterator[Finding]:
    """Everything that is wrong with a library, as it is found; nothing is changed.

    One snapshot of the primary is looked at, so that others may write meanwhile.

    Raises:
        LibraryError: there is no library, or of another schema, or the server cannot be reached.
    """
    with closing(connect(server, writes=True)) as connection, said_plainly(server):
        read_manifest(connection, server)
        connection.run(JOB_TABLES)
        connection.run("BEGIN ISOLATION LEVEL REPEATABLE READ")
        misread = list(check_manifest(connection))
        yield from misread
        if any(finding.mend is Mend.BACKUP for finding in misread):
            return
        yield from check_articles(connection)
        yield from check_accounts(connection)
        yield from check_staged(connection)
        try:
            yield from _check_words(connection)
            if not misread:
                yield from _check_vectors(connection, load_layout(connection))
        except (ValueError, sqlite3.DatabaseError) as error:
            yield _posting_fault(f"cannot be read ({error})", f"无法读取（{error}）")


def _check_words(connection: Connection) -> Iterator[Finding]:
    """Whether words and postings are those of the published chunks, a block at a time."""
    blocks = connection.execute(
        "SELECT id / ?::bigint FROM chunk JOIN article ON article.row = chunk.article "
        "WHERE published UNION SELECT chunk / ?::bigint FROM words",
        (BLOCK, BLOCK),
    ).fetchall()
    for (block,) in sorted(blocks):
        if not _is_whole(connection, int(block)):
            yield _posting_fault("has wrong words for some chunks", "中部分分块的词条有误")
            return


def _is_whole(connection: Connection, block: int) -> bool:
    first, end = block * BLOCK, (block + 1) * BLOCK
    condition = (
        "published AND row IN "
        f"(SELECT chunk.article FROM chunk WHERE id >= {first:d} AND id < {end:d})"
    )
    expected: dict[str, dict[int, int]] = {}
    words: dict[int, tuple[int, bytes]] = {}
    for chunk, counted in word_counts(connection, condition):
        if first <= chunk < end:
            words[chunk] = (min(counted.total(), 0xFFFF), pack_words(counted, MOST_COUNTED))
            for term, count in counted.items():
                expected.setdefault(term, {})[chunk - first] = min(count, MOST_COUNTED)
    held = connection.execute(
        "SELECT chunk, length, data FROM words WHERE chunk >= ? AND chunk < ?", (first, end)
    ).fetchall()
    if {chunk: (length, bytes(data)) for chunk, length, data in held} != words:
        return False
    return _has_postings(connection, block, expected, {chunk - first for chunk in words})


def _has_postings(
    connection: Connection, block: int, expected: dict[str, dict[int, int]], alive: set[int]
) -> bool:
    documents: Counter[str] = Counter()
    for term, count, data in connection.execute(
        "SELECT term, sum(documents)::bigint, string_agg(data, ''::bytea) FROM posting WHERE part IN "
        "(SELECT part FROM posting_part WHERE block = ?) GROUP BY term",
        (block,),
    ).fetchall():
        read = np.frombuffer(data, POSTING)
        pairs = zip(read["place"].tolist(), read["count"].tolist(), strict=True)
        if {place: count for place, count in pairs if place in alive} != expected.get(term, {}):
            return False
        documents[term] = int(count)
    return all(documents[term] == len(found) for term, found in expected.items())


def _check_vectors(connection: Connection, layout: Layout) -> Iterator[Finding]:
    """Whether the layout's vectors, and what is summed up over them, are those of the chunks."""
    table = vectors_table(layout.number)
    moments = Moments.none(len(layout.mean))
    if layout.number:
        for some in chunks_where(connection, "published"):
            vectors = centred(some, layout.centres)
            moments = moments.with_more(vectors)
            rows = connection.execute(
                "SELECT chunk, article, day, account, language, centred::vector::real[] "
                f"FROM {table} WHERE chunk = ANY (?)",
                ([one.chunk for one in some],),
            ).fetchall()
            held = {row[0]: row for row in rows}
            for one, vector in zip(some, vectors, strict=True):
                row = held.get(one.chunk)
                said = row and row[1:5] == (one.article, one.day, one.account, one.language)
                if not row or not said or float(np.dot(row[5], vector)) < 1 - _TOLERANCE:
                    yield _vector_fault(
                        "holds other vectors than the library", "中的向量与文章库不一致"
                    )
                    return
        (count,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone() or (0,)
        if count != moments.count:
            yield _vector_fault("holds other chunks than the library", "所含分块与文章库不一致")
    same = layout.chunks == moments.count and all(
        np.allclose(one, other, atol=_TOLERANCE)
        for one, other in zip(layout.moments.finished(), moments.finished(), strict=True)
    )
    if not same:
        yield _vector_fault("has a wrong mean or covariance", "的均值或协方差有误")


def _posting_fault(english: str, chinese: str) -> Finding:
    message = Message(f"the inverted index {english}", f"倒排索引{chinese}")
    return Finding(Mend.POSTINGS, "", message)


def _vector_fault(english: str, chinese: str) -> Finding:
    message = Message(f"the search index {english}", f"向量索引{chinese}")
    return Finding(Mend.VECTORS, "", message)
