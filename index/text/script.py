"""Width and script folded, in one place: full-width letters are read as half-width ones, Traditional
characters as Simplified ones.

Which Simplified character stands for a Traditional one is OpenCC's own table, one character for one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache

from opencc import OpenCC

_HAN_BLOCKS = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00), (0x20000, 0x323B0))
_FULL_WIDTH = range(0xFF01, 0xFF5F)
_WIDE_SPACES = "\u00a0\u3000"
_KEPT_MARKS = "，：；？！（）"
"""Full-width marks that rules look for as they are."""

_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")


def fold(text: str) -> str:
    """``text`` with its width, case and script folded, for comparing and not for showing.

    >>> fold("Ａ20 投產１，０００噸")
    'a20 投产1000吨'
    """
    return simplify(_THOUSANDS.sub("", unicodedata.normalize("NFKC", text).lower()))


def letters(text: str) -> str:
    """The letters and digits of ``text``, folded: what is left where spaces and marks do not count.

    >>> letters("青嶼，A 20！")
    '青屿a20'
    """
    return "".join(filter(str.isalnum, fold(text)))


def simplify(text: str) -> str:
    """``text`` with Traditional characters as Simplified ones, character for character.

    >>> simplify("公頃")
    '公顷'
    """
    return text.translate(_simplified())


def fold_characters(text: str) -> str:
    """``text`` with its width and script folded, character for character, so that offsets stay.

    Case and Chinese punctuation stay, too.

    >>> fold_characters("三噸，２個")
    '三吨，2个'
    """
    return simplify(text).translate(_half_width())


@cache
def _simplified() -> Mapping[int, str]:
    """Simplified characters by the code of their Traditional ones."""
    characters = [chr(code) for block in _HAN_BLOCKS for code in range(*block)]
    converted = OpenCC("t2s").convert(" ".join(characters)).split(" ")
    pairs = zip(characters, converted, strict=True)
    return {ord(old): new for old, new in pairs if old != new}


@cache
def _half_width() -> Mapping[int, str]:
    wide = {*map(chr, _FULL_WIDTH), *_WIDE_SPACES} - {*_KEPT_MARKS}
    return {ord(one): unicodedata.normalize("NFKC", one) for one in wide}
