"""Which language a text is in, as far as embedding and wording need to know."""

from __future__ import annotations

import re
from enum import StrEnum

from index.text.rules import load_rules

_HAN = load_rules("index.text", "zh/characters").regex("han")
_STOP_WORDS = load_rules("index.text", "en/stop_words").words("stop_words")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]+")
_RUN = re.compile(r"[A-Za-z0-9\u00c0-\u024f][A-Za-z0-9\u00c0-\u024f'’_./:?=&%+#@~-]*")
_OTHER = re.compile(r"[\u0370-\u1fff\u3040-\u30ff\uac00-\ud7af]")
_HAN_PER_WORD = 1.5
_NAMES_PER_WORD = 3
"""Latin words that no English one links are names, and count for less."""

_LONGEST_WORDS = 40
"""Characters of words that hang together (well-known); what is longer is an address, or no word."""


class Language(StrEnum):
    """The languages that are told apart; each has a centre of its own in the vector space."""

    CHINESE = "zh"
    ENGLISH = "en"
    OTHER = "other"


def detect_language(text: str) -> Language:
    """The language most of ``text`` is in.

    Counted by script: Han characters against Latin words (a Chinese word has about 1.5
    characters) and against kana, hangul, Cyrillic and the rest. Beside Han characters, codes and
    abbreviations (DH-X100, ERP) are words of no language unless English ones link them, and
    addresses never are. Text without letters is Chinese if it holds nothing else, because numbers
    alone come from Chinese tables here.

    >>> [detect_language(one).value for one in ("云杉的 MES 份额", "Who runs 云杉 Robotics?", "ERP MES 怎么报？")]
    ['zh', 'en', 'zh']
    """
    han = len(_HAN.findall(text))
    chinese = han / _HAN_PER_WORD
    english = _english_words(text) if han else len(_LATIN.findall(text))
    other = len(_OTHER.findall(text)) / 2
    if other > chinese and other > english:
        return Language.OTHER
    return Language.ENGLISH if english > chinese else Language.CHINESE


def _english_words(text: str) -> float:
    """How many English words stand among Chinese ones."""
    words = codes = 0
    linked = False
    for run in _RUN.findall(text):
        if len(run) > _LONGEST_WORDS or "://" in run:
            continue
        if any(char.isdigit() for char in run):
            codes += 1
            continue
        for word in _LATIN.findall(run):
            if len(word) > 1 and not word.isupper():
                words += 1
                linked = linked or word.lower() in _STOP_WORDS
            else:
                codes += 1
    return words + codes if linked else words / _NAMES_PER_WORD
