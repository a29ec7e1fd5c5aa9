"""Word documents (``.docx``)."""

from __future__ import annotations

from index.readers.isolated import require, run_isolated
from index.readers.source import Source, as_text
from index.records import RawArticle, well_formed

_FAULTS = {
    "damaged": (
        "is not a whole Word document; save it anew as .docx and try again",
        "不是完整的 Word 文档；请重新另存为 .docx 后重试",
    ),
    "old or encrypted": (
        "is encrypted or in the old .doc format; save it as .docx without a password",
        "已加密或为旧的 .doc 格式；请另存为无密码的 .docx",
    ),
    "bomb": (
        "unpacks to more than a document holds, or defines XML entities: it was not opened; save "
        "its text as .txt",
        "解压后过大或定义了 XML 实体，未打开；请将文本另存为 .txt",
    ),
}


def read_word(source: Source) -> RawArticle:
    """Its paragraphs and table rows as lines, the cells of a row with `` | `` between them.

    Raises:
        ArticleError: it cannot be read, or is too large or dangerous to open.
    """
    require(source, "docx", "python-docx")
    found = run_isolated("word_text", source, source.read(), _FAULTS)
    name = as_text(source.stem)
    title = well_formed(found["title"]) or name
    return RawArticle(name, title, "", "", "", well_formed(found["text"]), source.origin)
