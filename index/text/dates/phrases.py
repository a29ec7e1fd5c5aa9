"""The dates that a text speaks of, in Chinese and English: where they stand and which days they mean.

    fold_characters -> single dates (rules, each with its reader) -> ranges -> bounds

A date is read twice: as the past day that an article appeared on, and as the day of an event, which
may still lie ahead. ``index.text.dates.moments`` reads the dates of articles instead, part by part.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from index.text.dates.periods import Clock, Period
from index.text.dates.ranges import AHEAD_DAYS, Found, Reading, join_ranges, widen
from index.text.dates.readers import (
    BARE,
    IN_CHINESE,
    IN_DIGITS,
    IN_ENGLISH,
    Named,
    Reader,
    named_groups,
)
from index.text.dates.words import BOTH, CHINESE, ENGLISH
from index.text.rules import Rules

MOST_DATES = 20
"""Dates of a text that are looked at; a text with more of them is no question."""


@dataclass(frozen=True, slots=True)
class DatePhrase:
    """A date in a text.

    Attributes:
        start: Where it begins, in characters of the text.
        end: Where it ends.
        past: The days it means where it cannot lie in the future (an article's publication).
        near: The days it means otherwise: a date without a year may be up to 60 days ahead.
        bare: Whether it is a date only where the words around it say so (``9.24``, ``24号``).
    """

    start: int
    end: int
    past: Period
    near: Period
    bare: bool = False


def find_dates(text: str, today: date) -> tuple[DatePhrase, ...]:
    """The dates ``text`` speaks of, in their order; the text has been folded (``fold_characters``).

    >>> [(p.start, p.end, p.past.date_to) for p in find_dates("9月24日的文章", date(2025, 10, 20))]
    [(0, 5, datetime.date(2025, 9, 24))]
    """
    phrases = []
    for found in widen(text, join_ranges(text, _singles(text))):
        past, near = _read(found, Clock(today)), _read(found, Clock(today, AHEAD_DAYS))
        if past and near:
            phrases.append(DatePhrase(found.start, found.end, past, near, found.bare))
    return tuple(phrases)


def _read(found: Found, clock: Clock) -> Period | None:
    try:
        period = found.read(clock)
    except (ValueError, OverflowError):  # 31 June, or a day before the year 1
        return None
    first, last = period.date_from, period.date_to
    return None if first and last and first > last else period


_Rule = tuple[str, re.Pattern[str], Reader]


def _rules(rules: Rules, readers: dict[str, Reader]) -> list[_Rule]:
    return [(name, rules.regex(name), read) for name, read in readers.items()]


_IN_DIGITS = _rules(BOTH, IN_DIGITS)
_IN_CHINESE = _rules(CHINESE, IN_CHINESE)
_IN_ENGLISH = _rules(ENGLISH, IN_ENGLISH)
_WORD = re.compile(r"[A-Za-z]{2}|[Qq][1-4]")
_HAN = re.compile(r"[\u4e00-\u9fff]")


def _singles(text: str) -> list[Found]:
    """The dates that stand alone; of those that overlap the first, of those the longest."""
    chinese = _IN_CHINESE if _HAN.search(text) else []
    english = _IN_ENGLISH if _WORD.search(text) else []
    found = [
        Found(*match.span(), _reading(read, named_groups(match)), name, name in BARE)
        for name, pattern, read in [*_IN_DIGITS, *chinese, *english]
        for match in pattern.finditer(text)
    ]
    found.sort(key=lambda f: (f.start, -f.end))
    kept: list[Found] = []
    for each in found:
        if not kept or each.start >= kept[-1].end:
            kept.append(each)
    return kept[:MOST_DATES]


def _reading(read: Reader, named: Named) -> Reading:
    return lambda clock: read(named, clock)
