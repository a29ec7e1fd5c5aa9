"""Tables with a header row, comma- or tab-separated: one article a row, read as a stream."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from index.errors import ArticleError
from index.readers.encoding import text_pieces
from index.readers.fields import NEEDED, Columns, Place, article
from index.readers.limits import MAX_ARTICLE_CHARS
from index.readers.lines import split_rows
from index.readers.source import Source
from index.records import Problem, RawArticle


def read_table(source: Source, columns: Columns) -> Iterator[RawArticle | Problem]:
    """The articles, one a row; the first row names the columns.

    Raises:
        ArticleError: the table has no header row, or none of the columns that an article needs,
            or it cannot be read on; then after the articles that stand before that.
    """
    rows = _rows(source)
    header = [name.strip() for name in next(rows, [])]
    absent = [a for a, name in columns.names().items() if name not in header]
    _check_needed(source.origin, header, absent, columns)
    if reported := [a for a in absent if columns.expected(a)]:
        yield _without(source.origin, [columns.names()[a] for a in reported])
    for number, row in enumerate(rows, 2):
        place = Place(source.origin, f"row {number}", f"第 {number} 行")
        if not any(row):
            continue
        if any(row[len(header) :]):  # spreadsheets pad rows with empty cells
            yield _too_wide(place, len(row), len(header))
            continue
        values = {columns.names()[a]: "" for a in absent}
        yield from article(values | _by_name(header, row), place, columns)


def _by_name(header: list[str], row: list[str]) -> dict[str, str]:
    """The cells by column; of two columns with one name the first counts."""
    return dict(reversed(list(zip(header, row, strict=False))))


def _rows(source: Source) -> Iterator[list[str]]:
    """The rows, blank ones as empty lists.

    Raises:
        ArticleError: a cell is too long, or a quotation mark is not closed.
    """
    csv.field_size_limit(MAX_ARTICLE_CHARS)  # of the whole process; the default is 128 KiB
    lines = _Lines(source)
    number = 1
    try:
        for row in csv.reader(lines, delimiter=lines.delimiter):
            if lines.ended:  # it asked for more in the middle of a row
                raise csv.Error("a quotation mark that is never closed")
            yield row
            number += 1
    except csv.Error as error:
        raise ArticleError(
            f"row {number} of {source.origin!r} cannot be read ({error}); mend its quotation "
            "marks: it and the rows below were left out",
            f"{source.origin!r} 第 {number} 行无法读取（{error}）；请修正引号，该行及以下各行未收录",
        ) from error


class _Lines:
    """The lines of a table for ``csv``, with what only they can tell."""

    def __init__(self, source: Source) -> None:
        self._lines = split_rows(text_pieces(source))
        self._first = next(self._lines, "")
        self.ended = False
        self.delimiter = _delimiter(source.name, self._first or "")

    def __iter__(self) -> Iterator[str]:
        line: str | None = self._first
        while line != "":
            if line is None:
                raise csv.Error(f"a line of over {MAX_ARTICLE_CHARS} characters")
            yield line
            line = next(self._lines, "")
        self.ended = True


def _delimiter(name: str, header: str) -> str:
    """A tab in ``.tsv``; else what the header has, as spreadsheets also write tabs and semicolons."""
    if ".tsv" in name.lower():
        return "\t"
    return next((mark for mark in ",\t;" if mark in header), ",")


def _check_needed(origin: str, header: list[str], absent: list[str], columns: Columns) -> None:
    for attribute in NEEDED:
        if attribute in absent:
            short = "id" if attribute == "article_id" else "text"
            name = columns.names()[attribute]
            shown = ", ".join(map(repr, header))[:300]
            raise ArticleError(
                f"{origin!r} has no column {name!r}, only {shown or 'an empty header'}; name the "
                f"column that holds it: --map {short}=COLUMN",
                f"{origin!r} 没有列 {name!r}，只有 {shown or '空表头'}；请指明所在的列：--map {short}=列名",
            )


def _without(origin: str, names: list[str]) -> Problem:
    return Problem(
        f"{origin!r} has no column {', '.join(map(repr, names))}; its articles were taken without",
        f"{origin!r} 没有列 {'、'.join(names)}；文章已收录，这些字段留空",
        lost=False,
    )


def _too_wide(place: Place, cells: int, columns: int) -> Problem:
    return Problem(
        f"{place.english} of {place.origin!r} has {cells} cells but the header {columns}; put cells "
        "that hold the separator in quotation marks",
        f"{place.origin!r} {place.chinese}有 {cells} 格，而表头只有 {columns} 列；含分隔符的单元格请加引号",
        lost=True,
    )
