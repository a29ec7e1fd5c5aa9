"""Word documents (``.docx``)."""

from __future__ import annotations

from collections.abc import Iterator

from index.readers.document import OFFICE_FAULTS, document
from index.readers.isolated import require, run_isolated
from index.readers.source import Source
from index.readers.unread import Unread
from index.records import RawArticle

_FAULTS = OFFICE_FAULTS | {
    "old or encrypted": (
        "is encrypted or in the old .doc format; save it as .docx without a password",
        "已加密或为旧的 .doc 格式；请另存为无密码的 .docx",
    ),
}


def read_word(source: Source) -> Iterator[RawArticle | Unread]:
    """Its paragraphs and table rows as lines, the cells of a row with `` | `` between them.

    Raises:
        ArticleError: it cannot be read, or is too large or dangerous to open.
    """
    require(source, "docx", "python-docx")
    yield from document(source, run_isolated("word_text", source, source.read(), _FAULTS))
