"""The SQLite file of a library: tables, manifest, connections, and what goes wrong with them."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from index.embed import Encoder
from index.errors import LibraryError
from index.records import Article, Change, Kind, Layout, RawArticle, Span

SCHEMA_VERSION = 3

_TABLES = """
CREATE TABLE manifest (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE article (
    row INTEGER PRIMARY KEY,
    article_id TEXT NOT NULL,
    published INTEGER NOT NULL,     -- 0 while staged by a job that has not ended
    content TEXT NOT NULL,          -- hash of the raw fields and of the rules for cleaning and cutting
    version TEXT NOT NULL,          -- hash of that and of what its account repeats; '' if not yet cut
    raw TEXT NOT NULL,              -- JSON: the six fields as received, and the file they came from
    changes TEXT NOT NULL,          -- JSON: what each cleaning rule did to the raw text
    title TEXT NOT NULL,
    url TEXT NOT NULL,
    date TEXT,
    account TEXT NOT NULL,
    source TEXT NOT NULL,
    language TEXT NOT NULL,
    text TEXT NOT NULL,
    series TEXT NOT NULL,           -- the column that its title names
    kind TEXT NOT NULL,
    originals TEXT NOT NULL,        -- JSON: ids of the articles that it copies
    UNIQUE (article_id, published)
);
CREATE INDEX article_account ON article (account, published);
CREATE INDEX article_date ON article (date, published);
CREATE TABLE fingerprint (          -- what may come again in other articles
    key INTEGER NOT NULL,
    part INTEGER NOT NULL,
    article INTEGER NOT NULL REFERENCES article (row) ON DELETE CASCADE,
    PRIMARY KEY (key, part, article)
) WITHOUT ROWID;
CREATE INDEX fingerprint_article ON fingerprint (article);
CREATE TABLE segment (              -- of the inverted index
    row INTEGER PRIMARY KEY,
    chunks BLOB NOT NULL,           -- int64 ids of its chunks
    lengths BLOB NOT NULL           -- uint16 terms in each
);
CREATE TABLE posting (
    term TEXT NOT NULL,
    segment INTEGER NOT NULL,
    data BLOB NOT NULL              -- uint16 places in the segment, then uint8 counts
);
CREATE INDEX posting_term ON posting (term);
CREATE INDEX posting_segment ON posting (segment);
CREATE TABLE recurring (            -- lines that an account repeats
    account TEXT NOT NULL,
    key INTEGER NOT NULL,
    owner TEXT,                     -- of an introduction: the article that is found by it
    PRIMARY KEY (account, key)
) WITHOUT ROWID;
CREATE TABLE chunk (
    id INTEGER PRIMARY KEY,
    article INTEGER NOT NULL REFERENCES article (row) ON DELETE CASCADE,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    language TEXT NOT NULL,
    passage TEXT NOT NULL,          -- hash of what the encoder read
    vector BLOB NOT NULL            -- float16, as the encoder gave it
);
CREATE INDEX chunk_article ON chunk (article);
CREATE INDEX chunk_passage ON chunk (passage);
"""

DATABASE = "articles.db"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a library was made with and when.

    ``generation`` counts the publications; ``question_means`` are the encoder's language centres of
    questions.
    """

    schema: int
    encoder: str
    fingerprint: str
    dimension: int
    chunk_tokens: int
    cleaning: int
    generation: int
    created: str
    updated: str
    question_means: Mapping[str, Sequence[float]]


def connect_reader(path: Path) -> sqlite3.Connection:
    # Even readers of a write-ahead log keep a file beside it; where they cannot, nobody writes.
    mode = "mode=rw" if os.access(path.parent, os.W_OK) else "mode=ro&immutable=1"
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?{mode}",
        uri=True,
        timeout=30,
        isolation_level=None,
        check_same_thread=False,
    )


def connect_writer(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=30, isolation_level=None)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA journal_mode = WAL")
    return connection


def create_tables(connection: sqlite3.Connection, encoder: Encoder, chunk_tokens: int) -> None:
    """Make the tables of a new library; leave those of an old one alone."""
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'manifest'").fetchone():
        return
    for statement in _TABLES.split(";\n"):
        connection.execute(statement)
    set_manifest(
        connection,
        {
            "schema": SCHEMA_VERSION,
            "encoder": encoder.name,
            "fingerprint": encoder.fingerprint,
            "dimension": encoder.dimension,
            "chunk_tokens": chunk_tokens,
            "cleaning": 0,
            "generation": 0,
            "created": utc_now(),
            "updated": utc_now(),
            "question_means": {},
        },
    )


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


@contextmanager
def said_plainly(folder: Path) -> Iterator[None]:
    """Turn what SQLite and the file system raise into one sentence."""
    try:
        yield
    except (sqlite3.Error, OSError, json.JSONDecodeError) as error:
        if not isinstance(error, (sqlite3.OperationalError, sqlite3.ProgrammingError, OSError)):
            raise LibraryError(
                f"the library {str(folder)!r} is damaged ({error}); put a copy of the folder in its place, "
                "or index the articles again into a new one",
                f"文章库 {str(folder)!r} 已损坏（{error}）；请用备份替换，或将文章重新索引到新目录",
            ) from error
        raise LibraryError(
            f"the library {str(folder)!r} cannot be read or written ({error}); nothing in it was changed: "
            "check that the folder is writable and the disk has room",
            f"无法读写文章库 {str(folder)!r}（{error}）；库中内容未变，请检查目录权限与磁盘空间",
        ) from error


def manifest_value(connection: sqlite3.Connection, key: str) -> str:
    return str(connection.execute("SELECT value FROM manifest WHERE key = ?", (key,)).fetchone()[0])


def set_manifest(connection: sqlite3.Connection, values: Mapping[str, Any]) -> None:
    connection.executemany(
        "INSERT OR REPLACE INTO manifest VALUES (?, ?)",
        ((key, json.dumps(value, ensure_ascii=False)) for key, value in values.items()),
    )


def utc_now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


ARTICLE_COLUMNS = (
    "article_id, title, url, date, account, source, language, text, series, kind, originals"
)


def article_values(article: Article) -> tuple[str | None, ...]:
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
    )


def to_article(values: Sequence[Any]) -> Article:
    article_id, title, url, published, account, source, language, text, column, kind, ids = values
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
    values = json.loads(written)
    return RawArticle(**{**values, "layout": Layout(values["layout"])})


def changes_to_json(changes: Sequence[Change]) -> str:
    rows = [[change.rule, change.span.start, change.span.end, change.put] for change in changes]
    return json.dumps(rows, ensure_ascii=False)


def changes_from_json(written: str) -> list[Change]:
    return [Change(rule, Span(start, end), put) for rule, start, end, put in json.loads(written)]
