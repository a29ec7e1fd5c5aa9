"""What a reader has to know of how an answer came about, in the question's language."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.errors import Message
from index.text.language import Language, detect_language
from rag.extractive.answer import Draft
from rag.extractive.conflicts import Said
from rag.generation.written import WrittenAnswer
from rag.question.answer_type import asks_for_course
from rag.question.asked import Asked
from rag.records import UNTRANSLATED, AppliedFilters, Notice, QuestionKind, iso

_EMPTY = Message(
    "The library has no articles yet: 'juwen index' adds them, and a job that is running publishes them at its end.",
    "文章库中还没有文章：可用 juwen index 添加；正在运行的任务完成后即可查到。",
)
_INSTEAD_ENGLISH = "The articles' own sentences answer instead."
_INSTEAD_CHINESE = "以下改由文章原句作答。"


_ADDED = re.compile(r" \(([\u4e00-\u9fff/]+)\)")
"""The library's name behind one in English (``rag.question.spelling``)."""


def notices_of(
    asked: Asked,
    filters: AppliedFilters,
    written: WrittenAnswer,
    quoted: Draft | None,
    conflict: Sequence[Said],
    damage: Sequence[Message] = (),
    *,
    empty: bool = False,
) -> list[Notice]:
    """The notices of an answer, in their order.

    Args:
        written: What a chat model gave, where one was asked.
        quoted: An answer in the articles' own sentences.
        conflict: What two articles say differently.
        damage: What of the library had to be left out.
        empty: Whether the library has no articles.
    """
    english = asked.in_english
    notices = [
        Notice((_EMPTY.english if english else _EMPTY.chinese) if empty else "", warns=True),
        Notice(_dropped(filters.dropped, asked), warns=True),
        Notice(_of_model(written, english), warns=True),
        Notice(_disagree(conflict, english), warns=True),
        Notice(_in_order(quoted, english) if _is_ordered(asked, quoted) else ""),
        Notice(_untranslated(quoted, english)),
        Notice(_damaged(damage, english), warns=True),
    ]
    return [one for one in notices if one.text]


def searched_as(question: str, respelled: str, language: Language) -> str:
    """That a question was searched in other words than its own; ``""`` where it was not. Of names that
    stand beside its own only these are said."""
    if not respelled:
        return ""
    if _ADDED.sub("", respelled) == question:
        return f"Names read as {', '.join(dict.fromkeys(_ADDED.findall(respelled)))}."
    if language is Language.ENGLISH:
        return f"Searched as “{respelled}”."
    return f"按“{respelled}”查找。"


def _damaged(damage: Sequence[Message], english: bool) -> str:
    if not damage:
        return ""
    if english:
        left_out = "; ".join(one.english for one in damage)
        return f"Parts of the library are damaged and were left out: {left_out}. 'juwen repair' mends them."
    left_out = "、".join(one.chinese for one in damage)
    return f"文章库部分损坏，回答未使用：{left_out}。请用 juwen repair 修复。"


def _is_ordered(asked: Asked, quoted: Draft | None) -> bool:
    """Whether the sentences stand in an order that nothing else says."""
    apart = asked.kind is QuestionKind.LIBRARY or (quoted is not None and quoted.notice)
    return asks_for_course(asked.own) and not apart


def _dropped(words: Sequence[str], asked: Asked) -> str:
    """Said of limits that no article is within; of those of an overview, none on its subject."""
    if not words or asked.kind is QuestionKind.LIBRARY:
        return ""
    named = (", " if asked.in_english else "、").join(f"“{word}”" for word in words)
    if asked.kind in (QuestionKind.OVERVIEW, QuestionKind.COURSE):
        if asked.in_english:
            return f"No article within {named} is about this: all articles were searched."
        return f"{named}的文章中没有这方面的内容，已改在全部文章中查找。"
    if asked.in_english:
        return f"No article in the library is within {named}: all articles were searched."
    return f"文章库中没有{named}的文章，已改在全部文章中查找。"


def _of_model(written: WrittenAnswer, english: bool) -> str:
    if written.notice is None:
        return ""
    said = written.notice.english if english else written.notice.chinese
    if written.draft or written.refused:
        return said
    return f"{said}. {_INSTEAD_ENGLISH}" if english else f"{said}。{_INSTEAD_CHINESE}"


def _disagree(conflict: Sequence[Said], english: bool) -> str:
    if not conflict:
        return ""
    if english:
        said = ", ".join(f"“{one.figure}” ({iso(one.published) or 'undated'})" for one in conflict)
        return f"The articles disagree: {said}."
    said = "、".join(f"“{one.figure}”（{iso(one.published) or '无日期'}）" for one in conflict)
    return f"各篇文章说法不一：{said}。"


def _in_order(quoted: Draft | None, english: bool) -> str:
    days = list(dict.fromkeys(c.date for c in quoted.citations if c.date)) if quoted else []
    if len(days) < 2:
        return ""
    if english:
        return f"In the order of the articles' dates: {', '.join(days)}."
    return f"按文章发布日期先后排列：{'、'.join(days)}。"


def _untranslated(quoted: Draft | None, english: bool) -> str:
    """Said of sentences in the other of the two languages that the project speaks."""
    other = Language.CHINESE if english else Language.ENGLISH
    if not quoted or all(detect_language(c.quote) is not other for c in quoted.citations):
        return ""
    return UNTRANSLATED[other]
