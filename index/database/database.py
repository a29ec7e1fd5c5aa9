"""The SQLite file of a library: manifest, connections, rows, and what goes wrong with them."""

from __future__ import annotations

import json
import os
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Protocol, TypeVar

from index.database.faults import LostError, damaged, is_damage
from index.errors import LibraryError
from index.records import Article, Change, Kind, Layout, RawArticle, Span

DATABASE = "articles.db"


class Rows(Protocol):
    """What a statement gives."""

    def fetchone(self) -> Any: ...

    def fetchall(self) -> list[Any]: ...

    def __iter__(self) -> Iterator[Any]: ...


class Statements(Protocol):
    """A connection, as far as SQLite's and PostgreSQL's are alike: ``?`` stands for a value."""

    def execute(self, statement: str, values: Sequence[Any] = ..., /) -> Rows: ...

    def executemany(self, statement: str, values: Iterable[Sequence[Any]], /) -> Rows: ...


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a library was made with and when.

    ``identity`` tells a library from all others, whatever folder it lies in; ``generation`` counts
    the publications; ``question_means`` are the encoder's language centres of questions.
    """

    schema: int
    identity: str
    encoder: str
    fingerprint: str
    dimension: int
    chunk_tokens: int
    cleaning: int
    generation: int
    created: str
    updated: str
    question_means: Mapping[str, Sequence[float]]


MANIFEST_KINDS: Mapping[str, type] = {
    "schema": int,
    "identity": str,
    "encoder": str,
    "fingerprint": str,
    "dimension": int,
    "chunk_tokens": int,
    "cleaning": int,
    "generation": int,
    "created": str,
    "updated": str,
    "question_means": dict,
}
"""What the manifest says, by its fields."""

IRREPLACEABLE = frozenset({"schema", "encoder", "fingerprint", "dimension", "chunk_tokens"})
"""Those that cannot be worked out again."""


class FrozenConnection(sqlite3.Connection):
    """A connection to a file in a folder that may not be written, while nobody else writes to it.

    SQLite then reads the file as one that never changes; ``current_reader`` sees when it did.
    """

    stamp: tuple[int, int]


def connect_reader(path: Path) -> sqlite3.Connection:
    # Even readers of a write-ahead log keep a file beside it, or need one that a writer keeps.
    writable = os.access(path.parent, os.W_OK)
    if writable or log_of(path).exists():
        connection = _connect(path, "mode=rw" if writable else "mode=ro", sqlite3.Connection)
        try:
            connection.execute("SELECT 1 FROM sqlite_master").fetchone()
            return connection
        except sqlite3.OperationalError:
            # The disk is full; or the writer was killed, or lets nobody see its files.
            connection.close()
            if writable and _is_in_use(path):
                raise
        except (
            sqlite3.DatabaseError,
            UnicodeDecodeError,
        ):  # damaged, which each reading says for itself
            return connection
    stamp = _stamp(path)
    frozen = _connect(path, "mode=ro&immutable=1", FrozenConnection)
    frozen.stamp = stamp
    return frozen


def current_reader(connection: sqlite3.Connection, path: Path) -> sqlite3.Connection:
    """The connection, or another in its place where somebody began to write to a frozen one's file."""
    if not isinstance(connection, FrozenConnection):
        return connection
    if connection.stamp == _stamp(path) and not log_of(path).exists():
        return connection
    connection.close()
    return connect_reader(path)


def file_of(path: Path) -> tuple[int, int]:
    """What tells a file from another one that is put in its place."""
    found = path.stat()
    return found.st_dev, found.st_ino


_AnyConnection = TypeVar("_AnyConnection", bound=sqlite3.Connection)


def _connect(path: Path, mode: str, kind: type[_AnyConnection]) -> _AnyConnection:
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?{mode}",
        uri=True,
        timeout=30,
        isolation_level=None,
        check_same_thread=False,
        factory=kind,
    )


def _is_in_use(path: Path) -> bool:
    """Whether a writer has, or left, something in its log."""
    log = log_of(path)
    return log.exists() and log.stat().st_size > 0


def log_of(path: Path) -> Path:
    """SQLite's write-ahead log beside a database."""
    return path.with_name(f"{path.name}-wal")


def _stamp(path: Path) -> tuple[int, int]:
    """What changes when a file is written to."""
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def connect_writer(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=30, isolation_level=None)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(
        "PRAGMA journal_size_limit = 67108864"
    )  # bytes; a long job's log is cut again
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection, folder: Path) -> Iterator[None]:
    with said_plainly(folder):
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            connection.rollback()
            raise
        connection.commit()


def check_there(folder: Path) -> None:
    """Refuse a folder without a library.

    Raises:
        LibraryError: how to make one.
    """
    if not (folder / DATABASE).is_file():
        raise LibraryError(
            f"{str(folder)!r} is not a library; make one with 'juwen index PATH --library {folder}'",
            f"{str(folder)!r} 不是文章库；请用 juwen index 文件 --library {folder} 建库",
        )


@contextmanager
def said_plainly(folder: Path) -> Iterator[None]:
    """Turn what SQLite and the file system raise into one sentence."""
    try:
        yield
    except (sqlite3.Error, OSError, UnicodeDecodeError) as error:
        if is_damage(error):
            raise damaged(folder, error) from error
        raise LibraryError(
            f"the library {str(folder)!r} cannot be read or written ({error}); nothing in it was changed: "
            "check that the folder is writable and the disk has room",
            f"无法读写文章库 {str(folder)!r}（{error}）；库中内容未变，请检查目录权限与磁盘空间",
        ) from error


def manifest_value(connection: Statements, key: str) -> str:
    """A value of the manifest, in JSON.

    Raises:
        DatabaseError: it is missing, or of another kind; a ``LostError`` where nothing else tells it.
    """
    found = connection.execute("SELECT value FROM manifest WHERE key = ?", (key,)).fetchone()
    if found is None or not is_of_kind(key, found[0]):
        error = LostError if key in IRREPLACEABLE else sqlite3.DatabaseError
        raise error(f"the manifest's {key!r} is missing or wrong")
    return str(found[0])


def is_of_kind(key: str, written: str) -> bool:
    """Whether a value of the manifest is of the kind that its key has."""
    try:
        value = json.loads(written)
    except (ValueError, TypeError):
        return False
    return isinstance(value, MANIFEST_KINDS[key]) and not isinstance(value, bool)


def set_manifest(connection: Statements, values: Mapping[str, Any]) -> None:
    connection.executemany(
        "INSERT INTO manifest VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        ((key, json.dumps(value, ensure_ascii=False)) for key, value in values.items()),
    )


def utc_now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


ARTICLE_COLUMNS = (
    "article_id, title, url, date, account, source, language, text, series, kind, originals, seal"
)
READ_COLUMNS = f"""{ARTICLE_COLUMNS}, raw LIKE '%"layout": "recognised%'"""
"""Those of ``to_article``. In a text within the JSON that ``raw`` is, every quotation mark is escaped."""
SEALED_COLUMNS = "article_id, title, url, date, account, source, language, text, series"
"""What an article's checksum is of: all but its relations, which other articles change."""


def article_values(article: Article) -> tuple[str | int | None, ...]:
    published = article.date.isoformat() if article.date else None
    return (
        article.article_id,
        article.title,
        article.url,
        published,
        article.account,
        article.source,
        article.language,
        article.text,
        article.column,
        article.kind,
        json.dumps(article.originals),
        article_seal(article),
    )


def article_seal(article: Article) -> int:
    """The checksum of an article, with which it is kept."""
    day = article.date.isoformat() if article.date else None
    return seal_of(
        article.article_id,
        article.title,
        article.url,
        day,
        article.account,
        article.source,
        article.language,
        article.text,
        article.column,
    )


def seal_of(*values: str | bytes | None) -> int:
    """A checksum (CRC-32) of values, each with its length in front."""
    seal = 0
    for value in values:
        data = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value or b""
        seal = zlib.crc32(data, zlib.crc32(f"{len(data)}:".encode(), seal))
    return seal


def to_sound_article(values: Sequence[Any]) -> Article:
    """``to_article`` of a row that is as it was written.

    Raises:
        DatabaseError: it is damaged, or is not what its checksum is of.
    """
    article = to_article(values)
    if article_seal(article) != values[-2]:
        raise sqlite3.DatabaseError(f"article {article.article_id!r} is not as it was stored")
    return article


def to_article(values: Sequence[Any]) -> Article:
    """The article of a row of ``READ_COLUMNS``.

    Raises:
        DatabaseError: the row is damaged; so do the other functions that read what was written here.
    """
    (
        article_id,
        title,
        url,
        published,
        account,
        source,
        language,
        text,
        column,
        kind,
        ids,
        _seal,
        recognised,
    ) = values
    with _readable(f"article {article_id!r}"):
        return Article(
            article_id,
            title,
            url,
            to_date(published),
            account,
            text,
            source,
            language,
            column,
            Kind(kind),
            tuple(json.loads(ids)),
            bool(recognised),
        )


def to_date(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None


def marks(values: Sequence[Any]) -> str:
    return ", ".join("?" * len(values))


def in_batches(values: Sequence[Any], size: int = 500) -> Iterator[Sequence[Any]]:
    return (values[at : at + size] for at in range(0, len(values), size))


def raw_to_json(raw: RawArticle) -> str:
    values = {name: getattr(raw, name) for name in RawArticle.__dataclass_fields__}
    return json.dumps(values, ensure_ascii=False)


def raw_from_json(written: str) -> RawArticle:
    with _readable("a raw article"):
        values = json.loads(written)
        return RawArticle(**{**values, "layout": Layout(values["layout"])})


def changes_to_json(changes: Sequence[Change]) -> str:
    rows = [[change.rule, change.span.start, change.span.end, change.put] for change in changes]
    return json.dumps(rows, ensure_ascii=False)


def changes_from_json(written: str) -> list[Change]:
    with _readable("a record of cleaning"):
        return [
            Change(rule, Span(start, end), put) for rule, start, end, put in json.loads(written)
        ]


@contextmanager
def _readable(what: str) -> Iterator[None]:
    try:
        yield
    except (ValueError, TypeError, KeyError) as error:
        raise sqlite3.DatabaseError(f"{what} cannot be read: {error}") from error
