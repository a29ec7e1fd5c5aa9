"""Picture files: photographed and scanned pages."""

from __future__ import annotations

from collections.abc import Iterator

from index.readers import recognition
from index.readers.isolated import require
from index.readers.source import Source, as_text
from index.readers.unread import Unread, What
from index.records import Layout, RawArticle, well_formed

_FAULTS = {
    "damaged": (
        "is not a whole picture; save it anew as .png or .jpg and try again",
        "不是完整的图片；请重新另存为 .png 或 .jpg 后重试",
    ),
}


def read_picture(source: Source) -> Iterator[RawArticle | Unread]:
    """The text that is recognised in it, as that of a newspaper page.

    Raises:
        ArticleError: it cannot be read.
    """
    require(source, "rapidocr_onnxruntime", "rapidocr-onnxruntime", "ocr")
    pages = recognition.of_picture(source, _FAULTS)
    text = well_formed("\n".join(pages))
    if not text.strip():
        yield Unread(What.WORDLESS, source.origin, 1)
        return
    name = as_text(source.stem)
    yield RawArticle(name, name, "", "", "", text, source.origin, Layout.RECOGNISED)
    yield recognition.recognised(source.origin, len(pages))
