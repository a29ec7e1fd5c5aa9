"""Whether a question can be asked at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from index.errors import QuestionError
from index.given import wrong
from index.records import well_formed
from rag.records import Filters, Turn

LONGEST_QUESTION = 2000
"""Characters of a question, history apart; what is longer is a text and not a question."""


def check_question(question: object) -> str:
    """The question, trimmed, as text that UTF-8 can spell.

    Raises:
        GivenError: it is no text.
        QuestionError: it is empty or longer than 2,000 characters.
    """
    if not isinstance(question, str):
        raise wrong("the question", question, "a text", "文本")
    question = well_formed(question.strip())
    if not question:
        raise QuestionError(
            "the question is empty; write what you want to know", "问题为空；请写下想问的内容"
        )
    if len(question) > LONGEST_QUESTION:
        raise QuestionError(
            f"the question has {len(question):,} characters and at most {LONGEST_QUESTION:,} are read; shorten it",
            f"问题有 {len(question):,} 个字符，最多 {LONGEST_QUESTION:,} 个；请缩短",
        )
    return question


def check_history(history: object) -> tuple[Turn, ...]:
    """Earlier turns; none for ``None``.

    Raises:
        GivenError: they are something else.
    """
    if history is None:
        return ()
    if isinstance(history, Iterable) and not isinstance(history, str | Mapping):
        turns = tuple(history)
        other = next((one for one in turns if not _is_turn(one)), None)
        if other is None:
            return turns
        raise wrong("a turn of the history", other, "rag.Turn(question, answer)", " rag.Turn")
    raise wrong("the history", history, "a list of rag.Turn", " rag.Turn 的列表")


def _is_turn(one: object) -> bool:
    return isinstance(one, Turn) and isinstance(one.question, str) and isinstance(one.answer, str)


def check_period(first: date | None, last: date | None) -> None:
    """
    Raises:
        QuestionError: no day is in the period.
    """
    if first and last and first > last:
        raise QuestionError(
            f"date_from {first} is after date_to {last}; exchange them",
            f"date_from {first} 晚于 date_to {last}；请对调",
        )


def check_filters(filters: object) -> Filters:
    """What limits the search; nothing for ``None``.

    Raises:
        GivenError: it is something else.
    """
    if filters is None:
        return Filters()
    if not isinstance(filters, Filters):
        raise wrong("filters", filters, "rag.Filters(…)", " rag.Filters(…)")
    return filters
