"""What a worker found in a document, as an article and what was left unread of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from index.errors import ArticleError
from index.readers.source import Source, as_text
from index.readers.unread import Unread, unread_of
from index.records import RawArticle, well_formed

OFFICE_FAULTS = {
    "damaged": (
        "is not a whole document; save it anew and try again",
        "不是完整的文档；请重新保存后重试",
    ),
    "bomb": (
        "unpacks to more than a document holds, or defines XML entities: it was not opened; save "
        "its text as .txt",
        "解压后过大或定义了 XML 实体，未打开；请将文本另存为 .txt",
    ),
}
"""What is said of documents that are zip archives of XML."""


def document(source: Source, found: Mapping[str, Any]) -> Iterator[RawArticle | Unread]:
    """The article of a document, named by its file, with the title that a worker found.

    Raises:
        ArticleError: there is no text in it.
    """
    text = well_formed(found["text"])
    if not text.strip():
        raise ArticleError(*_no_text(source.origin, sum(found.get("unread", {}).values())))
    name = as_text(source.stem)
    title = " ".join(well_formed(found["title"]).split())
    yield RawArticle(name, title or name, "", "", "", text, source.origin)
    yield from unread_of(source.origin, found.get("unread", {}))


def _no_text(origin: str, others: int) -> tuple[str, str]:
    if others:
        return (
            f"{origin!r} holds no text, only pictures or the like ({others}); save them as picture "
            "files, which can be read with: pip install 'juwen[ocr]'",
            f"{origin!r} 不含文本，只有图片等内容（{others} 个）；请将其另存为图片文件，"
            "安装 pip install 'juwen[ocr]' 后即可读取",
        )
    return (
        f"{origin!r} holds no text; check that it is the right file",
        f"{origin!r} 不含文本；请检查文件是否正确",
    )
