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
_FOOTER_MARK = b"juwen-vectors-3\n"


@dataclass(frozen=True, slots=True, eq=False)
class VectorIndex:
    """The search index of one generation: centred vectors by chunk id.

    Attributes:
        mean: Of all the centred vectors, shape (dimension,).
        covariance: Of all the centred vectors, shape (dimension, dimension).
        questions: Where the encoder puts questions.
    """

    generation: int
    index: faiss.Index
    mean: NDArray[np.float32]
    covariance: NDArray[np.float32]
    questions: Centres

    def spread(self, question: Vectors) -> tuple[float, float]:
        """Mean and standard deviation of a question's cosine with all passages, without a scan.

        Both follow from the passages' mean vector and covariance matrix.
        """
        vector = question[0]
        variance = float(vector @ self.covariance @ vector)
        return float(vector @ self.mean), max(variance, 1e-12) ** 0.5

    def cosines(self, question: Vectors, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """The question's cosine with the chunks of these ids."""
        if not len(ids):
            return np.zeros(0, np.float32)
        near: NDArray[np.float32] = self.index.reconstruct_batch(ids) @ question[0]
        return near


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
    centred = centres.centre(vectors, languages)
    index = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))
    index.add_with_ids(centred, np.asarray([row[0] for row in rows], np.int64))
    made = VectorIndex(
        generation, index, *_moments(centred, dimension), stored_question_centres(connection)
    )
    _save_vectors(made, path)
    return made


def _moments(vectors: Vectors, dimension: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Mean vector and covariance matrix; zeros of no vectors."""
    if not len(vectors):
        return np.zeros(dimension, np.float32), np.zeros((dimension, dimension), np.float32)
    mean = vectors.mean(axis=0)
    covariance = vectors.T @ vectors / len(vectors) - np.outer(mean, mean)
    return mean, covariance.astype(np.float32)


def _save_vectors(vectors: VectorIndex, path: Path) -> None:
    """FAISS's own file, then a footer with the generation and a checksum; put in place whole.

    A library on a read-only disk, or one that another process is writing to, goes without.
    """
    import faiss

    moments = np.vstack([vectors.mean, vectors.covariance]).astype("<f4").tobytes()
    data = faiss.serialize_index(vectors.index).tobytes() + moments
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


def load_vectors(connection: sqlite3.Connection, path: Path) -> VectorIndex | None:
    """The search index on disk if it is whole and of the generation that ``connection`` sees."""
    import faiss

    generation = int(manifest_value(connection, "generation"))
    dimension = int(manifest_value(connection, "dimension"))
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
    size = 4 * dimension * (dimension + 1)
    index = faiss.deserialize_index(np.frombuffer(data, np.uint8, start - size))
    moments = np.frombuffer(data, "<f4", size // 4, start - size).reshape(-1, dimension)
    return VectorIndex(
        generation, index, moments[0], moments[1:], stored_question_centres(connection)
    )


def stored_question_centres(connection: sqlite3.Connection) -> Centres:
    """Where the library's encoder puts questions (``index.embed.question_centres``)."""
    means = json.loads(manifest_value(connection, "question_means"))
    return Centres({of: np.asarray(mean, np.float32) for of, mean in means.items()})


def pack(vector: NDArray[np.float32]) -> bytes:
    return vector.astype("<f2").tobytes()


def unpack(data: bytes) -> NDArray[np.float32]:
    return np.frombuffer(data, "<f2").astype(np.float32)
