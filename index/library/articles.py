"""The articles of a library, without searching: by id, by day, as lists, counted."""

from __future__ import annotations

import json
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
from index.database.identity import account_key, id_meant, ids_named
from index.database.titles import ids_titled, ids_with_title_like
from index.errors import ArticleError
from index.library.opened import OpenLibrary
from index.records import Article, Change, Kind, RawArticle, well_formed
from index.search.filters import NO_FILTERS, Filters, rows_of

_Read = TypeVar("_Read")

_MOST_LISTED = 8
"""Articles that are named where a title may mean each of them."""


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
        with self._reading() as connection:
            where, values = _conditions(connection, filters)
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

    def id_meant(self, written: str) -> str | None:
        """The id of the one article that ``written`` means, ``None`` where there is none or several."""
        with self._reading() as connection:
            return id_meant(connection, written)

    def id_named(self, written: str) -> str:
        """The id that ``written`` means, an id, an aid, ``aid@account`` or a title; itself where that
        is none, or a page's, which stands for its parts.

        Raises:
            ArticleError: it is an aid that several accounts have given, or several articles' title.
        """
        written = well_formed(written)
        with self._reading() as connection:
            found = ids_named(connection, written)
            if not found and not rows_of(connection, [written]):
                return self._titled(written, ids_titled(connection, written))
            articles = [one for each in found if (one := self.article(each))]
        if len(found) < 2:
            return found[0] if found else written
        keys = [f"{written}@{account_key(one.url, one.account)}" for one in articles]
        shown = list(zip(keys, (one.heading for one in articles), strict=True))
        raise ArticleError(
            f"{written!r} is the id of {len(found)} articles of different accounts; name one of them: "
            + ", ".join(f"{key!r} ({title})" for key, title in shown),
            f"{written!r} 是不同账号的 {len(found)} 篇文章的编号；请指明其中一篇："
            + "、".join(f"{key!r}（{title}）" for key, title in shown),
        )

    def _titled(self, written: str, found: Sequence[str]) -> str:
        """The id of the one article of a title; ``written`` where there is none."""
        if len(found) < 2:
            return found[0] if found else written
        first = Filters(article_ids=found[:_MOST_LISTED])
        listed = [
            f"{one.article_id!r} ({one.date or '–'} {one.account!r})"
            for one in self.headings(_MOST_LISTED, filters=first)
        ]
        more = len(found) - len(listed)
        raise ArticleError(
            f"{written!r} is the title of {len(found)} articles; name one of them by its id: "
            + ", ".join([*listed, *([f"and {more} more"] if more else [])]),
            f"{written!r} 是 {len(found)} 篇文章的标题；请用编号指明其中一篇："
            + "、".join([*listed, *([f"另有 {more} 篇"] if more else [])]),
        )

    def holds(self, article_id: str) -> bool:
        """Whether there is an article of this id, or a page of it that was cut into articles."""
        with self._reading() as connection:
            return bool(rows_of(connection, [article_id]))

    def titled_like(self, words: str, most: int) -> list[Heading]:
        """The newest ``most`` articles whose titles hold these words in a row."""
        with self._reading() as connection:
            found = ids_with_title_like(connection, well_formed(words), most)
        return self.headings(most, filters=Filters(article_ids=found)) if found else []

    def article(self, article_id: str) -> Article | None:
        """The article of that id, or the one whose aid it is; ``None`` where there is none."""
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
        statement = f"SELECT {columns} FROM article WHERE published AND article_id = ?"
        with self._reading() as connection:
            found = connection.execute(statement, (article_id,)).fetchone()
            if not found and (meant := id_meant(connection, article_id)):
                found = connection.execute(statement, (meant,)).fetchone()
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
        with self._reading() as connection:
            where, values = _conditions(connection, filters)
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


def _conditions(connection: sqlite3.Connection, filters: Filters) -> tuple[str, list[object]]:
    """The filters as one SQL condition on published articles, with its values.

    A language is the article's, whatever other passages it holds.
    """
    parts = ["published"]
    values: list[object] = []
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
        parts.append("row IN (SELECT value FROM json_each(?))")
        values.append(json.dumps(rows_of(connection, filters.article_ids)))
    return " AND ".join(parts), values
