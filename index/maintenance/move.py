"""A library moved to another place, folder or server, as it is: nothing is cleaned or embedded anew."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice, zip_longest
from pathlib import Path
from typing import TypeVar

from index.build import Progress
from index.embedding.centring import Centres
from index.errors import LibraryError
from index.library.library import Library
from index.library.staging import StoredArticle
from index.location import Location
from index.opening import open_writer

_TOGETHER = 100
_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class _MadeWith:
    """The embedding model of a library, which need not be loaded."""

    name: str
    fingerprint: str
    dimension: int


def move_library(
    source: Location,
    destination: Location,
    *,
    progress: Progress = lambda done, total: None,
    verifying: Progress = lambda done, total: None,
) -> int:
    """Copy a library to another place, and compare the two article by article.

    The old one stays as it is. Stopped half-way, it goes on where it stopped when it is called
    again; readers of the new place see nothing until all is there.

    Args:
        progress: Told how many articles are copied.
        verifying: Told how many are compared.

    Returns:
        How many articles.

    Raises:
        LibraryError: either cannot be opened, another job writes to the new one, it holds other
            articles, or an article did not arrive as it was.
    """
    if str(source) == str(destination):
        raise LibraryError(
            f"{str(source)!r} is named twice; name another place to move it to",
            f"{str(source)!r} 出现了两次；请指定另一个位置",
        )
    if (
        isinstance(source, Path)
        and isinstance(destination, Path)
        and source.resolve() in destination.resolve().parents
    ):
        raise LibraryError(
            f"{str(destination)!r} lies within {str(source)!r}; name a place outside of it",
            f"{str(destination)!r} 位于 {str(source)!r} 之内；请指定其外的位置",
        )
    with Library.open(source) as old:
        manifest = old.manifest()
        model = _MadeWith(manifest.encoder, manifest.fingerprint, manifest.dimension)
        with open_writer(destination, model, manifest.chunk_tokens, manifest.cleaning) as writer:
            there = writer.published_ids()
            if there and set(there) != set(old.article_ids()):
                raise _taken(destination, len(there))
            with old.snapshot():
                if not there:
                    total = old.counts().articles
                    for done, some in _batches(old.stored(), _TOGETHER):
                        writer.take_over(some)
                        progress(done, total)
                    writer.publish(
                        recurring=old.recurring(),
                        question_centres=Centres.stored(manifest.question_means),
                        related=True,
                    )
        with Library.open(destination) as new:
            new.catch_up()
            compared = _compare(old, new, destination, verifying)
            if not new.feedback():
                for line in old.feedback():
                    if line.strip():
                        new.add_feedback(json.loads(line))
    return compared


def _batches(items: Iterator[_Item], size: int) -> Iterator[tuple[int, list[_Item]]]:
    """Items some at a time, with how many there were so far."""
    done = 0
    while some := list(islice(items, size)):
        done += len(some)
        yield done, some


def _compare(
    old: Library, new: Library, destination: Location, told: Callable[[int, int], None]
) -> int:
    """How many articles are the same in both.

    Raises:
        LibraryError: one is not.
    """
    total = old.counts().articles
    count = 0
    for one, other in zip_longest(old.stored(), new.stored()):
        if one != other:
            raise _different(one or other, destination)
        count += 1
        told(count, total)
    if old.recurring() != new.recurring():
        raise _different(None, destination)
    return count


def _taken(destination: Location, count: int) -> LibraryError:
    return LibraryError(
        f"the library {str(destination)!r} holds {count} other articles; move to a new or empty place",
        f"文章库 {str(destination)!r} 中已有 {count} 篇其他文章；请移动到新的或空的位置",
    )


def _different(found: StoredArticle | None, destination: Location) -> LibraryError:
    english = f"the article {found.article.article_id!r}" if found else "what accounts repeat"
    chinese = f"文章 {found.article.article_id!r}" if found else "各公众号的重复内容"
    return LibraryError(
        f"{english} in {str(destination)!r} is not what it was, or was changed meanwhile; take what is "
        "there away and move the library again while nobody writes to it",
        f"{str(destination)!r} 中的{chinese}与原来不同，或在此期间被改动；请清空该位置，在无人写入时重新移动",
    )
