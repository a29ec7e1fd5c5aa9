"""Electronic books (``.epub``): their chapters in the order of reading."""

from __future__ import annotations

import codecs
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from index.errors import ArticleError
from index.readers.isolated import require
from index.readers.limits import MAX_ARTICLE_CHARS, MAX_PAGE_CHARS, MAX_PAGE_TAGS, MAX_RATIO
from index.readers.markup import text_of
from index.readers.source import Source, as_text, cannot_read
from index.readers.unread import Unread, What
from index.records import RawArticle, well_formed

_CONTAINER, _LOCKS = "META-INF/container.xml", "META-INF/encryption.xml"
_MOST_CHAPTERS = 5000
_MOST_PACKAGE_BYTES = 4 * 2**20
_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_UNREADABLE = (
    OSError,
    ValueError,
    EOFError,
    KeyError,
    RuntimeError,
    NotImplementedError,
    struct.error,
    zlib.error,
    zipfile.BadZipFile,
)


def read_epub(source: Source) -> Iterator[RawArticle | Unread]:
    """The book as one article, with the title, the publisher and the day that it names.

    Raises:
        ArticleError: it cannot be read, is locked, too large, or holds no text.
    """
    require(source, "lxml", "lxml")
    try:
        with source.open() as file, zipfile.ZipFile(file) as archive:
            yield from _book(source, archive)
    except _UNREADABLE as error:
        raise cannot_read(source.origin, error) from error


def _book(source: Source, archive: zipfile.ZipFile) -> Iterator[RawArticle | Unread]:
    package_name = _package_name(archive)
    package = _tree(_member(archive, package_name, _MOST_PACKAGE_BYTES))
    chapters = _chapters(package, posixpath.dirname(package_name))
    locked = archive.read(_LOCKS).decode("utf-8", "replace") if _LOCKS in archive.namelist() else ""
    if any(posixpath.basename(chapter) in locked for chapter in chapters):
        raise ArticleError(
            f"{source.origin!r} is locked against copying; give an edition without such a lock",
            f"{source.origin!r} 有版权保护（DRM）；请使用无保护的版本",
        )
    texts: list[str] = []
    pictures = length = 0
    for chapter in chapters[:_MOST_CHAPTERS]:
        page = _member(archive, chapter, 4 * MAX_PAGE_CHARS)
        if (
            page.count(b"<") > MAX_PAGE_TAGS
            or (length := length + len(page)) > 4 * MAX_ARTICLE_CHARS
        ):
            raise _too_large(source.origin)
        tree = _page(page)
        if tree is None:
            continue
        texts.append(text_of(tree))
        pictures += sum(1 for _ in tree.iter("img", "image"))
    text = well_formed("\n".join(filter(None, texts)))
    if not text.strip():
        raise ArticleError(
            f"{source.origin!r} holds no text; check that it is the right file",
            f"{source.origin!r} 不含文本；请检查文件是否正确",
        )
    name = as_text(source.stem)
    said = {field: _said(package, field) for field in ("title", "date", "publisher")}
    day = _DAY.match(said["date"])
    time = "/".join(str(int(number)) for number in day.groups()) if day else ""
    yield RawArticle(name, said["title"] or name, "", time, said["publisher"], text, source.origin)
    if pictures:
        yield Unread(What.PICTURES, source.origin, pictures)


def _package_name(archive: zipfile.ZipFile) -> str:
    """The file that lists the chapters.

    Raises:
        ValueError: there is none.
    """
    container = _tree(_member(archive, _CONTAINER, _MOST_PACKAGE_BYTES))
    for element in container.iter("rootfile", "{*}rootfile"):
        if path := element.get("full-path"):
            return str(path)
    raise ValueError("it names no package")


def _chapters(package: Any, folder: str) -> list[str]:
    """The names of the chapters' files, in the order of reading, the table of contents left out."""
    files = {}
    for item in package.iter("item", "{*}item"):
        is_contents = "nav" in (item.get("properties") or "").split()
        if "html" in (item.get("media-type") or "") and not is_contents:
            files[item.get("id")] = posixpath.normpath(
                posixpath.join(folder, unquote((item.get("href") or "").partition("#")[0]))
            )
    spine = [item.get("idref") for item in package.iter("itemref", "{*}itemref")]
    return list(dict.fromkeys(files[name] for name in spine if name in files))


def _said(package: Any, field: str) -> str:
    for element in package.iter(f"{{http://purl.org/dc/elements/1.1/}}{field}", f"dc:{field}"):
        if text := " ".join("".join(element.itertext()).split()):
            return well_formed(text)
    return ""


def _member(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """A file of the book.

    Raises:
        ValueError: it is too large, or packed too well to be true.
    """
    info = archive.getinfo(name)
    if info.file_size > max(2**20, min(most, MAX_RATIO * info.compress_size)):
        raise ValueError(f"{name} unpacks to {info.file_size} bytes")
    return archive.read(info)


def _tree(data: bytes) -> Any:
    """XML as it is meant, damaged or not; entities are never taken from elsewhere.

    Raises:
        ValueError: there is not one element in it.
    """
    from lxml import etree

    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.LxmlError as error:
        raise ValueError(str(error)) from error
    if root is None:
        raise ValueError("a part of it is empty")
    return root


def _page(data: bytes) -> Any:
    """A chapter, read as HTML: XHTML without its definition does not know ``&nbsp;``."""
    from lxml import etree
    from lxml import html as lxml_html

    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = data.decode("utf-16" if wide else "utf-8", "replace")
    parser = lxml_html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
    try:
        return lxml_html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError):
        return None  # not one element is in it


def _too_large(origin: str) -> ArticleError:
    return ArticleError(
        f"{origin!r} is longer than a book; split it",
        f"{origin!r} 过长；请拆分",
    )
