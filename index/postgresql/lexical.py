"""The lexical retriever in PostgreSQL: a bounded number of postings chooses, and what it chooses is scored exactly.

BM25 as in ``index.search.lexical``. Postings of the rarest terms are read first, and at most
``MOST_POSTINGS`` of them, so that what a question costs does not grow with the library (the "quit"
strategy of Moffat and Zobel, 1996, *Self-indexing inverted files*). The chunks that they score best
are then scored by all of the question's terms, from each chunk's own list of words.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.postgresql.connection import Connection
from index.postgresql.filtering import Allowed
from index.postgresql.schema import vectors_table
from index.postgresql.words import WORD, Words, word_hash
from index.search.lexical import K1, B, idf

MOST_POSTINGS = 100_000
POSTING = np.dtype([("place", "<u2"), ("count", "u1"), ("half", "u1")])
"""A chunk's place in its block, how often the term stands in it, half the number of its terms."""

BLOCK = 65_536
_SPARE = 2
_FEWEST_CHOSEN = 256
_DENSE = 4096
"""Postings of one block from which on a table of its places is faster than sorting them."""

_READ = """
WITH counted AS MATERIALIZED (
    SELECT term, sum(documents)::bigint AS held FROM posting WHERE term = ANY (?) GROUP BY term
), ranked AS (
    SELECT term, held, sum(held) OVER (ORDER BY held, term) AS total,
           row_number() OVER (ORDER BY held, term) AS place
    FROM counted WHERE held > 0
)
SELECT ranked.term, held, block, data FROM ranked LEFT JOIN posting
ON posting.term = ranked.term AND posting.term = ANY (?) AND octet_length(data) > 0
AND (total <= ? OR place = 1)
"""

Ids = NDArray[np.int64]
Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Question:
    """A question's terms with what each weighs in this library.

    Attributes:
        weights: By term, times how often the question has it.
        postings: By block, those of the rarest terms, with their term.
        ceiling: About what a chunk with each term once would have.
        average: Number of terms of the library's chunks, on average.
    """

    weights: dict[str, float]
    postings: dict[int, list[tuple[str, bytes]]]
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

    def among(self, wanted: Ids) -> Scored:
        """Those of the chunks that are among ``wanted``."""
        here = np.isin(self.ids, wanted)
        return Scored(self.ids[here], self.scores[here])

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
    """A question's terms among ``chunks`` chunks of ``average`` terms, and the postings that are read."""
    counted = Counter(term.replace("\0", "\ufffd") for term in terms)
    documents: dict[str, int] = {}
    postings: dict[int, list[tuple[str, bytes]]] = {}
    for term, count, block, data in connection.execute(
        _READ, (list(counted), list(counted), MOST_POSTINGS)
    ):
        documents[term] = int(count)
        if block is not None:
            postings.setdefault(block, []).append((term, data))
    once = {term: idf(documents.get(term, 0), chunks) * (K1 + 1) for term in counted}
    weights = {term: counted[term] * weight for term, weight in once.items()}
    return Question(weights, postings, sum(once.values()) / (1 + K1 / 2), average)


def choose(
    connection: Connection, question: Question, limit: int, layout: int, allowed: Allowed
) -> Ids:
    """Chunks among which the ``limit`` that share most of the question's terms are, most likely.

    Raises:
        DatabaseError: what is read is damaged.
    """
    if allowed.few is not None and len(allowed.few) <= _FEWEST_CHOSEN:
        return allowed.few
    about = _about(question)
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


def _about(question: Question) -> Scored:
    """What the postings that were read give to each chunk that they name."""
    ids, scores, read = [np.zeros(0, np.int64)], [np.zeros(0)], 0
    for block in sorted(question.postings, reverse=True):
        if read > MOST_POSTINGS:
            break  # of a single term that is in more chunks than may be read, the newest
        postings = question.postings[block]
        read += sum(len(data) for _, data in postings) // POSTING.itemsize
        places, summed = _in_block(question, postings)
        ids.append(places + block * BLOCK)
        scores.append(summed)
    return Scored(np.concatenate(ids[:1] + ids[:0:-1]), np.concatenate(scores[:1] + scores[:0:-1]))


def _in_block(question: Question, postings: Sequence[tuple[str, bytes]]) -> tuple[Ids, Scores]:
    """The places of a block that some postings name, and what these give to each."""
    for _, data in postings:
        if len(data) % POSTING.itemsize:
            raise sqlite3.DatabaseError(f"a posting has {len(data)} bytes")
    sizes = [len(data) // POSTING.itemsize for _, data in postings]
    read = np.frombuffer(b"".join(data for _, data in postings), POSTING)
    counts = read["count"].astype(np.float64)
    gains = counts / (question.penalties(read["half"].astype(np.int64) * 2) + counts)
    gains *= np.repeat([question.weights[term] for term, _ in postings], sizes)
    if len(read) >= _DENSE:
        summed = np.bincount(read["place"], gains, BLOCK).astype(np.float64)
        places = np.flatnonzero(summed)
        return places.astype(np.int64), summed[places]
    named, which = np.unique(read["place"], return_inverse=True)
    return named.astype(np.int64), np.bincount(which, gains, len(named)).astype(np.float64)


def score(question: Question, ids: Ids, words: Words) -> Scored:
    """The exact scores of some chunks.

    Raises:
        DatabaseError: what was read is damaged.
    """
    by_hash: dict[int, float] = {}
    for term, weight in question.weights.items():
        by_hash[word_hash(term)] = by_hash.get(word_hash(term), 0.0) + weight
    if not len(ids) or not by_hash:
        return Scored(ids, np.zeros(len(ids)))
    if (words.sizes % WORD).any():
        raise sqlite3.DatabaseError("a list of words is not as it was written")
    hashes = np.frombuffer(words.hashes, "<u4")
    known = np.sort(np.fromiter(by_hash, np.uint32, len(by_hash)))
    places, here = _looked_up(known, hashes)
    owner = np.repeat(np.arange(len(ids)), words.sizes // WORD)[here]
    weights = np.asarray([by_hash[int(one)] for one in known])[places]
    held = np.frombuffer(words.counts, np.uint8)[here].astype(np.float64)
    gains = weights * held / (question.penalties(words.lengths)[owner] + held)
    return Scored(ids, np.bincount(owner, gains, len(ids)).astype(np.float64))


def _looked_up(known: NDArray[np.uint32], hashes: NDArray[np.uint32]) -> tuple[Ids, Ids]:
    """Which of the few sorted ``known`` hashes the others are, and which others are any."""
    # Nearly none are, as their last 16 bits tell already.
    tails = np.zeros(1 << 16, np.bool_)
    tails[known & 0xFFFF] = True
    maybe = np.flatnonzero(tails[hashes.view("<u2")[::2]])
    places = np.minimum(np.searchsorted(known, hashes[maybe]), len(known) - 1)
    same = known[places] == hashes[maybe]
    return places[same].astype(np.int64), maybe[same].astype(np.int64)
