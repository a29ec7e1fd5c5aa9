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
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from index.database import manifest_value
from index.embed import Centres, Vectors, passage_centres
from index.findings import Finding, Mend

if TYPE_CHECKING:
    import faiss

VECTORS = "vectors.faiss"
_TOLERANCE = 1e-4
_LENGTH_TOLERANCE = 0.01
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
    made = make_vectors(connection)
    _save_vectors(made, path)
    return made


def make_vectors(connection: sqlite3.Connection) -> VectorIndex:
    """The search index of the published chunks."""
    import faiss

    generation = int(manifest_value(connection, "generation"))
    dimension = int(manifest_value(connection, "dimension"))
    rows = connection.execute(
        "SELECT id, chunk.language, vector FROM chunk JOIN article ON row = article WHERE published"
    ).fetchall()
    vectors = np.empty((len(rows), dimension), np.float32)
    for at, (chunk, _, vector) in enumerate(rows):
        if len(vector) != 2 * dimension:
            raise sqlite3.DatabaseError(f"chunk {chunk} has a vector of another length")
        vectors[at] = unpack(vector)
    languages = [row[1] for row in rows]
    centres = passage_centres(vectors, languages, stored_question_centres(connection))
    centred = centres.centre(vectors, languages)
    index = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))
    index.add_with_ids(centred, np.asarray([row[0] for row in rows], np.int64))
    return VectorIndex(
        generation, index, *_moments(centred, dimension), stored_question_centres(connection)
    )


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


def leftovers(folder: Path) -> list[Path]:
    """Files that processes began and did not live to put in place."""
    return [path for path in folder.glob(f"{VECTORS}.*.tmp") if not _is_alive(path)]


def sweep(folder: Path) -> None:
    """Delete ``leftovers``, where that is allowed."""
    for path in leftovers(folder):
        with suppress(OSError):
            path.unlink()


def _is_alive(temporary: Path) -> bool:
    """Whether the process that writes a file is still there, as far as can be told."""
    try:
        os.kill(int(temporary.name.split(".")[2]), 0)
    except ProcessLookupError:
        return False
    except (OSError, ValueError, OverflowError):
        return True
    return True


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


def is_unit(data: bytes, dimension: int) -> bool:
    """Whether the bytes are those of a vector of length 1, as float16 can be."""
    if len(data) != 2 * dimension:
        return False
    return abs(float(np.linalg.norm(unpack(data))) - 1) <= _LENGTH_TOLERANCE


def unpack(data: bytes) -> NDArray[np.float32]:
    return np.frombuffer(data, "<f2").astype(np.float32)


def check_vectors(connection: sqlite3.Connection, path: Path) -> Iterator[Finding]:
    """What is wrong with the search index on disk: all of it is worked out again and compared."""
    loaded = load_vectors(connection, path)
    if loaded is None:
        yield _wrong(
            "is missing, damaged or not of the library's generation", "缺失、损坏或与文章库不同代"
        )
        return
    try:
        made = make_vectors(connection)
    except sqlite3.DatabaseError:
        return  # the chunk that has no whole vector is named by itself
    ids = _ids(made)
    if not np.array_equal(np.sort(_ids(loaded)), np.sort(ids)):
        yield _wrong("holds other chunks than the library", "所含分块与文章库不一致")
    elif len(ids) and not np.allclose(
        loaded.index.reconstruct_batch(ids), made.index.reconstruct_batch(ids), atol=_TOLERANCE
    ):
        yield _wrong(
            "holds other vectors than the library, or other language means",
            "中的向量或语言均值与文章库不一致",
        )
    for one, other in ((loaded.mean, made.mean), (loaded.covariance, made.covariance)):
        if not np.allclose(one, other, atol=_TOLERANCE):
            yield _wrong("has a wrong mean or covariance", "的均值或协方差有误")
            return


def _ids(vectors: VectorIndex) -> NDArray[np.int64]:
    import faiss

    mapped: Any = vectors.index
    ids: NDArray[np.int64] = faiss.vector_to_array(mapped.id_map)
    return ids


def _wrong(english: str, chinese: str) -> Finding:
    return Finding(Mend.VECTORS, VECTORS, f"the search index {english}", f"向量索引{chinese}")
