"""Files in, raw articles out: each kind of file has its reader, and nothing in a text is changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import tzinfo
from pathlib import Path

from index.errors import ArticleError
from index.readers import archive, recognition
from index.readers.epub import read_epub
from index.readers.fields import FIELDS, Columns, parse_columns
from index.readers.folder import (
    files_under,
    folders_of_pages,
    lies_beside_pages,
    nothing_in,
)
from index.readers.json_array import read_json_array
from index.readers.json_lines import read_json_lines
from index.readers.limits import MAX_LOST_PER_FILE
from index.readers.markdown import read_markdown
from index.readers.mhtml import read_mhtml
from index.readers.other_kinds import PICTURES, PassedOver, how_to_convert
from index.readers.pdf import read_pdf
from index.readers.picture import read_picture
from index.readers.plain_text import read_plain_text
from index.readers.presentation import read_presentation
from index.readers.rich_text import read_rich_text
from index.readers.source import Source, as_text, file_source
from index.readers.standard_input import standard_input
from index.readers.table import read_table
from index.readers.unread import Tally, Unread
from index.readers.web_page import read_web_page
from index.readers.word import read_word
from index.readers.workbook import read_workbook
from index.records import Problem, RawArticle
from index.text.dates.publication import CHINA

__all__ = ["FIELDS", "SUFFIXES", "parse_columns", "read_articles", "refusal_of", "suffix_of"]

_STANDARD_INPUT = Path("-")

_MANY: Mapping[str, Callable[[Source, Columns], Iterator[RawArticle | Problem | Unread]]] = {
    ".json": read_json_array,
    ".json.gz": read_json_array,
    ".jsonl": read_json_lines,
    ".jsonl.gz": read_json_lines,
    ".ndjson": read_json_lines,
    ".csv": read_table,
    ".csv.gz": read_table,
    ".tsv": read_table,
    ".tsv.gz": read_table,
    ".xlsx": read_workbook,
    ".xlsm": read_workbook,
    ".xls": read_workbook,
    ".ods": read_workbook,
}
"""Readers of files of any size that hold many articles."""

_ONE: Mapping[str, Callable[[Source], RawArticle]] = {
    ".txt": read_plain_text,
    ".text": read_plain_text,
    ".md": read_markdown,
    ".markdown": read_markdown,
}
"""Readers of files that are one article, or one page of them."""

_PAGES: Mapping[str, Callable[[Source, tzinfo], RawArticle]] = {
    ".html": read_web_page,
    ".htm": read_web_page,
    ".xhtml": read_web_page,
    ".mhtml": read_mhtml,
    ".mht": read_mhtml,
}
"""Readers of pages that give their publication as an instant."""

_DOCUMENTS: Mapping[str, Callable[[Source], Iterator[RawArticle | Problem | Unread]]] = {
    ".pdf": read_pdf,
    ".docx": read_word,
    ".pptx": read_presentation,
    ".epub": read_epub,
    ".rtf": read_rich_text,
    **dict.fromkeys(PICTURES, read_picture),
}
"""Readers of documents, which hold more than text: what of it is not read, they say."""

SUFFIXES = (*_MANY, *_ONE, *_PAGES, *_DOCUMENTS, archive.SUFFIX)


def read_articles(
    paths: Iterable[Path],
    *,
    columns: Mapping[str, str] | None = None,
    zone: tzinfo | None = None,
) -> Iterator[RawArticle | Problem]:
    """Every article of the files and folders named, in order; what cannot be read, as a problem.

    A folder stands for every file in it, at any depth, and so does a ``.zip`` archive: those whose
    suffix is none of ``SUFFIXES`` are counted, and the last problems say how many of which kinds they
    were, and how much of what is not text the documents hold. The path ``-`` stands for standard input.

    Args:
        paths: Files, folders, ``-``.
        columns: Where a table or JSON names its fields otherwise than ``FIELDS``: the name there,
            by attribute of ``RawArticle``; see ``parse_columns``.
        zone: Where the publisher is, by whose day an instant of publication is told: China where
            none is named.

    Raises:
        ArticleError: ``columns`` names what is not a field.
    """
    reading = _Reading(Columns(columns or {}, zone))
    for path in paths:
        yield from _reported(reading.path(path))
    yield from reading.left()


def suffix_of(name: str) -> str:
    """The suffix by which a file is read, ``""`` where it is of no kind that is.

    >>> suffix_of("exports/2025.JSON.GZ")
    '.json.gz'
    """
    name = name.lower()
    return max((suffix for suffix in SUFFIXES if name.endswith(suffix)), key=len, default="")


def refusal_of(origin: str) -> ArticleError:
    """The error for a file of a kind that is not read."""
    readable = ", ".join(SUFFIXES)
    english, chinese = how_to_convert(origin) or (
        f"these are: {readable}",
        f"可用的有：{readable}",
    )
    return ArticleError(
        f"{origin!r} is not a file that can be read; {english}",
        f"无法读取 {origin!r} 这类文件；{chinese}",
    )


class _Reading:
    """One run over files, with what it has left unread so far."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._tally = Tally()
        self._passed_over = PassedOver(recognition=recognition.is_installed())

    def path(self, path: Path) -> Iterator[RawArticle | Problem]:
        """The articles of what was named: of kinds that are not read, that is an error."""
        if path == _STANDARD_INPUT:
            yield from self._read(standard_input())
        elif _is_folder(path):
            yield from self._all(as_text(str(path)), _files(path))
        else:
            yield from self._read(file_source(path))

    def left(self) -> Iterator[Problem]:
        """What was left unread, a line for each kind of it."""
        yield from self._passed_over.problems()
        yield from self._tally.problems()

    def _all(
        self, origin: str, sources: Iterator[Source | Problem]
    ) -> Iterator[RawArticle | Problem]:
        """What a folder or an archive holds: what is wrong with one file does not keep the others."""
        anything = False
        for source in sources:
            if isinstance(source, Problem):
                anything = True
                yield source
            elif _is_read(source):
                anything = True
                yield from _reported(self._read(source))
            else:
                self._passed_over.add(source.origin)
        if not anything:
            raise nothing_in(origin, SUFFIXES)

    def _read(self, source: Source) -> Iterator[RawArticle | Problem]:
        suffix = suffix_of(source.name)
        if suffix == archive.SUFFIX:
            yield from self._all(source.origin, archive.members(source, SUFFIXES))
        elif suffix in _MANY:
            yield from _limited(self._counted(_MANY[suffix](source, self._columns)), source.origin)
        elif suffix in _ONE:
            yield _ONE[suffix](source)
        elif suffix in _PAGES:
            yield _PAGES[suffix](source, self._columns.zone or CHINA)
        elif suffix in _DOCUMENTS:
            yield from self._counted(_DOCUMENTS[suffix](source))
        else:
            raise refusal_of(source.origin)

    def _counted(
        self, items: Iterator[RawArticle | Problem | Unread]
    ) -> Iterator[RawArticle | Problem]:
        for item in items:
            if isinstance(item, Unread):
                self._tally.add(item)
            else:
                yield item


def _files(folder: Path) -> Iterator[Source | Problem]:
    found = list(files_under(folder, SUFFIXES))
    paths = [one for one in found if not isinstance(one, Problem)]
    pages = folders_of_pages(path.as_posix() for path in paths)
    yield from (one for one in found if isinstance(one, Problem))
    for path in paths:
        yield file_source(path, beside_pages=lies_beside_pages(path.as_posix(), pages))


def _is_read(source: Source) -> bool:
    """Whether a file among others is read: a picture only where its text may be what it is for."""
    suffix = suffix_of(source.name)
    if suffix in PICTURES:
        return recognition.is_installed() and not source.beside_pages
    return bool(suffix)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):  # the name is too long, or has a NUL byte in it
        return False


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
