"""PDF files with a text layer."""

from __future__ import annotations

from index.readers.isolated import require, run_isolated
from index.readers.limits import MAX_PAGES
from index.readers.source import Source, as_text
from index.records import Layout, RawArticle, well_formed
from index.text.rules import load_rules

_UNTITLED = load_rules("index.readers", "zh/titles").regex("untitled")

_FAULTS = {
    "encrypted": (
        "is encrypted; save a copy without a password and try again",
        "已加密；请另存为无密码的副本后重试",
    ),
    "pages": (
        f"has over {MAX_PAGES} pages; split it",
        f"超过 {MAX_PAGES} 页；请拆分",
    ),
    "bomb": (
        "unpacks to more than a page holds; save its text as .txt",
        "解压后过大；请将文本另存为 .txt",
    ),
    "scan": (
        "has no text layer: it is a scan, run OCR on it first",
        "没有文字层：这是扫描件，请先做文字识别（OCR）",
    ),
    "garbled": (
        "does not say which characters its glyphs are; run OCR on it first",
        "的字体未注明字符编码，无法取得文字；请先做文字识别（OCR）",
    ),
}


def read_pdf(source: Source) -> RawArticle:
    """The text of all pages, one after the other. A PDF says when it was made, not published.

    Raises:
        ArticleError: it cannot be read, is encrypted or has no text layer.
    """
    require(source, "pypdf", "pypdf")
    found = run_isolated("pdf_text", source, source.read(), _FAULTS)
    name = as_text(source.stem)
    title = well_formed(found["title"])
    if _UNTITLED.fullmatch(title):  # publishers leave these in; the file's name says more
        title = ""
    text = well_formed(found["text"]).replace("\0", "")
    return RawArticle(name, title or name, "", "", "", text, source.origin, Layout.PAGE)
