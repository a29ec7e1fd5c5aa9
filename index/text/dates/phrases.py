"""The dates that a text speaks of, in Chinese and English: where they stand and which days they mean.

    normalise -> single dates (rules, each with its reader) -> ranges -> bounds

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
    """The dates ``text`` speaks of, in their order; the text has been ``normalise``d.

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
_NORMAL = str.maketrans(
    {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    | {kept: kept for kept in _FULL_WIDTH_KEPT}
    | {pair[0]: pair[1] for pair in _TRADITIONAL.split()}
    | {"\u3000": " ", "\u00a0": " "}
)
