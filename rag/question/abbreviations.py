"""Abbreviations of a Chinese question beside the words that articles have for them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from index.text.rules import load_rules

_RULES = load_rules("rag.question", "zh/abbreviations")
_PERIOD, _PERIODS = _RULES.regex("period"), _RULES.table("periods")
_BOTH = re.compile(f"({_PERIOD.pattern})（({'|'.join(_PERIODS.values())})）", re.IGNORECASE)


def spelled_out(question: str) -> str:
    """A question with the parts of a year in words, too; what else bears such a name stays as it is.

    >>> spelled_out("Q3机器人产量是多少？")
    'Q3（第三季度）机器人产量是多少？'
    """
    return _PERIOD.sub(lambda match: f"{match[0]}（{_PERIODS[match[0].lower()]}）", question)


def as_written(question: str, texts: Iterable[str]) -> str:
    """A question that was spelled out, with the one of both forms that some texts have.

    >>> as_written("Q3（第三季度）产量是多少？", ["第三季度产量达到1.52万台"])
    '第三季度产量是多少？'
    """
    if not _BOTH.search(question):
        return question
    there = {match[0].lower() for text in texts for match in _PERIOD.finditer(text)}
    return _BOTH.sub(lambda both: both[1] if both[1].lower() in there else both[2], question)


def is_period(word: str) -> bool:
    """Whether a word is such an abbreviation."""
    return word.lower() in _PERIODS
