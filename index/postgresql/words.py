"""What stands in each chunk of a library in PostgreSQL (the table ``words``), by which it is scored exactly."""

from __future__ import annotations

import zlib
from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.postgresql.connection import Connection

WORD = 5
"""Bytes of a term in ``words.data``."""


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


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """What stands in some chunks, in their order.

    Attributes:
        lengths: Terms of each.
        sizes: Bytes of each one's ``words.data``.
        hashes: The checksums of the terms of all of them, one chunk's after the other's.
        counts: How often each stands in its chunk.
    """

    lengths: NDArray[np.int64]
    sizes: NDArray[np.int64]
    hashes: bytes
    counts: bytes

    @classmethod
    def read(cls, sizes: bytes | None, hashes: bytes | None, counts: bytes | None) -> Words:
        """What the columns ``WORDS`` hold; ``None`` where there is no chunk."""
        lengths = np.frombuffer(sizes or b"", ">i4").astype(np.int64).reshape(-1, 2)
        return cls(lengths[:, 0], lengths[:, 1], hashes or b"", counts or b"")


WORDS = f"""
string_agg(int4send(coalesce(length, 0)) || int4send(coalesce(octet_length(data), 0)), ''::bytea ORDER BY chunk),
string_agg(substring(data FOR octet_length(data) / {WORD} * 4), ''::bytea ORDER BY chunk),
string_agg(substring(data FROM octet_length(data) / {WORD} * 4 + 1), ''::bytea ORDER BY chunk)"""
"""Columns of the words of all chunks that a statement finds, in one row: a row each costs more than what is in it."""


def read_words(connection: Connection, ids: NDArray[np.int64]) -> tuple[NDArray[np.int64], Words]:
    """The chunks that are still there, by ascending id, and their words."""
    found, *words = (
        connection.execute(
            f"SELECT array_agg(chunk ORDER BY chunk), {WORDS} FROM words WHERE chunk = ANY (?)",
            (ids.tolist(),),
        ).fetchone()
        or (None,) * 4
    )
    return np.asarray(found or (), np.int64), Words.read(*words)
