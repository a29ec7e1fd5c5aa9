"""The articles of a library, without searching: by id, by day, as lists, counted."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from index.database.database import (
    READ_COLUMNS,
    changes_from_json,
    marks,
    raw_from_json,
    to_date,
    to_sound_article,
)
from index.library.opened import OpenLibrary
from index.records import Article, Change, Kind, RawArticle
from index.search.filters import NO_FILTERS, Filters

_Read = TypeVar("_Read")


@dataclass(frozen=True, slots=True)
class LibraryCounts:
    """What is in a library, for people."""

    articles: int
    empty: int
    chunks: int
    first_date: date | None
    last_date: date | None
    accounts: Mapping[str, int]
    languages: Mapping[str, int]
    kinds: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Heading:
    """An article without its text, for lists."""

    article_id: str
    title: str
    date: date | None
    account: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Scope:
    """The day of the newest article, ``None`` where none has a date, and every account."""

    newest: date | None
    accounts: tuple[str, ...]


class ArticleReader(OpenLibrary):
    """What a library says of its articles."""

    def counts(self, filters: Filters = NO_FILTERS) -> LibraryCounts:
        """What is in the library, or in that part of it."""
        where, values = _conditions(filters)
        with self._reading() as connection:
            articles, empty, first, last = connection.execute(
                "SELECT COUNT(*), COALESCE(SUM(text = ''), 0), MIN(date), MAX(date) FROM article "
                f"WHERE {where}",
                values,
            ).fetchone()
            (chunks,) = connection.execute(
                f"SELECT COUNT(*) FROM chunk WHERE article IN (SELECT row FROM article WHERE {where})",
                values,
            ).fetchone()
            accounts, languages, kinds = (
                dict(
                    connection.execute(
                        f"SELECT {column}, COUNT(*) FROM article WHERE {where} "
                        f"GROUP BY {column} ORDER BY COUNT(*) DESC, {column}",
                        values,
                    ).fetchall()
                )
                for column in ("account", "language", "kind")
            )
        return LibraryCounts(
            articles, empty, chunks, to_date(first), to_date(last), accounts, languages, kinds
        )

    def scope(self) -> Scope:
        """Which days and accounts the library covers."""
        with self._reading() as connection:
            return self._once(connection, _scope)

    def copies(self) -> Mapping[str, int]:
        """How many articles copy each article, by its id; those that none copies are left out."""
        with self._reading() as connection:
            return self._once(connection, _copies)

    def article(self, article_id: str) -> Article | None:
        """The article of that id, ``None`` where there is none."""
        return self._of_article(article_id, READ_COLUMNS, to_sound_article)

    def raw_article(self, article_id: str) -> RawArticle | None:
        """The article as it was received, ``None`` where there is none."""
        return self._of_article(article_id, "raw", lambda row: raw_from_json(row[0]))

    def changes(self, article_id: str) -> list[Change]:
        """What cleaning did to the article's raw text, rule by rule."""
        return self._of_article(article_id, "changes", lambda row: changes_from_json(row[0])) or []

    def _of_article(
        self, article_id: str, columns: str, read: Callable[[Sequence[str]], _Read]
    ) -> _Read | None:
        with self._reading() as connection:
            found = connection.execute(
                f"SELECT {columns} FROM article WHERE published AND article_id = ?", (article_id,)
            ).fetchone()
            return read(found) if found else None

    def article_ids(self) -> list[str]:
        """The id of every article, without reading the articles."""
        with self._reading() as connection:
            rows = connection.execute("SELECT article_id FROM article WHERE published").fetchall()
        return [article_id for (article_id,) in rows]

    def days(self) -> dict[date, int]:
        """How many articles were published on each day; those without a date are left out."""
        with self._reading() as connection:
            rows = connection.execute(
                "SELECT date, COUNT(*) FROM article WHERE published AND date IS NOT NULL "
                "GROUP BY date ORDER BY date"
            ).fetchall()
        return {date.fromisoformat(day): count for day, count in rows}

    def headings(self, limit: int, offset: int = 0, filters: Filters = NO_FILTERS) -> list[Heading]:
        """``limit`` articles from the ``offset``-th on, newest first, without their texts."""
        where, values = _conditions(filters)
        with self._reading() as connection:
            rows = connection.execute(
                f"SELECT article_id, title, date, account, kind FROM article WHERE {where} "
                "ORDER BY date DESC, row DESC LIMIT ? OFFSET ?",
                (*values, limit, offset),
            ).fetchall()
        return [
            Heading(article_id, title, to_date(day), account, Kind(kind))
            for article_id, title, day, account, kind in rows
        ]

    def articles(self) -> Iterator[Article]:
        """Every article, oldest first, in one consistent list."""
        with self._reading() as connection:
            rows = connection.execute(
                f"SELECT {READ_COLUMNS} FROM article WHERE published ORDER BY date, row"
            ).fetchall()
            return iter([to_sound_article(row) for row in rows])

    def raw_articles(self) -> Iterator[RawArticle]:
        """Every article as it was received, in the order in which they came, one at a time.

        Until the last was taken, other threads that ask this ``Library`` wait.
        """
        with self._reading() as connection:
            for (raw,) in connection.execute(
                "SELECT raw FROM article WHERE published ORDER BY row"
            ):
                yield raw_from_json(raw)


def _scope(connection: sqlite3.Connection) -> Scope:
    (newest,) = connection.execute("SELECT MAX(date) FROM article WHERE published").fetchone()
    accounts = connection.execute(
        "SELECT DISTINCT account FROM article WHERE published AND account != ''"
    ).fetchall()
    return Scope(to_date(newest), tuple(account for (account,) in accounts))


def _copies(connection: sqlite3.Connection) -> dict[str, int]:
    rows = connection.execute(
        "SELECT value, COUNT(*) FROM article, json_each(originals) "
        "WHERE published AND originals != '[]' GROUP BY value"
    )
    return dict(rows.fetchall())


def _conditions(filters: Filters) -> tuple[str, list[str]]:
    """The filters as one SQL condition on published articles, with its values.

    A language is the article's, whatever other passages it holds.
    """
    parts = ["published"]
    values: list[str] = []
    for comparison, day in ((">=", filters.date_from), ("<=", filters.date_to)):
        if day is not None:
            parts.append(f"date {comparison} ?")
            values.append(day.isoformat())
    if filters.accounts:
        parts.append(f"account IN ({marks(filters.accounts)})")
        values.extend(filters.accounts)
    if filters.languages:
        parts.append(f"language IN ({marks(filters.languages)})")
        values.extend(filters.languages)
    if filters.article_ids:
        document = "CASE instr(article_id, '#') WHEN 0 THEN '' ELSE substr(article_id, 1, instr(article_id, '#') - 1) END"
        parts.append(
            f"(article_id IN ({marks(filters.article_ids)}) OR {document} IN ({marks(filters.article_ids)}))"
        )
        values.extend([*filters.article_ids, *filters.article_ids])
    return " AND ".join(parts), values
