"""Which chunks a question may find: by day, account, article and language, as a mask over the published chunks.

What filters look at is read once for a generation; a filter is then a comparison of arrays, whatever
share of the library it lets through.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray

from index.database.database import Statements
from index.database.identity import id_meant
from index.given import texts, wrong
from index.records import well_formed
from index.text.language import Language

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Filters:
    """What a search is limited to; an empty field limits nothing. One name stands for a list of it.

    Raises:
        GivenError: a value is of another type.

    Attributes:
        date_from: Articles published on this day or later; undated ones are left out.
        date_to: Articles published on this day or earlier; undated ones are left out.
        accounts: Articles of these accounts.
        article_ids: These articles; ``page`` stands for its parts ``page#1``, ``page#2``, too.
        languages: Passages in these languages.
    """

    date_from: date | None = None
    date_to: date | None = None
    accounts: Sequence[str] = ()
    article_ids: Sequence[str] = ()
    languages: Sequence[Language] = ()

    def __post_init__(self) -> None:
        for name in ("date_from", "date_to"):
            object.__setattr__(self, name, _day(name, getattr(self, name)))
        for name in ("accounts", "article_ids"):
            object.__setattr__(self, name, texts(name, getattr(self, name)))
        languages = texts("languages", self.languages)
        if not set(languages) <= set(Language):
            raise wrong("languages", languages, "of 'zh' and 'en'", "zh 或 en")
        object.__setattr__(self, "languages", tuple(map(Language, languages)))

    @property
    def limit_nothing(self) -> bool:
        days = (self.date_from, self.date_to)
        return days == (None, None) and not (self.accounts or self.article_ids or self.languages)


def _day(name: str, value: object) -> date | None:
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.date()
    if not isinstance(value, date):
        raise wrong(name, value, "a datetime.date", " datetime.date")
    return value


NO_FILTERS = Filters()


@dataclass(frozen=True, slots=True, eq=False)
class Attributes:
    """What filters look at, for each of the published chunks, by their place.

    Attributes:
        ids: Of the chunks, shape (n,).
        rows: Of the articles, shape (n,).
        days: Of publication, ``NaT`` for none, shape (n,).
        accounts: As numbers, shape (n,).
        numbers: The number of each account.
        languages: Which chunks are in a language, by language; each read when it is first asked for.
    """

    ids: NDArray[np.int64]
    rows: NDArray[np.int64]
    days: NDArray[np.datetime64]
    accounts: NDArray[np.int32]
    numbers: Mapping[str, int]
    languages: dict[str, Mask] = field(default_factory=dict)

    def allowed(self, connection: sqlite3.Connection, filters: Filters) -> Mask:
        """For each chunk, whether all filters let it through."""
        mask = np.ones(len(self.rows), bool)
        if filters.date_from is not None:
            mask &= self.days >= np.datetime64(filters.date_from)
        if filters.date_to is not None:
            mask &= self.days <= np.datetime64(filters.date_to)
        if filters.accounts:
            wanted = [self.numbers[name] for name in filters.accounts if name in self.numbers]
            mask &= np.isin(self.accounts, wanted)
        if filters.article_ids:
            mask &= _is_one_of(self.rows, rows_of(connection, filters.article_ids))
        if filters.languages:
            mask &= np.any(
                [self._in_language(connection, one) for one in filters.languages], axis=0
            )
        return mask

    def _in_language(self, connection: sqlite3.Connection, language: str) -> Mask:
        if language not in self.languages:
            found = connection.execute("SELECT id FROM chunk WHERE language = ?", (language,))
            ids = np.asarray([chunk for (chunk,) in found], np.int64)
            self.languages[language] = np.isin(self.ids, ids)
        return self.languages[language]


def load_attributes(
    connection: sqlite3.Connection, ids: NDArray[np.int64], rows: NDArray[np.int64]
) -> Attributes:
    """Read what filters look at.

    Args:
        ids: Of the published chunks, shape (n,).
        rows: The row of each chunk's article, shape (n,).
    """
    # Each query is answered from an index alone; articles are large.
    dated = connection.execute(
        "SELECT row, date FROM article WHERE published ORDER BY date"
    ).fetchall()
    named = connection.execute(
        "SELECT row, account FROM article WHERE published ORDER BY account"
    ).fetchall()
    numbers: dict[str, int] = {}
    codes = [numbers.setdefault(account, len(numbers)) for _, account in named]
    days = np.asarray([day or "NaT" for _, day in dated], "datetime64[D]")
    return Attributes(
        ids,
        rows,
        days[_places([row for row, _ in dated], rows)],
        np.asarray(codes, np.int32)[_places([row for row, _ in named], rows)],
        numbers,
    )


def _places(keys: Sequence[int], wanted: NDArray[np.int64]) -> NDArray[np.intp]:
    """Where each wanted key stands in ``keys``; all are there."""
    held = np.asarray(keys, np.int64)
    order = np.argsort(held)
    found: NDArray[np.intp] = order[np.searchsorted(held, wanted, sorter=order)]
    return found


def _is_one_of(rows: NDArray[np.int64], wanted: Sequence[int]) -> Mask:
    """For each row, whether it is wanted: a table by row is faster than a search, and small."""
    table = np.zeros(max(int(rows.max(initial=0)), *wanted, 0) + 1, bool)
    table[list(wanted)] = True
    return table[rows]


def rows_of(connection: sqlite3.Connection, article_ids: Sequence[str]) -> list[int]:
    """Rows of the published articles of these ids; ``page`` stands for ``page#2``, too, and an aid
    for the one article that has it.
    """
    rows = _rows_cited(connection, article_ids)
    unknown = set(article_ids).difference(rows.values())
    meant = [found for one in unknown if (found := id_meant(connection, well_formed(one)))]
    return [*rows, *(_rows_cited(connection, meant) if meant else ())]


def _rows_cited(connection: sqlite3.Connection, article_ids: Sequence[str]) -> dict[int, str]:
    """By row, under which of these ids the article is cited."""
    named = well_formed(json.dumps(list(article_ids), ensure_ascii=False))
    found = connection.execute(
        "SELECT row, value FROM json_each(:named) JOIN article ON article_id = value WHERE published "
        "UNION SELECT row, value FROM json_each(:named) JOIN article "
        "ON article_id > value || '#' AND article_id < value || '$' "  # "$" comes next after "#"
        "WHERE published AND NOT instr(value, '#')",
        {"named": named},
    )
    return dict(found.fetchall())


def copies_in(connection: Statements) -> dict[str, int]:
    """How many published articles copy each article, by its id."""
    rows = connection.execute(
        "SELECT value, COUNT(*) FROM article, json_each(originals) "
        "WHERE published AND originals != '[]' GROUP BY value"
    )
    return dict(rows.fetchall())
