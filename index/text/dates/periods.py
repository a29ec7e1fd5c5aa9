"""Days from one to another, and the months, weeks and holidays that they make."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, timedelta
from functools import lru_cache

from borax.calendars.lunardate import LunarDate, TermUtils  # type: ignore[import-untyped]

from index.text.dates.words import HOLIDAYS

_LEAP_CYCLE = 8
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Period:
    """Days from the first to the last, both included; ``None`` is an open end."""

    date_from: date | None
    date_to: date | None

    def moved(self, first: int, last: int) -> Period:
        """The period with its ends so many days later."""
        return Period(
            shift(self.date_from, first) if self.date_from else None,
            shift(self.date_to, last) if self.date_to else None,
        )


@dataclass(frozen=True, slots=True)
class Clock:
    """What a date without a year is reckoned from.

    Attributes:
        today: The day of the question.
        ahead: How many days after today the date may lie.
        after: The first day of the range that the date ends; it then lies on that day or later.
    """

    today: date
    ahead: int = 0
    after: date | None = None

    def latest(self, in_year: Callable[[int], Period]) -> Period:
        """The latest period that has begun, of one that there is every year.

        >>> Clock(date(2025, 10, 20)).latest(lambda year: month_of(year, 11)).date_from
        datetime.date(2024, 11, 1)
        """
        if self.after:
            years = range(self.after.year, self.after.year + _LEAP_CYCLE)
        else:
            years = range(self.today.year + 1, self.today.year - _LEAP_CYCLE, -1)
        for year in years:
            period = _or_none(in_year, year)
            if period and period.date_from and self._fits(period.date_from):
                return period
        raise ValueError("no such day")

    def _fits(self, day: date) -> bool:
        return day >= self.after if self.after else day <= self.today + timedelta(days=self.ahead)


def hull(periods: Sequence[Period]) -> Period:
    """The shortest period that holds all of ``periods``."""
    firsts, lasts = [p.date_from for p in periods], [p.date_to for p in periods]
    return Period(
        None if None in firsts else min(d for d in firsts if d),
        None if None in lasts else max(d for d in lasts if d),
    )


def shift(day: date, days: int) -> date:
    return date.fromordinal(day.toordinal() + days)


def month_start(year: int, month: int) -> date:
    """The first day of a month; month 0 is the December before, month 13 the January after."""
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


def months_back(day: date, months: int) -> date:
    start = month_start(day.year, day.month - months)
    return start.replace(day=min(day.day, _length(start)))


def day_of(day: date) -> Period:
    return Period(day, day)


def month_of(year: int, month: int) -> Period:
    return months_of(year, month, month)


def months_of(year: int, first: int, last: int) -> Period:
    return Period(month_start(year, first), shift(month_start(year, last + 1), -1))


def days_of(year: int, month: int, first: int, last: int) -> Period:
    """From one day of a month to another, or to its last one where it is shorter."""
    start = month_start(year, month)
    return Period(start.replace(day=first), start.replace(day=min(last, _length(start))))


def _length(start: date) -> int:
    """The days of the month that begins on a day."""
    return (month_start(start.year, start.month + 1) - start).days


def week_of(today: date, weeks: int) -> Period:
    """Monday to Sunday of the week ``weeks`` after today's."""
    monday = shift(today, 7 * weeks - today.weekday())
    return Period(monday, shift(monday, 6))


def weekend_of(today: date, weeks: int) -> Period:
    return week_of(today, weeks).moved(_SATURDAY, 0)


def last_weekend(today: date) -> Period:
    return weekend_of(today, 0 if today.weekday() >= _SATURDAY else -1)


def holiday_of(name: str, year: int) -> Period:
    """The days of a Chinese holiday, about as long as people are off.

    >>> holiday_of("中秋", 2025)
    Period(date_from=datetime.date(2025, 10, 5), date_to=datetime.date(2025, 10, 7))
    """
    told = HOLIDAYS[name]
    if isinstance(told, str):
        return holiday_of(told, year)
    if "term" in told:
        day = _solar_term(year, told["term"])
    else:
        day = _lunar(year, *told["lunar"]) if "lunar" in told else date(year, *told["day"])
    before, after = told["off"]
    return day_of(day).moved(-before, after)


@lru_cache(maxsize=512)
def _lunar(year: int, month: int, day: int) -> date:
    found: date = LunarDate(year, month, day).to_solar_date()
    return found


@lru_cache(maxsize=64)
def _solar_term(year: int, name: str) -> date:
    found: date = TermUtils.nth_term_day(year, TermUtils.get_index_for_name(name))
    return found


def _or_none(in_year: Callable[[int], Period], year: int) -> Period | None:
    try:
        return in_year(year) if MINYEAR < year < MAXYEAR else None
    except ValueError:  # 29 February, or a year the lunar calendar does not reach
        return None
