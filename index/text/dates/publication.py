"""The day on which an article was published, as exports, pages and feeds write it.

A time that says its zone, or counts from 1970, is an instant: its day is that of the publisher's
zone, China unless another is named.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from index.errors import ArticleError
from index.text.numerals import chinese_number
from index.text.rules import load_rules

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")

_RULES = load_rules("index.text", "en/dates", "publication")
_COUNT, _DIGITS, _WEEKDAY, _CLOCK, _ZONE = (
    _RULES.regex(name) for name in ("count", "eight_digits", "day_of_week", "clock", "zone")
)
_SPELT = tuple(
    _RULES.regex(name)
    for name in (
        "in_numbers",
        "in_chinese",
        "year_last",
        "day_and_month",
        "month_and_day_named",
        "year_first_named",
    )
)
_MONTHS, _ZONES = _RULES.table("months"), _RULES.table("zones")
_CHINESE_VARIANTS = str.maketrans({"○": "〇", "廿": "二十", "卅": "三十"})
_BEFORE = 20
"""Characters that may stand before the day: 发布时间：, Published on."""

_PARTS = ("year", "month", "day", "hour", "minute", "second")
_YEARS = range(1900, 2101)
_COUNTED_YEARS = range(1980, 2101)
_EXCEL_BEGINS = date(1899, 12, 30)  # day 0 of a spreadsheet, which takes 1900 for a leap year
_EXCEL_DAYS = range(10_000, 80_000)
_OFFSET = re.compile(r"([+-])(\d{1,2}):?([0-5]\d)?")


def publication_day(written: str, zone: tzinfo = CHINA) -> date | None:
    """The day that ``written`` names; ``None`` where it is blank.

    >>> [str(publication_day(one)) for one in ("2025/9/4", "1756994400", "Thu, 04 Sep 2025 18:30 GMT")]
    ['2025-09-04', '2025-09-04', '2025-09-05']

    Raises:
        ValueError: it names no day, or may mean several.
    """
    text = " ".join(unicodedata.normalize("NFKC", written).split())
    if not text:
        return None
    found = _counted(text) or _spelt(text)
    if found is None:
        raise ValueError(f"{written!r} is not a day")
    return found.astimezone(zone).date() if isinstance(found, datetime) else found


def localised(written: str, zone: tzinfo) -> str:
    """An instant as its day in ``zone``, ``YYYY/M/D``; anything else as it is."""
    text = " ".join(unicodedata.normalize("NFKC", written).split())
    try:
        found = _counted(text) or _spelt(text)
    except ValueError:
        return written
    return as_day(found.astimezone(zone)) if isinstance(found, datetime) else written


def as_day(day: date) -> str:
    """A day as exports write it."""
    return f"{day.year}/{day.month}/{day.day}"


def parse_zone(written: str) -> tzinfo:
    """A zone as a name of the IANA database (``Asia/Tokyo``) or a distance from UTC (``+09:00``).

    Raises:
        ArticleError: it is neither.
    """
    try:
        if offset := _OFFSET.fullmatch(written.removeprefix("UTC").strip()):
            return timezone(_distance(offset))
        return ZoneInfo(written)
    except (ValueError, OSError) as error:  # among them ZoneInfoNotFoundError, a KeyError
        raise _no_zone(written) from error
    except KeyError as error:
        raise _no_zone(written) from error


def _no_zone(written: str) -> ArticleError:
    return ArticleError(
        f"{written!r} is not a time zone; write a name like Asia/Tokyo, or a distance from UTC like +09:00",
        f"{written!r} 不是时区；请写时区名，如 Asia/Tokyo，或与 UTC 的时差，如 +09:00",
    )


def _counted(text: str) -> date | datetime | None:
    """Digits alone: a day written together, a spreadsheet's day, or seconds since 1970."""
    if together := _DIGITS.fullmatch(text):
        parts = together.groupdict("0")
        year, month, day, hour, minute, second = (int(parts[name]) for name in _PARTS)
        if together["zone"]:
            return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        return date(year, month, day)
    match = _COUNT.fullmatch(text)
    if match is None:
        return None
    whole = match["whole"]
    if len(whole) == 5 and int(whole) in _EXCEL_DAYS:
        return _EXCEL_BEGINS + timedelta(days=int(whole))
    for thousands in range(4):  # seconds, or thousandths of them, and so on
        seconds = int(whole) // 1000**thousands
        if 9 <= len(whole) - 3 * thousands <= 10:
            instant = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
            return instant if instant.year in _COUNTED_YEARS else None
    return None


def _spelt(text: str) -> date | datetime | None:
    """A day with its parts apart, and the instant where a time and its zone stand with it."""
    text = _WEEKDAY.sub(" ", text)
    for pattern in _SPELT:
        match = pattern.search(text)
        if match and not any(char.isdigit() for char in text[: match.start()]):
            break
    else:
        return None
    if match.start() > _BEFORE:
        return None
    day = _day(match.groupdict())
    clock = _CLOCK.search(text, match.end()) or _CLOCK.search(text, match.start(), match.end())
    return _instant(day, clock) or day


def _day(parts: Mapping[str, str]) -> date:
    """
    Raises:
        ValueError: there is no such day, or two may be meant.
    """
    if "first" in parts:
        first, second = int(parts["first"]), int(parts["second"])
        if first <= 12 and second <= 12 and first != second:
            raise ValueError("the day and the month may be the other way round")
        month, day = (first, second) if first <= 12 else (second, first)
    else:
        month, day = _number(parts["month"]), _number(parts["day"])
    year = _number(parts["year"].translate(_CHINESE_VARIANTS))
    if year not in _YEARS:
        raise ValueError(f"there is no article of {year}")
    return date(year, month, day)


def _number(written: str) -> int:
    if written.isdecimal():
        return int(written)
    if month := _MONTHS.get(written.lower()):
        return int(month)
    return int(chinese_number(written.translate(_CHINESE_VARIANTS)) or 0)


def _instant(day: date, clock: re.Match[str] | None) -> datetime | None:
    if clock is None or not clock["zone"]:
        return None
    zone = _ZONE.fullmatch(clock["zone"])
    if zone is None:
        return None
    if zone["offset"]:
        offset = _OFFSET.fullmatch(zone["offset"])
        distance = _distance(offset) if offset else timedelta()
    else:
        distance = timedelta(minutes=_ZONES[zone["name"].lower()])
    hour = int(clock["hour"])
    if clock["half"]:
        hour = hour % 12 + 12 * clock["half"].lower().startswith("p")
    passed = timedelta(
        hours=hour, minutes=int(clock["minute"] or 0), seconds=int(clock["second"] or 0)
    )
    return datetime(day.year, day.month, day.day, tzinfo=timezone(distance)) + passed


def _distance(offset: re.Match[str]) -> timedelta:
    sign, hours, minutes = offset.groups()
    distance = timedelta(hours=int(hours), minutes=int(minutes or 0))
    return -distance if sign == "-" else distance
