"""Whether the two search indexes are what follows from the library: all is worked out again and compared."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.database.damage import Finding, Mend
from index.database.database import READ_COLUMNS, to_article
from index.database.faults import is_damage
from index.embedding.encoder import Vectors
from index.errors import Message
from index.records import Span
from index.search.dense import VectorIndex
from index.search.dense_building import load_vectors
from index.search.dense_file import VECTORS, is_whole
from index.search.dense_vectors import Moments, all_centred, library_centres
from index.search.ivf import decoded
from index.search.lexical import load_postings, unpack_posting
from index.search.lexical_building import MOST_COUNTED, searched_text
from index.text.terms import index_terms

_TOLERANCE = 1e-4
_ALIKE_LISTED = 0.7
"""The cosine of a vector with itself in 8 bits, at least: .999 among many, less where a handful said
between which numbers the 8 bits are spread.
"""


def check_postings(connection: sqlite3.Connection) -> Iterator[Finding]:
    """What is wrong with the inverted index: every posting is worked out again and compared."""
    try:
        yield from _check_held(connection)
        for row in connection.execute("SELECT row FROM segment WHERE published").fetchall():
            yield from _check_segment(connection, row[0])
    except (ValueError, sqlite3.DatabaseError) as error:  # a blob that cannot be one of its kind
        if not is_damage(error):
            raise
        yield _posting_fault(f"cannot be read ({error})", f"无法读取（{error}）")


def _check_held(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Whether the index holds the published chunks, each once, and no others."""
    expected = connection.execute(
        "SELECT chunk.id, article FROM chunk JOIN article ON row = article WHERE published "
        "ORDER BY chunk.id"
    ).fetchall()
    index = load_postings(connection)
    held = list(zip(index.ids.tolist(), index.articles.tolist(), strict=True))
    if held != expected:
        yield _posting_fault("holds other chunks than the library", "所含分块与文章库不一致")
    (stray,) = connection.execute(
        "SELECT COUNT(*) FROM posting WHERE segment NOT IN (SELECT row FROM segment)"
    ).fetchone()
    (alive,) = connection.execute(
        "SELECT COUNT(*) FROM gone JOIN chunk ON id = chunk JOIN article ON row = article WHERE published"
    ).fetchone()
    if stray or alive:
        yield _posting_fault("has entries that belong to nothing", "含有无所属的条目")


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
            expected.setdefault(term, {})[place] = min(count, MOST_COUNTED)
    for term, data in connection.execute(
        "SELECT term, data FROM posting WHERE segment = ?", (row,)
    ):
        places, counts = unpack_posting(data, len(long))
        held = {p: c for p, c in zip(places.tolist(), counts.tolist(), strict=True) if alive[p]}
        wrong |= held != expected.pop(term, {})
    if wrong or expected:
        yield _posting_fault("has wrong words for some chunks", "中部分分块的词条有误")


def _texts(connection: sqlite3.Connection, chunks: Sequence[int]) -> Iterator[tuple[int, str]]:
    """What the chunks that are still there are found by, each with its place."""
    columns = ", ".join(f"article.{column}" for column in READ_COLUMNS.split(", "))
    for place, chunk in enumerate(chunks):
        with suppress(sqlite3.DatabaseError):  # a damaged article is named by itself
            found = connection.execute(
                f"SELECT start, end, {columns} FROM chunk JOIN article ON row = article "
                "WHERE published AND chunk.id = ?",
                (chunk,),
            ).fetchone()
            if found:
                yield place, searched_text(to_article(found[2:]), Span(found[0], found[1]))


def check_vectors(
    connection: sqlite3.Connection, path: Path, ids: NDArray[np.int64]
) -> Iterator[Finding]:
    """What is wrong with the search index on disk: all of it is worked out again and compared."""
    if path.exists() and not is_whole(path):
        yield _vector_fault("is damaged", "已损坏")
        return
    index = load_vectors(connection, path, ids)
    if index is None:
        if len(ids) or path.exists():
            yield _behind(path)
        return
    stored = index.stored
    if stored.trained:
        held, vectors = decoded(stored.index)
    else:
        held = stored.ids
        vectors = stored.index.reconstruct_batch(held) if len(held) else index.tail
    if not np.array_equal(np.sort(held), stored.ids):
        yield _vector_fault("does not hold the chunks that it names", "所含分块与其记录不一致")
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
    centres = stored.centres if stored.trained else library_centres(connection, here)
    alike, at = 1.0, 0
    moments = Moments.none(len(index.mean))
    for some, expected in all_centred(connection, here, centres):
        found = vectors[places[at : at + len(some)]]
        at += len(some)
        alike = min(alike, float(np.einsum("ij,ij->i", found, expected).min(initial=1)))
        moments = moments.with_more(expected)
    if alike < (_ALIKE_LISTED if stored.trained else 1 - _TOLERANCE):
        yield _vector_fault(
            "holds other vectors than the library, or other language means",
            "中的向量或语言均值与文章库不一致",
        )
    if len(here) < len(held):
        return  # the moments count what is gone until the lists are written again
    for one, other in zip((stored.mean, stored.covariance), moments.finished(), strict=True):
        if not np.allclose(one, other, atol=_TOLERANCE):
            yield _vector_fault("has a wrong mean or covariance", "的均值或协方差有误")
            return


def _posting_fault(english: str, chinese: str) -> Finding:
    message = Message(f"the inverted index {english}", f"倒排索引{chinese}")
    return Finding(Mend.POSTINGS, "", message)


def _behind(path: Path) -> Finding:
    message = (
        Message(
            "the search index is a generation behind and is made anew at the next start",
            "向量索引落后于文章库，下次启动时会自动重建",
        )
        if path.exists()
        else Message(
            "the search index is not there yet and is made at the next start",
            "向量索引尚未建立，下次启动时会自动建立",
        )
    )
    return Finding(Mend.BEHIND, VECTORS, message)


def _vector_fault(english: str, chinese: str) -> Finding:
    message = Message(f"the search index {english}", f"向量索引{chinese}")
    return Finding(Mend.VECTORS, VECTORS, message)
