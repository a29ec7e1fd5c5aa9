"""A library in PostgreSQL, open for reading: a few connections, a read transaction at a time on each."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Self, TypeVar

from index.database.database import Manifest, Statements, manifest_value
from index.database.schema import SCHEMA_VERSION
from index.errors import LibraryError, Message
from index.library.opened import check_schema
from index.location import Location, Server
from index.postgresql.connection import Connection, ConnectionLostError, connect, said_plainly
from index.postgresql.dense import SEARCH_SETTINGS

_MOST_CONNECTIONS = 8
_SECONDS_TO_CATCH_UP = 10.0
_SECONDS_BETWEEN = 0.02
_GENERATIONS_KEPT = 2

_BEGIN = f"""
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SET LOCAL jit = off;
{SEARCH_SETTINGS}
SELECT (SELECT value FROM manifest WHERE key = 'identity') || ' ' ||
       (SELECT value FROM manifest WHERE key = 'generation');
"""

_Made = TypeVar("_Made")


class OpenServer:
    """A library in PostgreSQL, open for reading.

    Every method reads in one ``REPEATABLE READ`` transaction, so that it sees one generation. Where
    the server is lost under it, it is done once more, on whichever server the address leads to then.
    """

    def __init__(self, server: Server) -> None:
        self.where: Location = server
        self._server = server
        self._idle: list[Connection] = []
        self._free = threading.BoundedSemaphore(_MOST_CONNECTIONS)
        self._lock = threading.RLock()
        self._mine = threading.local()
        self._made: dict[str, dict[Callable[[Any], Any], Any]] = {}
        self._damage: dict[str, dict[str, Message]] = {}
        self._closed = False

    @classmethod
    def at(cls, server: Server) -> Self:
        """Open the existing library of a server.

        Raises:
            LibraryError: there is none, it is of another schema, or the server cannot be reached.
        """
        library = cls(server)
        try:
            library.manifest()
        except BaseException:
            library.close()
            raise
        return library

    def close(self) -> None:
        with self._lock:
            self._closed = True
            for connection in self._idle:
                connection.close()
            self._idle.clear()

    def manifest(self) -> Manifest:
        return self.read(self._manifest)

    def _manifest(self) -> Manifest:
        with self._reading() as connection:
            check_schema(self.where, int(manifest_value(connection, "schema")), SCHEMA_VERSION)
            values = {
                field: json.loads(manifest_value(connection, field))
                for field in Manifest.__dataclass_fields__
            }
        return Manifest(**values)

    def damage(self) -> list[Message]:
        with self._lock:
            return [said for found in self._damage.values() for said in found.values()]

    def _leave_out(self, english: str, chinese: str) -> None:
        generation: str = self._mine.generation
        with self._lock:
            self._damage.setdefault(generation, {})[english] = Message(english, chinese)

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        with self._reading():
            yield

    def read(self, work: Callable[[], _Made]) -> _Made:
        """``work()`` within a ``snapshot``; once more, where the server was lost under it."""
        if self._current is not None:  # whoever began the snapshot tries again
            return work()
        try:
            with self._reading():
                return work()
        except ConnectionLostError:
            with self._lock:
                for connection in self._idle:  # of the same server, most likely
                    connection.close()
                self._idle.clear()
            with self._reading():
                return work()

    @property
    def _current(self) -> Connection | None:
        """The connection of the snapshot that this thread is in."""
        current: Connection | None = getattr(self._mine, "connection", None)
        return current

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        """One read transaction: everything inside it sees the same generation."""
        if (current := self._current) is not None:
            with said_plainly(self._server):
                yield current
            return
        with self._free, self._lent() as connection:
            self._mine.connection = connection
            try:
                with said_plainly(self._server):
                    yield connection
            finally:
                self._mine.connection = None

    @contextmanager
    def _lent(self) -> Iterator[Connection]:
        """A connection in a transaction that has begun; given back, or closed where it was lost."""
        connection = self._begun()
        try:
            yield connection
        finally:
            with suppress(Exception):
                connection.run("ROLLBACK")
            with self._lock:
                if connection.is_lost or self._closed:
                    connection.close()
                else:
                    self._idle.append(connection)

    def _begun(self) -> Connection:
        """A connection in which a transaction has begun, a new one where those at hand are dead."""
        while True:
            with self._lock:
                used = self._idle.pop() if self._idle else None
            connection = used or connect(self._server)
            try:
                with said_plainly(self._server):
                    self._begin(connection)
                return connection
            except LibraryError as error:
                connection.close()
                if used is None or not isinstance(error, ConnectionLostError):
                    raise

    def _begin(self, connection: Connection) -> None:
        cursor = connection.run(_BEGIN)
        while cursor.nextset():
            pass
        (generation,) = cursor.fetchone() or ("",)
        self._mine.generation = str(generation)
        with self._lock:
            if self._mine.generation not in self._made:
                self._made[self._mine.generation] = {}
                for known in (self._made, self._damage):
                    for old in list(known)[:-_GENERATIONS_KEPT]:
                        del known[old]

    def _once(self, connection: Statements, make: Callable[[Any], _Made]) -> _Made:
        """What ``make`` makes of the generation that ``connection`` sees, made once."""
        generation: str = self._mine.generation
        with self._lock:
            made = self._made.setdefault(generation, {})
            if make in made:
                found: _Made = made[make]
                return found
        new = make(connection)
        with self._lock:
            made[make] = new
        return new

    def catch_up(self) -> None:
        """Wait until what was published on the primary can be read here, or ten seconds."""
        with suppress(LibraryError):  # without a primary nothing is published
            primary = connect(self._server, writes=True)
            try:
                with said_plainly(self._server):
                    published = int(manifest_value(primary, "generation"))
            finally:
                primary.close()
            until = time.monotonic() + _SECONDS_TO_CATCH_UP
            while self.manifest().generation < published and time.monotonic() < until:
                time.sleep(_SECONDS_BETWEEN)

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """A connection to the primary, for what is kept beside the articles."""
        connection = connect(self._server, writes=True)
        try:
            with said_plainly(self._server):
                yield connection
        finally:
            connection.close()

    def note(self, name: str) -> str | None:
        with self._reading() as connection:
            found = connection.execute("SELECT value FROM note WHERE name = ?", (name,)).fetchone()
        return str(found[0]) if found else None

    def keep_note(self, name: str, text: str) -> None:
        with suppress(LibraryError), self._writing() as connection:  # a reader's role may not
            connection.execute(
                "INSERT INTO note VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                (name, text),
            )

    def add_feedback(self, line: Mapping[str, Any]) -> None:
        with self._writing() as connection:
            written = json.dumps(line, ensure_ascii=False)
            connection.execute("INSERT INTO feedback (line) VALUES (?)", (written,))

    def feedback(self) -> list[str]:
        with self._reading() as connection:
            rows = connection.execute("SELECT line FROM feedback ORDER BY row").fetchall()
        return [line for (line,) in rows]
