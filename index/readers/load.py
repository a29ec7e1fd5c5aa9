"""Files in, raw articles out: each kind of file has its reader, and nothing in a text is changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import tzinfo
from pathlib import Path

from index.errors import ArticleError
from index.readers import archive
from index.readers.fields import FIELDS, Columns, parse_columns
from index.readers.folder import files_under
from index.readers.json_array import read_json_array
from index.readers.json_lines import read_json_lines
from index.readers.limits import MAX_LOST_PER_FILE
from index.readers.markdown import read_markdown
from index.readers.pdf import read_pdf
from index.readers.plain_text import read_plain_text
from index.readers.source import Source, file_source
from index.readers.standard_input import standard_input
from index.readers.table import read_table
from index.readers.web_page import read_web_page
from index.readers.word import read_word
from index.records import Problem, RawArticle
from index.text.dates.publication import CHINA

__all__ = ["FIELDS", "SUFFIXES", "parse_columns", "read_articles"]

_STANDARD_INPUT = Path("-")

_MANY: Mapping[str, Callable[[Source, Columns], Iterator[RawArticle | Problem]]] = {
    ".json": read_json_array,
    ".json.gz": read_json_array,
    ".jsonl": read_json_lines,
    ".jsonl.gz": read_json_lines,
    ".ndjson": read_json_lines,
    ".csv": read_table,
    ".csv.gz": read_table,
    ".tsv": read_table,
    ".tsv.gz": read_table,
}
"""Readers of files of any size that hold many articles."""

_ONE: Mapping[str, Callable[[Source], RawArticle]] = {
    ".txt": read_plain_text,
    ".md": read_markdown,
    ".pdf": read_pdf,
    ".docx": read_word,
}
"""Readers of files that are one article, or one page of them."""

_PAGES: Mapping[str, Callable[[Source, tzinfo], RawArticle]] = {
    ".html": read_web_page,
    ".htm": read_web_page,
}
"""Readers of pages that give their publication as an instant."""

SUFFIXES = (*_MANY, *_ONE, *_PAGES, archive.SUFFIX)


def read_articles(
    paths: Iterable[Path],
    *,
    columns: Mapping[str, str] | None = None,
    zone: tzinfo | None = None,
) -> Iterator[RawArticle | Problem]:
    """Every article of the files and folders named, in order; what cannot be read, as a problem.

    A folder stands for every file in it, at any depth, whose suffix is one of ``SUFFIXES``, and so
    does a ``.zip`` archive. The path ``-`` stands for standard input.

    Args:
        paths: Files, folders, ``-``.
        columns: Where a table or JSON names its fields otherwise than ``FIELDS``: the name there,
            by attribute of ``RawArticle``; see ``parse_columns``.
        zone: Where the publisher is, by whose day an instant of publication is told: China where
            none is named.

    Raises:
        ArticleError: ``columns`` names what is not a field.
    """
    named = Columns(columns or {}, zone)
    for path in paths:
        yield from _reported(_read_path(path, named))


def _read_path(path: Path, columns: Columns) -> Iterator[RawArticle | Problem]:
    if path == _STANDARD_INPUT:
        yield from _read(standard_input(), columns)
    elif _is_folder(path):
        for found in files_under(path, SUFFIXES):
            yield from _each(found if isinstance(found, Problem) else file_source(found), columns)
    else:
        yield from _read(file_source(path), columns)


def _each(found: Source | Problem, columns: Columns) -> Iterator[RawArticle | Problem]:
    """One of many files: what is wrong with it does not keep the others from being read."""
    if isinstance(found, Problem):
        yield found
    else:
        yield from _reported(_read(found, columns))


def _read(source: Source, columns: Columns) -> Iterator[RawArticle | Problem]:
    suffix = _suffix_of(source)
    if suffix == archive.SUFFIX:
        for member in archive.members(source, SUFFIXES):
            yield from _each(member, columns)
    elif suffix in _MANY:
        yield from _limited(_MANY[suffix](source, columns), source.origin)
    elif suffix in _PAGES:
        yield _PAGES[suffix](source, columns.zone or CHINA)
    else:
        yield _ONE[suffix](source)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):  # the name is too long, or has a NUL byte in it
        return False


def _suffix_of(source: Source) -> str:
    name = source.name.lower()
    found = [suffix for suffix in SUFFIXES if name.endswith(suffix)]
    if not found:
        kinds = ", ".join(SUFFIXES), "、".join(SUFFIXES)
        raise ArticleError(
            f"{source.origin!r} is of a kind that cannot be read; give {kinds[0]} files",
            f"无法识别 {source.origin!r} 的格式；请使用 {kinds[1]} 文件",
        )
    return found[0]


def _reported(items: Iterator[RawArticle | Problem]) -> Iterator[RawArticle | Problem]:
    """``items``, and the error that ends them as a problem."""
    try:
        yield from items
    except ArticleError as error:
        yield Problem(error.english, error.chinese, lost=True)


def _limited(items: Iterator[RawArticle | Problem], origin: str) -> Iterator[RawArticle | Problem]:
    """``items`` up to so many unusable ones that the file must be of another kind."""
    lost = 0
    for item in items:
        yield item
        lost += isinstance(item, Problem) and item.lost
        if lost == MAX_LOST_PER_FILE:
            raise ArticleError(
                f"{origin!r} has over {lost} articles that cannot be used; the rest was not read: "
                "check that it is what its suffix says and which fields it has",
                f"{origin!r} 中无法使用的文章超过 {lost} 篇，其余部分未读取；请检查格式与后缀是否相符以及字段名",
            )
