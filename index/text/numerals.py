"""Numerals as numbers: Arabic, Chinese (三百二十, 一万二千, 三点五) and English (two hundred and ten)."""

from __future__ import annotations

import re
from fractions import Fraction

CHINESE_DIGITS = "零〇一二两三四五六七八九"
CHINESE_NUMERAL = rf"[{CHINESE_DIGITS}十百千万亿]+(?:点[{CHINESE_DIGITS}]+)?"
"""A pattern of what may be a Chinese numeral; ``chinese_number`` says whether it is one."""

_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "两": 2,
}
_TENS = {"十": 10, "百": 100, "千": 1000}
_MYRIADS = {"万": 10**4, "亿": 10**8}
_SCALES = {**_TENS, **_MYRIADS}

_ENGLISH = {
    word: value
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
} | {
    word: 10 * value
    for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)  # noqa: SIM905
}
_ENGLISH_SCALES = {
    "dozen": 12,
    "hundred": 100,
    "thousand": 10**3,
    "k": 10**3,
    "million": 10**6,
    "mn": 10**6,
    "m": 10**6,
    "billion": 10**9,
    "bn": 10**9,
    "trillion": 10**12,
}
_WORDS = "|".join(
    sorted([*_ENGLISH, "dozen", "hundred", "thousand", "million", "billion"], key=len)[::-1]
)
ENGLISH_NUMERAL = rf"\b(?:{_WORDS})(?:(?:[\s-]+|\s+and\s+)(?:{_WORDS}))*\b"
"""A pattern of numbers in English words."""


def chinese_number(text: str) -> Fraction | None:
    """The number that ``text`` spells in Chinese, ``None`` where it spells none.

    >>> [str(chinese_number(text)) for text in ("三百二十", "一万二千", "两亿", "三点五", "二〇二五")]
    ['320', '12000', '200000000', '7/2', '2025']
    """
    whole, point, decimals = text.partition("点")
    value = _chinese_whole(whole)
    if value is None or (point and not decimals):
        return None
    digits = "".join(str(_DIGITS[one]) for one in decimals)
    return value + Fraction(int(digits), 10 ** len(digits)) if digits else Fraction(value)


def _chinese_whole(text: str) -> int | None:
    if not text or text[0] in "百千万亿":
        return None
    if len(text) > 1 and all(one in _DIGITS for one in text):
        return int("".join(str(_DIGITS[one]) for one in text))
    total = section = 0
    digit: int | None = None
    last = 1  # the scale before, for 三百二 and 一万二: the digit at the end counts a tenth of it
    for one in text:
        if one in _DIGITS:
            digit, last = _DIGITS[one], last if _DIGITS[one] else 1
        elif one in _TENS:
            section += (1 if digit is None else digit) * _TENS[one]
            digit, last = None, _TENS[one]
        else:
            section += digit or 0
            myriad = _MYRIADS[one]
            below = total < myriad  # 一万亿 is 亿 times 一万, 一亿两千万 is 两千万 more than 一亿
            total = (total + section) * myriad if below else total + section * myriad
            section, digit, last = 0, None, _MYRIADS[one]
    tail = (digit or 0) * (last // 10 if last > 10 else 1)
    return total + section + tail


def scale_of(text: str) -> int:
    """What the scale after a number multiplies it by: 万, 百万, 万亿, million, k; 1 for ``""``.

    >>> scale_of("千万"), scale_of("billion")
    (10000000, 1000000000)
    """
    word = text.strip().lower()
    if word in _ENGLISH_SCALES:
        return _ENGLISH_SCALES[word]
    product = 1
    for one in word:
        product *= _SCALES[one]
    return product


def english_number(text: str) -> Fraction | None:
    """The number that ``text`` spells in English words, ``None`` where it spells none.

    >>> str(english_number("three hundred and twenty-one thousand"))
    '321000'
    """
    total = section = 0
    for word in re.findall(r"[a-z]+", text.lower()):
        if word in _ENGLISH:
            section += _ENGLISH[word]
        elif word in _ENGLISH_SCALES:
            scale = _ENGLISH_SCALES[word]
            if scale in (12, 100):
                section = (section or 1) * scale
            else:
                total, section = total + (section or 1) * scale, 0
        elif word != "and":
            return None
    return Fraction(total + section)


def arabic_number(text: str) -> Fraction:
    """The number of digits with thousands separators.

    >>> str(arabic_number("12,000.5"))
    '24001/2'
    """
    return Fraction(text.replace(",", ""))
