"""Which article a file is: its id is its stem, and files of one stem in several places are several.

A file is known by its place. Where the stem belongs to another article already, to that of another
folder, another suffix or an export, the file's own article is named ``stem~xxxxxxxx``, by a hash of
its folder's name and its own, so that a library that is made again elsewhere has the same ids.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path, PurePath
from typing import Protocol

from index.database.identity import MARK, Owned, owned, place_of
from index.duplicates.fingerprints import shingles
from index.records import Problem, RawArticle, digest

_LEAST_KEPT = 0.6
"""Share of an earlier text's shingles that a new version of it has. What has fewer would lose text
that its reader may still want, and a second article loses none."""

_HASH = 8
"""Hexadecimal digits: ten thousand files of one stem hardly ever share one."""


class _Writer(Protocol):
    def is_taken(self, article_id: str) -> bool: ...

    def namesakes(self, stem: str) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class _Met:
    """A file of this run, by the hashes of its place and its content: a run may meet very many."""

    place: int
    content: int

    def is_same(self, place: str, content: str) -> bool:
        return hash(content) == self.content or (hash(place) == self.place and os.path.isabs(place))


class Namesakes:
    """The files of one run, each with the id that its article has.

    Args:
        owners: The articles that have an aid, those of this run, too.
    """

    def __init__(self, writer: _Writer, owners: Callable[[str], Sequence[Owned]]) -> None:
        self._writer = writer
        self._owners = owners
        self._met: dict[str, _Met] = {}

    def named(self, raw: RawArticle) -> tuple[RawArticle, Problem | None]:
        """An article by the id that is its own, and what is to be said where it is a new one.

        What is no file of its own, like an article of an export, comes back as it is.
        """
        place = place_of(raw)
        if not place:
            return raw, None
        stem, content = raw.article_id, replace(raw, article_id="").content_hash()
        found = self._known(raw, place, content)
        name = found or next(one for one in _names(stem, place) if self._is_free(one))
        self._met.setdefault(name, _Met(hash(place), hash(content)))
        said = None if found or name == stem else shared_id(raw, name)
        return replace(raw, article_id=name, origin=place), said

    def __contains__(self, name: str) -> bool:
        """Whether a file of this run has that name."""
        return name in self._met

    def _known(self, raw: RawArticle, place: str, content: str) -> str | None:
        """The name under which the file, or an earlier version of it, is here already."""
        stem = raw.article_id
        names = [name for name, _ in zip(_names(stem, place), range(3), strict=False)]
        unmet: dict[str, list[Owned]] = {}
        for name in names:
            if met := self._met.get(name):
                if met.is_same(place, content):
                    return name
            else:
                unmet[name] = self._holders(name)
        for name, holders in unmet.items():
            if os.path.isabs(place) and any(one.place == place for one in holders):
                return name
        for name in self._writer.namesakes(stem):
            if name not in self._met and name not in unmet:
                unmet[name] = self._holders(name)
        own = owned(raw)
        return next(
            (
                name
                for name, holders in unmet.items()
                if any(_is_version(own, one) for one in holders)
            ),
            None,
        )

    def _holders(self, name: str) -> list[Owned]:
        """The articles of a name; of a page that was cut the first one."""
        return [*self._owners(name)] or [*self._owners(f"{name}#1")]

    def _is_free(self, name: str) -> bool:
        return not (name in self._met or self._holders(name) or self._writer.is_taken(name))


def _names(stem: str, place: str) -> Iterator[str]:
    """The names that a file's article may have, the first one that is free before the others."""
    path = PurePath(place)
    yield stem
    for known in (f"{path.parent.name}/{path.name}", place):
        yield f"{stem}{MARK}{digest([known])[:_HASH]}"
    for number in count(2):
        yield f"{stem}{MARK}{digest([place, str(number)])[:_HASH]}"


def _is_version(new: Owned, old: Owned) -> bool:
    """Whether an article elsewhere is the same one: a copy, or one whose file was moved or sent anew."""
    fields = old.title, old.content, old.account, old.url
    if not any(fields):  # damaged; received anew it is mended
        return True
    if fields == (new.title, new.content, new.account, new.url):
        return True
    if not old.place:  # an export's: at most one of an export of this page's parts
        return old.article_id.endswith("#1") and old.content in new.content
    if _is_there(old.place):
        return False
    before = shingles(old.content)
    return len(before & shingles(new.content)) >= _LEAST_KEPT * len(before)


def _is_there(place: str) -> bool:
    """Whether a file is still where it was read, or the archive that it was read from."""
    path = Path(place)
    try:
        return path.is_absolute() and any(one.is_file() for one in (path, *path.parents))
    except (OSError, ValueError):  # a name that is too long, or with a NUL byte
        return False


def shared_id(raw: RawArticle, name: str) -> Problem:
    """Said where another article has the id that one brings, which is cited by ``name`` instead."""
    return Problem(
        f"the id {raw.article_id!r} of {raw.origin!r} is also that of another article; both are "
        f"kept, and this one is cited as {name!r}",
        f"{raw.origin!r} 的编号 {raw.article_id!r} 与另一篇文章相同；两篇均保留，这一篇的引用编号为 {name!r}",
        lost=False,
        harmless=True,
    )
