"""The dates a text speaks of, in Chinese and English: where they stand and which days they mean.

    normalise -> single dates (a table of patterns, each with its reader) -> ranges -> bounds

A reader turns a match into days, given a ``Clock``; a range or a bound is a reader made of readers.
So one date can be read twice: as the past day an article appeared on, or as the day of an event,
which may still lie ahead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import MAXYEAR, MINYEAR, date, timedelta
from functools import lru_cache

from borax.calendars.lunardate import LunarDate, TermUtils  # type: ignore[import-untyped]

RECENT_DAYS = 30
"""What 最近, 近日 and "recently" mean, in days."""

MOST_DATES = 20
"""Dates of a text that are looked at; a text with more of them is no question."""

_AHEAD_DAYS = 60
_ABOUT_DAYS = 3
_DAY = timedelta(days=1)
_LEAP_CYCLE = 8


@dataclass(frozen=True, slots=True)
class Period:
    """Days from the first to the last, both included; ``None`` is an open end."""

    date_from: date | None
    date_to: date | None


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
            years: Iterable[int] = range(self.after.year, self.after.year + _LEAP_CYCLE)
        else:
            years = range(self.today.year + 1, self.today.year - _LEAP_CYCLE, -1)
        for year in years:
            period = _or_none(in_year, year)
            if period and period.date_from and self._fits(period.date_from):
                return period
        raise ValueError("no such day")

    def _fits(self, day: date) -> bool:
        if self.after:
            return day >= self.after
        return day <= self.today + timedelta(days=self.ahead)


Reader = Callable[[Clock], Period]


@dataclass(frozen=True, slots=True)
class _Found:
    start: int
    end: int
    read: Reader
    bare: bool = False
    day_only: bool = False


def find_dates(text: str, today: date) -> tuple[DatePhrase, ...]:
    """The dates ``text`` speaks of, in their order; the text has been ``normalise``d.

    >>> [(p.start, p.end, p.past.date_to) for p in find_dates("9月24日的文章", date(2025, 10, 20))]
    [(0, 5, datetime.date(2025, 9, 24))]
    """
    phrases = []
    for found in _bounded(text, _ranges(text, _singles(text))):
        past, near = _read(found, Clock(today)), _read(found, Clock(today, _AHEAD_DAYS))
        if past and near:
            phrases.append(DatePhrase(found.start, found.end, past, near, found.bare))
    return tuple(phrases)


def normalise(text: str) -> str:
    """``text`` with half-width characters and simplified ones, character for character.

    >>> normalise("９月２４號發布")
    '9月24号发布'
    """
    return text.translate(_NORMAL)


_TRADITIONAL = (
    "週周 號号 個个 發发 後后 來来 間间 報报 導导 聞闻 節节 慶庆 陽阳 國国 開开 從从 這这 們们 專专 欄栏 載载 訊讯 說说 寫写 "
    "誰谁 經经 長长 處处 傳传 過过 兩两 幾几 種种 條条 會会 點点 時时 廣广 東东 總总 當当 聯联 關关 於于 裡里 裏里 內内 臺台 務务 "
    "錄录 選选 業业 產产 無无 頭头 圖图 書书 檔档 應应 訂订 閱阅 帳账 戶户 賬账 轉转 見见 與与 將将 對对 還还 請请 問问 給给 幫帮 "
    "結结 張张 講讲 啟启 動动 線线 電电 視视 頻频 萬万 億亿 禮礼 勞劳 歷历 嗎吗 麼么 樣样 實实 際际 項项 認认 變变 讓让 爲为 為为 "
    "紀纪 較较 獎奖 學学 據据 連连 續续 組组 織织 閉闭 屆届 評评 論论 參参 辦办 舉举 達达 議议 標标 華华 機机 區区 滬沪 "
    "聖圣 誕诞 舊旧 歲岁 齡龄 級级 數数 網网 麵面 廳厅 團团 銀银 協协 責责 鎮镇 縣县 門门 館馆 車车 員员 進进 過过 簡简 劃划 "
    "讀读 尋寻 找找 摘摘 嚮向 彙汇 匯汇 讚赞 壇坛 獲获 約约 規规 練练 級级 層层 舖铺 鋪铺 樓楼 橋桥 啓启 佈布 刋刊"
)
_FULL_WIDTH_KEPT = "，：；？！（）"
NAME = "\ue001"
"""Stands, in a masked text, for each character of a name."""
DATE = "\ue000"
"""Stands, in a masked text, for each character of a date."""
_NORMAL = str.maketrans(
    {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    | {kept: kept for kept in _FULL_WIDTH_KEPT}
    | {pair[0]: pair[1] for pair in _TRADITIONAL.split()}
    | {"\u3000": " ", "\u00a0": " ", NAME: " ", DATE: " "}
)


def hull(periods: Sequence[Period]) -> Period:
    """The shortest period that holds all of ``periods``."""
    firsts, lasts = [p.date_from for p in periods], [p.date_to for p in periods]
    return Period(
        None if None in firsts else min(d for d in firsts if d),
        None if None in lasts else max(d for d in lasts if d),
    )


# --- Periods of the calendar -------------------------------------------------------------------


def day_of(day: date) -> Period:
    return Period(day, day)


def month_of(year: int, month: int) -> Period:
    """A month; month 0 is the December before, month 13 the January after."""
    first = _month_start(year, month)
    return Period(first, _month_start(year, month + 1) - _DAY)


def months_of(year: int, first: int, last: int) -> Period:
    return Period(month_of(year, first).date_from, month_of(year, last).date_to)


def week_of(today: date, weeks: int) -> Period:
    """Monday to Sunday of the week ``weeks`` after today's."""
    monday = _shift(today, 7 * weeks - today.weekday())
    return Period(monday, _shift(monday, 6))


def holiday_of(name: str, year: int) -> Period:
    """The days of a Chinese holiday, about as long as people are off.

    >>> holiday_of("中秋", 2025)
    Period(date_from=datetime.date(2025, 10, 5), date_to=datetime.date(2025, 10, 7))
    """
    first_day, before, after = _HOLIDAYS[name]
    day = first_day(year)
    return Period(_shift(day, -before), _shift(day, after))


@lru_cache(maxsize=512)
def _lunar(year: int, month: int, day: int) -> date:
    found: date = LunarDate(year, month, day).to_solar_date()
    return found


@lru_cache(maxsize=64)
def _tomb_sweeping(year: int) -> date:
    found: date = TermUtils.nth_term_day(year, TermUtils.get_index_for_name("清明"))
    return found


_HOLIDAYS: dict[str, tuple[Callable[[int], date], int, int]] = {
    "元旦": (lambda year: date(year, 1, 1), 0, 2),
    "春节": (lambda year: _lunar(year, 1, 1), 1, 7),
    "元宵": (lambda year: _lunar(year, 1, 15), 0, 0),
    "清明": (_tomb_sweeping, 1, 1),
    "五一": (lambda year: date(year, 5, 1), 0, 4),
    "端午": (lambda year: _lunar(year, 5, 5), 1, 1),
    "中秋": (lambda year: _lunar(year, 8, 15), 1, 1),
    "国庆": (lambda year: date(year, 10, 1), 0, 7),
    "重阳": (lambda year: _lunar(year, 9, 9), 0, 0),
    "圣诞": (lambda year: date(year, 12, 25), 1, 0),
}
_HOLIDAY_NAMES = {
    "新年": "元旦",
    "十一": "国庆",
    "劳动": "五一",
    "新春": "春节",
    "new year": "元旦",
    "spring festival": "春节",
    "chinese new year": "春节",
    "lunar new year": "春节",
    "labor day": "五一",
    "labour day": "五一",
    "may day": "五一",
    "dragon boat festival": "端午",
    "mid-autumn": "中秋",
    "mid autumn": "中秋",
    "national day": "国庆",
    "golden week": "国庆",
    "qingming": "清明",
    "tomb-sweeping": "清明",
    "christmas": "圣诞",
}


def _month_start(year: int, month: int) -> date:
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


def _shift(day: date, days: int) -> date:
    return date.fromordinal(day.toordinal() + days)


def _months_back(day: date, months: int) -> date:
    start = _month_start(day.year, day.month - months)
    last = month_of(start.year, start.month).date_to
    return start.replace(day=min(day.day, last.day if last else 1))


def _or_none(in_year: Callable[[int], Period], year: int) -> Period | None:
    try:
        return in_year(year) if MINYEAR < year < MAXYEAR else None
    except ValueError:  # 29 February, or a year the lunar calendar does not reach
        return None


def _read(found: _Found, clock: Clock) -> Period | None:
    try:
        period = found.read(clock)
    except (ValueError, OverflowError):  # 31 June, or a day before the year 1
        return None
    first, last = period.date_from, period.date_to
    return None if first and last and first > last else period


# --- Single dates: numbers ---------------------------------------------------------------------

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {
    "\u3007": 0,
    "○": 0,
    "两": 2,
    "元": 1,
}


def number(text: str) -> int:
    """A number below 100 in Chinese or Arabic digits, or a year spelt digit by digit.

    >>> [number(text) for text in ("24", "二十四", "廿四", "十", "二〇二五")]
    [24, 24, 24, 10, 2025]
    """
    if text.isdecimal():
        return int(text)
    text = text.replace("廿", "二十").replace("卅", "三十")
    tens, ten, ones = text.partition("十")
    if ten:
        return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0)
    return int("".join(str(_DIGITS[digit]) for digit in text))


_MONTH = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
_DAYS = r"(?:3[01]|[12]\d|0?[1-9]|(?:三十|二?十|廿|卅)[一二三四五六七八九]?|[一二三四五六七八九])"
_YEAR = (
    r"(?:(?:(?:19|20)\d\d|[一二][九〇零○0][〇零○一二三四五六七八九]{2})\s?年"
    r"|大前年|(?<![目之以此])前年|去年|上一?年|今年|本年度?|明年)"
)
_YEARS_AWAY = {"大前": -3, "前": -2, "去": -1, "上": -1, "上一": -1, "今": 0, "本": 0, "明": 1}
_MIDDLE_ENDS = r"(?=[的发推刊登以之到至前后，,。？\s]|$)"
_PART = r"上旬|中旬|下旬|上半月|下半月|月?初|月?中" + _MIDDLE_ENDS + r"|月?[底末]"
_PART_DAYS = {
    "上旬": (1, 10),
    "中旬": (11, 20),
    "下旬": (21, 31),
    "上半月": (1, 15),
    "下半月": (16, 31),
    "初": (1, 10),
    "中": (11, 20),
    "底": (21, 31),
    "末": (21, 31),
    "early": (1, 10),
    "mid": (11, 20),
    "middle": (11, 20),
    "late": (21, 31),
    "beginning": (1, 10),
    "start": (1, 10),
    "end": (21, 31),
}
_YEAR_PARTS = {
    "上半年": (1, 6),
    "下半年": (7, 12),
    "前三季度": (1, 9),
    "初": (1, 2),
    "中": (6, 7),
    "底": (11, 12),
    "末": (11, 12),
    "early": (1, 3),
    "mid": (5, 8),
    "late": (10, 12),
}


def _year(text: str | None, clock: Clock) -> int | None:
    if not text:
        return None
    name = re.sub(r"[\s度年的]", "", text)
    return clock.today.year + _YEARS_AWAY[name] if name in _YEARS_AWAY else number(name)


def _in_year(year: int | None, clock: Clock, in_year: Callable[[int], Period]) -> Period:
    return clock.latest(in_year) if year is None else in_year(year)


def _in_month(year: int, month: int, day: str | None, part: str | None) -> Period:
    whole = month_of(year, month)
    if day:
        return day_of(date(year, month, number(day)))
    if not part or not whole.date_from or not whole.date_to:
        return whole
    first, last = _PART_DAYS[part.removeprefix("月").lower()]
    return Period(
        whole.date_from.replace(day=first),
        whole.date_to.replace(day=min(last, whole.date_to.day)),
    )


def _year_part(name: str) -> tuple[int, int]:
    """The first and last month of a part of a year."""
    name = name.removeprefix("年").lower()
    if name in _YEAR_PARTS:
        return _YEAR_PARTS[name]
    words = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": 4, "1st": 1, "2nd": 2}
    words |= {"3rd": 3, "4th": 4}
    if "half" in name:
        return (1, 6) if name.split()[0] in ("first", "1st") else (7, 12)
    word = name.split()[0]
    quarter = words.get(word) or number(re.sub(r"[第q]|季度?", "", word))
    return 3 * quarter - 2, 3 * quarter


# --- Single dates: readers ---------------------------------------------------------------------


def _chinese_date(m: re.Match[str], clock: Clock) -> Period:
    year, month = _year(m["year"], clock), number(m["month"])
    if year is not None and year < 100:
        year += 2000
    return _in_year(year, clock, lambda y: _in_month(y, month, m["day"], m["part"]))


def _relative_month(m: re.Match[str], clock: Clock) -> Period:
    name = m["month"]
    away = -name.count("上") if "上" in name else (1 if name[0] in "下次" else 0)
    first = _month_start(clock.today.year, clock.today.month + away)
    return _in_month(first.year, first.month, m["day"], m["part"])


def _month_part(m: re.Match[str], clock: Clock) -> Period:
    """月底 without a month: this month's, or last month's where this one's is still to come."""
    for back in (0, 1):
        first = _month_start(clock.today.year, clock.today.month - back)
        period = _in_month(first.year, first.month, None, m[0])
        if period.date_from and period.date_from <= clock.today + timedelta(days=clock.ahead):
            break
    return period


def _day_alone(m: re.Match[str], clock: Clock) -> Period:
    """24号: this month's or the last one's; at the end of a range, the first one after."""
    day, reference = number(m["day"]), clock.after or clock.today
    steps = range(12) if clock.after else range(1 if clock.ahead else 0, -12, -1)
    for step in steps:
        try:
            found = _month_start(reference.year, reference.month + step).replace(day=day)
        except ValueError:
            continue
        if clock.after and found >= clock.after:
            return day_of(found)
        if not clock.after and found <= clock.today + timedelta(days=min(clock.ahead, 15)):
            return day_of(found)
    raise ValueError("no such day")


def _days_of_month(m: re.Match[str], clock: Clock) -> Period:
    year, month = _year(m["year"], clock), number(m["month"])
    first, last = number(m["day"]), number(m["last"])
    return _in_year(year, clock, lambda y: Period(date(y, month, first), date(y, month, last)))


def _chinese_year(m: re.Match[str], clock: Clock) -> Period:
    year = _year(m["year"], clock)
    first, last = _year_part(m["part"]) if m["part"] else (1, 12)
    return _in_year(year, clock, lambda y: months_of(y, first, last))


def _iso(m: re.Match[str], clock: Clock) -> Period:
    return _in_month(int(m["year"]), int(m["month"]), m["day"], None)


def _bare(m: re.Match[str], clock: Clock) -> Period:
    month, day = int(m["month"]), int(m["day"])
    return clock.latest(lambda year: day_of(date(year, month, day)))


_DAYS_AWAY = {"大前": -3, "前": -2, "昨": -1, "今": 0, "当": 0, "明": 1, "后": 2, "大后": 3} | {
    "the day before yesterday": -2,
    "yesterday": -1,
    "last night": -1,
    "today": 0,
    "tonight": 0,
    "this morning": 0,
    "this afternoon": 0,
    "this evening": 0,
    "tomorrow": 1,
}


def _relative_day(m: re.Match[str], clock: Clock) -> Period:
    return day_of(_shift(clock.today, _DAYS_AWAY[re.sub(r"\s+", " ", m["away"].lower())]))


_WEEKDAYS = (
    {name: i for i, name in enumerate("一二三四五六日")}
    | {"天": 6}
    | {
        name: i
        for i, name in enumerate(
            ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
        )
    }
)


def _chinese_week(m: re.Match[str], clock: Clock) -> Period:
    away = (m["week"].count("上") * -1) or (1 if m["week"].startswith("下") else 0)
    week = week_of(clock.today, away)
    return _in_week(week, m["day"])


def _in_week(week: Period, day: str | None) -> Period:
    monday, sunday = week.date_from, week.date_to
    if not day or not monday:
        return week
    if day in ("末", "weekend"):
        return Period(_shift(monday, 5), sunday)
    return day_of(_shift(monday, _WEEKDAYS[day.lower()]))


def _weekday(m: re.Match[str], clock: Clock) -> Period:
    """周一: the last Monday that has come; at the end of a range, the first one after."""
    day = m["day"].lower()
    if day in ("末", "weekend"):
        week = week_of(clock.today, 0 if clock.today.weekday() >= 5 else -1)
        return _in_week(week, day)
    if clock.after:
        return day_of(_shift(clock.after, (_WEEKDAYS[day] - clock.after.weekday()) % 7))
    return day_of(_shift(clock.today, -((clock.today.weekday() - _WEEKDAYS[day]) % 7)))


_UNIT_DAYS = {"天": 1, "日": 1, "周": 7, "星期": 7, "礼拜": 7, "day": 1, "week": 7, "fortnight": 14}
_UNIT_MONTHS = {"月": 1, "季度": 3, "年": 12, "month": 1, "quarter": 3, "year": 12}
_COUNTS = {"几": 7, "few": 7, "several": 7, "a": 1, "an": 1, "one": 1, "two": 2, "three": 3} | {
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "ten": 10,
    "couple of": 3,
    "twelve": 12,
}
_FEW_LONG = 3


def _back(clock: Clock, count: str | None, unit: str) -> date:
    """The day so many units before today."""
    unit = unit.lower()
    if count == "半":
        return (
            _shift(clock.today, -(15 if unit == "月" else 4))
            if unit != "年"
            else _months_back(clock.today, 6)
        )
    name = re.sub(r"\s+", " ", count or "一").lower()
    amount = _COUNTS[name] if name in _COUNTS else number(name)
    if unit in _UNIT_DAYS:
        return _shift(clock.today, -amount * _UNIT_DAYS[unit])
    amount = _FEW_LONG if name in ("几", "few", "several") else amount
    return _months_back(clock.today, amount * _UNIT_MONTHS[unit])


def _recent(m: re.Match[str], clock: Clock) -> Period:
    return Period(_shift(clock.today, -RECENT_DAYS), clock.today)


def _past_units(m: re.Match[str], clock: Clock) -> Period:
    return Period(_back(clock, m["count"], m["unit"]), clock.today)


def _these_days(m: re.Match[str], clock: Clock) -> Period:
    return Period(_shift(clock.today, -(3 if "两" in m[0] else 7)), clock.today)


def _ago(m: re.Match[str], clock: Clock) -> Period:
    """三天前: that day; weeks and months are meant less exactly, so with half a unit around."""
    day, unit = _back(clock, m["count"], m["unit"]), m["unit"].lower()
    around = {"天": 0, "日": 0, "day": 0, "年": 180, "year": 180, "周": 3, "week": 3}.get(unit, 15)
    return Period(_shift(day, -around), min(_shift(day, around), clock.today))


def _holiday(m: re.Match[str], clock: Clock) -> Period:
    said = re.sub(r"[’']s|eve$", "", m["name"].lower()).strip()
    name = said if said in _HOLIDAYS else _HOLIDAY_NAMES[said]
    year = _year(m["year"], clock)
    return _in_year(year, clock, lambda y: holiday_of(name, y))


_MONTH_NAMES = {
    name: i + 1
    for i, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
    )
}


def _english_date(m: re.Match[str], clock: Clock) -> Period:
    named = m.groupdict()
    month = _MONTH_NAMES[m["month"][:3].lower()]
    year = int(named["year"]) if named.get("year") else None
    day, last, part = named.get("day"), named.get("last"), named.get("part")
    if named.get("away"):
        year = clock.today.year if m["away"].lower() == "this" else None
    if last:
        first, final = int(m["day"]), int(last)
        return _in_year(year, clock, lambda y: Period(date(y, month, first), date(y, month, final)))
    return _in_year(year, clock, lambda y: _in_month(y, month, day, part))


def _english_year(m: re.Match[str], clock: Clock) -> Period:
    said = m["year"].lower()
    aways = {"last year": -1, "this year": 0, "the year": 0, "next year": 1}
    year = clock.today.year + aways[said] if said in aways else int(said)
    first, last = _year_part(m["part"]) if m["part"] else (1, 12)
    return months_of(year, first, last)


def _english_quarter(m: re.Match[str], clock: Clock) -> Period:
    year = int(m["year"]) if m["year"] else None
    first, last = _year_part(m["part"])
    return _in_year(year, clock, lambda y: months_of(y, first, last))


def _english_relative(m: re.Match[str], clock: Clock) -> Period:
    """last week, this month, past quarter: of the calendar."""
    away = {"last": -1, "previous": -1, "this": 0, "current": 0, "next": 1}[m["away"].lower()]
    unit, today = m["unit"].lower(), clock.today
    if unit == "week":
        return week_of(today, away)
    if unit == "weekend":
        return _in_week(week_of(today, away), unit)
    if unit == "month":
        return month_of(today.year, today.month + away)
    first = 3 * ((today.month - 1) // 3 + away) + 1
    return months_of(today.year, first, first + 2)


# --- Single dates: patterns --------------------------------------------------------------------

_SOLO_MONTH_NOT = r"(?!个|[龄刊嫂饼薪票租后内]|天(?![津气然文山水安])|期(?!间)|大(?:宝宝|婴)|供|革命|花号|均|[一二三四五六七八九]\d{0})"
_DAY_NOT = r"(?![内间均游龄元常程夜产本]|[日号]?(?:线|楼|馆|机|院|门|店|厅|桥|井|炉|船|文|令|公告|文件|台|站|矿|卫星|火箭|汽油|电厂))"
_HAN_BEFORE_DAY = (
    r"(?<![\d.第#No:/\-])(?:(?<![\u4e00-\u9fff])|(?<=[在于到至从自的月是和及与了本看查找，]))"
)
_EN_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_EN_SOLO_MONTH = (
    r"(?:[Jj]anuary|[Ff]ebruary|March|[Aa]pril|May|[Jj]une|[Jj]uly|[Aa]ugust|[Ss]eptember|[Oo]ctober|"
    r"[Nn]ovember|[Dd]ecember|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?"
)
_EN_DAY = r"(?:3[01]|[12]\d|0?[1-9])"
_EN_YEAR = r"(?:,?\s{1,3}(?P<year>(?:19|20)\d\d)(?![\d\-]))?"
_EN_COUNT = r"(?:\d{1,3}|an?|one|two|three|four|five|six|seven|ten|twelve|few|several|couple\s+of)"
_EN_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_EN_HOLIDAY = (
    r"(?:chinese\s+new\s+year|lunar\s+new\s+year|spring\s+festival|labou?r\s+day|may\s+day|"
    r"dragon\s+boat\s+festival|mid[- ]autumn|national\s+day|golden\s+week|qingming|tomb-sweeping|"
    r"new\s+year|christmas)"
)
_CN_COUNT = r"(?:\d{1,3}|半|几|两|[一二三四五六七八九]|二?十[一二三四五六七八九]?)"
_CN_UNIT = r"(?:天|日|周|星期|礼拜|月|季度|年)"


def _rule(pattern: str, read: Callable[[re.Match[str], Clock], Period], **how: bool) -> _Rule:
    flags = 0 if how.get("exact_case") else re.IGNORECASE
    return _Rule(re.compile(pattern, flags), read, how.get("bare", False))


@dataclass(frozen=True, slots=True)
class _Rule:
    pattern: re.Pattern[str]
    read: Callable[[re.Match[str], Clock], Period]
    bare: bool


_CHINESE = [
    _rule(
        rf"(?:(?P<year>{_YEAR})\s?的?)?(?<![\d.第:/-])(?P<month>{_MONTH})\s?月\s?(?P<day>{_DAYS})\s?[日号]?"
        rf"\s?(?:至|到|-|—|–|~|～)+\s?(?P<last>{_DAYS})\s?[日号](?!线)",
        _days_of_month,
    ),
    _rule(
        rf"(?:(?P<year>{_YEAR}|(?<!\d)\d\d年)\s?的?)?(?<![\d.第:/每])(?<![^日号月旬年份初底末\s]-)(?<![每往历]年)(?P<month>{_MONTH})\s?月"
        rf"(?:\s?(?P<day>{_DAYS})\s?(?:[日号]|(?=[至到]))(?:凌晨|早上|上午|中午|下午|傍晚|晚上?|当天|当日|那天|这天|这一天)?"
        rf"|份?\s?(?P<part>{_PART})|份|{_SOLO_MONTH_NOT})",
        _chinese_date,
    ),
    _rule(
        rf"(?<!以)(?P<month>上上个?月|上个?月|本月|这个?月|当月|下个?月)份?"
        rf"(?:\s?的?(?P<day>{_DAYS})\s?[日号]|的?(?P<part>{_PART}))?",
        _relative_month,
    ),
    _rule(
        rf"(?<![\d一二三四五六七八九十每个])月(?:[初底末](?!的?月)|中{_MIDDLE_ENDS})", _month_part
    ),
    _rule(
        rf"(?P<year>{_YEAR})(?P<part>年?上半年|年?下半年|前三季度|第?[一二三四1-4]季度|[Qq][1-4]|年?初|年中|年?[底末])",
        _chinese_year,
    ),
    _rule(
        r"(?<![年个每半第前])(?P<year>)(?P<part>上半年|下半年|前三季度|第?[一二三四1-4]季度|年[初中底末])",
        _chinese_year,
    ),
    _rule(
        rf"(?<!每)(?P<year>{_YEAR})(?![度级款代产龄第]|版|(?:以|之)?来[^的，。]{{0,3}}最|\d)(?P<part>)",
        _chinese_year,
    ),
    _rule(rf"{_HAN_BEFORE_DAY}(?P<day>{_DAYS})日{_DAY_NOT}", _day_alone),
    _rule(rf"{_HAN_BEFORE_DAY}(?P<day>{_DAYS})号{_DAY_NOT}", _day_alone, bare=True),
    _rule(
        r"(?P<away>大前|(?<![目之以此])前|昨|今|明|大?后)(?:天|日(?!之|头条|关注|说法|俄|美|重))"
        r"(?:凌晨|早上|早晨|上午|中午|下午|傍晚|晚上?)?",
        _relative_day,
    ),
    _rule(r"(?P<away>[昨今明])[早晨晚夜](?!报)(?:上|间)?", _relative_day),
    _rule(
        r"(?P<week>上+一?个?|本|这个?|下+个?)(?:周|星期|礼拜)(?P<day>[一二三四五六日天末])?(?!年|岁|刊|[大六]福|边|围|期|转)",
        _chinese_week,
    ),
    _rule(
        r"(?<![每逢上下本这一二三四五六七八九十两几\d个])(?:周|星期|礼拜)(?P<day>[一二三四五六日天末])(?!报|刊|晚报|[周年福月]|一[起到])",
        _weekday,
    ),
    _rule(
        r"(?:最近|近日|近期|日前(?=[，的]|[^\u4e00-\u9fff]|[发公推刊报])|新近)(?![一二三四五六七八九十两几半\d])"
        r"(?!的?(?:一家|一个|一处|一次|地铁|车站|医院|路|距离|公里))",
        _recent,
    ),
    _rule(r"(?:这|最近|近|(?<!目)前)[两几些]天", _these_days),
    _rule(
        rf"(?:最近|过去|近|这|之前)的?这?(?P<count>{_CN_COUNT})\s?个?(?P<unit>{_CN_UNIT})(?!来?最|[级代款轮龄])(?:以来|里|间|内|来)?",
        _past_units,
    ),
    _rule(
        rf"(?<![\d一二三四五六七八九十第百千.至-])(?P<count>{_CN_COUNT})\s?个?(?P<unit>天|日|周|星期|礼拜|月)(?:以|之)?前(?!提|报|申|完)",
        _ago,
    ),
    _rule(
        rf"(?:(?P<year>{_YEAR})的?)?(?:(?<![\u4e00-\u9fff])|(?<=[在到从自于的了年是至和过今去前本看查]))"
        r"(?P<name>国庆|中秋|春节|新春|元旦|新年|清明|端午|元宵|重阳|圣诞|五一|十一|劳动)"
        r"(?:(?<=五一|十一)(?=节|假|小长假|黄金周|期间|[之以]?[前后](?!期))|(?<=劳动)(?=节)|(?<!五一|十一|劳动)(?![路村镇广上晚献月区大街道人伟建县粽门湖]))"
        r"(?:节日?|劳动节)?(?:小?长?假期?|黄金周)?",
        _holiday,
    ),
]
_NUMERIC = [
    _rule(
        r"(?<!\w)(?P<year>20\d\d)(?P<month>0[1-9]|1[0-2])(?P<day>[0-2]\d|3[01])(?!\d)",
        _iso,
        bare=True,
    ),
    _rule(
        r"(?<![\w./\-])(?P<year>(?:19|20)\d\d)(?P<sep>[-/.])(?P<month>1[0-2]|0?[1-9])(?P=sep)(?P<day>3[01]|[12]\d|0?[1-9])(?![\w./\-]\d|\d)",
        _iso,
    ),
    _rule(
        r"(?<![\w./\-])(?<![A-Z] )(?P<year>(?:19|20)\d\d)[-/](?P<month>1[0-2]|0[1-9])(?P<day>)(?![\w./\-]\d|\d)",
        _iso,
    ),
    _rule(
        r"(?<![\w./:\-·])(?P<month>1[0-2]|0?[1-9])[./](?P<day>3[01]|[12]\d|0?[1-9])(?![\d./:%\-·]|[万亿元个倍级分版折])",
        _bare,
        bare=True,
    ),
]
_EN_PART = r"(?:(?:the\s+)?(?P<part>early|mid|middle|late|beginning|start|end)(?:[-\s]+(?:of\s+)?(?:the\s+)?))"
_ENGLISH = [
    _rule(
        rf"\b(?P<month>{_EN_MONTH})\s{{0,3}}(?P<day>{_EN_DAY})(?:st|nd|rd|th)?\s?(?:-|–|—|to|through|until)\s?"
        rf"(?P<last>{_EN_DAY})(?:st|nd|rd|th)?\b(?![:%]){_EN_YEAR}",
        _english_date,
    ),
    _rule(
        rf"\b(?P<month>{_EN_MONTH})\s{{0,3}}(?P<day>{_EN_DAY})(?:st|nd|rd|th)?\b(?![:%]|\s?(?:percent|units|people)){_EN_YEAR}",
        _english_date,
    ),
    _rule(
        rf"(?<![\w.])(?P<day>{_EN_DAY})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<month>{_EN_MONTH}){_EN_YEAR}(?!\s+I\b)",
        _english_date,
    ),
    _rule(
        rf"(?:{_EN_PART}|\b)(?P<month>{_EN_MONTH})(?:\s+of)?,?\s{{1,3}}(?P<year>(?:19|20)\d\d)(?![\d\-])",
        _english_date,
    ),
    _rule(rf"\b{_EN_PART}(?P<month>{_EN_SOLO_MONTH})(?!\s+I\b)", _english_date),
    _rule(
        rf"(?i:(?<=\bin )|(?<=\bof )|(?<=\bsince )|(?<=\bfrom )|(?<=\bbefore )|(?<=\bafter )|(?<=\buntil )|(?<=\bby )|"
        rf"(?<=\bduring )|(?<=\bto )|(?<=\bthrough )|(?<=\band )|(?<=\bthroughout )|(?<=\bbetween ))"
        rf"(?P<month>{_EN_SOLO_MONTH})(?!['’\w]|\s+(?:I|we|they|he|she|forward|[A-Z])\b)",
        _english_date,
        exact_case=True,
    ),
    _rule(
        rf"\b(?P<away>(?i:last|this|past))\s+(?P<month>{_EN_SOLO_MONTH})(?!\s+(?:I|we)\b)",
        _english_date,
        exact_case=True,
    ),
    _rule(
        rf"\b{_EN_SOLO_MONTH.replace('(?:', '(?P<month>', 1)}(?=['’]s\s+(?:news|posts?|articles?|stories|headlines|notices))",
        _english_date,
        exact_case=True,
    ),
    _rule(
        r"\b(?:(?:the\s+)?(?P<part>(?:first|second|third|fourth|last|1st|2nd|3rd|4th)\s+(?:half|quarter)|q[1-4]|early|mid|late)"
        r"[-\s]+(?:of\s+)?(?:(?:the\s+)?year\s+)?)"
        r"(?P<year>(?:19|20)\d\d|last\s+year|this\s+year|the\s+year)\b(?!-\d)",
        _english_year,
    ),
    _rule(
        r"(?:(?<=\bin )|(?<=\bof )|(?<=\bsince )|(?<=\bfrom )|(?<=\bbefore )|(?<=\bafter )|(?<=\bduring )|(?<=\buntil )|"
        r"(?<=\bto )|(?<=\bby )|(?<=\bthroughout )|(?<=\bbetween )|(?<=\band ))"
        r"(?P<year>(?:19|20)\d\d)\b(?![\d\-.,/]*\d)(?!\s+(?-i:[A-Z])|年)(?P<part>)",
        _english_year,
    ),
    _rule(r"\b(?P<year>last\s+year|this\s+year)\b(?P<part>)", _english_year),
    _rule(
        r"\b(?:the\s+)?(?P<part>q[1-4]|(?:first|second|third|fourth)\s+quarter)\b(?:\s+(?:of\s+)?(?P<year>(?:19|20)\d\d))?",
        _english_quarter,
    ),
    _rule(
        r"\b(?P<away>(?:the\s+day\s+before\s+)?yesterday|(?<!usa )(?<!russia )today|tonight|tomorrow|last\s+night|this\s+(?:morning|afternoon|evening))\b",
        _relative_day,
    ),
    _rule(
        r"\b(?P<away>last|previous|this|current|next)\s+(?P<unit>weekend|week|month|quarter)\b",
        _english_relative,
    ),
    _rule(r"(?<=\bover )the\s+(?P<day>weekend)\b", _weekday),
    _rule(
        rf"(?:(?<=\bon )|(?<=\bsince )|(?<=\bfrom )|(?<=\bto )|\b(?:last|this|past)\s+)(?P<day>{_EN_WEEKDAY})\b",
        _weekday,
    ),
    _rule(rf"\b(?P<day>{_EN_WEEKDAY})(?=['’]s\b)", _weekday),
    _rule(
        rf"\b(?:(?:the|these|this)\s+)?(?:last|past|recent)\s+(?:(?P<count>{_EN_COUNT})\s+)?(?P<unit>day|week|fortnight|month|quarter|year)s?\b",
        _past_units,
    ),
    _rule(
        r"\b(?:recently|lately|these\s+days|recent(?=\s+(?:news|posts?|articles?|notices?|stories|headlines)))\b",
        _recent,
    ),
    _rule(rf"\b(?P<count>{_EN_COUNT})\s+(?P<unit>day|week|month|year)s?\s+ago\b", _ago),
    _rule(
        rf"\b(?:the\s+)?(?:(?P<year>(?:19|20)\d\d)\s+)?(?P<name>{_EN_HOLIDAY})(?:['’]s)?(?:\s+(?:day|festival|holidays?|break))*\b",
        _holiday,
    ),
]
_WORD = re.compile(r"[A-Za-z]{2}|[Qq][1-4]")
_HAN = re.compile(r"[\u4e00-\u9fff]")


def _singles(text: str) -> list[_Found]:
    """The dates that stand alone; of those that overlap the first, of those the longest."""
    rules = list(_NUMERIC)
    if _HAN.search(text):
        rules += _CHINESE
    if _WORD.search(text):
        rules += _ENGLISH
    found = [
        _Found(m.start(), m.end(), _reader(rule, m), rule.bare, rule.read is _day_alone)
        for rule in rules
        for m in rule.pattern.finditer(text)
        if m.end() > m.start()
    ]
    found.sort(key=lambda f: (f.start, -f.end))
    kept: list[_Found] = []
    for each in found:
        if not kept or each.start >= kept[-1].end:
            kept.append(each)
    return kept[:MOST_DATES]


def _reader(rule: _Rule, m: re.Match[str]) -> Reader:
    return lambda clock: rule.read(m, clock)


# --- Ranges and bounds -------------------------------------------------------------------------

_TO = re.compile(r"\s{0,2}(?:至|到|-|–|—|——|~|～|to|through|until|till)\s{0,2}(?:the\s)?", re.I)
_AND = re.compile(r"\s{0,2}(?:and|和|与)\s{0,2}", re.I)
_LIST = re.compile(r"\s?(?:和|与|及|以及|、|,|，|或)\s?")
_BETWEEN = re.compile(r"\bbetween\s+$", re.I)
_FROM = re.compile(r"(?:从|自|自从|\bfrom\s+)$", re.I)
_AMONG = re.compile(r"之间|期间")


def _ranges(text: str, found: list[_Found]) -> list[_Found]:
    """Join two dates that say from when to when."""
    joined: list[_Found] = []
    for each in found:
        last = joined[-1] if joined else None
        if last and _is_range(text, last, each):
            start = last.start
            opening = _FROM.search(text, max(0, start - 8), start)
            joined[-1] = _Found(
                opening.start() if opening else start,
                each.end,
                _range(last.read, each.read),
                last.bare and each.bare,
            )
        elif last and each.day_only and _LIST.fullmatch(text, last.end, each.start):
            joined.append(replace(each, read=_following(last.read, each.read), bare=False))
        else:
            joined.append(each)
    return joined


def _is_range(text: str, first: _Found, second: _Found) -> bool:
    if _TO.fullmatch(text, first.end, second.start):
        return True
    return bool(_AND.fullmatch(text, first.end, second.start)) and bool(
        _BETWEEN.search(text, max(0, first.start - 10), first.start)
        or _AMONG.match(text, second.end)
    )


def _following(first: Reader, second: Reader) -> Reader:
    """The 25日 of 9月24日和25日: of the same month."""
    return lambda clock: second(replace(clock, after=first(clock).date_from))


def _range(first: Reader, last: Reader) -> Reader:
    def read(clock: Clock) -> Period:
        start = first(clock)
        end = last(replace(clock, after=start.date_from))
        return Period(start.date_from, end.date_to)

    return read


def _before(read: Reader) -> Reader:
    def bounded(clock: Clock) -> Period:
        # What was published before a day may have been so before one still to come.
        first = read(replace(clock, ahead=_AHEAD_DAYS)).date_from
        return Period(None, _shift(first, -1) if first else None)

    return bounded


def _until(read: Reader) -> Reader:
    return lambda clock: Period(None, read(replace(clock, ahead=_AHEAD_DAYS)).date_to)


def _since(read: Reader) -> Reader:
    return lambda clock: Period(read(clock).date_from, None)


def _beyond(read: Reader) -> Reader:
    """国庆后: from the day after the holiday."""

    def bounded(clock: Clock) -> Period:
        last = read(clock).date_to
        return Period(_shift(last, 1) if last else None, None)

    return bounded


def _about(read: Reader) -> Reader:
    def around(clock: Clock) -> Period:
        period = read(clock)
        first, last = period.date_from, period.date_to
        return Period(
            _shift(first, -_ABOUT_DAYS) if first else None,
            _shift(last, _ABOUT_DAYS) if last else None,
        )

    return around


_Bound = Callable[[Reader], Reader]
_SUFFIXES: list[tuple[re.Pattern[str], _Bound]] = [
    (re.compile(r"前后|左右|附近"), _about),
    (re.compile(r"这一?周|当天|当日|那天|这天|这一天|全天|期间|之间|这段时间"), lambda read: read),
    (
        re.compile(
            r"节?(?:以前|之前|前夕|前(?![端任列进途沿景台往来述者三两一几后]|提(?![交出供])))"
        ),
        _before,
    ),
    (
        re.compile(
            r"以来|至今|到现在|到今天|以后|之后|起(?![草来义步诉源点飞重动伏初因名])|开始(?=[的，]|发|推|刊|报|登)"
        ),
        _since,
    ),
    (re.compile(r"后(?![期续台端方来勤市疫果，])"), _since),
    (re.compile(r"\s+(?:or\s+later|onwards?)\b", re.I), _since),
    (re.compile(r"\s+or\s+earlier\b", re.I), _until),
]
_PREFIXES: list[tuple[re.Pattern[str], _Bound]] = [
    (re.compile(r"(?:截至|截止到?|直到)$|\b(?:until|till|by|up\s+to|as\s+of)\s+$", re.I), _until),
    (re.compile(r"\b(?:before|prior\s+to|ahead\s+of)\s+(?:the\s+)?$", re.I), _before),
    (re.compile(r"\b(?:since|after|following|starting(?:\s+from)?)\s+(?:the\s+)?$", re.I), _since),
    (re.compile(r"\baround\s+(?:the\s+)?$", re.I), _about),
]
_HOLIDAY_START = re.compile(
    r"(?:\d{4}\s?年?|[去今前明]年)?的?(?:国庆|中秋|春节|新春|元旦|新年|清明|端午|元宵|重阳|圣诞|五一|十一|劳动)|(?:the\s+)?"
    + _EN_HOLIDAY,
    re.I,
)
_OPENING = 14


def _bounded(text: str, found: list[_Found]) -> list[_Found]:
    """Widen what is said to be before, since or about a date."""
    bounded: list[_Found] = []
    for each in found:
        if not bounded or each.start >= bounded[-1].end:
            bounded.append(_bound(text, each))
    return bounded


def _bound(text: str, found: _Found) -> _Found:
    start, end, read = found.start, found.end, found.read
    holiday = bool(_HOLIDAY_START.match(text, start, end))
    for pattern, bound in _SUFFIXES:
        if suffix := pattern.match(text, end):
            opening = _FROM.search(text, max(0, start - 8), start)
            after = _beyond if holiday and bound is _since else bound
            return replace(
                found,
                start=opening.start() if opening and bound is _since else start,
                end=suffix.end(),
                read=after(read),
            )
    for pattern, bound in _PREFIXES:
        if prefix := pattern.search(text, max(0, start - _OPENING), start):
            after = (
                _beyond
                if holiday and "since" not in prefix[0].lower() and bound is _since
                else bound
            )
            return replace(found, start=prefix.start(), read=after(read))
    return found
