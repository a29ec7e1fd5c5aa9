"""What a library no longer needs, given back to the disk."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from index.database.database import said_plainly, transaction
from index.database.lock import locked
from index.library.reader import FolderLibrary
from index.library.writing import bring_up_to_date, writing
from index.search.dense_building import rebuild_vectors
from index.search.dense_file import VECTORS
from index.search.lexical import load_postings
from index.search.lexical_building import drop_staged_postings, join_postings


@dataclass(frozen=True, slots=True)
class Compacted:
    """Sizes of a library's folder in bytes, and the articles of an unfinished job that went."""

    before: int
    after: int
    staged: int


def compact_library(folder: Path) -> Compacted:
    """Drop what unfinished jobs staged, join the postings, and give free pages back to the disk.

    Readers go on as before. SQLite writes the database anew beside the old one: for a moment it
    takes the room twice.

    Raises:
        LibraryError: there is no library, it cannot be written, or another process writes to it.
    """
    FolderLibrary.at(folder).close()
    before = _size(folder)
    with locked(folder), writing(folder) as connection:
        with transaction(connection, folder):
            bring_up_to_date(connection, folder)
            staged = connection.execute("DELETE FROM article WHERE NOT published").rowcount
            drop_staged_postings(connection)
            join_postings(connection)
        with said_plainly(folder):
            _shrink(connection)
            rebuild_vectors(connection, folder / VECTORS, load_postings(connection).ids)
    return Compacted(before, _size(folder), staged)


def _shrink(connection: sqlite3.Connection) -> None:
    connection.execute("VACUUM")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()


def _size(folder: Path) -> int:
    """Bytes of a folder's files."""
    with said_plainly(folder):
        return sum(path.stat().st_size for path in folder.iterdir() if path.is_file())
