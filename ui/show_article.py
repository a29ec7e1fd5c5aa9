"""One article of a library with what cleaning did to it, as text for a terminal. Pure functions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index.cleaning.clean import REASONS
from index.records import Article, Change, RawArticle
from ui.language import say
from ui.show import kind_name, printable, recognised_name

_LONGEST_QUOTE = 160


@dataclass(frozen=True, slots=True)
class Inspected:
    """An article with all that the library knows of it.

    Attributes:
        originals: Titles of the articles that it copies, by their ids; ``""`` for one that is gone.
    """

    article: Article
    raw: RawArticle
    changes: Sequence[Change]
    originals: Mapping[str, str]

    def taken(self, change: Change) -> str:
        """The raw words that a change took out."""
        return change.span.of(self.raw.content)


def show_article(found: Inspected) -> str:
    """What the article is, every change with its reason, then the cleaned text."""
    article = found.article
    rows = [
        (say("id", "编号"), article.article_id),
        (say("column", "栏目"), article.column),
        (say("account", "公众号"), article.account),
        (say("date", "日期"), str(article.date or "")),
        (say("source", "来源"), article.source),
        (say("kind", "类型"), kind_name(article.kind)),
        *([(say("text", "文字"), recognised_name())] if article.recognised else []),
        (say("originals", "所据原文"), _originals(found)),
        (say("url", "链接"), article.url),
        (say("file", "文件"), found.raw.origin),
        (say("characters", "字符"), f"{len(found.raw.content)} → {len(article.text)}"),
        (say("changes", "改动"), str(len(found.changes))),
    ]
    lines = [one_line(article.title) or one_line(article.article_id)]
    lines += [f"{name}: {one_line(value) or '–'}" for name, value in rows]
    lines += ["", *_changes(found)] if found.changes else []
    return "\n".join([*lines, "", displayed(article.text) or nothing_said()])


def nothing_said() -> str:
    """What stands in place of the text of an article that has none."""
    return say("(no text: found by its title)", "（无正文：按标题可查）")


def _originals(found: Inspected) -> str:
    return say("; ", "；").join(
        f"{article_id} ({title})" if title else article_id
        for article_id, title in found.originals.items()
    )


def _changes(found: Inspected) -> list[str]:
    """Every change, those that are the same once with how often they were made."""
    counted = Counter((c.rule, found.taken(c), c.put) for c in found.changes)
    lines: list[str] = []
    for (rule, taken, put), times in counted.items():
        often = f" x{times}" if times > 1 else ""
        lines.append(f"{rule} · {reason(rule)}{often}")
        moved = put and one_line(put) == one_line(taken)
        lines.append(f"  {'↓' if moved else '-'} {quoted(taken)}")
        if put and not moved:
            lines.append(f"  + {quoted(put)}")
    return lines


def reason(rule: str) -> str:
    """Why a rule does what it does, in the reader's language."""
    return say(*REASONS.get(rule, (rule, rule)))


def quoted(text: str, longest: int = _LONGEST_QUOTE) -> str:
    """Words of an article on one line, shortened in the middle, in quotation marks."""
    return f"“{shortened(one_line(text), longest)}”" if one_line(text) else say("a space", "空格")


def shortened(text: str, longest: int) -> str:
    """``text`` with its middle left out where it is longer than ``longest`` characters.

    >>> shortened("一二三四五六七八九", 5)
    '一二 … 八九'
    """
    half = longest // 2
    return text if len(text) <= longest else f"{text[:half]} … {text[-half:]}"


_LINE_END = re.compile(r"\r\n?|[\n\v\f\x1c-\x1e\x85\u2028\u2029]")
_SPACE = re.compile(r"[^\S\n]")


def displayed(text: str) -> str:
    """``text`` to look at: one kind of line end and of space, nothing that steers the terminal."""
    return printable(_SPACE.sub(" ", _LINE_END.sub("\n", text)))


def one_line(text: str) -> str:
    return " ".join(displayed(text).split())
