"""A copy of a library that is consistent whatever is being written meanwhile."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from index.database.database import DATABASE, connect_reader, said_plainly
from index.errors import LibraryError
from index.library.reader import FolderLibrary
from index.search.dense_file import VECTORS


def back_up(folder: Path, destination: Path) -> int:
    """Copy a library into a new or empty folder, as it is at this moment.

    SQLite's own backup copies one snapshot of the database, in one step, while others read and
    write; the copy is checked and gets its name when it is whole. The search index, which is
    derived, goes along where it can.

    Returns:
        The size of the copy in bytes.

    Raises:
        LibraryError: there is no library, or the copy cannot be made; an unfinished one is deleted.
    """
    FolderLibrary.at(folder).close()
    if folder.resolve() in destination.resolve().parents:
        raise LibraryError(
            f"{str(destination)!r} lies within the library {str(folder)!r}; name a folder outside of it "
            "for the copy",
            f"{str(destination)!r} 位于文章库 {str(folder)!r} 之内；请为备份指定库外的目录",
        )
    with said_plainly(destination):
        destination.mkdir(parents=True, exist_ok=True)
        if any(destination.iterdir()):
            raise LibraryError(
                f"{str(destination)!r} is not empty; name a new or empty folder for the copy",
                f"{str(destination)!r} 不是空目录；请为备份指定新目录或空目录",
            )
    temporary = destination / f"{DATABASE}.tmp"
    try:
        _copy_database(folder, temporary, destination)
        with said_plainly(destination):
            temporary.replace(destination / DATABASE)
            with suppress(OSError):
                shutil.copyfile(folder / VECTORS, destination / VECTORS)
            _sync_folder(destination)
            return sum(path.stat().st_size for path in destination.iterdir())
    finally:
        for leftover in destination.glob(f"{temporary.name}*"):
            leftover.unlink()


def _copy_database(folder: Path, path: Path, destination: Path) -> None:
    with said_plainly(folder), closing(connect_reader(folder / DATABASE)) as source:
        with said_plainly(destination), closing(sqlite3.connect(path)) as target:
            source.backup(target)
            (said,) = target.execute("PRAGMA quick_check(1)").fetchone()
        if said != "ok":
            raise LibraryError(
                f"the library {str(folder)!r} is damaged, and so would be its copy ({said}); "
                f"see what with 'juwen verify --library {folder}'",
                f"文章库 {str(folder)!r} 已损坏，备份也会损坏（{said}）；请用 juwen verify --library {folder} 查看",
            )


def _sync_folder(folder: Path) -> None:
    """Make sure that the names of a folder's files are on the disk."""
    for path in (*folder.iterdir(), folder):
        opened = os.open(path, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
