"""What callers send as plain JSON values, checked: whatever is wrong is said in a sentence that has no word of Python."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from index.given import GivenError, one_of, texts
from index.text.language import Language
from rag.question.check import check_period
from rag.records import Filters, Turn

_LONGEST_VALUE = 40
_Choice = TypeVar("_Choice", bound=StrEnum)
_Otherwise = TypeVar("_Otherwise")


def read_text(name: str, value: object) -> str:
    """
    Raises:
        GivenError: it is no text.
    """
    if isinstance(value, str):
        return value
    raise wrong_value(name, value, "a text", "文本")


def read_whole(
    name: str, value: object, otherwise: int, least: int | None = None, most: int | None = None
) -> int:
    """A whole number; ``otherwise`` for ``None``.

    Raises:
        GivenError: it is none, or lies outside ``least`` and ``most``.
    """
    if value is None:
        return otherwise
    if (
        isinstance(value, int)
        and not isinstance(value, bool)
        and (least is None or value >= least)
        and (most is None or value <= most)
    ):
        return value
    if most is not None:
        wanted = f"a whole number from {least} to {most}", f" {least} 到 {most} 的整数"
    elif least is not None:
        wanted = f"a whole number from {least} on", f"不小于 {least} 的整数"
    else:
        wanted = "a whole number", "整数"
    raise wrong_value(name, value, *wanted)


def read_choice(
    kind: type[_Choice], name: str, value: object, otherwise: _Otherwise
) -> _Choice | _Otherwise:
    """A member of an enumeration, by its value; ``otherwise`` for ``None`` and the empty text.

    Raises:
        GivenError: there is none of it.
    """
    if value is None or value == "":
        return otherwise
    if isinstance(value, str):
        with suppress(GivenError):
            return one_of(kind, name, value)
    known = [f'"{one}"' for one in kind]
    raise wrong_value(name, value, f"one of {', '.join(known)}", f" {'、'.join(known)} 之一")


def read_history(value: object) -> tuple[Turn, ...]:
    """Earlier turns, each ``{"question": "…", "answer": "…"}``; none for ``None``.

    Raises:
        GivenError: they are something else.
    """
    if value is None:
        return ()
    if not isinstance(value, list):
        raise wrong_value(
            "history",
            value,
            'a list of turns, each {"question": "…", "answer": "…"}',
            '轮次的列表，每轮为 {"question": "…", "answer": "…"}',
        )
    return tuple(_turn(f"history[{at}]", one) for at, one in enumerate(value))


def _turn(name: str, value: object) -> Turn:
    if isinstance(value, Mapping):
        question, answer = value.get("question"), value.get("answer")
        if isinstance(question, str) and isinstance(answer, str):
            return Turn(question, answer)
    raise wrong_value(
        name,
        value,
        'an object with the texts "question" and "answer"',
        "含有文本 question 与 answer 的对象",
    )


def read_filters(values: Mapping[str, Any]) -> Filters:
    """Filters from plain JSON: days as ``YYYY-MM-DD``; absent, ``null`` or empty for no limit.

    Raises:
        GivenError: a value is of another form.
        QuestionError: the period ends before it begins.
    """
    first, last = (_day(name, values.get(name)) for name in ("date_from", "date_to"))
    check_period(first, last)
    return Filters(
        date_from=first,
        date_to=last,
        accounts=_names("accounts", values.get("accounts")),
        article_ids=_names("article_ids", values.get("article_ids")),
        languages=_languages(_names("languages", values.get("languages"))),
        from_question=bool(values.get("from_question", True)),
    )


def _day(name: str, value: object) -> date | None:
    if value is None or value == "":
        return None
    if isinstance(value, str):
        with suppress(ValueError):
            return date.fromisoformat(value)
    wanted = "a day of the calendar like 2025-06-20", "日历中的日期，如 2025-06-20"
    raise wrong_value(name, value, *wanted)


def _languages(names: Sequence[str]) -> tuple[Language, ...]:
    read = (read_choice(Language, "languages", one, None) for one in names)
    return tuple(one for one in read if one)


def _names(name: str, value: object) -> tuple[str, ...]:
    if value is None or value == "":
        return ()
    with suppress(GivenError):
        return texts(name, value)
    raise wrong_value(name, value, "a text or a list of texts", "文本或文本列表")


def wrong_value(name: str, value: object, wanted: str, chinese: str) -> GivenError:
    """What is wrong with a value, which is shown as JSON.

    >>> raise wrong_value("most", [None], "a whole number", "整数")
    Traceback (most recent call last):
    ...
    index.given.GivenError: most is [null]; give a whole number

    Args:
        wanted: What to give instead, and the same in Chinese.
    """
    if value is None:
        return GivenError(
            f"{name} is missing or null; give {wanted}",
            f"缺少 {name}，或其值为 null；应为{chinese}",
        )
    shown = json.dumps(value, ensure_ascii=False)
    shown = shown if len(shown) <= _LONGEST_VALUE else f"{shown[:_LONGEST_VALUE]}…"
    return GivenError(f"{name} is {shown}; give {wanted}", f"{name} 为 {shown}；应为{chinese}")
