"""The file of a search index: FAISS's own, then what belongs to it, then a footer that seals it.

FAISS ignores what follows its data, so the file stays one that FAISS reads, and the parts cannot be
separated by a crash. A small index is read whole and checked whole. Of a large one only its head and
what belongs to it are read and checked; its lists are mapped into memory and checked by ``is_whole``.
"""

from __future__ import annotations

import json
import os
import threading
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from index.embedding.centring import Centres

if TYPE_CHECKING:
    import faiss

VECTORS = "vectors.faiss"
_MARK = b"juwen-vectors-5\n"
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True, eq=False)
class StoredIndex:
    """A search index as it lies on the disk.

    Attributes:
        index: FAISS's; centred vectors by chunk id.
        generation: Of the library when the index was made.
        trained: How many vectors its lists were laid out for; 0 for one without lists.
        ids: The chunks that it holds, ascending, shape (n,).
        centres: What its vectors were centred by.
        mean: Of all the centred vectors, shape (dimension,).
        covariance: Of all the centred vectors, shape (dimension, dimension).
        library: The identity of the library.
    """

    index: faiss.Index
    generation: int
    trained: int
    ids: NDArray[np.int64]
    centres: Centres
    mean: NDArray[np.float32]
    covariance: NDArray[np.float32]
    library: str = ""


def save_index(stored: StoredIndex, path: Path) -> None:
    """Put an index in place, whole.

    A library on a read-only disk, or a file that another program holds, goes without.
    """
    import faiss

    temporary = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}.tmp")
    try:
        with temporary.open("w+b") as file:
            through: Any = faiss
            faiss.write_index(stored.index, through.PyCallbackIOWriter(file.write))
            data = file.tell()
            file.write(_belongings(stored))
            file.write(_footer(file, stored, data))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except (OSError, RuntimeError):  # FAISS says with its own error that its writer failed
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def _belongings(stored: StoredIndex) -> bytes:
    means = [stored.centres.means[language] for language in sorted(stored.centres.means)]
    rows = np.vstack([*means, stored.mean, stored.covariance]).astype("<f4")
    return rows.tobytes() + stored.ids.astype("<i8").tobytes()


def _footer(file: IO[bytes], stored: StoredIndex, data: int) -> bytes:
    file.flush()
    end = file.tell()
    head = data - _list_bytes(stored.index) if stored.trained else data
    values = {
        "generation": stored.generation,
        "library": stored.library,
        "trained": stored.trained,
        "count": len(stored.ids),
        "languages": sorted(stored.centres.means),
        "data": data,
        "head": head,
        "head_crc32": _checksum(file, 0, head),
        "belongings_crc32": _checksum(file, data, end),
        "crc32": _checksum(file, 0, end),
    }
    file.seek(end)
    footer = json.dumps(values).encode()
    seal = zlib.crc32(footer).to_bytes(4, "little")
    return footer + seal + len(footer).to_bytes(4, "little") + _MARK


def _list_bytes(index: faiss.Index) -> int:
    """Bytes of the lists of an index with lists, which stand last in FAISS's file."""
    lists: Any = index
    return int(lists.ntotal) * (int(lists.code_size) + 8)


def _checksum(file: IO[bytes], start: int, end: int) -> int:
    file.seek(start)
    found = 0
    while start < end:
        piece = file.read(min(_PIECE, end - start))
        if not piece:
            return -1
        found = zlib.crc32(piece, found)
        start += len(piece)
    return found


def read_index(path: Path, dimension: int, *, mapped: bool = True) -> StoredIndex | None:
    """The index on disk; ``None`` where there is none, or one that is damaged where it is looked at.

    Args:
        mapped: Whether lists may stay on the disk; else all is read, checked, and can be changed.
    """
    try:
        if not path.is_file():  # a pipe would keep its reader for ever
            return None
        with path.open("rb") as file:
            footer = _read_footer(file)
            mapped = mapped and bool(footer and footer["trained"])
            if footer is None or not _is_sealed(file, footer, whole=not mapped):
                return None
            index = _mapped(path, file) if mapped else _in_memory(file, footer["data"])
            return _stored(file, footer, index, dimension) if index is not None else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def is_whole(path: Path) -> bool:
    """Whether nothing in the file has changed since it was written: all of it is read."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            footer = _read_footer(file)
            return footer is not None and _is_sealed(file, footer, whole=True)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _read_footer(file: IO[bytes]) -> dict[str, Any] | None:
    end = file.seek(0, os.SEEK_END) - len(_MARK) - 8
    if end < 0:
        return None
    file.seek(end)
    seal, size = (int.from_bytes(file.read(4), "little") for _ in range(2))
    if file.read() != _MARK or size > end:
        return None
    file.seek(end - size)
    footer = file.read(size)
    return {**json.loads(footer), "end": end - size} if zlib.crc32(footer) == seal else None


def _is_sealed(file: IO[bytes], footer: dict[str, Any], *, whole: bool) -> bool:
    if whole:
        return bool(_checksum(file, 0, footer["end"]) == footer["crc32"])
    return bool(
        _checksum(file, 0, footer["head"]) == footer["head_crc32"]
        and _checksum(file, footer["data"], footer["end"]) == footer["belongings_crc32"]
    )


def _in_memory(file: IO[bytes], size: int) -> faiss.Index:
    import faiss

    file.seek(0)
    data = np.frombuffer(file.read(size), np.uint8)
    return faiss.deserialize_index(data)


def _mapped(path: Path, file: IO[bytes]) -> faiss.Index | None:
    """The index with its lists left on the disk; ``None`` where another file took its place."""
    import faiss

    try:
        index: Any = faiss.read_index(str(path), faiss.IO_FLAG_MMAP | faiss.IO_FLAG_READ_ONLY)
    except RuntimeError:  # FAISS's own errors
        return None
    lists: Any = faiss.downcast_InvertedLists(index.invlists)
    lists.prefetch_nthread = 0  # threads that read ahead cost more than they gain
    there = os.stat(path)
    mine = os.fstat(file.fileno())
    return index if (there.st_dev, there.st_ino) == (mine.st_dev, mine.st_ino) else None


def _stored(
    file: IO[bytes], footer: dict[str, Any], index: faiss.Index, dimension: int
) -> StoredIndex:
    languages = footer["languages"]
    file.seek(footer["data"])
    rows = np.frombuffer(_exactly(file, 4 * dimension * (len(languages) + 1 + dimension)), "<f4")
    ids = np.frombuffer(_exactly(file, 8 * footer["count"]), "<i8")
    rows = rows.reshape(-1, dimension)
    centres = Centres(dict(zip(languages, rows, strict=False)))
    mean, covariance = rows[len(languages)], rows[len(languages) + 1 :]
    return StoredIndex(
        index,
        footer["generation"],
        footer["trained"],
        ids,
        centres,
        mean,
        covariance,
        footer["library"],
    )


def _exactly(file: IO[bytes], size: int) -> bytes:
    data = file.read(size)
    if len(data) != size:
        raise ValueError(f"{size} bytes wanted, {len(data)} there")
    return data


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
