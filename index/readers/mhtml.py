"""Web pages saved into one file with all that they show (``.mhtml``, ``.mht``)."""

from __future__ import annotations

import codecs
import email
import io
from datetime import tzinfo
from email.message import Message

from index.errors import ArticleError
from index.readers.source import Source
from index.readers.web_page import read_web_page
from index.records import RawArticle
from index.text.dates.publication import CHINA

_HTML = ("text/html", "application/xhtml+xml")


def read_mhtml(source: Source, zone: tzinfo = CHINA) -> RawArticle:
    """The article on the page: the first part of the file that is HTML; ``zone`` as for a page.

    Raises:
        ArticleError: it cannot be read, or there is no page in it.
    """
    page = _page(source.read())
    if page is None:
        raise ArticleError(
            f"{source.origin!r} holds no web page; save the page anew, as .html or .mhtml",
            f"{source.origin!r} 中没有网页；请将网页重新保存为 .html 或 .mhtml",
        )
    return read_web_page(Source(source.origin, source.name, lambda: io.BytesIO(page)), zone)


def _page(data: bytes) -> bytes | None:
    """The page as UTF-8 with its mark where the file names its encoding, else as it is there."""
    try:
        for part in email.message_from_bytes(data).walk():
            if part.get_content_type() in _HTML:
                return _decoded(part)
    except (LookupError, ValueError, RecursionError):  # a damaged header, or parts without end
        return None
    return None


def _decoded(part: Message) -> bytes | None:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return None
    charset = part.get_content_charset()
    try:
        return codecs.BOM_UTF8 + content.decode(charset).encode() if charset else content
    except (LookupError, ValueError):
        return content
