"""The quantities of a text: how many or how much, of what unit, and how exactly.

    single numbers -> ranges -> bounds (约, 超过, at least …)

Two quantities agree where one can be said for the other: 1.2万, 12000 and 一万二千 are the same, and
so are 42.7% and 百分之四十二点七; 135款 and 135家 are not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction

from index.text.numbers.units import ANY, NONE, ORDINAL, RATIO, UNITS, Unit, comparable
from index.text.numerals import (
    CHINESE_DIGITS,
    arabic_number,
    chinese_number,
    english_number,
    scale_of,
)
from index.text.rules import load_rules
from index.text.script import fold_characters

ABOUT_SHARE = Fraction(1, 20)
"""How far "about 100" may be from the number that it stands for, as a share of it."""

OVER_SHARE = Fraction(1, 4)
"""How far above 100 a number may be that "over 100" stands for, as a share of it."""

UNDER_SHARE = Fraction(1, 10)
"""How far below 100 a number may be that "nearly 100" stands for, as a share of it."""


class Bound(StrEnum):
    """How exactly a number is said."""

    EXACT = "exact"
    ABOUT = "about"
    OVER = "over"
    AT_LEAST = "at least"
    UNDER = "under"
    AT_MOST = "at most"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in a text.

    Attributes:
        start: Where it begins, in characters of the text; its unit belongs to it.
        end: Where it ends.
        low: The number in the unit of its dimension; of a range the lower end.
        high: The same as ``low``, of a range the upper end.
        bound: How exactly it is said.
        passing: Whether it hardly says a number: the 一 of 一个平台, the one of "one of them".
    """

    start: int
    end: int
    low: Fraction
    high: Fraction
    unit: Unit
    bound: Bound = Bound.EXACT
    passing: bool = False


_EITHER = load_rules("index.text", "numbers")
_CHINESE = load_rules("index.text", "numbers", "zh/numerals", "zh/quantities")
_ENGLISH = load_rules("index.text", "en/numerals", "en/quantities")


def _both(name: str) -> str:
    """A pattern of what either language has by this name."""
    return f"{_CHINESE.source(name)}|{_ENGLISH.source(name)}"


_SCALE = _both("scale")
_NUMBER = re.compile(
    "|".join(
        (
            _CHINESE.source("hundredths"),
            _CHINESE.source("fraction"),
            _EITHER.source("ratio"),
            _CHINESE.source("tenths"),
            rf"(?<![A-Za-z0-9_.])(?<![A-Za-z]-)(?P<arabic>{_EITHER.source('arabic')})"
            rf"(?P<more>[余多])?(?P<scale>{_SCALE})?",
            rf"(?P<half>(?i:{_both('half')}))",
            _CHINESE.source("whole"),
            rf"(?i:{_ENGLISH.source('fraction')})",
            rf"(?i:(?P<english>{_ENGLISH.source('whole')}))",
        )
    )
)
_NEIGHBOURS = re.compile(
    rf"(?P<before>.*?)(?<![{CHINESE_DIGITS}])(?P<pair>{_CHINESE.source('neighbours')})"
    rf"(?![{CHINESE_DIGITS}])(?P<after>.*)"
)
_IDIOM = _CHINESE.regex("idiom")
_NTH = _ENGLISH.table("nth")
_CURRENCIES = {**_EITHER.table("currency_sign"), **_EITHER.table("currency_code")}
_MONEY = re.compile(
    rf"(?:{_EITHER.source('currency_sign')}|\b{_EITHER.source('currency_code')}\b)\s?$", re.I
)
_RANGE = _EITHER.regex("range_mark")
_BETWEEN = _ENGLISH.regex("between")
_ORDINAL_ENDING = _ENGLISH.regex("ordinal_ending")
_PHRASES = "|".join(
    re.escape(word)
    for word in sorted(UNITS, key=len, reverse=True)
    if re.search("[a-z][ -][a-z]", word)
)
_LATIN_UNIT = re.compile(
    rf"[\s-]?(percentage points?\b|(?i:(?:{_PHRASES})\b)|%|‰|℃|°[cC]?|㎡|[A-Za-z]+[²³]?)"
)
_MORE = _CHINESE.regex("more")
_WIDE_THOUSANDS = re.compile(r"(?<=[０-９])，(?=[０-９]{3}(?![０-９]))")
_AFTERNOON = re.compile(rf"(?:{_CHINESE.source('afternoon')})\s?$")
_HOUR = _CHINESE.regex("hour")
_AFTER_NOON = _ENGLISH.regex("after_noon")
_NOON = 12
_GENERATIONS = _ENGLISH.words("generation")
_NOUNS = _CHINESE.words("counted_noun")

_LONGEST_UNIT = 4
_LONGEST_NUMBER = 64
_BEFORE = 16
_BEFORE_BOUNDS: Sequence[tuple[Bound, re.Pattern[str]]] = [
    (bound, re.compile(rf"(?:{_both(bound.name.lower())})\s*(?:the\s+)?$", re.I))
    for bound in (Bound.AT_MOST, Bound.AT_LEAST, Bound.OVER, Bound.UNDER, Bound.ABOUT)
]
_AFTER_BOUNDS: Sequence[tuple[Bound, re.Pattern[str]]] = [
    (bound, re.compile(_both(f"{bound.name.lower()}_after")))
    for bound in (Bound.ABOUT, Bound.AT_LEAST, Bound.AT_MOST)
]


def find_quantities(text: str) -> list[Quantity]:
    """The quantities of ``text`` in order; dates in it should have been blanked out before.

    >>> [(str(q.low), q.unit.dimension) for q in find_quantities("投资1.2亿元，约三成用于研发")]
    [('120000000', 'yuan'), ('3/10', 'ratio')]
    """
    plain = fold_characters(_WIDE_THOUSANDS.sub(",", text))
    return [_bounded(plain, found) for found in _ranges(plain, list(_singles(plain)))]


def _singles(text: str) -> Iterator[Quantity]:
    idiomatic = bytearray(len(text))
    for idiom in _IDIOM.finditer(text):
        idiomatic[idiom.start() : idiom.end()] = b"\1" * len(idiom[0])
    at = 0
    while match := _NUMBER.search(text, at):
        found = None if idiomatic[match.start()] else _single(text, match)
        if found:
            yield found
        at = max(found.end if found else 0, match.end())


def _single(text: str, match: re.Match[str]) -> Quantity | None:
    start, end = match.span()
    if (share := _share(match)) is not None:
        bound = Bound.ABOUT if match["half"] else Bound.EXACT
        return Quantity(start, end, share, share, RATIO, bound)
    if match["arabic"]:
        return _counted(text, start, end, _arabic(match), bool(match["more"]))
    if match["english"]:
        value = english_number(match["english"])
        if value is None:
            return None
        found = _counted(text, start, end, value)
        return replace(found, passing=value <= 1) if found else None
    return _chinese(text, start, end) if match["chinese"] else None


def _share(match: re.Match[str]) -> Fraction | None:
    """What a part of a whole comes to: 百分之五, 三分之一, 1/3, 三成, half, two thirds."""
    if match["half"]:
        return Fraction(1, 2)
    if written := match["hundredths"]:
        value = arabic_number(written) if written[0].isdigit() else chinese_number(written)
        return value / 100 if value is not None else None
    if match["tenths"]:
        written = [match["tenths"], (match["hundredth"] or "零").replace("半", "五")]
        digits = [Fraction(d) if d.isdigit() else chinese_number(d) for d in written]
        return sum((d / 10**n for n, d in enumerate(digits, 1) if d), Fraction(0))
    if match["nth"]:
        parts = english_number(match["parted"]) if match["parted"].lower() != "a" else Fraction(1)
        return parts / _NTH[match["nth"].lower()] if parts else None
    if match["of"]:
        over, under = chinese_number(match["parts"]), chinese_number(match["of"])
    elif match["over"]:
        over, under = Fraction(match["over"]), Fraction(match["under"])
    else:
        return None
    return over / under if over is not None and under else None


def _arabic(match: re.Match[str]) -> Fraction:
    return arabic_number(match["arabic"]) * scale_of(match["scale"] or "")


def _chinese(text: str, start: int, end: int) -> Quantity | None:
    """A Chinese numeral; one character without a unit (六车道) may be part of a word."""
    written = text[start:end]
    ends = _from_to(written)
    value = chinese_number(ends[0] if ends else written)
    found = _counted(text, start, end, value) if value is not None else None
    if found is None:
        return None
    if ends and (most := chinese_number(ends[1])):
        return replace(found, high=most * found.unit.factor)
    bare = found.unit == NONE and len(written) == 1
    vague = value == 1 and (found.unit.counter or found.unit.dimension in ("month", "second"))
    return replace(found, passing=bare or vague)


def _from_to(written: str) -> tuple[str, str] | None:
    """The ends of a numeral that names two digits one after the other: 三四百 is 三百 to 四百."""
    match = _NEIGHBOURS.fullmatch(written)
    if not match:
        return None
    before, pair, after = match["before"], match["pair"], match["after"]
    return before + pair[0] + after, before + pair[1] + after


def _counted(
    text: str, start: int, end: int, value: Fraction, more: bool = False
) -> Quantity | None:
    """The number with what follows and precedes it: 余, the unit, a currency sign, 第."""
    bound = Bound.EXACT
    if more or (after := _MORE.match(text, end)):
        bound, end = Bound.OVER, end if more else after.end()  # type: ignore[union-attr]
    if text[max(0, start - 1) : start] == "第" or _ORDINAL_ENDING.match(text, end):
        return Quantity(start, end, value, value, ORDINAL, bound, value == 1)
    unit, stop = _unit(text, end)
    if unit is None:
        return None
    if money := _MONEY.search(text, max(0, start - 4), start):
        start = money.start()
        if text[end : end + 1].lower() == "m" and stop == end + 1:
            value *= 10**6
            end = stop
        unit, stop = (
            UNITS[_CURRENCIES[money[0].strip().upper()]],
            max(end, stop if unit.dimension == "yuan" else end),
        )
    value *= unit.factor
    if unit == NONE and value < _NOON and _is_afternoon(text, start, end):
        value += _NOON
    return Quantity(start, stop, value, value, unit, bound)


def _is_afternoon(text: str, start: int, end: int) -> bool:
    """Whether a number is an hour after noon: 下午3时, 3 p.m."""
    if _AFTER_NOON.match(text, end):
        return True
    before = text[max(0, start - _BEFORE) : start]
    return bool(_HOUR.match(text, end) and _AFTERNOON.search(before))


def _unit(text: str, at: int) -> tuple[Unit | None, int]:
    """The unit that begins at ``at``, and its end; ``None`` where letters make it part of a name."""
    latin = _LATIN_UNIT.match(text, at)
    if latin:
        word = latin[1].lower()
        known = UNITS["pp"] if word.startswith("percentage") else UNITS.get(word)
        glued = latin.start(1) == at and latin[1].isalpha()
        if glued and latin[1] in _GENERATIONS:
            return None, at
        if known:
            return known, latin.end()
        return (None, at) if glued and latin[1].isascii() else (NONE, at)
    begin = at + 1 if text[at : at + 1] == " " else at
    for length in range(_LONGEST_UNIT, 0, -1):
        word = text[begin : begin + length]
        if len(word) == length and word in UNITS:
            unit = UNITS[word]
            noun = text[begin + 1 : begin + 2] if unit == ANY else ""
            return (UNITS[noun] if noun and noun in _NOUNS else unit), begin + length
    return NONE, at


def _ranges(text: str, found: Sequence[Quantity]) -> Iterator[Quantity]:
    """Join two numbers that are the ends of a range; the second's unit is the first's, too."""
    waiting: Quantity | None = None
    for each in found:
        if waiting and _is_range(text, waiting, each):
            low = waiting.low
            if waiting.unit == NONE:
                low *= _shared_factor(text, waiting, each)
            waiting = replace(each, start=waiting.start, low=low)
            continue
        if waiting:
            yield waiting
        waiting = each
    if waiting:
        yield waiting


def _is_range(text: str, first: Quantity, second: Quantity) -> bool:
    if first.low != first.high or not (
        first.unit == NONE or first.unit.dimension == second.unit.dimension
    ):
        return False
    if _RANGE.fullmatch(text, first.end, second.start):
        return True
    between = _BETWEEN.search(text, max(0, first.start - _BEFORE), first.start)
    return bool(between) and text[first.end : second.start].strip().lower() == "and"


def _shared_factor(text: str, first: Quantity, second: Quantity) -> Fraction | int:
    """What 10 is multiplied by in 10至20万元: the scale and unit that only the 20 carries."""
    scale = re.search(_SCALE, text[second.start : second.end])
    own = re.search(_SCALE, text[max(first.start, first.end - _LONGEST_NUMBER) : first.end])
    return second.unit.factor * (scale_of(scale[0]) if scale and not own else 1)


def _bounded(text: str, found: Quantity) -> Quantity:
    before = text[max(0, found.start - _BEFORE) : found.start]
    for bound, pattern in _AFTER_BOUNDS:
        if pattern.match(text, found.end):
            return replace(found, bound=bound)
    for bound, pattern in _BEFORE_BOUNDS:
        if pattern.search(before):
            return replace(found, bound=bound)
    return found


def agrees(said: Quantity, stands: Quantity) -> bool:
    """Whether ``said`` may be said where ``stands`` is written.

    >>> said, stands = find_quantities("超过130款；132款")
    >>> agrees(said, stands), agrees(stands, said)
    (True, False)
    """
    if not comparable(said.unit, stands.unit):
        return False
    if (stands.low != stands.high) != (said.low != said.high):
        return _is_end(said, stands)
    return _fits(said.low, said.bound, stands.low, stands.bound) and _fits(
        said.high, said.bound, stands.high, stands.bound
    )


def _is_end(said: Quantity, stands: Quantity) -> bool:
    """Whether "at most 20" or "at least 10" is said of 10 to 20."""
    if said.low != said.high:
        return False
    upper = said.bound in (Bound.AT_MOST, Bound.UNDER) and said.high == stands.high
    lower = said.bound in (Bound.AT_LEAST, Bound.OVER) and said.low == stands.low
    return upper or lower


def _fits(said: Fraction, bound: Bound, stands: Fraction, standing: Bound) -> bool:
    match bound:
        case Bound.EXACT:
            return stands == said
        case Bound.ABOUT:
            return abs(stands - said) <= ABOUT_SHARE * abs(said)
        case Bound.OVER | Bound.AT_LEAST:
            if stands == said:
                return standing in (Bound.OVER, Bound.AT_LEAST) or (
                    bound is Bound.AT_LEAST and standing is Bound.EXACT
                )
            above = standing not in (Bound.UNDER, Bound.AT_MOST)
            return above and said < stands <= said * (1 + OVER_SHARE)
        case Bound.UNDER | Bound.AT_MOST:
            if stands == said:
                return standing in (Bound.UNDER, Bound.AT_MOST) or (
                    bound is Bound.AT_MOST and standing is Bound.EXACT
                )
            below = standing not in (Bound.OVER, Bound.AT_LEAST)
            return below and said > stands >= said * (1 - UNDER_SHARE)
