"""Which days a match of a rule means: one function a kind of date, Chinese and English alike."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from index.text.dates.periods import (
    Clock,
    Period,
    day_of,
    days_of,
    holiday_of,
    last_weekend,
    month_of,
    month_start,
    months_back,
    months_of,
    shift,
    week_of,
    weekend_of,
)
from index.text.dates.words import (
    COUNTS,
    DAYS_AWAY,
    MONTH_PARTS,
    STEPS,
    UNIT_DAYS,
    UNIT_MONTHS,
    VAGUE_COUNTS,
    WEEKDAYS,
    YEAR_PARTS,
    YEARS_AWAY,
    number,
    part_number,
)

RECENT_DAYS = 30
"""What 最近, 近日 and "recently" mean, in days."""

_WEEKEND = ("末", "weekend")
_DAY_AHEAD = 15
Named = dict[str, str]
"""The named groups of a match that say something, with single spaces and in lower case."""


def named_groups(match: re.Match[str]) -> Named:
    groups = match.groupdict().items()
    return {name: " ".join(said.lower().split()) for name, said in groups if said}


def month_or_day(named: Named, clock: Clock) -> Period:
    """A month, a part of it, a day of it or several, with or without a year."""
    year, month = _year(named, clock), part_number(named["month"])
    if year is None:
        return clock.latest(lambda y: _in_month(y, month, named))
    return _in_month(year, month, named)


def _year(named: Named, clock: Clock) -> int | None:
    said = named.get("year", "").rstrip("年的")
    if not said:
        return None
    if named["year"] in YEARS_AWAY:
        return clock.today.year + YEARS_AWAY[named["year"]]
    year = number(said.strip())
    return year if year >= 100 else year + 2000


def _in_month(year: int, month: int, named: Named) -> Period:
    if "day" in named:
        first = part_number(named["day"])
        last = part_number(named["last"]) if "last" in named else first
        return Period(date(year, month, first), date(year, month, last))
    if "part" in named:
        return days_of(year, month, *MONTH_PARTS[named["part"].removeprefix("月")])
    return month_of(year, month)


def days_in_digits(named: Named, clock: Clock) -> Period:
    """6.28-7.4: from one day to the next other one."""
    first = month_or_day({"month": named["month"], "day": named["day"]}, clock)
    behind = replace(clock, after=first.date_from)
    last = month_or_day({"month": named["last_month"], "day": named["last"]}, behind)
    return Period(first.date_from, last.date_to)


def days_before_month(named: Named, clock: Clock) -> Period:
    """ "12 to 14 June"; "28 to 3 July" begins in the month before."""
    if part_number(named["day"]) <= part_number(named["last"]):
        return month_or_day(named, clock)
    last = month_or_day({**named, "day": named["last"]}, clock)
    assert last.date_to
    first = month_start(last.date_to.year, last.date_to.month - 1)
    return Period(first.replace(day=part_number(named["day"])), last.date_to)


def english_relative_month(named: Named, clock: Clock) -> Period:
    """ "last September": the latest one; "this September": of this year."""
    if named["away"] == "this":
        return month_of(clock.today.year, part_number(named["month"]))
    return clock.latest(lambda year: month_of(year, part_number(named["month"])))


def part_of_this_month(named: Named, clock: Clock) -> Period:
    """月底 without a month: this month's, or last month's where this one's is still to come."""
    for back in (0, 1):
        first = month_start(clock.today.year, clock.today.month - back)
        period = _in_month(first.year, first.month, named)
        if period.date_from and period.date_from <= shift(clock.today, clock.ahead):
            break
    return period


def day_alone(named: Named, clock: Clock) -> Period:
    """24号: this month's or the last one's; at the end of a range, the first one after."""
    day, reference = number(named["day"]), clock.after or clock.today
    latest = shift(clock.today, min(clock.ahead, _DAY_AHEAD))
    for step in range(12) if clock.after else range(1 if clock.ahead else 0, -12, -1):
        try:
            found = month_start(reference.year, reference.month + step).replace(day=day)
        except ValueError:
            continue
        if found >= clock.after if clock.after else found <= latest:
            return day_of(found)
    raise ValueError("no such day")


def year_or_part(named: Named, clock: Clock) -> Period:
    """A year, or a half, quarter or other part of it."""
    part = named.get("part", "").removeprefix("年").removeprefix("第")
    first, last = YEAR_PARTS[part] if part else (1, 12)
    year = _year(named, clock)
    if year is None:
        return clock.latest(lambda y: months_of(y, first, last))
    return months_of(year, first, last)


def relative_day(named: Named, clock: Clock) -> Period:
    return day_of(shift(clock.today, DAYS_AWAY[named["away"]]))


def relative_period(named: Named, clock: Clock) -> Period:
    """上周, 本月, "last quarter": of the calendar; or a day or part of it."""
    away, unit, today = _steps(named["away"]), named["unit"], clock.today
    months = UNIT_MONTHS.get(unit)
    if months is None:
        day = named.get("day", unit)
        if day in _WEEKEND:
            return weekend_of(today, away)
        week = week_of(today, away)
        return week.moved(WEEKDAYS[day], WEEKDAYS[day] - 6) if day in WEEKDAYS else week
    first = month_start(today.year, today.month - (today.month - 1) % months + away * months)
    if months == 1:
        return _in_month(first.year, first.month, named)
    return months_of(first.year, first.month, first.month + months - 1)


def _steps(said: str) -> int:
    """How far 上上个, 本, 下 and "last" are from the present one."""
    return STEPS[said] if said in STEPS else int(said.startswith("下")) - said.count("上")


def weekday(named: Named, clock: Clock) -> Period:
    """周一: the last Monday that has come; at the end of a range, the first one after."""
    day = named.get("day") or named["owner"]
    if day in _WEEKEND:
        return last_weekend(clock.today)
    if clock.after:
        return day_of(shift(clock.after, (WEEKDAYS[day] - clock.after.weekday()) % 7))
    return day_of(shift(clock.today, -((clock.today.weekday() - WEEKDAYS[day]) % 7)))


def recent(named: Named, clock: Clock) -> Period:
    return Period(shift(clock.today, -RECENT_DAYS), clock.today)


def these_days(named: Named, clock: Clock) -> Period:
    return Period(shift(clock.today, -(3 if named["count"] == "两" else 7)), clock.today)


def past_units(named: Named, clock: Clock) -> Period:
    """From the day so many units back to today; 最近一天 is the last day alone."""
    back = _back(named, clock)
    return Period(clock.today if back == shift(clock.today, -1) else back, clock.today)


def ago(named: Named, clock: Clock) -> Period:
    """三天前: that day; weeks and months are meant less exactly, so with half a unit around."""
    day, unit = _back(named, clock), named["unit"]
    around = UNIT_DAYS[unit] // 2 if unit in UNIT_DAYS else 15 * UNIT_MONTHS[unit]
    return Period(shift(day, -around), min(shift(day, around), clock.today))


def _back(named: Named, clock: Clock) -> date:
    """The day so many units before today."""
    count, unit = named.get("count", "1"), named["unit"]
    days, months = UNIT_DAYS.get(unit), UNIT_MONTHS.get(unit, 1)
    if count == "半":
        if months == 1:
            return shift(clock.today, -4 if days else -15)
        return months_back(clock.today, months // 2)
    few, few_long = VAGUE_COUNTS.get(count) or [COUNTS.get(count) or number(count)] * 2
    if days:
        return shift(clock.today, -few * days)
    return months_back(clock.today, few_long * months)


def holiday(named: Named, clock: Clock) -> Period:
    year = _year(named, clock)
    if year is None:
        return clock.latest(lambda y: holiday_of(named["name"], y))
    return holiday_of(named["name"], year)


Reader = Callable[[Named, Clock], Period]

IN_DIGITS: dict[str, Reader] = {
    "compact_date": month_or_day,
    "full_date": month_or_day,
    "days_in_digits": days_in_digits,
    "year_and_month": month_or_day,
    "month_and_day": month_or_day,
}
IN_CHINESE: dict[str, Reader] = {
    "days_of_month": month_or_day,
    "month_or_day": month_or_day,
    "relative_month": relative_period,
    "part_of_this_month": part_of_this_month,
    "part_of_year": year_or_part,
    "part_of_this_year": year_or_part,
    "whole_year": year_or_part,
    "day_alone": day_alone,
    "day_alone_bare": day_alone,
    "relative_day": relative_day,
    "relative_night": relative_day,
    "relative_week": relative_period,
    "weekday": weekday,
    "recent": recent,
    "these_days": these_days,
    "past_units": past_units,
    "ago": ago,
    "holiday": holiday,
}
IN_ENGLISH: dict[str, Reader] = {
    "days_of_month": month_or_day,
    "days_before_month": days_before_month,
    "month_day": month_or_day,
    "day_month": month_or_day,
    "month_year": month_or_day,
    "part_of_month": month_or_day,
    "month_said": month_or_day,
    "relative_month": english_relative_month,
    "part_of_year": year_or_part,
    "year_said": year_or_part,
    "relative_year": year_or_part,
    "quarter": year_or_part,
    "relative_day": relative_day,
    "relative_period": relative_period,
    "weekend": weekday,
    "weekday": weekday,
    "past_units": past_units,
    "recent": recent,
    "ago": ago,
    "holiday": holiday,
}
"""The rules of ``data/en/dates.toml`` that are dates, each with its reader."""

BARE = {"compact_date", "month_and_day", "days_in_digits", "day_alone_bare"}
"""The rules whose matches are dates only where the words around them say so."""
