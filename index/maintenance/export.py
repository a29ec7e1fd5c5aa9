"""A library as a WeChat export: the articles as they were received, to be indexed again anywhere."""

from __future__ import annotations

import gzip
import io
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from index.errors import ArticleError
from index.library.library import Library
from index.readers.fields import FIELDS, LAYOUT
from index.records import Layout, RawArticle

STANDARD_OUTPUT = Path("-")


def export_articles(library: Library, path: Path) -> int:
    """Write every article into one JSON array, in the order in which they came.

    A file that is there is replaced once the new one is whole. Memory for one article.

    Args:
        path: ``….json``, ``….json.gz``, or ``-`` for standard output.

    Returns:
        How many articles.

    Raises:
        ArticleError: the file cannot be written, or has another suffix.
        LibraryError: the library cannot be read.
    """
    count = 0
    with _output(path) as file:
        file.write("[")
        for raw in library.raw_articles():
            file.write(",\n" if count else "\n")
            file.write(json.dumps(_item(raw), ensure_ascii=False))
            count += 1
        file.write("\n]\n")
    return count


def _item(raw: RawArticle) -> dict[str, str]:
    item = {name: str(getattr(raw, attribute)) for attribute, name in FIELDS.items()}
    return item if raw.layout is Layout.POST else {**item, LAYOUT: raw.layout}


@contextmanager
def _output(path: Path) -> Iterator[IO[str]]:
    if path == STANDARD_OUTPUT:
        yield sys.stdout
        sys.stdout.flush()  # what it cannot take is said before all is
        return
    if not path.name.endswith((".json", ".json.gz")):
        raise ArticleError(
            f"{str(path)!r} does not end with .json or .json.gz; name a file that does, or - for "
            "standard output",
            f"{str(path)!r} 的后缀不是 .json 或 .json.gz；请改用这样的文件名，或用 - 表示标准输出",
        )
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as raw:
            with _text(raw, compressed=path.name.endswith(".gz")) as file:
                yield file
            raw.flush()
            os.fsync(raw.fileno())
        temporary.replace(path)
    except OSError as error:
        raise ArticleError(
            f"{str(path)!r} cannot be written ({error.strerror}); choose another place",
            f"无法写入 {str(path)!r}（{error.strerror}）；请换一个位置",
        ) from error
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def _text(raw: IO[bytes], *, compressed: bool) -> Iterator[IO[str]]:
    if compressed:
        with gzip.open(raw, "wt", compresslevel=6, encoding="utf-8", newline="\n") as packed:
            yield packed
        return
    file = io.TextIOWrapper(raw, "utf-8", newline="\n")
    yield file
    file.flush()
    file.detach()
