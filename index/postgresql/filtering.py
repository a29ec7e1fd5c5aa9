"""Which chunks a question may find, as a condition of SQL; the few that a narrow filter leaves, by id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.database.identity import id_meant
from index.postgresql.connection import Connection
from index.postgresql.schema import vectors_table
from index.records import well_formed
from index.search.filters import Filters

MOST_EXACT = 20_000
"""Chunks up to which all that a filter lets through are compared with the question."""


@dataclass(frozen=True, slots=True, eq=False)
class Allowed:
    """What a filter lets through.

    Attributes:
        condition: Of SQL, on a row of the vectors' table; ``"true"`` for no filter.
        values: That it stands for.
        few: The ids of all chunks that pass, ascending, where they are few; else ``None``.
    """

    condition: str
    values: tuple[Any, ...]
    few: NDArray[np.int64] | None


NO_LIMIT = Allowed("true", (), None)


def allowed_by(connection: Connection, layout: int, filters: Filters) -> Allowed:
    """What ``filters`` let through."""
    if filters.limit_nothing:
        return NO_LIMIT
    parts: list[str] = []
    values: list[Any] = []
    for column, comparison, value in (
        ("day", ">=", filters.date_from),
        ("day", "<=", filters.date_to),
        ("account", "= ANY", list(filters.accounts)),
        ("language", "= ANY", [str(one) for one in filters.languages]),
    ):
        if value:
            parts.append(f"{column} {comparison} (?)")
            values.append(value)
    if filters.article_ids:
        parts.append("article = ANY (?)")
        values.append(rows_of(connection, filters.article_ids))
    condition = " AND ".join(parts)
    (packed,) = connection.execute_planned(
        "SELECT string_agg(int8send(chunk), ''::bytea ORDER BY chunk) FROM (SELECT chunk "
        f"FROM {vectors_table(layout)} WHERE {condition} LIMIT {MOST_EXACT + 1}) AS passing",
        values,
    ).fetchone() or (None,)
    ids = np.frombuffer(packed or b"", ">i8").astype(np.int64)
    return Allowed(condition, tuple(values), ids if len(ids) <= MOST_EXACT else None)


def rows_of(connection: Connection, article_ids: Sequence[str]) -> list[int]:
    """``index.search.filters.rows_of`` in PostgreSQL."""
    names = [well_formed(one).replace("\0", "\ufffd") for one in article_ids]
    rows = _rows_cited(connection, names)
    unknown = set(names).difference(rows.values())
    meant = [found for one in unknown if (found := id_meant(connection, one))]
    return [*rows, *(_rows_cited(connection, meant) if meant else ())]


def _rows_cited(connection: Connection, names: Sequence[str]) -> dict[int, str]:
    """By row, under which of these ids the article is cited."""
    found = connection.execute(
        'WITH named AS (SELECT name COLLATE "C" AS name FROM unnest(?::text[]) AS given (name)) '
        "SELECT row, name FROM named JOIN article ON article_id = name WHERE published "
        # A part's id: "$" comes next after "#". OFFSET keeps each name's range a look into the index; joined
        # outright, all articles are compared with all of some hundred names, which takes seconds.
        "UNION SELECT row, name FROM named CROSS JOIN LATERAL (SELECT row FROM article "
        "WHERE article_id > name || '#' AND article_id < name || '$' AND published OFFSET 0) AS part "
        "WHERE strpos(name, '#') = 0",
        (list(names),),
    )
    return dict(found.fetchall())
