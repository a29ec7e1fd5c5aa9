"""The figures of a sentence (amounts, shares, ranks, days, hours) and whether two say the same."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from index.records import Span
from index.text.dates import moments
from index.text.dates.moments import Moment
from index.text.numbers import quantities
from index.text.numbers.quantities import Quantity
from index.text.numbers.units import ORDINAL, Unit, comparable
from index.text.rules import load_rules
from index.text.script import fold_characters

_CLOCK = re.compile(r"(?<!\d)(\d{1,2})[:：]([0-5]\d)(?!\d)")
_TIME_OF_DAY = Unit("time of day")
_RANGE = load_rules("index.text", "numbers").regex("range_mark")

_FARTHEST = 100
"""How many times a number without a unit another one may be that is told of the same thing."""

End = Quantity | Moment


@dataclass(frozen=True, slots=True)
class Figure:
    """What a sentence says how much or when; of a range its two ends.

    Attributes:
        span: In characters of the sentence.
        ends: Amounts, or dates completed by the day that the article was published on.
    """

    span: Span
    ends: tuple[End, ...]


def figures_of(sentence: str, published: date | None) -> list[Figure]:
    """The figures of a sentence in order; a number that hardly counts (一个平台) is none.

    >>> [one.span.of("6月13日23:00至14日5:00停水，约8600户") for one in figures_of(
    ...     "6月13日23:00至14日5:00停水，约8600户", None)]
    ['6月13日23:00至14日5:00', '8600户']
    """
    plain = fold_characters(sentence)
    days = moments.find_moments(plain)
    left = moments.blank(plain, days)
    hours = list(_hours(left))
    left = moments.blank_spans(left, ((one.span.start, one.span.end) for one in hours))
    amounts = [
        Figure(Span(one.start - plain.endswith("第", 0, one.start), one.end), (one,))
        for one in quantities.find_quantities(left)
        if not one.passing or one.unit == ORDINAL
    ]
    dated = [Figure(Span(one.start, one.end), (moments.complete(one, published),)) for one in days]
    found = sorted([*dated, *hours, *amounts], key=lambda one: one.span.start)
    return _joined(plain, found)


def _hours(text: str) -> Iterator[Figure]:
    for match in _CLOCK.finditer(text):
        minutes = Fraction(int(match[1]) * 60 + int(match[2]))
        span = Span(*match.span())
        yield Figure(span, (Quantity(span.start, span.end, minutes, minutes, _TIME_OF_DAY),))


def _joined(text: str, found: Sequence[Figure]) -> list[Figure]:
    """Days with the hour that follows them, and ranges of days or hours, as one."""
    joined: list[Figure] = []
    for one in found:
        last = joined[-1] if joined else None
        if last and _is_one(last, text[last.span.end : one.span.start], one):
            joined[-1] = Figure(Span(last.span.start, one.span.end), (*last.ends, *one.ends))
        else:
            joined.append(one)
    return joined


def _is_one(first: Figure, between: str, second: Figure) -> bool:
    together = not between.strip() or _RANGE.fullmatch(between) is not None
    return together and _is_when(first) and _is_when(second)


def _is_when(one: Figure) -> bool:
    return all(isinstance(end, Moment) or end.unit == _TIME_OF_DAY for end in one.ends)


def figures_at(sentence: str, part: Span, published: date | None) -> list[Figure]:
    """The figures of a sentence that a part of it touches."""
    return [one for one in figures_of(sentence, published) if one.span.overlaps(part)]


def same_kind(one: Figure, other: Figure) -> bool:
    """Whether two figures can be said of the same."""
    pairs = _pairs(one, other)
    return bool(pairs) and all(_comparable(*pair) for pair in pairs)


def agree(one: Figure, other: Figure) -> bool:
    """Whether one of two figures may be said for the other."""
    pairs = _pairs(one, other)
    return bool(pairs) and (
        all(_says(mine, theirs) for mine, theirs in pairs)
        or all(_says(theirs, mine) for mine, theirs in pairs)
    )


def _pairs(one: Figure, other: Figure) -> list[tuple[End, End]]:
    """The ends of two figures side by side; of a day with its hour and a day alone the days."""
    mine, theirs = one.ends, other.ends
    if len(mine) != len(theirs):
        mine = tuple(end for end in mine if isinstance(end, Moment))
        theirs = tuple(end for end in theirs if isinstance(end, Moment))
    return list(zip(mine, theirs, strict=True)) if len(mine) == len(theirs) else []


def _comparable(one: End, other: End) -> bool:
    if isinstance(one, Quantity) and isinstance(other, Quantity):
        if one.unit.dimension == other.unit.dimension:
            return True
        return comparable(one.unit, other.unit) and _are_near(one, other)
    if isinstance(one, Moment) and isinstance(other, Moment):
        return _precision(one) == _precision(other)
    return False


def _are_near(one: Quantity, other: Quantity) -> bool:
    """Whether a bare number may count what the other one does: 20亿 is no number of 两级."""
    small, large = sorted((abs(one.low), abs(other.low)))
    return large <= _FARTHEST * small


def _precision(one: Moment) -> tuple[bool, bool, bool]:
    """Which parts of a day are said; the year of a month or day is often left to be understood."""
    year, month, day = one.parts
    return year and not (month or day), month, day


def _says(one: End, other: End) -> bool:
    if isinstance(one, Moment) and isinstance(other, Moment):
        return moments.agrees(one, other)
    if isinstance(one, Quantity) and isinstance(other, Quantity):
        return quantities.agrees(one, other)
    return False
