"""The files of a folder, at any depth."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from index.errors import ArticleError
from index.readers.source import as_text, cannot_read
from index.records import Problem

_CLUTTER = re.compile(
    r"(^|/)(__MACOSX(/|$)|\.DS_Store$|\._[^/]*$|~\$[^/]*$|Thumbs\.db$|desktop\.ini$)"
)


def is_clutter(path: str) -> bool:
    """Whether an operating system or a word processor put it there for itself."""
    return _CLUTTER.search(path) is not None


def files_under(folder: Path, suffixes: tuple[str, ...]) -> Iterator[Path | Problem]:
    """The files whose names end in one of ``suffixes``, sorted; first what could not be looked into.

    Links to folders are not followed, for they may lead round in a circle.

    Raises:
        ArticleError: there is no such file.
    """
    found: list[Path] = []
    problems: list[Problem] = []
    waiting = [folder]  # not a recursion: folders nest deeper than Python's stack
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if is_clutter(entry.name):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(Path(entry.path))
                    elif entry.name.lower().endswith(suffixes) and not entry.is_dir():
                        found.append(Path(entry.path))
        except OSError as error:
            refusal = cannot_read(as_text(str(error.filename or folder)), error)
            problems.append(Problem(refusal.english, refusal.chinese, lost=True))
    if not found and not problems:
        raise nothing_in(as_text(str(folder)), suffixes)
    yield from problems
    yield from sorted(found)


def nothing_in(origin: str, suffixes: tuple[str, ...]) -> ArticleError:
    """The error for a folder or archive without a single file to read."""
    return ArticleError(
        f"{origin!r} holds no article file; put {', '.join(suffixes)} files into it",
        f"{origin!r} 中没有文章文件；请放入 {'、'.join(suffixes)} 文件",
    )
