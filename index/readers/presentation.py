"""Presentations (``.pptx``)."""

from __future__ import annotations

from collections.abc import Iterator

from index.readers.document import OFFICE_FAULTS, document
from index.readers.isolated import require, run_isolated
from index.readers.limits import MAX_PAGES
from index.readers.source import Source
from index.readers.unread import Unread
from index.records import RawArticle

_FAULTS = OFFICE_FAULTS | {
    "old or encrypted": (
        "is encrypted or in the old .ppt format; save it as .pptx without a password",
        "已加密或为旧的 .ppt 格式；请另存为无密码的 .pptx",
    ),
    "pages": (f"has over {MAX_PAGES} slides; split it", f"超过 {MAX_PAGES} 张幻灯片；请拆分"),
}


def read_presentation(source: Source) -> Iterator[RawArticle | Unread]:
    """The text of its slides, each with the speaker's notes; hidden slides are left out.

    Raises:
        ArticleError: it cannot be read, or is too large or dangerous to open.
    """
    require(source, "pptx", "python-pptx")
    yield from document(source, run_isolated("slides_text", source, source.read(), _FAULTS))
