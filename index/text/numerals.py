"""Numerals as numbers: Arabic, Chinese (三百二十, 一万二千, 三点五) and English (two hundred and ten)."""

from __future__ import annotations

import re
from fractions import Fraction
from math import prod

from index.text.rules import load_rules

_CHINESE = load_rules("index.text", "zh/numerals")
_DIGITS, _TENS, _MYRIADS = (_CHINESE.table(name) for name in ("digit", "tens", "myriads"))
_ENGLISH = load_rules("index.text", "en/numerals")
_CARDINALS = _ENGLISH.table("cardinal")
_ENGLISH_SCALES = {**_ENGLISH.table("scale_word"), **_ENGLISH.table("scale_mark")}

CHINESE_DIGITS = "".join(_DIGITS)


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
        return int(_ENGLISH_SCALES[word])
    return prod(_TENS.get(one) or _MYRIADS[one] for one in word)


def english_number(text: str) -> Fraction | None:
    """The number that ``text`` spells in English words, ``None`` where it spells none.

    >>> str(english_number("three hundred and twenty-one thousand"))
    '321000'
    """
    total = section = 0
    for word in re.findall(r"[a-z]+", text.lower()):
        if word in _CARDINALS:
            section += _CARDINALS[word]
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
