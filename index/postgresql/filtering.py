"""Which chunks a question may find, as a condition of SQL; the few that a narrow filter leaves, by id."""

from __future__ import annotations

import json
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

_FILTERS_KEPT = 8


@dataclass(frozen=True, slots=True, eq=False)
class Allowed:
    """What a filter lets through.

    Attributes:
        condition: Of SQL, on a row of the vectors' table; ``"true"`` for no filter.
        values: That it stands for.
        few: The ids of all chunks that pass, ascending, where they are few; else ``None``.
        near: Of few chunks, those nearest to the question, ascending.
    """

    condition: str
    values: tuple[Any, ...]
    few: NDArray[np.int64] | None
    near: NDArray[np.int64] | None


NO_LIMIT = Allowed("true", (), None, None)


@dataclass(slots=True, eq=False)
class Known:
    """What is known of a filter in one generation.

    Attributes:
        rows: Of the articles that it names.
        is_wide: Whether it let through more chunks than are compared, when it was used before.
    """

    rows: list[int]
    is_wide: bool = False


class RecentFilters:
    """What is known of the filters that were used last in one generation.

    A question searches several times with the same filter, and a filter lasts for many questions;
    some thousand ids take as long to look up as the search itself.
    """

    def __init__(self, _connection: Connection) -> None:
        self._kept: dict[Filters, Known] = {}

    def of(self, connection: Connection, filters: Filters) -> Known:
        known = self._kept.pop(filters, None) or Known(rows_of(connection, filters.article_ids))
        self._kept[filters] = known
        for older in list(self._kept)[:-_FILTERS_KEPT]:
            self._kept.pop(older, None)
        return known


def allowed_by(
    connection: Connection,
    layout: int,
    filters: Filters,
    recent: RecentFilters,
    question: str,
    limit: int,
) -> Allowed:
    """What ``filters`` let through; of few chunks, the ``limit`` nearest to a centred question as well.

    Args:
        recent: Of the generation that ``connection`` sees.
        question: As ``index.postgresql.dense.written`` writes it.
    """
    if filters.limit_nothing:
        return NO_LIMIT
    known = recent.of(connection, filters)
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
        values.append(known.rows)
    condition = " AND ".join(parts)
    wide = Allowed(condition, tuple(values), None, None)
    if known.is_wide:
        return wide
    # Both in one look at the table: reading thousands of its rows twice takes twice as long.
    packed, nearest = connection.execute_planned(
        "WITH passing AS MATERIALIZED (SELECT chunk, centred <#> ?::halfvec AS distance "
        f"FROM {vectors_table(layout)} WHERE {condition} LIMIT {MOST_EXACT + 1}) "
        "SELECT (SELECT string_agg(int8send(chunk), ''::bytea) FROM passing), "
        "(SELECT string_agg(int8send(chunk), ''::bytea) FROM (SELECT chunk FROM passing "
        "ORDER BY distance LIMIT ?) AS nearest)",
        (question, *values, limit),
    ).fetchone() or (None, None)
    ids = unpacked(packed)
    if len(ids) > MOST_EXACT:
        known.is_wide = True
        return wide
    return Allowed(condition, tuple(values), ids, unpacked(nearest))


def unpacked(ids: bytes | None) -> NDArray[np.int64]:
    """Ids that ``string_agg(int8send(…), ''::bytea)`` joined, ascending."""
    return np.sort(np.frombuffer(ids or b"", ">i8").astype(np.int64))


def rows_of(connection: Connection, article_ids: Sequence[str]) -> list[int]:
    """``index.search.filters.rows_of`` in PostgreSQL."""
    if not article_ids:
        return []
    rows, unknown = _rows_cited(connection, article_ids)
    meant = [found for one in unknown if (found := id_meant(connection, one))]
    return [*rows, *(_rows_cited(connection, meant)[0] if meant else ())]


def _rows_cited(connection: Connection, names: Sequence[str]) -> tuple[list[int], list[str]]:
    """The rows of the articles that are cited under these ids, and the ids under which none is."""
    # As JSON, since an array of thousands of texts takes the client ten times as long to write.
    storable = [one.replace("\0", "\ufffd") for one in names]
    given = well_formed(json.dumps(storable, ensure_ascii=False))
    packed, unknown = connection.execute(
        "SELECT string_agg(int8send(row), ''::bytea), array_agg(name) FILTER (WHERE row IS NULL) "
        'FROM (SELECT value COLLATE "C" AS name FROM json_array_elements_text(?::json)) AS given '
        # A part's id: "$" comes next after "#". OFFSET keeps each name's range a look into the index; joined
        # outright, all articles are compared with all of some hundred names, which takes seconds.
        "LEFT JOIN LATERAL (SELECT row FROM article WHERE article_id >= name AND article_id < name || '$' "
        "AND (article_id = name OR (article_id > name || '#' AND strpos(name, '#') = 0)) "
        "AND published OFFSET 0) AS cited ON true",
        (given,),
    ).fetchone() or (None, None)
    return unpacked(packed).tolist(), unknown or []
