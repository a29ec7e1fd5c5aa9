"""The lexical retriever in PostgreSQL: a bounded number of postings chooses, and what it chooses is scored exactly.

BM25 as in ``index.search.lexical``. Postings of the rarest terms are read first, and at most
``MOST_POSTINGS`` of them, so that what a question costs does not grow with the library (the "quit"
strategy of Moffat and Zobel, 1996, *Self-indexing inverted files*). The chunks that they score best
are then scored by all of the question's terms, from each chunk's own list of words.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.postgresql.connection import Connection
from index.postgresql.filtering import Allowed
from index.postgresql.schema import vectors_table
from index.search.lexical import K1, B, idf

MOST_POSTINGS = 100_000
POSTING = np.dtype([("place", "<u2"), ("count", "u1"), ("half", "u1")])
"""A chunk's place in its block, how often the term stands in it, half the number of its terms."""

BLOCK = 65_536
_SPARE = 2
_FEWEST_CHOSEN = 256
_DENSE = 4096
"""Postings of one block from which on a table of its places is faster than sorting them."""

Ids = NDArray[np.int64]
Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Question:
    """A question's terms with what each weighs in this library.

    Attributes:
        weights: By term, times how often the question has it.
        documents: By term, in how many chunks it stands.
        ceiling: About what a chunk with each term once would have.
        average: Number of terms of the library's chunks, on average.
    """

    weights: dict[str, float]
    documents: dict[str, int]
    ceiling: float
    average: float

    def penalties(self, lengths: NDArray[np.generic]) -> Scores:
        """BM25's length normalisation."""
        scaled: Scores = K1 * (1 - B + B * lengths.astype(np.float64) / max(self.average, 1.0))
        return scaled


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """Chunks with their scores, by ascending id."""

    ids: Ids
    scores: Scores

    def of(self, wanted: Ids) -> Scores:
        """The scores of some chunks; 0 for those that are not here."""
        if not len(self.ids):
            return np.zeros(len(wanted))
        places = np.minimum(np.searchsorted(self.ids, wanted), len(self.ids) - 1)
        return np.where(self.ids[places] == wanted, self.scores[places], 0.0)

    def best(self, limit: int) -> Ids:
        """The ids of the ``limit`` highest scores above 0, in no order."""
        places = np.flatnonzero(self.scores > 0)
        if len(places) > limit:
            places = places[np.argpartition(-self.scores[places], limit)[:limit]]
        return self.ids[places]


def document_counts(connection: Connection, terms: Sequence[str]) -> dict[str, int]:
    """In how many published chunks each term stands; those in none are left out."""
    rows = connection.execute(
        "SELECT term, sum(documents)::bigint FROM posting WHERE term = ANY (?) GROUP BY term",
        (list(terms),),
    ).fetchall()
    return {term: int(count) for term, count in rows if count > 0}


def weigh(connection: Connection, terms: Sequence[str], chunks: int, average: float) -> Question:
    """A question's terms among ``chunks`` chunks of ``average`` terms."""
    counted = Counter(term.replace("\0", "\ufffd") for term in terms)
    documents = document_counts(connection, list(counted))
    once = {term: idf(documents.get(term, 0), chunks) * (K1 + 1) for term in counted}
    weights = {term: counted[term] * weight for term, weight in once.items()}
    return Question(weights, documents, sum(once.values()) / (1 + K1 / 2), average)


def choose(
    connection: Connection, question: Question, limit: int, layout: int, allowed: Allowed
) -> Ids:
    """Chunks among which the ``limit`` that share most of the question's terms are, most likely.

    Raises:
        DatabaseError: what is read is damaged.
    """
    if allowed.few is not None and len(allowed.few) <= _FEWEST_CHOSEN:
        return allowed.few
    about = _about(connection, question)
    wanted = max(_SPARE * limit, _FEWEST_CHOSEN)
    if allowed.few is not None:
        passing = np.isin(about.ids, allowed.few, assume_unique=True)
        about = Scored(about.ids[passing], about.scores[passing])
    elif allowed.values:
        return _best_passing(connection, about, wanted, layout, allowed)
    return about.best(wanted)


def _best_passing(
    connection: Connection, about: Scored, wanted: int, layout: int, allowed: Allowed
) -> Ids:
    """The best of the chunks that a wide filter lets through, looked for from the best on."""
    order = np.argsort(-about.scores, kind="stable")
    found: list[int] = []
    start, size = 0, 2 * wanted
    while len(found) < wanted and start < len(order):
        some = about.ids[order[start : start + size]].tolist()
        rows = connection.execute(
            f"SELECT chunk FROM {vectors_table(layout)} WHERE chunk = ANY (?) AND {allowed.condition}",
            (some, *allowed.values),
        ).fetchall()
        passing = {chunk for (chunk,) in rows}
        found += [chunk for chunk in some if chunk in passing]
        start, size = start + size, 2 * size
    return np.asarray(found[:wanted], np.int64)


def _about(connection: Connection, question: Question) -> Scored:
    """What the postings that are read give to each chunk that they name."""
    chosen, most = _rarest(question)
    by_block: dict[int, list[tuple[float, bytes]]] = {}
    read = 0
    for term, block, data in connection.execute(
        "SELECT term, block, data FROM posting WHERE term = ANY (?) AND documents > 0 "
        "ORDER BY block DESC",
        (chosen,),
    ):
        if read > most:
            break  # of a single term that is in more chunks than may be read, the newest
        read += len(data) // POSTING.itemsize
        by_block.setdefault(block, []).append((question.weights[term], data))
    ids, scores = [np.zeros(0, np.int64)], [np.zeros(0)]
    for block in sorted(by_block):
        places, summed = _in_block(question, by_block[block])
        ids.append(places + block * BLOCK)
        scores.append(summed)
    return Scored(np.concatenate(ids), np.concatenate(scores))


def _rarest(question: Question) -> tuple[list[str], int]:
    """The rarest terms whose postings may be read, at least one; and how many may be."""
    chosen: list[str] = []
    total = 0
    for term, count in sorted(question.documents.items(), key=lambda item: (item[1], item[0])):
        if chosen and total + count > MOST_POSTINGS:
            break
        chosen.append(term)
        total += count
    return chosen, MOST_POSTINGS


def _in_block(question: Question, postings: Sequence[tuple[float, bytes]]) -> tuple[Ids, Scores]:
    """The places of a block that some postings name, and what these give to each."""
    for _, data in postings:
        if len(data) % POSTING.itemsize:
            raise sqlite3.DatabaseError(f"a posting has {len(data)} bytes")
    sizes = [len(data) // POSTING.itemsize for _, data in postings]
    read = np.frombuffer(b"".join(data for _, data in postings), POSTING)
    counts = read["count"].astype(np.float64)
    gains = counts / (question.penalties(read["half"].astype(np.int64) * 2) + counts)
    gains *= np.repeat([weight for weight, _ in postings], sizes)
    if len(read) >= _DENSE:
        summed = np.bincount(read["place"], gains, BLOCK).astype(np.float64)
        places = np.flatnonzero(summed)
        return places.astype(np.int64), summed[places]
    named, which = np.unique(read["place"], return_inverse=True)
    return named.astype(np.int64), np.bincount(which, gains, len(named)).astype(np.float64)


def pack_words(counted: Counter[str], most: int) -> bytes:
    """A chunk's terms as ``words.data``: their checksums, then how often each stands in it."""
    merged: Counter[int] = Counter()
    for term, count in counted.items():
        merged[word_hash(term)] += count
    hashes = np.fromiter(merged.keys(), "<u4", len(merged))
    counts = np.minimum(np.fromiter(merged.values(), np.int64, len(merged)), most)
    return hashes.tobytes() + counts.astype(np.uint8).tobytes()


def word_hash(term: str) -> int:
    """32 bits of a term. Of the questions, one in some thousands meets a chunk with another term's."""
    return zlib.crc32(term.encode("utf-8", "surrogatepass"))


def score(connection: Connection, question: Question, ids: Ids) -> Scored:
    """The exact scores of some chunks, those that are still there.

    Raises:
        DatabaseError: what is read is damaged.
    """
    rows = connection.execute(
        "SELECT chunk, length, data FROM words WHERE chunk = ANY (?) ORDER BY chunk",
        (ids.tolist(),),
    ).fetchall()
    known = np.sort(np.asarray([word_hash(term) for term in question.weights], np.uint32))
    if not rows or not len(known):
        return Scored(np.asarray([row[0] for row in rows], np.int64), np.zeros(len(rows)))
    by_hash: dict[int, float] = {}
    for term, weight in question.weights.items():
        by_hash[word_hash(term)] = by_hash.get(word_hash(term), 0.0) + weight
    if any(len(data) % 5 for _, _, data in rows):
        raise sqlite3.DatabaseError("a list of words is not as it was written")
    sizes = [len(data) // 5 for _, _, data in rows]
    hashes = np.frombuffer(
        b"".join(data[: 4 * size] for (_, _, data), size in zip(rows, sizes, strict=True)), "<u4"
    )
    counts = np.frombuffer(
        b"".join(data[4 * size :] for (_, _, data), size in zip(rows, sizes, strict=True)), np.uint8
    ).astype(np.float64)
    places = np.minimum(np.searchsorted(known, hashes), len(known) - 1)
    here = np.flatnonzero(known[places] == hashes)
    owner = np.repeat(np.arange(len(rows)), sizes)[here]
    penalties = question.penalties(np.asarray([row[1] for row in rows]))
    weights = np.asarray([by_hash[int(one)] for one in known])[places[here]]
    gains = weights * counts[here] / (penalties[owner] + counts[here])
    summed = np.bincount(owner, gains, len(rows)).astype(np.float64)
    return Scored(np.asarray([row[0] for row in rows], np.int64), summed)
