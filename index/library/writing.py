"""Opening a library's folder for writing: made where there is none, brought up to date, checked."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from index.database.database import (
    DATABASE,
    Manifest,
    connect_writer,
    manifest_value,
    said_plainly,
)
from index.database.lock import LOCK
from index.database.schema import OLDEST_MIGRATED, migrate_tables
from index.errors import LibraryError
from index.library.opened import check_not_empty, check_schema
from index.location import Location
from index.search.dense_file import VECTORS
from index.search.lexical_building import rebuild_postings


@contextmanager
def writing(folder: Path) -> Iterator[sqlite3.Connection]:
    """A connection that writes, closed at the end of the context."""
    with said_plainly(folder):
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
    if (folder / DATABASE).is_file() and (folder / VECTORS).exists():
        check_not_empty(folder)
    ours = {DATABASE, LOCK}
    names = {path.name for path in folder.iterdir()}
    if names and not names & ours:
        raise LibraryError(
            f"{str(folder)!r} is a folder with other files and no library; name an empty or new folder",
            f"{str(folder)!r} 中有其他文件且不是文章库；请指定空目录或新目录",
        )
