"""The dates that a text names, part by part, and whether one may be said for another.

A date of an article is completed from the day of its publication: 9月24日 lies in the year that
brings it nearest, 昨日 is the day before, 今年 its year. A date of a sentence claims the parts that
it names and no others: 9月 may be said of 9月24日, not the other way round.

``index.text.dates.phrases`` reads what a question means by a date, as days from and to; here it counts which parts
were said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from index.text.dates.phrases import normalise
from index.text.numerals import CHINESE_DIGITS, chinese_number


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


_CN_YEAR = r"(?:(?:19|20)\d\d|[一二][零〇一二三四五六七八九]{3})"
_CN_SMALL = rf"(?:\d{{1,2}}|[{CHINESE_DIGITS}十]{{1,3}})"
_EN_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()  # noqa: SIM905
_EN_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_EN_CAPITAL = r"(?-i:(?=[A-Z]))"
_EN_DAY = r"(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?\b(?!,\d|\s?%)"
_YEAR_WORDS = {"今年": 0, "本年": 0, "去年": -1, "前年": -2, "明年": 1, "后年": 2}
_DAY_WORDS = {"今": 0, "昨": -1, "前": -2, "明": 1, "当": 0}
_EN_AWAY = {
    "this year": ("year", 0),
    "last year": ("year", -1),
    "next year": ("year", 1),
    "today": ("day", 0),
    "yesterday": ("day", -1),
    "tomorrow": ("day", 1),
}
_MOMENT = re.compile(
    rf"(?P<y1>(?:19|20)\d\d)[-/.](?P<m1>1[0-2]|0?[1-9])[-/.](?P<d1>3[01]|[12]\d|0?[1-9])(?!\d)"
    rf"|(?:(?P<y2>{_CN_YEAR})\s?年度?|(?P<yw>今年|去年|明年|前年|后年|本年))?\s?"
    rf"(?:(?P<m2>{_CN_SMALL})\s?月(?!租|薪|供|均|饼|台)(?:\s?(?P<d2>{_CN_SMALL})\s?[日号](?!线))?份?)"
    rf"|(?:(?P<y3>{_CN_YEAR})\s?年|(?P<yx>今年|去年|明年|前年|后年|本年))"
    rf"|(?<![\d.第个]){_CN_SMALL.replace('(?:', '(?P<d4>', 1)}\s?日(?![本元均报产])"
    rf"|(?P<dw>[今昨前明当])[天日](?!本)"
    rf"|(?i:{_EN_CAPITAL}(?P<m5>{_EN_MONTH})\s?(?P<d5>{_EN_DAY})(?:,?\s(?P<y5>(?:19|20)\d\d)\b)?)"
    rf"|(?i:\b(?P<d6>{_EN_DAY})\s(?:of\s)?{_EN_CAPITAL}(?P<m6>{_EN_MONTH})(?:,?\s(?P<y6>(?:19|20)\d\d)\b)?)"
    rf"|(?i:{_EN_CAPITAL}(?P<m7>{_EN_MONTH}),?\s(?P<y7>(?:19|20)\d\d)\b)"
    rf"|\b(?:in|In|of|by|By|on|since|Since|early|late|until)\s(?P<m8>[A-Z][a-z]{{2,8}})\b(?!\.?\s?\d)"
    rf"|\b(?:in|In|of|by|By|since|Since|until|before|after|from|to|and|for|For|during|During)\s(?P<y9>(?:19|20)\d\d)\b(?![\d,.%-]*\d)"
    rf"|(?i:\b(?P<en>this year|last year|next year|today|yesterday|tomorrow)\b)"
)


def find_moments(text: str) -> list[Moment]:
    """The dates of ``text`` in order, as far as they are named.

    >>> [(m.year, m.month, m.day) for m in find_moments("2025年9月24日起，至9月30日")]
    [(2025, 9, 24), (None, 9, 30)]
    """
    return list(_found(normalise(text)))


def _found(text: str) -> Iterator[Moment]:
    for match in _MOMENT.finditer(text):
        moment = _moment(match)
        if moment and _exists(moment):
            yield moment


def _moment(match: re.Match[str]) -> Moment | None:
    named = {name: value for name, value in match.groupdict().items() if value}
    start, end = match.span()
    if "en" in named:
        part, steps = _EN_AWAY[named["en"].lower()]
        return Moment(start, end, **{part: 0}, away=steps)
    if "dw" in named:
        return Moment(start, end, day=0, away=_DAY_WORDS[named["dw"]])
    parts: dict[str, int | None] = {"year": None, "month": None, "day": None}
    away: int | None = None
    for name, written in named.items():
        if name in ("yw", "yx"):
            parts["year"], away = 0, _YEAR_WORDS[written]
        else:
            value = _part(written)
            if value is None:
                return None
            parts[{"y": "year", "m": "month", "d": "day"}[name[0]]] = value
    if "m8" in named:
        start = match.start("m8")
    if "y9" in named:
        start = match.start("y9")
    return Moment(start, end, parts["year"], parts["month"], parts["day"], away)


def _part(written: str) -> int | None:
    if written[0].isdigit():
        return int(re.match(r"\d+", written)[0])  # type: ignore[index]
    if written[0].isascii():
        known = re.fullmatch(_EN_MONTH, written, re.I)
        return _EN_MONTHS.index(written[:3].lower()) + 1 if known else None
    value = chinese_number(written)
    return int(value) if value is not None else None


def _exists(moment: Moment) -> bool:
    month_fits = moment.month is None or 1 <= moment.month <= 12
    return month_fits and (moment.day is None or moment.away is not None or 1 <= moment.day <= 31)


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


def _vague(moment: Moment) -> Moment:
    """A date told from an unknown day says no year and no day."""
    if moment.away is None:
        return moment
    return replace(moment, year=None, day=None if moment.month is None else moment.day, away=None)


def _nearest_year(month: int, day: int | None, published: date) -> int:
    def distance(year: int) -> int:
        return abs((date(year, month, min(day or 15, 28)) - published).days)

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


def blank(text: str, moments: list[Moment]) -> str:
    """``text`` with each date made spaces, so that its numbers are not read again."""
    for moment in moments:
        text = text[: moment.start] + " " * (moment.end - moment.start) + text[moment.end :]
    return text
