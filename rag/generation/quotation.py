"""Words of an article as they stand in a prompt, so that no text can end its own quotation."""

from __future__ import annotations

from dataclasses import dataclass

from index.records import Article
from rag.records import iso

_LONGEST_HEADING = 120


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words of an article, as they stand in a prompt.

    >>> print(Quotation("大桥全长3.2公里。", "东岸大桥通车", "试验号", "2025-06-20").numbered(1))
    [1] 2025-06-20 · 试验号 · 东岸大桥通车
    > 大桥全长3.2公里。
    """

    text: str
    title: str = ""
    account: str = ""
    date: str | None = None

    @classmethod
    def of(cls, article: Article, text: str) -> Quotation:
        return cls(text, article.heading, article.account, iso(article.date))

    def numbered(self, number: int) -> str:
        known = [one_line(part) for part in (self.date, self.account, self.title) if part]
        # str.splitlines knows every character that a reader may take for the end of a line.
        lines = (f"> {line}" for line in self.text.splitlines() if line.strip())
        return "\n".join([f"[{number}] {' · '.join(known)}".rstrip(), *lines])


def one_line(text: str) -> str:
    return " ".join(text.split())[:_LONGEST_HEADING]
