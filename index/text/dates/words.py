"""The words that dates are made of, Chinese and English, and what each stands for."""

from __future__ import annotations

from collections.abc import Mapping
from string import ascii_letters
from typing import Any

from index.text.numerals import chinese_number
from index.text.rules import load_rules

BOTH = load_rules("index.text", "dates")
CHINESE = load_rules("index.text", "zh/dates")
ENGLISH = load_rules("index.text", "en/dates")


def _table(name: str) -> Mapping[str, Any]:
    """What the words of either language stand for, in lower case."""
    tables = [rules.table(name) for rules in (CHINESE, ENGLISH) if name in rules]
    return {word.lower(): value for table in tables for word, value in table.items()}


HOLIDAYS = _table("holidays")
YEARS_AWAY: Mapping[str, int] = _table("years_away")
YEAR_PARTS = _table("year_parts")
MONTHS: Mapping[str, int] = _table("months")
MONTH_PARTS = _table("month_parts")
WEEKDAYS: Mapping[str, int] = _table("weekdays")
DAYS_AWAY: Mapping[str, int] = _table("days_away")
STEPS: Mapping[str, int] = _table("steps")
UNIT_DAYS: Mapping[str, int] = _table("unit_days")
UNIT_MONTHS: Mapping[str, int] = _table("unit_months")
COUNTS: Mapping[str, int] = _table("counts")
VAGUE_COUNTS = _table("vague_count")

_SPELT = str.maketrans({"廿": "二十", "卅": "三十", "○": "〇"})


def number(text: str) -> int:
    """A number below 100 in Chinese or Arabic digits, or a year spelt digit by digit.

    >>> [number(text) for text in ("24", "二十四", "廿四", "十", "二〇二五")]
    [24, 24, 24, 10, 2025]
    """
    if text.isdecimal():
        return int(text)
    value = chinese_number(text.translate(_SPELT))
    if value is None:
        raise ValueError(f"{text!r} is not a number")
    return int(value)


def part_number(text: str) -> int:
    """The number of a year, month or day: as ``number`` reads it, an ordinal, or a month's English name."""
    if text[0] in ascii_letters:
        return MONTHS[text[:3].lower()]
    return number(text.rstrip(ascii_letters))
