"""Rows of a table as articles: a row each, the first row naming the columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from index.errors import ArticleError
from index.readers.fields import NEEDED, Columns, Place, article
from index.records import Problem, RawArticle
from index.text.rules import load_rules

_KNOWN_HEADERS: Mapping[str, str] = load_rules("index.readers", "zh/fields").table("known_headers")
_TELLING = 3
"""Headers of an export that a table has at least, where it is one whose articles have no text."""


def rows_as_articles(
    origin: str,
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    columns: Columns,
    first: int = 2,
) -> Iterator[RawArticle | Problem]:
    """The articles, one a row; what is wrong with one costs itself only.

    Args:
        header: The names of the columns: those of ``columns``, or those that other programs write.
        rows: The rows below it, blank ones as empty sequences.
        first: The number of the first of them, as messages say it.

    Raises:
        ArticleError: there are none of the columns that an article needs.
    """
    header = [name.strip() for name in header]
    names = _names_in(header, columns)
    absent = [a for a, name in names.items() if name not in header]
    _check_needed(origin, header, absent, names)
    if reported := [a for a in absent if columns.expected(a)]:
        yield _without(origin, [names[a] for a in reported])
    if twice := [name for name in names.values() if header.count(name) > 1]:
        yield _twice(origin, twice)
    found = Columns(names, columns.zone)
    for number, row in enumerate(rows, first):
        place = Place(origin, f"row {number}", f"第 {number} 行")
        if not any(row):
            continue
        if any(row[len(header) :]):  # spreadsheets pad rows with empty cells
            yield _too_wide(place, len(row), len(header))
            continue
        values = {names[a]: "" for a in absent}
        yield from article(values | _by_name(header, row), place, found)


def holds_articles(header: Sequence[str], columns: Columns) -> bool:
    """Whether a table with these columns is one of articles, be it one that lacks their text."""
    header = [name.strip() for name in header]
    found = [attribute for attribute, name in _names_in(header, columns).items() if name in header]
    return bool(columns.named) or "content" in found or len(found) >= _TELLING


def _names_in(header: Sequence[str], columns: Columns) -> dict[str, str]:
    """The name of every field in a table: as other programs write it where ours is not there."""
    names = columns.names()
    for name in header:
        attribute = _KNOWN_HEADERS.get(name)
        if attribute and attribute not in columns.named and names[attribute] not in header:
            names[attribute] = name
    return names


def _by_name(header: Sequence[str], row: Sequence[str]) -> dict[str, str]:
    """The cells by column; of two columns with one name the first counts."""
    return dict(reversed(list(zip(header, row, strict=False))))


def _check_needed(
    origin: str, header: Sequence[str], absent: Sequence[str], names: Mapping[str, str]
) -> None:
    for attribute in NEEDED:
        if attribute in absent:
            short = "id" if attribute == "article_id" else "text"
            name = names[attribute]
            shown = ", ".join(map(repr, header))[:300]
            raise ArticleError(
                f"{origin!r} has no column {name!r}, only {shown or 'an empty header'}; name the "
                f"column that holds it: --map {short}=COLUMN",
                f"{origin!r} 没有列 {name!r}，只有 {shown or '空表头'}；请指明所在的列：--map {short}=列名",
            )


def _without(origin: str, names: Sequence[str]) -> Problem:
    return Problem(
        f"{origin!r} has no column {', '.join(map(repr, names))}; its articles were taken without",
        f"{origin!r} 没有列 {'、'.join(names)}；文章已收录，这些字段留空",
        lost=False,
    )


def _twice(origin: str, names: Sequence[str]) -> Problem:
    return Problem(
        f"{origin!r} has more than one column {', '.join(map(repr, names))}; the first of them was "
        "taken: rename the one that is not meant, or name the one that is: --map",
        f"{origin!r} 有多个同名的列 {'、'.join(names)}；已采用第一列，请重命名其余列或用 --map 指明",
        lost=False,
    )


def _too_wide(place: Place, cells: int, columns: int) -> Problem:
    return Problem(
        f"{place.english} of {place.origin!r} has {cells} cells but the header {columns}; put cells "
        "that hold the separator in quotation marks",
        f"{place.origin!r} {place.chinese}有 {cells} 格，而表头只有 {columns} 列；含分隔符的单元格请加引号",
        lost=True,
    )
