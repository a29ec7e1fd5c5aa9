"""Opening a library by where it is: a folder, or a PostgreSQL server."""

from __future__ import annotations

from contextlib import AbstractContextManager

from index.embedding.encoder import Model
from index.errors import LibraryError
from index.library.library import Library
from index.library.reader import FolderLibrary
from index.library.staging import Writer
from index.library.writer import open_writer as open_folder_writer
from index.location import Location, Server, location


def open_library(where: Location | str) -> Library:
    """``Library.open``."""
    place = location("library", where)
    if not isinstance(place, Server):
        return FolderLibrary.at(place)
    check_driver(place)
    from index.postgresql.reader import PostgresLibrary

    return PostgresLibrary.at(place)


def open_writer(
    where: Location, encoder: Model, chunk_tokens: int | None, cleaning: int
) -> AbstractContextManager[Writer]:
    """Open a library for writing; make it, with ``encoder``, where there is none.

    Args:
        chunk_tokens: Of a new library (``DEFAULT_TOKENS``, 192, if ``None``); an old one's own or ``None``.
        cleaning: Version of the rules that articles are cleaned with.

    Raises:
        LibraryError: another writer is at work, the place cannot be written or holds other things,
            or the library was built with another encoder or chunk size.
    """
    if not isinstance(where, Server):
        return open_folder_writer(where, encoder, chunk_tokens, cleaning)
    check_driver(where)
    from index.postgresql.writer import open_writer as open_server_writer

    return open_server_writer(where, encoder, chunk_tokens, cleaning)


def check_driver(server: Server) -> None:
    """
    Raises:
        LibraryError: what speaks to PostgreSQL is not installed, or finds no libpq.
    """
    try:
        import psycopg  # noqa: F401
    except ImportError as error:
        raise LibraryError(
            f"{str(server)!r} needs the driver of PostgreSQL; install it with "
            "pip install 'juwen[postgres]'",
            f"{str(server)!r} 需要 PostgreSQL 驱动；请运行 pip install 'juwen[postgres]' 安装",
        ) from error
