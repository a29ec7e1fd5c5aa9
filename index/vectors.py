"""The search index of a library: FAISS over its centred vectors, made from the database.

``vectors.faiss`` carries the generation of the database that it was made from, and a checksum; a
missing, stale or damaged one is made again, never trusted.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index.database import manifest_value
from index.embed import Centres, Vectors, passage_centres

if TYPE_CHECKING:
    import faiss

VECTORS = "vectors.faiss"
_FOOTER_MARK = b"juwen-vectors-1\n"


@dataclass(frozen=True, slots=True)
class VectorIndex:
    """The search index of one generation: centred vectors by chunk id."""

    generation: int
    index: faiss.Index


def nearest(
    index: faiss.Index, question: Vectors, limit: int, allowed: NDArray[np.int64] | None
) -> tuple[list[float], list[int]]:
    import faiss

    parameters = None
    if allowed is not None:
        if not len(allowed):
            return [], []
        parameters = faiss.SearchParameters(sel=faiss.IDSelectorBatch(allowed))  # type: ignore[call-arg]
    scores, ids = index.search(question, min(limit, index.ntotal), params=parameters)
    kept = ids[0] >= 0
    return scores[0][kept].tolist(), ids[0][kept].tolist()


def rebuild_vectors(connection: sqlite3.Connection, path: Path) -> VectorIndex:
    """Make the search index of the published chunks and try to keep it on disk."""
    import faiss

    generation = int(manifest_value(connection, "generation"))
    dimension = int(manifest_value(connection, "dimension"))
    rows = connection.execute(
        "SELECT id, chunk.language, vector FROM chunk JOIN article ON row = article WHERE published"
    ).fetchall()
    vectors = np.empty((len(rows), dimension), np.float32)
    for at, (_, _, vector) in enumerate(rows):
        vectors[at] = unpack(vector)
    languages = [row[1] for row in rows]
    centres = passage_centres(vectors, languages, stored_question_centres(connection))
    index = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))
    index.add_with_ids(
        centres.centre(vectors, languages), np.asarray([row[0] for row in rows], np.int64)
    )
    made = VectorIndex(generation, index)
    _save_vectors(made, path)
    return made


def _save_vectors(vectors: VectorIndex, path: Path) -> None:
    """FAISS's own file, then a footer with the generation and a checksum; put in place whole.

    A library on a read-only disk, or one that another process is writing to, goes without.
    """
    import faiss

    data = faiss.serialize_index(vectors.index).tobytes()
    footer = json.dumps({"generation": vectors.generation, "crc32": zlib.crc32(data)}).encode()
    temporary = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(data + footer + len(footer).to_bytes(4, "little") + _FOOTER_MARK)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)


def load_vectors(path: Path, generation: int) -> VectorIndex | None:
    """The search index on disk if it is whole and of this generation."""
    import faiss

    try:
        data = path.read_bytes()
    except OSError:
        return None
    if not data.endswith(_FOOTER_MARK):
        return None
    end = len(data) - len(_FOOTER_MARK) - 4
    start = end - int.from_bytes(data[end : end + 4], "little")
    try:
        footer = json.loads(data[start:end])
    except ValueError:
        return None
    if footer != {"generation": generation, "crc32": zlib.crc32(data[:start])}:
        return None
    index = faiss.deserialize_index(np.frombuffer(data, np.uint8, start))
    return VectorIndex(generation, index)


def stored_question_centres(connection: sqlite3.Connection) -> Centres:
    """Where the library's encoder puts questions (``index.embed.question_centres``)."""
    means = json.loads(manifest_value(connection, "question_means"))
    return Centres({of: np.asarray(mean, np.float32) for of, mean in means.items()})


def pack(vector: NDArray[np.float32]) -> bytes:
    return vector.astype("<f2").tobytes()


def unpack(data: bytes) -> NDArray[np.float32]:
    return np.frombuffer(data, "<f2").astype(np.float32)
