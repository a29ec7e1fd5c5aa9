"""PDF files: their text layer, and scanned pages where text recognition is installed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from index.errors import ArticleError
from index.readers import recognition
from index.readers.isolated import require, run_isolated
from index.readers.limits import MAX_PAGES
from index.readers.source import Source, as_text
from index.readers.unread import Unread, unread_of
from index.records import Layout, Problem, RawArticle, well_formed
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
}
_INSTALL = (
    "install text recognition with: pip install 'juwen[ocr]'",
    "请安装文字识别：pip install 'juwen[ocr]'",
)


def read_pdf(source: Source) -> Iterator[RawArticle | Problem | Unread]:
    """The text of all pages, one after the other. A PDF says when it was made, not published.

    Raises:
        ArticleError: it cannot be read, is encrypted or has no text.
    """
    require(source, "pypdfium2", "pypdfium2")
    data = source.read()
    found = run_isolated("pdf_text", source, data, _FAULTS)
    pages: list[str] = found["pages"]
    wordless: list[int] = sorted(found["pictures"] + found["nonsense"])
    recognised: dict[int, str] = {}
    if wordless and recognition.is_installed():
        recognised = recognition.of_pdf(source, data, wordless)
        pages = [recognised.get(number, page) for number, page in enumerate(pages)]
    missing = [number for number in wordless if number not in recognised]
    text = well_formed("\n".join(pages)).replace("\0", "")
    if not text.strip():
        raise ArticleError(*_no_text(source.origin, found["nonsense"], bool(wordless)))
    name = as_text(source.stem)
    title = well_formed(found["title"])
    if _UNTITLED.fullmatch(title):  # publishers leave these in; the file's name says more
        title = ""
    layout = Layout.RECOGNISED if recognised else Layout.PAGE
    yield RawArticle(name, title or name, "", "", "", text, source.origin, layout)
    if found["broken"]:
        yield _damaged(source.origin, found["broken"], len(pages))
    if missing:
        yield _not_read(source.origin, missing, len(pages))
    if recognised:
        yield recognition.recognised(source.origin, len(recognised))
    yield from unread_of(source.origin, found["unread"])


def _no_text(origin: str, nonsense: Sequence[int], wordless: bool) -> tuple[str, str]:
    if not wordless:
        return (
            f"{origin!r} holds no text; check that it is the right file",
            f"{origin!r} 不含文本；请检查文件是否正确",
        )
    if recognition.is_installed():
        return (
            f"{origin!r} has no text layer, and no text was recognised on its pages; scan it anew",
            f"{origin!r} 没有文字层，页面上也未识别出文字；请重新扫描",
        )
    if nonsense:
        return (
            f"{origin!r} does not say which characters its glyphs are; {_INSTALL[0]}",
            f"{origin!r} 的字体未注明字符编码，无法取得文字；{_INSTALL[1]}",
        )
    return (
        f"{origin!r} has no text layer: it is a scan; {_INSTALL[0]}",
        f"{origin!r} 没有文字层：这是扫描件；{_INSTALL[1]}",
    )


def _not_read(origin: str, numbers: Sequence[int], pages: int) -> Problem:
    installed = recognition.is_installed()
    named = page_ranges(numbers)
    return Problem(
        f"{len(numbers)} of the {pages} pages of {origin!r} have no text layer and were not read "
        f"(page {named}); {'scan them anew' if installed else _INSTALL[0]}",
        f"{origin!r} 共 {pages} 页，其中 {len(numbers)} 页没有文字层，未读取（第 {named} 页）；"
        f"{'请重新扫描' if installed else _INSTALL[1]}",
        lost=False,
    )


def _damaged(origin: str, numbers: Sequence[int], pages: int) -> Problem:
    named = page_ranges(numbers)
    return Problem(
        f"{len(numbers)} of the {pages} pages of {origin!r} are damaged or missing and were not read "
        f"(page {named}); save the file anew",
        f"{origin!r} 共 {pages} 页，其中 {len(numbers)} 页已损坏或缺失，未读取（第 {named} 页）；请重新保存文件",
        lost=False,
    )


def page_ranges(numbers: Sequence[int]) -> str:
    """Pages as people count them.

    >>> page_ranges([1, 2, 3, 6])
    '2–4, 7'
    """
    breaks = [0, *(i + 1 for i, (a, b) in enumerate(pairwise(numbers)) if b != a + 1), len(numbers)]
    runs = [(numbers[first] + 1, numbers[last - 1] + 1) for first, last in pairwise(breaks)]
    return ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in runs)
