"""The articles of a library, without searching: by id, by day, as lists, counted."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date
from typing import Any, TypeVar

from index.database.database import (
    READ_COLUMNS,
    Statements,
    changes_from_json,
    marks,
    raw_from_json,
    to_article,
    to_date,
    to_sound_article,
)
from index.database.identity import account_key, id_meant, ids_named
from index.database.titles import ids_titled, ids_with_title_like
from index.duplicates.fingerprints import Fingerprint, Part
from index.duplicates.lookup import stored_recurring
from index.duplicates.relations import Recurring
from index.errors import ArticleError
from index.library.library import Heading, Library, LibraryCounts, Scope
from index.library.staging import StoredArticle, StoredChunk
from index.records import Article, Change, Chunk, Kind, RawArticle, Span, well_formed
from index.search.filters import NO_FILTERS, Filters

_PAGE = 200
"""Articles that are read together where all are read."""

_Read = TypeVar("_Read")
_Made = TypeVar("_Made")

_MOST_LISTED = 8
"""Articles that are named where a title may mean each of them."""

_HEADING = "article_id, title, date, account, kind"
"""Columns that make a ``Heading``."""


class ArticleReader(Library):
    """What a library says of its articles, by statements that SQLite and PostgreSQL both understand."""

    @abstractmethod
    def _reading(self) -> AbstractContextManager[Statements]:
        """One read transaction: everything inside it sees the same generation."""

    @abstractmethod
    def _once(self, connection: Statements, make: Callable[[Any], _Made]) -> _Made:
        """What ``make`` makes of the generation that ``connection`` sees, made once."""

    @abstractmethod
    def _rows_of(self, connection: Statements, article_ids: Sequence[str]) -> list[int]:
        """Rows of the published articles of these ids, as ``index.search.filters.rows_of``."""

    @abstractmethod
    def _copies(self, connection: Statements) -> dict[str, int]:
        """``copies`` of the generation that ``connection`` sees."""

    def counts(self, filters: Filters = NO_FILTERS) -> LibraryCounts:
        """What is in the library, or in that part of it."""
        with self._reading() as connection:
            where, values = self._conditions(connection, filters)
            articles, empty, first, last = connection.execute(
                "SELECT COUNT(*), COUNT(*) FILTER (WHERE text = ''), MIN(date), MAX(date) FROM article "
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
            return self._once(connection, self._copies)

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
            if not found and not self._rows_of(connection, [written]):
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
            return bool(self._rows_of(connection, [article_id]))

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

    def days(self, filters: Filters = NO_FILTERS) -> dict[date, int]:
        """How many articles were published on each day; those without a date are left out."""
        with self._reading() as connection:
            where, values = self._conditions(connection, filters)
            rows = connection.execute(
                f"SELECT date, COUNT(*) FROM article WHERE {where} AND date IS NOT NULL "
                "GROUP BY date ORDER BY date",
                values,
            ).fetchall()
        return {date.fromisoformat(day): count for day, count in rows}

    def by_length(
        self, limit: int, filters: Filters = NO_FILTERS, *, shortest: bool = False
    ) -> list[tuple[Heading, int]]:
        """The ``limit`` longest or shortest articles that have a text, with its length in characters."""
        with self._reading() as connection:
            where, values = self._conditions(connection, filters)
            rows = connection.execute(
                f"SELECT {_HEADING}, LENGTH(text) FROM article WHERE {where} AND text != '' "
                f"ORDER BY LENGTH(text) {'ASC' if shortest else 'DESC'}, row LIMIT ?",
                (*values, limit),
            ).fetchall()
        return [(_to_heading(row[:-1]), row[-1]) for row in rows]

    def headings(self, limit: int, offset: int = 0, filters: Filters = NO_FILTERS) -> list[Heading]:
        """``limit`` articles from the ``offset``-th on, newest first, without their texts."""
        with self._reading() as connection:
            where, values = self._conditions(connection, filters)
            rows = connection.execute(
                f"SELECT {_HEADING} FROM article WHERE {where} "
                "ORDER BY date DESC NULLS LAST, row DESC LIMIT ? OFFSET ?",
                (*values, limit, offset),
            ).fetchall()
        return [_to_heading(row) for row in rows]

    def articles(self) -> Iterator[Article]:
        """Every article, oldest first, in one consistent list."""
        with self._reading() as connection:
            rows = connection.execute(
                f"SELECT {READ_COLUMNS} FROM article WHERE published ORDER BY date NULLS FIRST, row"
            ).fetchall()
            return iter([to_sound_article(row) for row in rows])

    def raw_articles(self) -> Iterator[RawArticle]:
        """Every article as it was received, in the order in which they came, one at a time.

        Until the last was taken, other threads that ask this ``Library`` wait.
        """
        with self._reading() as connection:
            for rows in _pages(connection, "row, raw"):
                for _, raw in rows:
                    yield raw_from_json(raw)

    def stored(self) -> Iterator[StoredArticle]:
        """All that is kept of every article, in the order in which they came; a few at a time."""
        with self._reading() as connection:
            for rows in _pages(connection, f"row, raw, changes, content, version, {READ_COLUMNS}"):
                chunks = _chunks_of(connection, rows[0][0], rows[-1][0])
                keys = _fingerprints_of(connection, rows[0][0], rows[-1][0])
                for row, raw, changes, content, version, *values in rows:
                    yield StoredArticle(
                        raw_from_json(raw),
                        to_article(values),
                        tuple(changes_from_json(changes)),
                        content,
                        version,
                        frozenset(keys.get(row, ())),
                        tuple(chunks.get(row, ())),
                    )

    def recurring(self) -> dict[str, Recurring]:
        """What each account repeats."""
        with self._reading() as connection:
            accounts = connection.execute("SELECT DISTINCT account FROM recurring").fetchall()
            return {account: stored_recurring(connection, account) for (account,) in accounts}

    def _conditions(self, connection: Statements, filters: Filters) -> tuple[str, list[object]]:
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
            rows = self._rows_of(connection, filters.article_ids)
            parts.append(f"row IN ({', '.join(map(str, rows)) or 'NULL'})")
        return " AND ".join(parts), values


def _to_heading(row: Sequence[str]) -> Heading:
    article_id, title, day, account, kind = row
    return Heading(article_id, title, to_date(day), account, Kind(kind))


def _pages(connection: Statements, columns: str) -> Iterator[list[Any]]:
    """The published articles' columns, of which the first is the row, a page of articles at a time."""
    last = 0
    while rows := connection.execute(
        f"SELECT {columns} FROM article WHERE published AND row > ? ORDER BY row LIMIT ?",
        (last, _PAGE),
    ).fetchall():
        yield rows
        last = rows[-1][0]


def _chunks_of(connection: Statements, first: int, last: int) -> dict[int, list[StoredChunk]]:
    """The chunks of the articles in these rows, by row."""
    found: dict[int, list[StoredChunk]] = {}
    for row, start, end, language, passage, vector in connection.execute(
        'SELECT article, start, "end", language, passage, vector FROM chunk '
        "WHERE article BETWEEN ? AND ? ORDER BY id",
        (first, last),
    ).fetchall():
        chunk = StoredChunk(Chunk(Span(start, end), language), passage, bytes(vector))
        found.setdefault(row, []).append(chunk)
    return found


def _fingerprints_of(connection: Statements, first: int, last: int) -> dict[int, list[Fingerprint]]:
    found: dict[int, list[Fingerprint]] = {}
    for row, key, part in connection.execute(
        "SELECT article, key, part FROM fingerprint WHERE article BETWEEN ? AND ?", (first, last)
    ).fetchall():
        found.setdefault(row, []).append(Fingerprint(Part(part), key))
    return found


def _scope(connection: Statements) -> Scope:
    (newest,) = connection.execute("SELECT MAX(date) FROM article WHERE published").fetchone()
    accounts = connection.execute(
        "SELECT DISTINCT account FROM article WHERE published AND account != ''"
    ).fetchall()
    columns = connection.execute(
        "SELECT series FROM article WHERE published AND series != '' "
        "GROUP BY series HAVING COUNT(*) > 1 ORDER BY series"
    ).fetchall()
    return Scope(
        to_date(newest), tuple(name for (name,) in accounts), tuple(name for (name,) in columns)
    )
