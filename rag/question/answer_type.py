"""What type of answer a question asks for, and which texts hold such a thing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from index.text.rules import load_patterns, load_rules


class AnswerType(StrEnum):
    """The type of thing that answers a question; of several that it names the first counts."""

    CONTACT = "contact"
    REASON = "reason"
    SHARE = "share"
    MONEY = "money"
    DATE = "date"
    NUMBER = "number"
    PERSON = "person"
    PLACE = "place"
    ORGANISATION = "organisation"
    LIST = "list"
    OTHER = "other"


_ASKED_BY = load_patterns("rag.question", "answer_types")
_HELD_BY = load_patterns("rag.question", "answers")
_FIGURE = load_rules("rag.question", "zh/answers").source("figure")
_COUNTED_ALIKE = load_rules("rag.question", "zh/answer_types").table("measure_word")
_NARROWER = {
    AnswerType.CONTACT: ("email", "phone", "website"),
    AnswerType.DATE: ("deadline", "year", "day"),
}
"""Forms of an answer that a question may ask for more exactly."""


@dataclass(frozen=True, slots=True)
class ExpectedAnswer:
    """What would answer a question.

    Attributes:
        holds: Matches in a text that has something of the type; ``None`` where no pattern tells.
        exactly: The same, more narrowly: a number with the unit that was asked for, a day where a
            day was, an address of the kind that was.
    """

    type: AnswerType
    holds: re.Pattern[str] | None
    exactly: re.Pattern[str] | None

    def is_in(self, text: str) -> bool:
        """Whether ``text`` holds such a thing; not where no pattern tells."""
        return bool(self.holds and self.holds.search(text))

    def is_exactly_in(self, text: str) -> bool:
        return bool(self.exactly and self.exactly.search(text))


def is_question(text: str) -> bool:
    """Whether a text asks, as headlines, keywords and statements do not.

    >>> is_question("岚江四桥什么时候通车"), is_question("岚江四桥主塔封顶")
    (True, False)
    """
    return bool(_ASKED_BY["question"].search(text))


def asks_for_course(question: str) -> bool:
    """Whether it asks in which order things happened, or how something changed.

    >>> asks_for_course("参展人数有什么变化？"), asks_for_course("气候变化论坛在哪里开？")
    (True, False)
    """
    return bool(_ASKED_BY["course"].search(question))


def expected_answer(question: str) -> ExpectedAnswer:
    """What would answer a question.

    >>> expected_answer("新工厂有多少台机器人？").type.value
    'number'
    >>> bool(expected_answer("新工厂有多少台机器人？").exactly.search("共有120台机器人"))
    True
    """
    kind = next(
        (kind for kind in AnswerType if kind in _ASKED_BY and _ASKED_BY[kind].search(question)),
        AnswerType.OTHER,
    )
    return ExpectedAnswer(kind, _HELD_BY.get(kind), _exactly(question, kind))


def _exactly(question: str, kind: AnswerType) -> re.Pattern[str] | None:
    if kind in _NARROWER:
        asked = (form for form in _NARROWER[kind] if _ASKED_BY[form].search(question))
        return next((_HELD_BY[form] for form in asked), None)
    if kind not in {AnswerType.NUMBER, AnswerType.MONEY, AnswerType.SHARE}:
        return None
    match = _ASKED_BY["unit"].search(question)
    if match is None:
        return _HELD_BY[kind] if kind is not AnswerType.NUMBER else None
    return _with_unit(next(group for group in match.groups() if group))


@lru_cache(maxsize=256)
def _with_unit(unit: str) -> re.Pattern[str]:
    if unit.isascii():
        return re.compile(
            rf"\d[\d,.]{{0,20}}(?: [a-z-]{{1,30}}){{0,2}} {re.escape(unit)}|\w {re.escape(unit)}",
            re.I,
        )
    forms = "|".join(map(re.escape, [unit, *_COUNTED_ALIKE.get(unit, "")]))
    return re.compile(rf"{_FIGURE}(?:{forms})")
