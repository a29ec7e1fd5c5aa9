"""What is left unread, tallied: one line for each kind of it, with how many of which."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from index.records import Problem

_MOST_NAMED, _MOST_DETAILS = 3, 1000


class What(StrEnum):
    """The parts of documents that are not read, or whose text is not sure."""

    PICTURES = "pictures"
    CHARTS = "charts"
    FORMULAS = "formulas"
    ATTACHMENTS = "attachments"
    COMMENTS = "comments"
    MARGINS = "margins"
    SHEETS = "sheets"
    HIDDEN = "hidden"
    STRUCK = "struck"
    WORDLESS = "wordless"
    RECOGNISED = "recognised"


@dataclass(frozen=True, slots=True)
class Unread:
    """Something of a file that was read that is not text.

    Attributes:
        origin: The file.
        count: How many there are of it.
    """

    what: What
    origin: str
    count: int


def unread_of(origin: str, counts: Mapping[str, int]) -> Iterator[Unread]:
    """What a worker has counted, by the names of ``What``."""
    return (Unread(What(name), origin, count) for name, count in counts.items() if count)


class Tally:
    """Adds up what is left unread while files are read."""

    def __init__(self) -> None:
        self._parts: dict[What, Counter[str]] = {}

    def add(self, unread: Unread) -> None:
        self._parts.setdefault(unread.what, Counter())[unread.origin] += unread.count

    def problems(self) -> Iterator[Problem]:
        """A line for each kind, in the order of ``What``."""
        for what in What:
            if counts := self._parts.get(what):
                yield _line(what, counts)


def _line(what: What, counts: Counter[str]) -> Problem:
    english, chinese = _SAID[what]
    total, files = counts.total(), len(counts)
    named = few(f"{origin!r}: {count}" for origin, count in counts.most_common(_MOST_NAMED + 1))
    return Problem(
        f"{english.format(n=total)} ({files} file{'s' * (files > 1)}; {named[0]})",
        f"{chinese.format(n=total)}（{files} 个文件；{named[1]}）",
        lost=False,
        harmless=True,
        details=tuple(f"{origin}: {n}" for origin, n in counts.most_common(_MOST_DETAILS)),
    )


def few(names: Iterable[str]) -> tuple[str, str]:
    """The first of many names, as English and as Chinese enumerate them."""
    listed = list(names)
    first = listed[:_MOST_NAMED]
    more = len(listed) > len(first)
    return ", ".join(first) + ", …" * more, "、".join(first) + "……" * more


_SAID: Mapping[What, tuple[str, str]] = {
    What.PICTURES: (
        "{n} pictures in documents are not read; what matters in them, save as picture files",
        "文档中的 {n} 张图片未读取；其中的重要文字请另存为图片文件",
    ),
    What.CHARTS: (
        "{n} charts in documents are not read; add their figures as tables",
        "文档中的 {n} 个图表未读取；请将其数据写成表格",
    ),
    What.FORMULAS: (
        "{n} formulas that are pictures are not read; write them with the program's own editor",
        "{n} 个以图片形式插入的公式未读取；请改用软件自带的公式编辑器",
    ),
    What.ATTACHMENTS: (
        "{n} files embedded in documents are not read; save them as files of their own",
        "嵌入文档的 {n} 个附件未读取；请另存为单独的文件",
    ),
    What.COMMENTS: (
        "{n} comments in the margin are left out",
        "{n} 条批注未收录",
    ),
    What.MARGINS: (
        "{n} headers and footers of pages are left out",
        "{n} 处页眉页脚未收录",
    ),
    What.SHEETS: (
        "{n} hidden sheets are left out",
        "{n} 个隐藏的工作表未收录",
    ),
    What.HIDDEN: (
        "{n} hidden passages are left out",
        "{n} 处隐藏文字未收录",
    ),
    What.STRUCK: (
        "{n} passages that are struck out are left out",
        "{n} 处带删除线的文字未收录",
    ),
    What.WORDLESS: (
        "{n} picture files show no text that could be recognised",
        "{n} 个图片文件中未识别出文字",
    ),
    What.RECOGNISED: (
        "{n} pages have text that was recognised from pictures and may hold errors",
        "{n} 页文字由图片识别而来，可能有误",
    ),
}
