"""Opening a library's folder for writing: made where there is none, brought up to date, checked."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from index.database.database import (
    DATABASE,
    Manifest,
    connect_reader,
    connect_writer,
    manifest_value,
    said_plainly,
)
from index.database.faults import lost_if_damaged
from index.database.lock import LOCK
from index.database.schema import OLDEST_MIGRATED, migrate_tables
from index.errors import LibraryError
from index.library.opened import check_is_library, check_not_empty, check_schema
from index.location import Location
from index.search.dense_file import VECTORS
from index.search.lexical_building import rebuild_postings


@contextmanager
def writing(folder: Path) -> Iterator[sqlite3.Connection]:
    """A connection that writes, closed at the end of the context."""
    with said_plainly(folder), lost_if_damaged():
        connection = connect_writer(folder / DATABASE)
    with closing(connection):
        yield connection


def bring_up_to_date(connection: sqlite3.Connection, folder: Path) -> None:
    """Make of an older version's tables today's, inside a transaction.

    Raises:
        LibraryError: it is too old, or of a newer version.
    """
    check_schema(folder, int(manifest_value(connection, "schema")), OLDEST_MIGRATED)
    if migrate_tables(connection):
        rebuild_postings(connection)


def check_chunks(folder: Location, manifest: Manifest, chunk_tokens: int | None) -> None:
    if chunk_tokens is not None and chunk_tokens != manifest.chunk_tokens:
        raise LibraryError(
            f"the library {str(folder)!r} has chunks of {manifest.chunk_tokens} tokens, not {chunk_tokens}; "
            f"build another with 'juwen index PATH --library NEW_FOLDER --chunk-tokens {chunk_tokens}'",
            f"文章库 {str(folder)!r} 的分块为 {manifest.chunk_tokens} 词元，而不是 {chunk_tokens}；"
            f"请用 juwen index 文件 --library 新目录 --chunk-tokens {chunk_tokens} 另建",
        )


def prepare_folder(folder: Path) -> None:
    """Make the folder; refuse one that holds other people's files and no library."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / DATABASE
    if path.is_file():
        if (folder / VECTORS).exists():
            check_not_empty(folder)
        if path.stat().st_size:
            _check_database(folder)
    elif os.path.lexists(path):
        raise LibraryError(
            f"{str(path)!r} is no file; take it away, or name another folder with --library",
            f"{str(path)!r} 不是普通文件；请移走它，或用 --library 指定其他目录",
        )
    ours = {DATABASE, LOCK}
    names = {path.name for path in folder.iterdir()}
    if names and not names & ours:
        raise LibraryError(
            f"{str(folder)!r} is a folder with other files and no library; name an empty or new folder",
            f"{str(folder)!r} 中有其他文件且不是文章库；请指定空目录或新目录",
        )


def _check_database(folder: Path) -> None:
    """Refuse another program's database, before anything is written to it."""
    with (
        said_plainly(folder),
        lost_if_damaged(),
        closing(connect_reader(folder / DATABASE)) as found,
    ):
        names = {name for (name,) in found.execute("SELECT name FROM sqlite_master")}
    if names and "manifest" not in names:
        check_is_library(folder, names)
