"""The one writer of a library in PostgreSQL: a session that holds an advisory lock."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, suppress

import numpy as np
from numpy.typing import NDArray

from index.chunk import DEFAULT_TOKENS
from index.database.database import Manifest, manifest_value, set_manifest
from index.database.schema import SCHEMA_VERSION
from index.duplicates.relations import Recurring
from index.embedding.centring import Centres
from index.embedding.encoder import Model
from index.errors import LibraryError
from index.library.library import check_encoder
from index.library.opened import check_schema
from index.library.writer import LibraryWriter
from index.library.writing import check_chunks
from index.location import Server
from index.postgresql.connection import Connection, connect, said_plainly, transaction
from index.postgresql.publication import drop_other_layouts, publish_staged
from index.postgresql.schema import JOB_TABLES, create_tables
from index.search.dense_vectors import unpack

_LOCK = 20_023
"""The first of the two numbers of the advisory lock; the second is the schema's."""

_OURS = "hashtext(current_schema())"
_GIVEN_BACK_SECONDS = 1.0
"""In which the server notices that a session has ended, and frees its lock."""


class PostgresWriter(LibraryWriter):
    """The one writer of a library in PostgreSQL. Made by ``open_writer``."""

    def __init__(self, server: Server, connection: Connection, chunk_tokens: int) -> None:
        super().__init__(connection, chunk_tokens)
        self._server = server
        self._session = connection

    def _transaction(self) -> AbstractContextManager[None]:
        return transaction(self._session, self._server)

    def _plainly(self) -> AbstractContextManager[None]:
        return said_plainly(self._server)

    def vectors_of(self, passages: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        with self._plainly():
            rows = self._session.execute(
                "SELECT passage, vector FROM chunk WHERE passage = ANY (?)", (list(passages),)
            ).fetchall()
        return {passage: unpack(vector) for passage, vector in rows}

    def publish(
        self,
        *,
        recurring: Mapping[str, Recurring],
        question_centres: Centres | None,
        related: bool = False,
    ) -> None:
        with self._transaction():
            publish_staged(self._session, recurring, question_centres, related=related)
        self.catch_up()

    def catch_up(self) -> None:
        """Drop what a job that was killed left of an older layout."""
        with suppress(LibraryError):
            drop_other_layouts(self._session, self._server)


@contextmanager
def open_writer(
    server: Server, encoder: Model, chunk_tokens: int | None, cleaning: int
) -> Iterator[PostgresWriter]:
    """``index.opening.open_writer`` of a server."""
    with session(server) as connection:
        with transaction(connection, server):
            create_tables(connection, encoder, chunk_tokens or DEFAULT_TOKENS)
        with said_plainly(server):
            manifest = read_manifest(connection, server)
        check_encoder(server, manifest, encoder)
        check_chunks(server, manifest, chunk_tokens)
        with transaction(connection, server):
            set_manifest(connection, {"cleaning": cleaning})
            connection.run(JOB_TABLES)
        yield PostgresWriter(server, connection, manifest.chunk_tokens)


@contextmanager
def session(server: Server) -> Iterator[Connection]:
    """A connection to the primary that holds the library's lock.

    Raises:
        LibraryError: another holds it, or the server cannot be reached.
    """
    with closing(connect(server, writes=True)) as connection:
        with said_plainly(server):
            if not _takes_lock(connection):
                raise _held(server, connection)
        yield connection


def _takes_lock(connection: Connection) -> bool:
    """Whether the lock is free, or was only not given back yet by a session that has just ended."""
    until = time.monotonic() + _GIVEN_BACK_SECONDS
    while True:
        taken = connection.execute(f"SELECT pg_try_advisory_lock({_LOCK}, {_OURS})").fetchone()
        if taken and taken[0]:
            return True
        if time.monotonic() > until:
            return False
        time.sleep(0.05)


def read_manifest(connection: Connection, server: Server) -> Manifest:
    """
    Raises:
        LibraryError: the library has another schema.
    """
    check_schema(server, int(manifest_value(connection, "schema")), SCHEMA_VERSION)
    return Manifest(
        **{
            field: json.loads(manifest_value(connection, field))
            for field in Manifest.__dataclass_fields__
        }
    )


def _held(server: Server, connection: Connection) -> LibraryError:
    found = connection.execute(
        "SELECT coalesce(host(client_addr), 'the server itself'), backend_start::timestamp(0)::text "
        "FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' "
        f"AND classid = {_LOCK} AND objid::bigint = {_OURS}::bit(32)::bigint"
    ).fetchone()
    where, since = found or ("?", "?")
    return LibraryError(
        f"another process (from {where}, since {since}) is writing to the library {str(server)!r}; "
        "wait until it has ended",
        f"另一个进程（来自 {where}，自 {since}）正在写入文章库 {str(server)!r}；请等它结束",
    )
