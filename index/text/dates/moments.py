"""The dates that a text names, part by part, and whether one may be said for another.

A date of an article is completed from the day of its publication: 9月24日 lies in its year, unless
another one brings it far nearer, 昨日 is the day before, 今年 its year. A date of a sentence claims the parts that
it names and no others: 9月 may be said of 9月24日, not the other way round.

``index.text.dates.phrases`` reads what a question means by a date, as days from and to; here it counts
which parts were said, and a day is read wherever it stands (总理24日表示), which a question has guards for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from index.text.dates.words import BOTH, CHINESE, DAYS_AWAY, ENGLISH, YEARS_AWAY, part_number
from index.text.script import fold_characters


@dataclass(frozen=True, slots=True)
class Moment:
    """A date in a text; ``None`` is a part that it does not name.

    Attributes:
        start: Where it begins, in characters of the text.
        end: Where it ends.
        away: Of a date that is told from another (昨日, 今年): how many days or years away.
    """

    start: int
    end: int
    year: int | None = None
    month: int | None = None
    day: int | None = None
    away: int | None = None

    @property
    def parts(self) -> tuple[bool, bool, bool]:
        """Whether year, month and day are named."""
        return self.year is not None, self.month is not None, self.day is not None


_ANOTHER_YEAR = 120
"""By how many days another year has to be nearer than that of the publication: it is mostly named (明年3月)."""

_RULES = [
    BOTH.regex("said_full_date"),
    *map(CHINESE.regex, ["said_month_or_day", "said_whole_year", "said_day", "said_relative_day"]),
    *map(ENGLISH.regex, ["said_month_day", "said_day_month", "said_month_year", "said_month"]),
    *map(ENGLISH.regex, ["said_year", "said_relative"]),
]
_FROM_PREPOSITION = (ENGLISH.regex("said_month"), ENGLISH.regex("said_year"))


def find_moments(text: str) -> list[Moment]:
    """The dates of ``text`` in order, as far as they are named.

    >>> [(m.year, m.month, m.day) for m in find_moments("2025年9月24日起，至9月30日")]
    [(2025, 9, 24), (None, 9, 30)]
    """
    return [moment for match in _matches(fold_characters(text)) if (moment := _moment(match))]


def _matches(text: str) -> Iterator[re.Match[str]]:
    """The matches of all rules, none within another; of two that begin together the first rule's."""
    nearest = [rule.search(text) for rule in _RULES]
    while any(nearest):
        first = min(filter(None, nearest), key=re.Match.start)
        yield first
        for at, rule in enumerate(_RULES):
            found = nearest[at]
            if found and found.start() < first.end():
                nearest[at] = rule.search(text, first.end())


def _moment(match: re.Match[str]) -> Moment | None:
    named = {name: said for name, said in match.groupdict().items() if said}
    start = match.start(1) if match.re in _FROM_PREPOSITION else match.start()
    moment = Moment(start, match.end())
    if "day_away" in named:
        return replace(moment, day=0, away=DAYS_AWAY[named["day_away"].lower()])
    if "year_away" in named:
        moment = replace(moment, year=0, away=YEARS_AWAY[named["year_away"].lower()])
    parts = {part: part_number(said) for part, said in named.items() if part != "year_away"}
    month, day = parts.get("month"), parts.get("day")
    exists = (month is None or 1 <= month <= 12) and (day is None or 1 <= day <= 31)
    return replace(moment, **parts) if exists else None


def complete(moment: Moment, published: date | None) -> Moment:
    """``moment`` with the parts that the day of publication tells; itself where there is none.

    >>> told = complete(find_moments("昨日")[0], date(2025, 10, 1))
    >>> (told.year, told.month, told.day)
    (2025, 9, 30)
    """
    if published is None:
        return _vague(moment)
    if moment.away is not None and moment.year is not None:
        return replace(moment, year=published.year + moment.away, away=None)
    if moment.away is not None:
        day = published + timedelta(days=moment.away)
        return Moment(moment.start, moment.end, day.year, day.month, day.day)
    if moment.year is None and moment.month is not None:
        return replace(moment, year=_nearest_year(moment.month, moment.day, published))
    if moment.month is None and moment.day is not None:
        return _nearest_month(moment, published)
    return moment


def day_named(moment: Moment) -> date | None:
    """The day that a moment names whole; ``None`` where a part is missing, or there is no such day.

    >>> [day_named(moment) for moment in find_moments("2025年6月30日，2025年6月31日，6月")]
    [datetime.date(2025, 6, 30), None, None]
    """
    if not (moment.year and moment.month and moment.day):
        return None
    try:
        return date(moment.year, moment.month, moment.day)
    except ValueError:
        return None


def _vague(moment: Moment) -> Moment:
    """A date told from an unknown day says no year and no day."""
    if moment.away is None:
        return moment
    return replace(moment, year=None, day=None if moment.month is None else moment.day, away=None)


def _nearest_year(month: int, day: int | None, published: date) -> int:
    """The year that brings a day near to the publication, that of the publication rather than another."""

    def distance(year: int) -> int:
        days = abs((date(year, month, min(day or 15, 28)) - published).days)
        return days + (_ANOTHER_YEAR if year != published.year else 0)

    return min((published.year, published.year - 1, published.year + 1), key=distance)


def _nearest_month(moment: Moment, published: date) -> Moment:
    """24日 of the month that brings it nearest to the publication."""
    day = min(moment.day or 1, 28)
    months = [published.year * 12 + published.month - 1 + step for step in (0, -1, 1)]
    near = min(months, key=lambda m: abs((date(m // 12, m % 12 + 1, day) - published).days))
    return replace(moment, year=near // 12, month=near % 12 + 1)


def agrees(said: Moment, stands: Moment) -> bool:
    """Whether every part that ``said`` names is the same in ``stands``.

    >>> said, stands = find_moments("9月；2025-09-24")
    >>> agrees(said, stands), agrees(stands, said)
    (True, False)
    """
    pairs = ((said.year, stands.year), (said.month, stands.month), (said.day, stands.day))
    return all(one is None or one == other for one, other in pairs)


def blank(text: str, moments: Iterable[Moment]) -> str:
    """``text`` with each date made spaces, so that its numbers are not read again."""
    return blank_spans(text, ((moment.start, moment.end) for moment in moments))


def blank_spans(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """``text`` with each part that was read made spaces."""
    letters = list(text)
    for start, end in spans:
        letters[start:end] = " " * (end - start)
    return "".join(letters)
