"""Workbooks (``.xlsx``, ``.xls``, ``.ods``): tables of articles, or documents made of tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from index.errors import ArticleError
from index.readers.document import OFFICE_FAULTS
from index.readers.fields import Columns
from index.readers.isolated import require, run_isolated
from index.readers.limits import MAX_ARTICLE_CHARS
from index.readers.rows import holds_articles, rows_as_articles
from index.readers.source import Source, as_text
from index.readers.unread import Unread, unread_of
from index.records import Problem, RawArticle, well_formed

_HEADER_WITHIN = 10
"""Rows among which the header of a table may be: a title often stands above it."""

_FAULTS = OFFICE_FAULTS | {
    "damaged": (
        "is not a whole workbook; save it anew as .xlsx and try again",
        "不是完整的工作簿；请重新另存为 .xlsx 后重试",
    ),
    "old or encrypted": (
        "is encrypted; save a copy without a password",
        "已加密；请另存为无密码的副本",
    ),
    "bomb": (
        "unpacks to more than a workbook holds, or defines XML entities: it was not opened; save it "
        "as .csv",
        "解压后过大或定义了 XML 实体，未打开；请另存为 .csv",
    ),
}


def read_workbook(source: Source, columns: Columns) -> Iterator[RawArticle | Problem | Unread]:
    """One article a row, where a sheet's columns are those of articles; else the sheets as one text.

    Raises:
        ArticleError: it cannot be read, holds nothing, or has not the columns that were named.
    """
    require(source, "python_calamine", "python-calamine")
    found = run_isolated("workbook_rows", source, source.read(), _FAULTS)
    sheets: list[tuple[str, list[list[str]]]] = [
        (well_formed(sheet["name"]), sheet["rows"]) for sheet in found["sheets"] if sheet["rows"]
    ]
    headers = [_header_of(rows, columns) for _, rows in sheets]
    if all(header is None for header in headers):
        if columns.named and sheets:
            headers[0] = 0  # it is said which of the columns named it lacks
        else:
            yield _as_text(source, sheets)
    for (name, rows), header in zip(sheets, headers, strict=True):
        origin = source.origin if len(sheets) == 1 else f"{source.origin}#{name}"
        if header is not None:
            table = [list(map(well_formed, row)) for row in rows[header:]]
            yield from rows_as_articles(origin, table[0], table[1:], columns, header + 2)
        elif any(other is not None for other in headers):
            yield _no_articles(origin)
    yield from unread_of(source.origin, found["unread"])


def _header_of(rows: Sequence[Sequence[str]], columns: Columns) -> int | None:
    """The row that names the columns of a table of articles."""
    wanted = set(columns.named.values())
    for number, row in enumerate(rows[:_HEADER_WITHIN]):
        if wanted.issubset(row) if wanted else holds_articles(row, columns):
            return number
    return None


def _as_text(source: Source, sheets: Sequence[tuple[str, Sequence[Sequence[str]]]]) -> RawArticle:
    """Sheets that hold no articles: their rows as lines, below the name of each sheet."""
    lines: list[str] = []
    for name, rows in sheets:
        cells = ([" ".join(cell.split()) for cell in row] for row in rows)
        written = [" | ".join(row).strip(" |") for row in cells]
        if any(written):
            lines += [name] if len(sheets) > 1 else []
            lines += filter(None, written)
    text = "\n".join(map(well_formed, lines))
    if not text:
        raise ArticleError(
            f"{source.origin!r} holds no text; check that it is the right file",
            f"{source.origin!r} 不含文本；请检查文件是否正确",
        )
    if len(text) > MAX_ARTICLE_CHARS:
        raise ArticleError(
            f"{source.origin!r} holds over {MAX_ARTICLE_CHARS} characters and no articles; split it",
            f"{source.origin!r} 超过 {MAX_ARTICLE_CHARS} 个字符且不是文章表；请拆分",
        )
    name = as_text(source.stem)
    return RawArticle(name, name, "", "", "", text, source.origin)


def _no_articles(origin: str) -> Problem:
    return Problem(
        f"{origin!r} has not the columns of a table of articles and was not read; save that sheet as "
        "a workbook of its own",
        f"{origin!r} 不是文章表，未读取；请将该工作表另存为单独的文件",
        lost=False,
    )
