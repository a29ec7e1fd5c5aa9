"""The files of a folder, at any depth."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from index.errors import ArticleError
from index.readers.source import as_text, cannot_read
from index.records import Problem

_CLUTTER = re.compile(
    r"(^|/)(__MACOSX(/|$)|\.DS_Store$|\._[^/]*$|~\$[^/]*$|Thumbs\.db$|desktop\.ini$)"
)
_PAGE = re.compile(r"\.(?:x?html?|md|markdown)$", re.IGNORECASE)
_KEPT_FOR_PAGE = re.compile(r"(?:_files|\.files|_file|\.assets)$")


def is_clutter(path: str) -> bool:
    """Whether an operating system or a word processor put it there for itself."""
    return _CLUTTER.search(path) is not None


def is_page(name: str) -> bool:
    """Whether it is a page or a text that shows pictures which lie beside it."""
    return _PAGE.search(name) is not None


def folders_of_pages(paths: Iterable[str]) -> frozenset[str]:
    """The folders in which pages lie: pictures there, or one below, are what these show."""
    return frozenset(path.rpartition("/")[0] for path in paths if is_page(path))


def lies_beside_pages(path: str, folders: frozenset[str]) -> bool:
    """Whether pages lie in the folder of ``path`` or in the one above it."""
    folder = path.rpartition("/")[0]
    return folder in folders or ("/" in folder and folder.rpartition("/")[0] in folders)


def pages_among(names: Iterable[str]) -> frozenset[str]:
    """The names of those that are pages, without their suffixes."""
    return frozenset(name.rpartition(".")[0] for name in names if is_page(name))


def is_kept_for_page(folder: str, pages: frozenset[str]) -> bool:
    """Whether a browser or an editor keeps in it what one of the pages beside it shows."""
    found = _KEPT_FOR_PAGE.search(folder)
    return found is not None and folder[: found.start()] in pages


def files_under(folder: Path) -> Iterator[Path | Problem]:
    """The files of a folder, sorted; first what could not be looked into.

    Links to folders are not followed, for they may lead round in a circle. A folder in which a
    browser keeps what belongs to the saved page beside it is a part of that page.
    """
    found: list[Path] = []
    problems: list[Problem] = []
    waiting = [folder]  # not a recursion: folders nest deeper than Python's stack
    while waiting:
        try:
            with os.scandir(waiting.pop()) as scanned:
                entries = [entry for entry in scanned if not is_clutter(entry.name)]
            pages = pages_among(entry.name for entry in entries)
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    if not is_kept_for_page(entry.name, pages):
                        waiting.append(Path(entry.path))
                elif not _leads_to_folder(entry):
                    found.append(Path(entry.path))
        except OSError as error:
            refusal = cannot_read(as_text(str(error.filename or folder)), error)
            problems.append(Problem(refusal.english, refusal.chinese, lost=True))
    yield from problems
    yield from sorted(found)


def _leads_to_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself
        return False


def nothing_in(origin: str, suffixes: tuple[str, ...]) -> ArticleError:
    """The error for a folder or archive without a single file to read."""
    return ArticleError(
        f"{origin!r} holds no article file; put {', '.join(suffixes)} files into it",
        f"{origin!r} 中没有文章文件；请放入 {'、'.join(suffixes)} 文件",
    )
