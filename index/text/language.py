"""Which language a text is in, as far as embedding and wording need to know."""

from __future__ import annotations

import re
from enum import StrEnum

from index.text.rules import load_rules

_HAN = load_rules("index.text", "zh/characters").regex("han")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]+")
_OTHER = re.compile(r"[\u0370-\u1fff\u3040-\u30ff\uac00-\ud7af]")
_HAN_PER_WORD = 1.5


class Language(StrEnum):
    """The languages that are told apart; each has a centre of its own in the vector space."""

    CHINESE = "zh"
    ENGLISH = "en"
    OTHER = "other"


def detect_language(text: str) -> Language:
    """The language most of ``text`` is in.

    Counted by script: Han characters against Latin words (a Chinese word has about 1.5
    characters) and against kana, hangul, Cyrillic and the rest. Text without letters is Chinese
    if it holds nothing else, because numbers alone come from Chinese tables here.

    >>> detect_language("云杉科技的 MES 市场份额").value
    'zh'
    >>> detect_language("Who runs 云杉 Robotics?").value
    'en'
    """
    chinese = len(_HAN.findall(text)) / _HAN_PER_WORD
    english = len(_LATIN.findall(text))
    other = len(_OTHER.findall(text)) / 2
    if other > chinese and other > english:
        return Language.OTHER
    return Language.ENGLISH if english > chinese else Language.CHINESE
