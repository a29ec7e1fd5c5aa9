"""What the fingerprints of a library bring together: an account's repeated lines, copies of a text.

Everything here sees the library as it will be once the running job has published: the articles
named in the temporary table ``ready`` as that job staged them, those in ``going`` not at all, all
others as they are.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator

from index.database.database import READ_COLUMNS, Statements, in_batches, marks, to_article
from index.duplicates.fingerprints import Part, line_key
from index.duplicates.relations import (
    FEWEST_INTRODUCED,
    Recurring,
    Relation,
    fewest_repeats,
    is_marked_digest,
    nearly_equal,
    relate,
)
from index.records import Article

CURRENT = (
    "published = (article_id NOT IN (SELECT article_id FROM ready)) "
    "AND article_id NOT IN (SELECT article_id FROM going)"
)
_PARAGRAPHS = (Part.OPENING, Part.PARAGRAPH, Part.CLOSING)
_TOO_COMMON = 32
"""Copies of a key from which on it tells nothing of any two articles."""


def make_job_tables(connection: sqlite3.Connection) -> None:
    """Make the tables that name what the running job adds and takes out; both end with it."""
    for name in ("ready", "going"):
        connection.execute(
            f"CREATE TEMP TABLE {name} (place INTEGER PRIMARY KEY, article_id TEXT UNIQUE NOT NULL)"
        )


def find_recurring(connection: Statements, account: str) -> Recurring:
    """What the account repeats; nothing for articles without account."""
    if not account:
        return Recurring()
    (articles,) = connection.execute(
        f"SELECT COUNT(*) FROM article WHERE account = ? AND {CURRENT}", (account,)
    ).fetchone()
    boilerplate = _repeated_keys(connection, account, [Part.EDGE], fewest_repeats(articles))
    introductions = _repeated_keys(
        connection, account, [Part.OPENING, Part.CLOSING], FEWEST_INTRODUCED
    )
    owners = {key: _owner(connection, account, key) for key in introductions}
    return Recurring(frozenset(boilerplate), owners)


def _repeated_keys(
    connection: Statements, account: str, parts: Collection[Part], fewest: int
) -> list[int]:
    rows = connection.execute(
        "SELECT key FROM article JOIN fingerprint ON article = row "
        f"WHERE account = ? AND {CURRENT} AND part IN ({marks(list(parts))}) "
        "GROUP BY key HAVING COUNT(DISTINCT row) >= ?",
        (account, *parts, fewest),
    )
    return [key for (key,) in rows]


def _owner(connection: Statements, account: str, key: int) -> str:
    """The earliest of the account's articles with a paragraph of that key."""
    (owner,) = connection.execute(
        "SELECT article_id FROM fingerprint JOIN article ON article = row "
        f"WHERE key = ? AND part IN ({marks(_PARAGRAPHS)}) AND account = ? AND {CURRENT} "
        "ORDER BY date IS NULL, date, article_id LIMIT 1",
        (key, *_PARAGRAPHS, account),
    ).fetchone()
    return str(owner)


def stored_recurring(connection: Statements, account: str) -> Recurring:
    """What the account repeated when its published articles were cleaned."""
    rows = connection.execute(
        "SELECT key, owner FROM recurring WHERE account = ?", (account,)
    ).fetchall()
    return Recurring(
        frozenset(key for key, owner in rows if owner is None),
        {key: owner for key, owner in rows if owner is not None},
    )


def store_recurring(connection: Statements, account: str, found: Recurring) -> None:
    connection.execute("DELETE FROM recurring WHERE account = ?", (account,))
    owners = [*((key, None) for key in found.boilerplate), *found.introductions.items()]
    connection.executemany(
        "INSERT INTO recurring VALUES (?, ?, ?)", ((account, key, owner) for key, owner in owners)
    )


def articles_with(connection: Statements, account: str, keys: Collection[int]) -> Iterator[str]:
    """Ids of the account's published articles, outside the running job, that have one of the keys."""
    for some in in_batches(sorted(keys)):
        yield from (
            article_id
            for (article_id,) in connection.execute(
                "SELECT DISTINCT article_id FROM fingerprint JOIN article ON article = row "
                f"WHERE key IN ({marks(some)}) AND account = ? AND published "
                "AND article_id NOT IN (SELECT article_id FROM ready) "
                "AND article_id NOT IN (SELECT article_id FROM going)",
                (*some, account),
            )
        )


def keys_of(connection: Statements, row: int) -> dict[int, set[Part]]:
    """The fingerprints of the article in ``row``: by key, the parts that have it."""
    found: dict[int, set[Part]] = {}
    for key, part in connection.execute(
        "SELECT key, part FROM fingerprint WHERE article = ?", (row,)
    ):
        found.setdefault(key, set()).add(Part(part))
    return found


def find_relation(connection: Statements, row: int) -> Relation:
    """What the article in ``row`` is to the others."""
    (article,) = _articles(connection, [row])
    keys = keys_of(connection, row)
    bands = [key for key, parts in keys.items() if Part.BAND in parts]
    near = {other for key in bands for other in _others(connection, row, key, [Part.BAND])}
    twins = nearly_equal(article, _articles(connection, near)) if near else []
    paragraphs = [key for key, parts in keys.items() if parts.intersection(_PARAGRAPHS)]
    copied = {
        key: _ids(connection, others)
        for key in paragraphs
        if (others := _others(connection, row, key, [Part.OPENING]))
    }
    linked = _linked(connection, row, article) if is_marked_digest(article) else []
    return relate(article, twins, copied, linked)


def rows_near(connection: Statements, row: int) -> set[int]:
    """Rows of current articles whose relation may depend on the article in ``row``."""
    return {
        other
        for key, parts in keys_of(connection, row).items()
        for other in _others(connection, row, key, sorted(_answering(parts)))
    }


def _answering(parts: Iterable[Part]) -> set[Part]:
    """The parts of other articles for which it matters that this one has ``parts``."""
    answers = {Part.BAND: {Part.BAND}, Part.OPENING: set(_PARAGRAPHS)}
    return {answer for part in parts for answer in answers.get(part, set())}


def _linked(connection: Statements, row: int, article: Article) -> list[str]:
    rows = {
        other
        for line in article.text.split("\n")
        for other in _others(connection, row, line_key(line), [Part.TITLE])
    }
    return _ids(connection, rows)


def _others(connection: Statements, row: int, key: int, parts: Collection[Part]) -> list[int]:
    """Rows of the other current articles that have ``key``; none where it is very common."""
    if not parts:
        return []
    found = connection.execute(
        "SELECT DISTINCT row FROM fingerprint JOIN article ON article = row "
        f"WHERE key = ? AND part IN ({marks(list(parts))}) AND row != ? AND {CURRENT} LIMIT ?",
        (key, *parts, row, _TOO_COMMON),
    ).fetchall()
    return [] if len(found) == _TOO_COMMON else [other for (other,) in found]


def _articles(connection: Statements, rows: Iterable[int]) -> list[Article]:
    found = []
    for some in in_batches(sorted(rows)):
        found += connection.execute(
            f"SELECT {READ_COLUMNS} FROM article WHERE row IN ({marks(some)})", some
        ).fetchall()
    return [to_article(values) for values in found]


def _ids(connection: Statements, rows: Iterable[int]) -> list[str]:
    found = []
    for some in in_batches(sorted(rows)):
        found += connection.execute(
            f"SELECT article_id FROM article WHERE row IN ({marks(some)})", some
        ).fetchall()
    return [article_id for (article_id,) in found]
