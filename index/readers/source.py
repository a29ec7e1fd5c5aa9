"""Where bytes come from: a file, a member of an archive, or standard input."""

from __future__ import annotations

import errno
import gzip
import os
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from index.errors import ArticleError
from index.readers.limits import MAX_FILE_BYTES, PIECE_BYTES


@dataclass(frozen=True, slots=True)
class Source:
    """Something to read articles from.

    Attributes:
        origin: What messages call it; for a file its path.
        name: Its file name, which says of what kind it is.
        open: Opens it for reading, at its beginning; raises ``OSError`` where that fails.
        beside_pages: Whether web pages or Markdown files lie beside it, whose pictures may be its kind.
    """

    origin: str
    name: str
    open: Callable[[], IO[bytes]]
    beside_pages: bool = False

    @property
    def stem(self) -> str:
        return Path(self.name).stem

    def pieces(self) -> Iterator[bytes]:
        """Its bytes, unpacked where it is a ``.gz``, in pieces that are full but for the last.

        Raises:
            ArticleError: it cannot be read, or not to its end.
        """
        with self._readable(), self.open() as file:
            if self.name.lower().endswith(".gz"):
                with gzip.GzipFile(fileobj=file) as unpacked:
                    yield from _pieces(unpacked)
            else:
                yield from _pieces(file)

    def read(self) -> bytes:
        """All of its bytes.

        Raises:
            ArticleError: it cannot be read, or is larger than ``MAX_FILE_BYTES``.
        """
        with self._readable(), self.open() as file:
            if _size(file) > MAX_FILE_BYTES:
                raise _too_large(self.origin)
            data = file.read(MAX_FILE_BYTES + 1)
        if len(data) > MAX_FILE_BYTES:
            raise _too_large(self.origin)
        return data

    @contextmanager
    def _readable(self) -> Iterator[None]:
        try:
            yield
        except _UNREADABLE as error:
            raise cannot_read(self.origin, error) from error


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


_UNREADABLE = (
    OSError,
    ValueError,  # a path with a NUL byte in it
    EOFError,
    zlib.error,
    zipfile.BadZipFile,
    NotImplementedError,  # a zip member packed in a way that Python cannot unpack
    RuntimeError,  # a zip member that is encrypted
)


def cannot_read(origin: str, error: Exception) -> ArticleError:
    """The error for a file that cannot be opened or read to its end."""
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    reason = reason or type(error).__name__
    return ArticleError(
        f"{origin!r} cannot be read ({reason}); check the path, its permissions and that it is whole",
        f"无法读取 {origin!r}（{reason}）；请检查路径、权限以及文件是否完整",
    )


def file_source(path: Path, *, beside_pages: bool = False) -> Source:
    """The file at ``path``, opened only when it is read."""
    return Source(as_text(str(path)), path.name, lambda: _open_regular(path), beside_pages)


def as_text(name: str) -> str:
    """A file name that can be stored: bytes of it that are not UTF-8 become U+FFFD."""
    return os.fsencode(name).decode("utf-8", "replace")


def _open_regular(path: Path) -> IO[bytes]:
    # Opening a pipe waits for a writer, and reading a device may never end: neither is opened.
    _check_regular(path, os.stat(path).st_mode)
    file = open(path, "rb", opener=_without_waiting)  # noqa: SIM115 - the caller closes it
    try:
        _check_regular(path, os.fstat(file.fileno()).st_mode)  # it may have been exchanged since
    except BaseException:
        file.close()
        raise
    return file


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _check_regular(path: Path, mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(mode):
        name = as_text(str(path))
        raise ArticleError(
            f"{name!r} is a pipe, socket or device, not a file; give a file, or `-` to read "
            "standard input",
            f"{name!r} 是管道、套接字或设备，不是文件；请提供文件，或用 `-` 读取标准输入",
        )


def _pieces(file: _Readable) -> Iterator[bytes]:
    while piece := _full_piece(file):
        yield piece


def _full_piece(file: _Readable) -> bytes:
    """Up to ``PIECE_BYTES``; fewer only at the end, though a stream may give less at a time."""
    parts: list[bytes] = []
    wanted = PIECE_BYTES
    while wanted and (part := file.read(wanted)):
        parts.append(part)
        wanted -= len(part)
    return b"".join(parts)


def _size(file: IO[bytes]) -> int:
    """Size in bytes where the file can tell, else 0."""
    try:
        return os.fstat(file.fileno()).st_size
    except (OSError, AttributeError):  # a member of an archive has no descriptor
        return 0


def _too_large(origin: str) -> ArticleError:
    size = MAX_FILE_BYTES // 2**20
    return ArticleError(
        f"{origin!r} is larger than {size} MiB; split it into smaller files, or give its articles "
        "as JSON lines",
        f"{origin!r} 超过 {size} MiB；请拆分为较小的文件，或改用 JSON Lines 格式",
    )
