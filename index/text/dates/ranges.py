"""Ranges and bounds: two dates that say from when to when, and words that open a date at one end.

A range or a bound is a reading made of readings, so it can be read of the past and of what lies ahead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from index.text.dates.periods import Clock, Period, shift
from index.text.dates.words import BOTH, CHINESE, ENGLISH

AHEAD_DAYS = 60
"""How far ahead the day of an event may lie that is named without its year."""

_ABOUT_DAYS = 3
_LONGEST_OPENING = 14
_LONGEST_FROM = 8
_TO, _AND, _LIST, _FROM = (BOTH.regex(name) for name in ("range", "and", "list", "opening"))
_BETWEEN, _AMONG = ENGLISH.regex("between"), CHINESE.regex("among")

_YEARS = frozenset({"whole_year", "year_said"})
_MONTHS = frozenset(
    {
        "month_or_day",
        "days_of_month",
        "days_before_month",
        "month_day",
        "day_month",
        "month_said",
        "part_of_month",
    }
)
_EDITIONS = ("度", "版", "级", "届")
"""Behind a year they make it a name, as in 2024年度: the days that follow need not lie in it."""

Reading = Callable[[Clock], Period]


@dataclass(frozen=True, slots=True)
class Found:
    """A date in a text, and how it is read.

    Attributes:
        rule: The name of the rule that found it; of a range, of its first date.
        bare: Whether it is a date only where the words around it say so.
    """

    start: int
    end: int
    read: Reading
    rule: str
    bare: bool = False


def join_ranges(text: str, found: Iterable[Found]) -> list[Found]:
    """Join two dates that say from when to when; months behind a year are that year's."""
    joined: list[Found] = []
    year: Found | None = None
    for each in found:
        last = joined[-1] if joined else None
        if each.rule in _YEARS and text[each.end : each.end + 1] not in _EDITIONS:
            year = each
        elif year and each.rule in _MONTHS:
            each = replace(each, read=_following(year.read, each.read))
        if last and _is_range(text, last, each):
            start = _with_from(text, last.start)
            read = _range(last.read, each.read)
            joined[-1] = Found(start, each.end, read, last.rule, last.bare and each.bare)
        elif last and _is_day_alone(each) and _LIST.fullmatch(text, last.end, each.start):
            joined.append(replace(each, read=_following(last.read, each.read), bare=False))
        else:
            joined.append(each)
    return joined


def _is_range(text: str, first: Found, second: Found) -> bool:
    if _TO.fullmatch(text, first.end, second.start):
        return True
    return bool(_AND.fullmatch(text, first.end, second.start)) and bool(
        _BETWEEN.search(text, max(0, first.start - 10), first.start)
        or _AMONG.match(text, second.end)
    )


def _is_day_alone(found: Found) -> bool:
    return found.rule in ("day_alone", "day_alone_bare")


def _with_from(text: str, start: int) -> int:
    """Where the words begin, with 从 or "from"."""
    opening = _FROM.search(text, max(0, start - _LONGEST_FROM), start)
    return opening.start() if opening else start


def _following(first: Reading, second: Reading) -> Reading:
    """The 25日 of 9月24日和25日: of the same month."""
    return lambda clock: second(replace(clock, after=first(clock).date_from))


def _range(first: Reading, last: Reading) -> Reading:
    def read(clock: Clock) -> Period:
        start = first(clock)
        return Period(start.date_from, last(replace(clock, after=start.date_from)).date_to)

    return read


def _itself(period: Period) -> Period:
    return period


def _about(period: Period) -> Period:
    return period.moved(-_ABOUT_DAYS, _ABOUT_DAYS)


def _before(period: Period) -> Period:
    return Period(None, shift(period.date_from, -1) if period.date_from else None)


def _until(period: Period) -> Period:
    return Period(None, period.date_to)


def _since(period: Period) -> Period:
    return Period(period.date_from, None)


def _beyond(period: Period) -> Period:
    """国庆后: from the day after the holiday."""
    return Period(shift(period.date_to, 1) if period.date_to else None, None)


_LAST_DAYS = ("底", "末")

_Bound = Callable[[Period], Period]
_AFTER: list[tuple[str, _Bound]] = [
    ("about", _about),
    ("itself", _itself),
    ("before", _before),
    ("since", _since),
    ("until", _until),
]
_SUFFIXES = [
    (rules.regex(f"{name}_after"), bound)
    for name, bound in _AFTER
    for rules in (CHINESE, ENGLISH)
    if f"{name}_after" in rules
]
_PREFIXES = [
    (rules.regex(f"{name}_before"), bound)
    for name, bound in [
        ("until", _until),
        ("before", _before),
        ("since", _since),
        ("about", _about),
    ]
    for rules in (CHINESE, ENGLISH)
    if f"{name}_before" in rules
]


def widen(text: str, found: Iterable[Found]) -> list[Found]:
    """Widen what is said to be before, since or about a date."""
    widened: list[Found] = []
    for each in found:
        if not widened or each.start >= widened[-1].end:
            widened.append(_widened(text, each))
    return widened


def _widened(text: str, found: Found) -> Found:
    beyond = _beyond if found.rule == "holiday" else _since
    for pattern, bound in _SUFFIXES:
        if suffix := pattern.match(text, found.end):
            start = _with_from(text, found.start) if bound is _since else found.start
            bound = beyond if bound is _since else bound
            if bound is _before and text.endswith(_LAST_DAYS, found.start, found.end):
                bound = _until  # 月底前 is by the month's end
            return replace(found, start=start, end=suffix.end(), read=_bounded(found.read, bound))
    for pattern, bound in _PREFIXES:
        if prefix := pattern.search(text, max(0, found.start - _LONGEST_OPENING), found.start):
            if bound is _since and not prefix.groupdict().get("since"):
                bound = beyond
            return replace(found, start=prefix.start(), read=_bounded(found.read, bound))
    return found


def _bounded(read: Reading, bound: _Bound) -> Reading:
    if bound not in (_before, _until):
        return lambda clock: bound(read(clock))
    # What was published before a day may have been so before one still to come.
    return lambda clock: bound(read(replace(clock, ahead=AHEAD_DAYS)))
