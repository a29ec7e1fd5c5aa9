"""The tables of a library, and how those of an older version become today's."""

from __future__ import annotations

import secrets
import sqlite3

from index.database.database import (
    SEALED_COLUMNS,
    manifest_value,
    seal_of,
    set_manifest,
    utc_now,
)
from index.embedding.encoder import Model

SCHEMA_VERSION = 6
OLDEST_MIGRATED = 3
_WITHOUT_IDENTITY = 5

_TABLES = """
CREATE TABLE manifest (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE article (
    row INTEGER PRIMARY KEY,
    article_id TEXT NOT NULL,       -- by which it is cited (index.database.identity)
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
    aid TEXT NOT NULL DEFAULT '',   -- as it was received; counts within its account
    seal INTEGER NOT NULL DEFAULT 0,  -- checksum of the columns from article_id to series
    UNIQUE (article_id, published)
);
CREATE INDEX article_aid ON article (aid, published);
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
    published INTEGER NOT NULL,     -- as its articles are
    chunks BLOB NOT NULL,           -- int64 ids of its chunks
    articles BLOB NOT NULL,         -- int64 rows of their articles
    lengths BLOB NOT NULL,          -- uint16 terms in each
    seal INTEGER NOT NULL DEFAULT 0  -- checksum of the three
);
CREATE TABLE gone (                 -- chunks that are still in a segment and no longer in the library
    chunk INTEGER PRIMARY KEY
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
    id INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given twice: the indexes know a chunk by it
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

_SET_AIDS = (
    "UPDATE article SET aid = CASE WHEN json_valid(raw) "
    "THEN COALESCE(json_extract(raw, '$.article_id'), article_id) ELSE article_id END"
)

_MIGRATIONS = {
    3: """
CREATE TABLE chunk_4 (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    article INTEGER NOT NULL REFERENCES article (row) ON DELETE CASCADE,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    language TEXT NOT NULL,
    passage TEXT NOT NULL,
    vector BLOB NOT NULL
);
INSERT INTO chunk_4 SELECT id, article, start, end, language, passage, vector FROM chunk;
DROP TABLE chunk;
ALTER TABLE chunk_4 RENAME TO chunk;
CREATE INDEX chunk_article ON chunk (article);
CREATE INDEX chunk_passage ON chunk (passage);
DROP TABLE segment;
DELETE FROM posting;
CREATE TABLE segment (
    row INTEGER PRIMARY KEY,
    published INTEGER NOT NULL,
    chunks BLOB NOT NULL,
    articles BLOB NOT NULL,
    lengths BLOB NOT NULL
);
CREATE TABLE gone (chunk INTEGER PRIMARY KEY);
""",
    4: f"""
ALTER TABLE article ADD COLUMN aid TEXT NOT NULL DEFAULT '';
{_SET_AIDS};
CREATE INDEX article_aid ON article (aid, published);
""",
    5: f"""
ALTER TABLE article ADD COLUMN seal INTEGER NOT NULL DEFAULT 0;
UPDATE article SET seal = seal_of({SEALED_COLUMNS});
ALTER TABLE segment ADD COLUMN seal INTEGER NOT NULL DEFAULT 0;
""",
}
"""Statements that make of the tables of a version those of the next one."""


def create_tables(connection: sqlite3.Connection, encoder: Model, chunk_tokens: int) -> None:
    """Make the tables of a new library; leave those of an old one alone."""
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'manifest'").fetchone():
        return
    for statement in _TABLES.split(";\n"):
        connection.execute(statement)
    set_manifest(connection, new_manifest(encoder, chunk_tokens))


def new_manifest(encoder: Model, chunk_tokens: int) -> dict[str, object]:
    """What the manifest of a new library says, whatever holds the library."""
    return {
        "schema": SCHEMA_VERSION,
        "identity": new_identity(),
        "encoder": encoder.name,
        "fingerprint": encoder.fingerprint,
        "dimension": encoder.dimension,
        "chunk_tokens": chunk_tokens,
        "cleaning": 0,
        "generation": 0,
        "created": utc_now(),
        "updated": utc_now(),
        "question_means": {},
    }


def new_identity() -> str:
    """What a library is told from all others by."""
    return secrets.token_hex(16)


def missing_parts(connection: sqlite3.Connection) -> list[str]:
    """Names of the tables and indexes that a library should have and this one has not."""
    there = connection.execute("SELECT name FROM sqlite_master").fetchall()
    return sorted(set(_statements()).difference(name for (name,) in there))


def mend_indexes(connection: sqlite3.Connection) -> None:
    """Make SQLite's own indexes again, and drop rows that belong to an article that is gone."""
    for name in missing_parts(connection):
        connection.execute(_statements()[name])
    connection.execute(_SET_AIDS)
    for table in ("chunk", "fingerprint"):
        connection.execute(f"DELETE FROM {table} WHERE article NOT IN (SELECT row FROM article)")
    connection.execute("REINDEX")


def _statements() -> dict[str, str]:
    """The statement that makes each table and index, by its name."""
    return {
        statement.split()[2]: statement for statement in _TABLES.split(";\n") if statement.strip()
    }


def migrate_tables(connection: sqlite3.Connection) -> bool:
    """Bring the tables of an older version up to date, inside a transaction.

    Returns:
        Whether there was anything to do. Then the inverted index is to be made again.
    """
    before = int(manifest_value(connection, "schema"))
    connection.create_function("seal_of", -1, seal_of, deterministic=True)
    for version in range(before, SCHEMA_VERSION):
        for statement in _MIGRATIONS.get(version, "").split(";\n"):
            connection.execute(statement)
        if version == _WITHOUT_IDENTITY:
            set_manifest(connection, {"identity": new_identity()})
    set_manifest(connection, {"schema": SCHEMA_VERSION})
    return before != SCHEMA_VERSION
