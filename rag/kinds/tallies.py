"""How many of some articles there are of each day, account, language and so on, and what is said of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import product

from index.library.library import Library
from index.records import Kind
from index.text.dates.periods import Period, day_of, month_of, months_of, week_of
from index.text.language import Language
from rag.kinds.selection import LANGUAGES, Selection, are_apart, period_in_words
from rag.question.catalogue import Clause, Group

_NAMED = 6
"""Groups that are named where several have as many articles."""

_KINDS = {
    Kind.ARTICLE: ("一般文章", "articles of their own"),
    Kind.IMAGE_ONLY: ("没有正文的", "without text"),
    Kind.DIGEST: ("汇总", "digests"),
    Kind.REPRINT: ("与其他文章内容重复的", "that repeat another"),
}
_WEEKDAYS = "一二三四五六日"
_NO_ACCOUNT = ("未注明账号", "no account named")
_OTHER_LANGUAGE = ("其他语言", "other languages")

UNITS = {
    Group.ACCOUNT: ("账号", "account"),
    Group.DAY: ("天", "day"),
    Group.WEEK: ("周", "week"),
    Group.MONTH: ("个月", "month"),
    Group.YEAR: ("年", "year"),
    Group.WEEKDAY: ("天", "day of the week"),
    Group.LANGUAGE: ("种语言", "language"),
    Group.KIND: ("类", "kind"),
}


@dataclass(frozen=True, slots=True)
class Bar:
    """A group of articles.

    Attributes:
        label: As it is called.
        of: Its articles; ``None`` where no filter tells them.
    """

    label: str
    count: int
    of: Selection | None = None


def tally(group: Group, selection: Selection, library: Library, *, in_english: bool) -> list[Bar]:
    """How many there are of each group: of days in their order, of all else the most first."""
    if group in _PERIODS:
        return list(_by_period(_PERIODS[group], selection, library, in_english))
    if group is Group.WEEKDAY:
        return _by_weekday(selection, library, in_english)
    counts = library.counts(selection.filters)
    if group is Group.ACCOUNT:
        return [
            Bar(name or _NO_ACCOUNT[in_english], count, _of_account(selection, name))
            for name, count in counts.accounts.items()
        ]
    if group is Group.LANGUAGE:
        return [
            Bar(
                LANGUAGES.get(one, _OTHER_LANGUAGE)[in_english], count, _in_language(selection, one)
            )
            for one, count in ((Language(name), count) for name, count in counts.languages.items())
        ]
    return [Bar(_KINDS[Kind(name)][in_english], count) for name, count in counts.kinds.items()]


def named_bars(
    clause: Clause, selection: Selection, library: Library, *, in_english: bool
) -> list[Bar]:
    """How many there are of each of several days, accounts or languages that a clause names; none
    where it names no two of a sort."""
    periods = clause.periods if are_apart(clause.periods) else ()
    accounts = clause.accounts if len(clause.accounts) > 1 else ()
    languages = clause.languages if len(clause.languages) > 1 else ()
    if not (periods or accounts or languages):
        return []
    return [
        _named_bar(selection, library, in_english, *named)
        for named in product(accounts or [None], languages or [None], periods or [None])
    ]


def _named_bar(
    selection: Selection,
    library: Library,
    in_english: bool,
    account: str | None,
    language: Language | None,
    period: Period | None,
) -> Bar:
    filters = selection.filters
    words = []
    if account:
        filters = replace(filters, accounts=(account,))
        words.append(account)
    if period:
        filters = replace(filters, date_from=period.date_from, date_to=period.date_to)
        words.append(period_in_words(period, in_english=in_english).strip())
    if language:
        filters = replace(filters, languages=(language,))
        words.append(LANGUAGES[language][in_english])
    of = replace(selection, filters=filters)
    return Bar(" ".join(words), library.counts(filters).articles, of)


def _of_account(selection: Selection, name: str) -> Selection | None:
    return (
        replace(selection, filters=replace(selection.filters, accounts=(name,))) if name else None
    )


def _in_language(selection: Selection, language: Language) -> Selection:
    return replace(selection, filters=replace(selection.filters, languages=(language,)))


def _week(day: date) -> Period:
    return week_of(day, 0)


def _month(day: date) -> Period:
    return month_of(day.year, day.month)


def _year(day: date) -> Period:
    return months_of(day.year, 1, 12)


_PERIODS: Mapping[Group, Callable[[date], Period]] = {
    Group.DAY: day_of,
    Group.WEEK: _week,
    Group.MONTH: _month,
    Group.YEAR: _year,
}


def _by_period(
    period_of: Callable[[date], Period], selection: Selection, library: Library, in_english: bool
) -> Iterator[Bar]:
    counted: Counter[Period] = Counter()
    for day, count in library.days(selection.filters).items():
        counted[period_of(day)] += count
    for period, count in counted.items():
        label = period_in_words(period, in_english=in_english).strip()
        yield Bar(label, count, selection.of(period))


def _by_weekday(selection: Selection, library: Library, in_english: bool) -> list[Bar]:
    counted: Counter[int] = Counter()
    days: dict[int, date] = {}
    for day, count in library.days(selection.filters).items():
        counted[day.weekday()] += count
        days[day.weekday()] = day
    return [
        Bar(f"{days[at]:%A}" if in_english else f"星期{_WEEKDAYS[at]}", counted[at])
        for at in sorted(counted)
    ]


def extreme(bars: Sequence[Bar], *, most: bool) -> list[Bar]:
    """The bars of the most or the fewest articles."""
    counts = [bar.count for bar in bars]
    wanted = max(counts) if most else min(counts)
    return [bar for bar in bars if bar.count == wanted]


def extreme_in_words(
    bars: Sequence[Bar], group: Group, total: int | None, *, most: bool, of: int, in_english: bool
) -> str:
    """What is said of the bars with the most or the fewest articles.

    Args:
        total: Of which their share is told; ``None`` where it is not asked for.
        of: How many bars there are in all.
    """
    count, labels = bars[0].count, _named(bars, in_english)
    share = share_in_words(count, total, in_english=in_english) if total else ""
    unit = UNITS[group][in_english]
    if in_english:
        articles = many(count, "article")
        if len(bars) == of > 1:
            return f"All {of} {_plural(unit)} have as many: {articles}{share} each."
        if len(bars) > 1:
            degree = "most" if most else "fewest"
            return (
                f"{len(bars)} {_plural(unit)} share the {degree}, {articles} each{share}: {labels}."
            )
        return f"The {unit} with the {'most' if most else 'fewest'} articles is {labels}: {count}{share}."
    groups = counted(len(bars), group, in_english=False)
    if len(bars) == of > 1:
        return f"有文章的 {groups}一样多，各 {count} 篇{share}。"
    degree = "最多" if most else "最少"
    least = "" if most or group not in _PERIODS else "（没有文章的不计）"
    if len(bars) > 1:
        return f"文章{degree}的有 {groups}并列，各 {count} 篇{share}{least}：{labels}。"
    one = f"一{unit}" if group in _PERIODS else unit.removeprefix("种")
    return f"文章{degree}的{one}是{_spaced(labels)}，共 {count} 篇{share}{least}。"


def counted(count: int, group: Group, *, in_english: bool) -> str:
    """So many groups."""
    unit = UNITS[group][in_english]
    if in_english:
        return f"{count} {unit if count == 1 else _plural(unit)}"
    return f"{count} 个账号" if group is Group.ACCOUNT else f"{count} {unit}"


def _plural(unit: str) -> str:
    return unit.replace("day of", "days of") if " " in unit else f"{unit}s"


def _spaced(label: str) -> str:
    """A label behind Chinese words: a blank before figures and Latin letters."""
    return f" {label}" if label[:1].isascii() else label


def _named(bars: Sequence[Bar], in_english: bool) -> str:
    labels = [bar.label for bar in bars[:_NAMED]]
    rest = len(bars) - len(labels)
    if in_english:
        return ", ".join(labels) + (f" and {rest} more" if rest else "")
    return "、".join(labels) + (f"等 {len(bars)} 个" if rest else "")


def bars_in_words(bars: Sequence[Bar], total: int | None, *, in_english: bool, most: int) -> str:
    """All bars side by side, with their shares where ``total`` is given; ``most`` at most."""
    shown = [
        f"{bar.label}: {bar.count}{share_in_words(bar.count, total, in_english=True)}"
        if in_english
        else f"{_led(bar.label)}{bar.count} 篇{share_in_words(bar.count, total, in_english=False)}"
        for bar in bars[:most]
    ]
    rest = len(bars) - len(shown)
    if in_english:
        return ", ".join(shown) + (f" and {rest} more" if rest else "") + "."
    return "，".join(shown) + (f"，另有 {rest} 项" if rest else "") + "。"


def _led(label: str) -> str:
    return label if label.endswith("）") else f"{label} "


def compared_in_words(bars: Sequence[Bar], *, in_english: bool) -> str:
    """Which of two bars has more articles, and how many more."""
    if len(bars) != 2:
        return ""
    fewer, more = sorted(bars, key=lambda bar: bar.count)
    by = more.count - fewer.count
    if in_english:
        return f" {more.label} has {by} more." if by else " They have as many."
    return f"{_led(more.label)}多 {by} 篇。" if by else "两者一样多。"


def share_in_words(count: int, total: int | None, *, in_english: bool) -> str:
    """The share in brackets; ``""`` without a total."""
    if not total:
        return ""
    share = f"{100 * count / total:.1f}%"
    return f" ({share})" if in_english else f"（占 {share}）"


def many(count: int, of: str) -> str:
    return f"{count} {of}{'' if count == 1 else 's'}"
