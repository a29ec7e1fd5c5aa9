"""The files of a folder, at any depth."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from index.errors import ArticleError
from index.readers.source import as_text, cannot_read
from index.readers.unread import few
from index.records import Problem

_CLUTTER = re.compile(
    r"(^|/)(__MACOSX(/|$)|\.DS_Store$|\._[^/]*$|~\$[^/]*$|Thumbs\.db$|desktop\.ini$)"
)
_PAGE = re.compile(r"\.(?:x?html?|md|markdown)$", re.IGNORECASE)
_MOST_DETAILS = 1000
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


def files_under(folder: Path, suffixes: tuple[str, ...]) -> Iterator[Path | Problem]:
    """The files of a folder, sorted; first what could not be looked into.

    A link is followed where it leads to a file of this folder that is not read under its own name, whose
    ending is none of ``suffixes``: whoever gives a folder gives what lies in it. A folder in which a
    browser keeps what belongs to the saved page beside it is a part of that page.
    """
    found: list[Path] = []
    links: list[Path] = []
    problems: list[Problem] = []
    waiting = [folder]  # not a recursion: folders nest deeper than Python's stack
    while waiting:
        try:
            with os.scandir(waiting.pop()) as scanned:
                entries = [entry for entry in scanned if not is_clutter(entry.name)]
            pages = pages_among(entry.name for entry in entries)
            for entry in entries:
                if entry.is_symlink():
                    links.append(Path(entry.path))
                elif not entry.is_dir(follow_symlinks=False):
                    found.append(Path(entry.path))
                elif not is_kept_for_page(entry.name, pages):
                    waiting.append(Path(entry.path))
        except OSError as error:
            refusal = cannot_read(as_text(str(error.filename or folder)), error)
            problems.append(Problem(refusal.english, refusal.chinese, lost=True))
    followed, leading_out = _links(folder, links, found, suffixes)
    yield from problems
    if leading_out:
        yield _passed_over(folder, leading_out, suffixes)
    yield from sorted([*found, *followed])


def _links(
    folder: Path, links: Iterable[Path], found: Iterable[Path], suffixes: tuple[str, ...]
) -> tuple[list[Path], list[Path]]:
    """Of the links in a folder those to follow, and those that lead out of it."""
    root = Path(os.path.realpath(folder))
    read = {root / path.relative_to(folder) for path in found if _ends_in(path, suffixes)}
    followed, leading_out = [], []
    for link in sorted(links):
        target = Path(os.path.realpath(link))
        if not target.is_relative_to(root):
            leading_out.append(link)
        elif target not in read and not os.path.isdir(target):
            followed.append(link)
            if _ends_in(link, suffixes):
                read.add(target)
    return followed, leading_out


def _ends_in(path: Path, suffixes: tuple[str, ...]) -> bool:
    return path.name.lower().endswith(suffixes)


def _passed_over(folder: Path, links: Sequence[Path], suffixes: tuple[str, ...]) -> Problem:
    """What is said of links that lead out of a folder: an article is lost where one is named as a file of them."""
    names = [as_text(str(link)) for link in links]
    shown = few(repr(name) for name in names)
    origin = as_text(str(folder))
    lost = any(_ends_in(link, suffixes) and not os.path.isdir(link) for link in links)
    return Problem(
        f"links that lead out of {origin!r} were passed over ({len(names)}: {shown[0]}); give what they "
        "lead to by its own path, or copy it into the folder",
        f"{len(names)} 个链接指向 {origin!r} 之外，未读取（{shown[1]}）；请直接给出其所指文件的路径，或将文件复制到该目录中",
        lost=lost,
        harmless=not lost,
        details=tuple(names[:_MOST_DETAILS]),
    )


def nothing_in(origin: str, suffixes: tuple[str, ...]) -> ArticleError:
    """The error for a folder or archive without a single file to read."""
    return ArticleError(
        f"{origin!r} holds no article file; put {', '.join(suffixes)} files into it",
        f"{origin!r} 中没有文章文件；请放入 {'、'.join(suffixes)} 文件",
    )
