"""RTF files."""

from __future__ import annotations

from collections.abc import Iterator

from index.readers.document import document
from index.readers.isolated import require, run_isolated
from index.readers.source import Source
from index.readers.unread import Unread
from index.records import RawArticle

_FAULTS = {
    "damaged": (
        "is not a whole RTF file; save it as .docx and try again",
        "不是完整的 RTF 文件；请另存为 .docx 后重试",
    ),
}


def read_rich_text(source: Source) -> Iterator[RawArticle | Unread]:
    """Its text, with foot- and endnotes below.

    Raises:
        ArticleError: it cannot be read, or holds no text.
    """
    require(source, "striprtf", "striprtf")
    yield from document(source, run_isolated("rtf_text", source, source.read(), _FAULTS))
