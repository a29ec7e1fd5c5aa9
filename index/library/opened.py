"""A library folder, open for reading: one connection, one published generation at a time."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self, TypeVar

from index.database.database import (
    DATABASE,
    IRREPLACEABLE,
    Manifest,
    Statements,
    check_there,
    connect_reader,
    current_reader,
    file_of,
    log_of,
    manifest_value,
    said_plainly,
)
from index.database.faults import LostError, damaged, lost_if_damaged
from index.database.schema import OLDEST_MIGRATED, SCHEMA_VERSION
from index.errors import LibraryError, Message
from index.library.beside import keep_note, read_lines, read_note, store_feedback
from index.location import Location
from index.search.dense_file import VECTORS

_Made = TypeVar("_Made")


class OpenLibrary:
    """A library folder, open for reading.

    Safe to use from several threads; every method sees one published generation, and a library
    that a job in another process publishes to is seen anew by the next call.
    """

    def __init__(self, folder: Path, connection: sqlite3.Connection) -> None:
        self.folder = folder
        self.where: Location = folder
        self._connection = connection
        self._lock = threading.RLock()
        self._file = file_of(folder / DATABASE)
        self._made_with: tuple[str, str] | None = None
        self._exchanged = False
        self._generation: tuple[str, str] | None = None
        self._made: dict[Callable[[Any], Any], Any] = {}
        self._damage: dict[str, Message] = {}

    @classmethod
    def at(cls, folder: Path | str) -> Self:
        """Open the existing library in a folder.

        Raises:
            LibraryError: the folder is not a library, of another schema, or damaged.
        """
        library = cls.connect(folder)
        try:
            library.manifest()
        except BaseException:
            library.close()
            raise
        return library

    @classmethod
    def connect(cls, folder: Path | str) -> Self:
        """``at`` without a look at what the library was made with: a damaged one will do."""
        folder = Path(folder)
        check_there(folder)
        with said_plainly(folder), lost_if_damaged():
            check_not_empty(folder)
            return cls(folder, connect_reader(folder / DATABASE))

    def close(self) -> None:
        """Close it once nobody reads: SQLite ends the process that closes what another thread uses."""
        with self._lock:
            self._connection.close()

    def manifest(self) -> Manifest:
        """What the library was made with.

        Raises:
            LibraryError: its schema is not this version's.
        """
        self.check_schema()
        with self._reading() as connection:
            values = {
                field: json.loads(manifest_value(connection, field))
                # First what nothing can mend, since that is what is to be said.
                for field in sorted(Manifest.__dataclass_fields__, key=_is_replaceable)
            }
            self._made_with = _made_with(connection)
        return Manifest(**values)

    def check_schema(self) -> None:
        """Refuse a library whose tables this version does not know.

        Raises:
            LibraryError: it has another schema, or was never filled.
        """
        check_schema(self.folder, self.schema(), SCHEMA_VERSION)

    def schema(self) -> int:
        """The version of the library's tables.

        Raises:
            LibraryError: it was never filled, is damaged, or the database is not that of a library.
        """
        with self._reading() as connection, lost_if_damaged():
            names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
            if "manifest" in names:
                return int(manifest_value(connection, "schema"))
        check_is_library(self.folder, names)
        raise LibraryError(
            f"the library {str(self.folder)!r} was begun and never filled; "
            f"fill it with 'juwen index PATH --library {self.folder}'",
            f"文章库 {str(self.folder)!r} 尚未建成；请用 juwen index 文件 --library {self.folder} 建库",
        )

    def damage(self) -> list[Message]:
        """What of this generation was left out so far, because it is damaged."""
        with self._lock:
            return list(self._damage.values())

    def _leave_out(self, english: str, chinese: str) -> None:
        self._damage[english] = Message(english, chinese)

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Everything read inside it sees one generation."""
        with self._reading():
            yield

    def read(self, work: Callable[[], _Made]) -> _Made:
        """``work()`` within a ``snapshot``."""
        with self._reading():
            return work()

    def catch_up(self) -> None:
        """Nothing: a folder is read as it is."""

    def note(self, name: str) -> str | None:
        return read_note(self.folder, name)

    def keep_note(self, name: str, text: str) -> None:
        keep_note(self.folder, name, text)

    def add_feedback(self, line: Mapping[str, Any]) -> None:
        store_feedback(self.folder, line)

    def feedback(self) -> list[str]:
        return read_lines(self.folder)

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """One read transaction: everything inside it sees the same generation."""
        with self._lock, said_plainly(self.folder):
            if self._connection.in_transaction:
                yield self._connection
                return
            self._follow()
            self._connection.execute("BEGIN")
            try:
                if self._exchanged:
                    self._check_exchanged()
                yield self._connection
            finally:
                self._connection.rollback()

    def _follow(self) -> None:
        """Read from the library that lies in the folder now, if that is another than before."""
        path = self.folder / DATABASE
        there = file_of(path)
        if there == self._file:
            self._connection = current_reader(self._connection, path)
            return
        self._connection.close()
        self._connection = connect_reader(path)
        self._file, self._exchanged = there, True

    def _check_exchanged(self) -> None:
        """Refuse a library that was put in the place of one made with another model or version."""
        if self._made_with not in (None, _made_with(self._connection)):
            raise LibraryError(
                f"another library was put into {str(self.folder)!r}, made with another embedding model "
                "or version; close this program and start it again",
                f"{str(self.folder)!r} 已被换成用其他向量模型或版本建立的文章库；请关闭本程序后重新启动",
            )
        self._exchanged = False

    def _once(self, connection: Statements, make: Callable[[Any], _Made]) -> _Made:
        """What ``make`` makes of the generation that ``connection`` sees, made once."""
        generation = (
            manifest_value(connection, "identity"),
            manifest_value(connection, "generation"),
        )
        if generation != self._generation:
            self._generation, self._made, self._damage = generation, {}, {}
        if make not in self._made:
            self._made[make] = make(connection)
        made: _Made = self._made[make]
        return made


def _is_replaceable(field: str) -> bool:
    return field not in IRREPLACEABLE


def _made_with(connection: Statements) -> tuple[str, str]:
    """What a program that has the library open relies on: its schema and its embedding model."""
    return manifest_value(connection, "schema"), manifest_value(connection, "fingerprint")


def check_not_empty(folder: Path) -> None:
    """Refuse a database of which nothing is left: the file was cut off, or its first job killed at once.

    Raises:
        LibraryError: with what to do in either case.
    """
    path = folder / DATABASE
    begins = log_of(path).exists() and not os.path.lexists(folder / VECTORS)
    if path.stat().st_size or begins:
        return
    raise LibraryError(
        f"the library {str(folder)!r} is damaged: its {DATABASE!r} is empty (0 bytes); put a copy of the "
        "folder in its place, or, where nothing was ever indexed, delete the file and run "
        f"'juwen index PATH --library {folder}'",
        f"文章库 {str(folder)!r} 已损坏：其中的 {DATABASE!r} 为空（0 字节）；请用备份替换该目录，"
        f"若从未建过库，请删除该文件后运行 juwen index 文件 --library {folder}",
    )


def check_is_library(folder: Path, names: Collection[str]) -> None:
    """Refuse a database without a manifest that was not only begun.

    Args:
        names: What the database holds: its tables and indexes.

    Raises:
        LibraryError: with what to do: it is damaged, or another program's.
    """
    if os.path.lexists(folder / VECTORS) or "article" in names:
        raise damaged(folder, LostError(f"its {DATABASE!r} has no manifest"))
    if names:
        raise LibraryError(
            f"{str(folder)!r} is not a library: its {DATABASE!r} is another program's database; name "
            "another folder with --library",
            f"{str(folder)!r} 不是文章库：其中的 {DATABASE!r} 是其他程序的数据库；请用 --library 指定其他目录",
        )


def check_schema(folder: Location, schema: int, oldest: int) -> None:
    """Refuse a library of which this version does not know the tables.

    Args:
        oldest: The oldest schema that will do.

    Raises:
        LibraryError: with the way out: bring it up to date, get a newer version, or build it anew.
    """
    if oldest <= schema <= SCHEMA_VERSION:
        return
    english = (
        f"the library {str(folder)!r} has schema {schema}, this version reads {SCHEMA_VERSION}; "
    )
    chinese = f"文章库 {str(folder)!r} 的结构版本为 {schema}，本版本只支持 {SCHEMA_VERSION}；"
    if schema > SCHEMA_VERSION:
        raise LibraryError(
            english + "it was made by a newer version of juwen: update this one",
            chinese + "它由更新版本的 juwen 建立，请升级本程序",
        )
    if schema >= OLDEST_MIGRATED:
        raise LibraryError(
            english + f"bring it up to date with 'juwen repair --library {folder}'",
            chinese + f"请用 juwen repair --library {folder} 升级",
        )
    raise LibraryError(
        english + "make a new one with 'juwen index PATH --library NEW_FOLDER'",
        chinese + "请用 juwen index 文件 --library 新目录 重新建库",
    )
