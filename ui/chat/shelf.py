"""What is in the library, as HTML: counts, a bar a week, lists of articles. Pure functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from index.library.library import Heading, LibraryCounts
from index.records import Kind, Summary
from rag.records import Evidence
from ui.chat.markup import fill
from ui.chat.turns import about, snippet
from ui.language import say, say_message
from ui.show import kind_name
from ui.show_article import reason

MOST_BARS = 110
"""More weeks than these are shown as months."""

_MOST_ACCOUNTS = 200
_MOST_PROBLEMS = 20


@dataclass(frozen=True, slots=True)
class Bar:
    """The articles published from ``first`` to ``last``, both included; ``height`` in per cent."""

    first: date
    last: date
    count: int
    height: int = 0


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What cleaning did to the articles that an indexing run brought.

    Attributes:
        rules: In how many articles each rule was used.
        headings: The first of the articles.
    """

    rules: Mapping[str, int]
    headings: Sequence[Heading]


def library_html(name: str, counts: LibraryCounts, days: Mapping[date, int]) -> str:
    """The library panel, without its list of articles."""
    shown = bars(days)
    return fill(
        "library",
        name=name,
        counts=counts,
        bars=shown,
        monthly=bool(shown) and (shown[0].last - shown[0].first).days > 6,
        accounts=list(counts.accounts.items())[:_MOST_ACCOUNTS],
        more_accounts=max(0, len(counts.accounts) - _MOST_ACCOUNTS),
    )


def headings_html(headings: Sequence[Heading], *, more: int | None) -> str:
    """Articles of the library, newest first; ``more`` is where the list goes on."""
    return fill("headings", headings=headings, more=more, found=(), about=heading_about)


def found_html(evidence: Sequence[Evidence]) -> str:
    """Articles that a search of the library found, best first."""
    return fill("found", evidence=evidence, about=about, snippet=snippet)


def heading_about(one: Heading) -> str:
    return _about(one.date.isoformat() if one.date else None, one.account, one.kind)


def report_html(summary: Summary, cleaned: Cleaned) -> str:
    """What an indexing run did."""
    problems = [say_message(problem) for problem in summary.problems]
    return fill(
        "report",
        summary=summary,
        problems=problems[:_MOST_PROBLEMS],
        more_problems=max(0, len(problems) - _MOST_PROBLEMS),
        rules=[(reason(rule), count) for rule, count in Counter(cleaned.rules).most_common()],
        headings=cleaned.headings,
        about=heading_about,
    )


def bars(days: Mapping[date, int]) -> list[Bar]:
    """A bar for every week from the first article to the last, or every month where that is long."""
    if not days:
        return []
    first, last = min(days), max(days)
    weeks = (last - first).days // 7 + 1
    start, after = (_monday, _next_week) if weeks <= MOST_BARS else (_month, _next_month)
    counted = Counter[date]()
    for day, count in days.items():
        counted[start(day)] += count
    found: list[Bar] = []
    begin = start(first)
    while begin <= last:
        found.append(Bar(begin, after(begin) - timedelta(days=1), counted[begin]))
        begin = after(begin)
    tallest = max(bar.count for bar in found)
    return [Bar(bar.first, bar.last, bar.count, -(-100 * bar.count // tallest)) for bar in found]


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _next_week(day: date) -> date:
    return day + timedelta(days=7)


def _month(day: date) -> date:
    return day.replace(day=1)


def _next_month(day: date) -> date:
    return (day + timedelta(days=31)).replace(day=1)


def _about(day: str | None, account: str, kind: Kind) -> str:
    special = kind_name(kind) if kind is not Kind.ARTICLE else ""
    return " · ".join(part for part in (day or say("no date", "无日期"), account, special) if part)
