"""Tables with a header row, comma- or tab-separated: one article a row, read as a stream."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from index.errors import ArticleError
from index.readers.encoding import text_pieces
from index.readers.fields import Columns
from index.readers.limits import MAX_ARTICLE_CHARS
from index.readers.lines import split_rows
from index.readers.rows import rows_as_articles
from index.readers.source import Source
from index.records import Problem, RawArticle


def read_table(source: Source, columns: Columns) -> Iterator[RawArticle | Problem]:
    """The articles, one a row; the first row names the columns.

    Raises:
        ArticleError: the table has no header row, or none of the columns that an article needs,
            or it cannot be read on; then after the articles that stand before that.
    """
    rows = _rows(source)
    yield from rows_as_articles(source.origin, next(rows, []), rows, columns)


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
