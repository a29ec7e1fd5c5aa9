"""The tables of a library in PostgreSQL: a folder's truth, and beside it what is found by.

``article``, ``chunk``, ``fingerprint``, ``recurring`` and ``manifest`` are those of
``index.database.schema``. ``words`` and ``posting`` are the lexical retriever's, ``vectors_1``,
``vectors_2`` … the layouts of the dense one's, ``statistics`` what is summed up over all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR
from itertools import pairwise

from index.database.database import set_manifest
from index.database.schema import new_manifest
from index.embedding.encoder import Model
from index.postgresql.connection import Connection

FEWEST_IN_PART = 1_000_000
"""Chunks from which on some years of a layout are a part of their own."""

_SEARCHED_FOR_EACH = 128
"""Vectors that are kept in sight when a vector is put into a graph: of 29,000, a search of 128 finds .975 of
the nearest 20, and .959 with pgvector's own 64, for 1.7 times the time of building."""

_TABLES = """
CREATE EXTENSION IF NOT EXISTS vector;
CREATE TABLE manifest (key text COLLATE "C" PRIMARY KEY, value text NOT NULL);
CREATE TABLE article (
    row bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    article_id text COLLATE "C" NOT NULL,
    published boolean NOT NULL,
    content text NOT NULL,
    version text NOT NULL,
    raw text NOT NULL,
    changes text NOT NULL,
    title text COLLATE "C" NOT NULL,
    url text NOT NULL,
    date text COLLATE "C",
    account text COLLATE "C" NOT NULL,
    source text NOT NULL,
    language text COLLATE "C" NOT NULL,
    text text NOT NULL,
    series text NOT NULL,
    kind text COLLATE "C" NOT NULL,
    originals text NOT NULL,
    aid text COLLATE "C" NOT NULL,
    seal bigint NOT NULL,
    UNIQUE (article_id, published)
);
CREATE INDEX article_aid ON article (aid, published);
CREATE INDEX article_account ON article (account, published);
CREATE INDEX article_date ON article (date, published);
CREATE INDEX article_staged ON article (row) WHERE NOT published;
CREATE TABLE fingerprint (
    key bigint NOT NULL,
    part integer NOT NULL,
    article bigint NOT NULL REFERENCES article (row) ON DELETE CASCADE,
    PRIMARY KEY (key, part, article)
);
CREATE INDEX fingerprint_article ON fingerprint (article);
CREATE TABLE recurring (
    account text COLLATE "C" NOT NULL,
    key bigint NOT NULL,
    owner text COLLATE "C",
    PRIMARY KEY (account, key)
);
CREATE TABLE chunk (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    article bigint NOT NULL REFERENCES article (row) ON DELETE CASCADE,
    start integer NOT NULL,
    "end" integer NOT NULL,
    language text COLLATE "C" NOT NULL,
    passage text COLLATE "C" NOT NULL,
    vector bytea NOT NULL
);
CREATE INDEX chunk_article ON chunk (article);
CREATE INDEX chunk_passage ON chunk USING hash (passage);
CREATE TABLE words (                  -- of each published chunk, to be scored exactly
    chunk bigint PRIMARY KEY,
    length integer NOT NULL,          -- terms in it
    data bytea NOT NULL               -- uint32 CRC-32 of each of its terms, then uint8 counts
);
CREATE TABLE posting_part (           -- postings that were written together
    part integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    block integer NOT NULL,
    size integer NOT NULL             -- chunks in it
);
CREATE TABLE posting (
    term text COLLATE "C" NOT NULL,
    part integer NOT NULL,
    block integer NOT NULL,           -- of 65,536 ids of chunks
    documents integer NOT NULL,       -- chunks with the term, less those that were taken out since
    data bytea NOT NULL               -- uint16 place in the block, uint8 count, uint8 half the length
);
CREATE INDEX posting_term ON posting (term);
CREATE INDEX posting_part_number ON posting (part);
CREATE TABLE statistics (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    layout integer NOT NULL,          -- the number of the table of vectors that is searched
    laid bigint NOT NULL,             -- chunks in it when it was made
    means text NOT NULL,              -- JSON: by which it is centred, by language
    chunks bigint NOT NULL,
    length bigint NOT NULL,           -- terms in all of them
    total bytea NOT NULL,             -- float64: the sum of their centred vectors
    products bytea NOT NULL           -- float64: and of their outer products
);
CREATE TABLE note (name text PRIMARY KEY, value text NOT NULL);
CREATE TABLE feedback (row bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, line text NOT NULL);
"""

JOB_TABLES = "".join(
    f"CREATE TEMP TABLE {name} (place bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "
    'article_id text COLLATE "C" UNIQUE NOT NULL);'
    for name in ("ready", "going")
)
"""As ``index.duplicates.lookup.make_job_tables``."""


def create_tables(connection: Connection, encoder: Model, chunk_tokens: int) -> None:
    """Make the tables of a new library, inside a transaction; leave those of an old one alone."""
    there = connection.execute("SELECT to_regclass('manifest') IS NOT NULL").fetchone()
    if there and there[0]:
        return
    connection.run(_TABLES)
    set_manifest(connection, new_manifest(encoder, chunk_tokens))
    connection.execute(
        "INSERT INTO statistics VALUES (true, 0, 0, '{}', 0, 0, ?, ?)",
        (b"\0" * 8 * encoder.dimension, b"\0" * 8 * encoder.dimension**2),
    )


@dataclass(frozen=True, slots=True)
class Part:
    """Whole years whose vectors lie in a table of their own.

    Attributes:
        first: The first of the years; ``None`` for all before ``end``.
        end: The year after the last; ``None`` for all from ``first`` on.
    """

    first: int | None
    end: int | None

    @property
    def name(self) -> str:
        return "first" if self.first is None else f"{self.first:04d}"

    @property
    def span(self) -> str:
        """Its bounds, in SQL."""
        first = "MINVALUE" if self.first is None else f"'{self.first:04d}-01-01'"
        end = "MAXVALUE" if self.end is None else f"'{self.end:04d}-01-01'"
        return f"FROM ({first}) TO ({end})"


def parts_of(years: Mapping[int, int]) -> list[Part]:
    """Into which parts a layout is cut, by how many chunks each year has; one part is none.

    As few whole years as have ``FEWEST_IN_PART`` chunks make a part, so that there is no more than one
    graph to search for so many, and a vacuum meets a part at a time. What comes after the last full part
    is in one of its own, which is empty at first where its year is over.
    """
    starts: list[int] = []
    held = 0
    for year in sorted(years):
        held += years[year]
        if held >= FEWEST_IN_PART and year < MAXYEAR:
            starts.append(year + 1)
            held = 0
    if not starts or sum(years.values()) < 2 * FEWEST_IN_PART:
        return []
    bounds = [None, *starts, None]
    return [Part(first, end) for first, end in pairwise(bounds)]


def vectors_table(layout: int) -> str:
    """The name of the table of a layout's vectors."""
    return f"vectors_{layout:d}"


def create_vectors(
    connection: Connection, layout: int, dimension: int, parts: Sequence[Part] = ()
) -> None:
    """Make the table of a layout, without its indexes.

    Args:
        parts: Spans of days of which each gets a table of its own, beside one for what has no day;
            none for one table of all.
    """
    name = vectors_table(layout)
    connection.run(
        f"CREATE TABLE {name} (chunk bigint NOT NULL, article bigint NOT NULL, "
        'day date, account text COLLATE "C" NOT NULL, language text COLLATE "C" NOT NULL, '
        f"centred halfvec({dimension:d}) NOT NULL)" + (" PARTITION BY RANGE (day)" if parts else "")
    )
    for part in parts:
        connection.run(
            f"CREATE TABLE {name}_{part.name} PARTITION OF {name} FOR VALUES {part.span}"
        )
    if parts:
        connection.run(f"CREATE TABLE {name}_undated PARTITION OF {name} DEFAULT")


def index_vectors(connection: Connection, layout: int) -> None:
    """Make the indexes of a layout that is filled: a graph for each of its tables."""
    for name in tables_of(connection, layout):
        connection.run(
            f"ALTER TABLE {name} ADD PRIMARY KEY (chunk);"
            f"CREATE INDEX ON {name} (article) INCLUDE (chunk);"
            f"CREATE INDEX ON {name} (day) INCLUDE (chunk);"
            f"CREATE INDEX ON {name} (account) INCLUDE (chunk);"
            f"CREATE INDEX ON {name} USING hnsw (centred halfvec_ip_ops) "
            f"WITH (ef_construction = {_SEARCHED_FOR_EACH})"
        )
    connection.run(f"ANALYZE {vectors_table(layout)}")


def tables_of(connection: Connection, layout: int) -> list[str]:
    """The tables that hold the vectors of a layout: its own, or those of its parts."""
    name = vectors_table(layout)
    parts = connection.execute(
        "SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid "
        "WHERE inhparent = to_regclass(?) ORDER BY relname",
        (name,),
    ).fetchall()
    return [part for (part,) in parts] or [name]


def other_layouts(connection: Connection, layout: int) -> list[str]:
    """The tables of layouts that are not searched any more."""
    rows = connection.execute(
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relname ~ '^vectors_[0-9]+$' "
        "AND relnamespace = current_schema()::regnamespace AND relname != ?",
        (vectors_table(layout),),
    ).fetchall()
    return [name for (name,) in rows]
