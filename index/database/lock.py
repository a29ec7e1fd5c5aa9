"""One writer at a time: a lock on a library's folder, and who holds it."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from index.database.database import said_plainly, utc_now
from index.errors import LibraryError

LOCK = "writer.lock"
HOLDER = "writer.json"
"""Who holds the lock, for messages only: the operating system lets go of the lock of a killed process."""


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a library while the context lasts.

    Raises:
        LibraryError: another process holds it; or the folder cannot be written.
    """
    lock = FileLock(folder / LOCK)
    with said_plainly(folder):
        try:
            lock.acquire(timeout=0)
        except Timeout as error:
            raise _held(folder) from error
    try:
        with said_plainly(folder):
            _write_holder(folder / HOLDER)
        yield
    finally:
        with suppress(OSError):
            (folder / HOLDER).unlink()
        lock.release()


def _write_holder(path: Path) -> None:
    holder = {"process": os.getpid(), "machine": platform.node(), "since": utc_now()}
    path.unlink(missing_ok=True)  # whatever lies there, it may be no file
    path.write_text(json.dumps(holder), "utf-8")


def _held(folder: Path) -> LibraryError:
    english, chinese = "another process", "另一个进程"
    with suppress(OSError, ValueError, KeyError, TypeError):
        holder = json.loads((folder / HOLDER).read_text("utf-8"))
        process, machine, since = (str(holder[key]) for key in ("process", "machine", "since"))
        english += f" ({process} on {machine}, since {since})"
        chinese += f"（{machine} 上的 {process}，自 {since}）"
    return LibraryError(
        f"{english} is writing to the library {str(folder)!r}; wait until it has ended",
        f"{chinese}正在写入文章库 {str(folder)!r}；请等它结束",
    )
