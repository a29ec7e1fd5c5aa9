"""Conversations that a browser kept: read again, shown again, and exported."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from typing import Any

from index.errors import JuwenError
from rag.records import Answer, AnswerSentence, Citation
from ui.chat.markup import safe_link
from ui.chat.turns import about, label
from ui.language import say


def read_answer(values: Any) -> Answer:
    """An ``Answer`` from what its ``to_dict`` gave, whoever kept it meanwhile.

    Raises:
        JuwenError: it is none.
    """
    try:
        answer = _read(Answer, values)
    except (TypeError, ValueError, KeyError) as error:
        raise JuwenError(
            f"a kept answer cannot be read ({error}); ask its question again",
            f"无法读取保存的回答（{error}）；请重新提问",
        ) from error
    assert isinstance(answer, Answer)
    return answer


def to_markdown(answers: Sequence[Answer]) -> str:
    """A conversation to paste into a document: questions, answers, and each citation's words."""
    return "\n".join(_markdown(answer, number) for number, answer in enumerate(answers, 1))


def _markdown(answer: Answer, number: int) -> str:
    paragraphs = [f"## {_plain(answer.question)}"]
    if answer.refused:
        paragraphs.append(_plain(answer.answer))
    if answer.short:
        marker = _markers(number, [answer.short.marker])
        paragraphs.append(f"**{_plain(answer.short.text)}**{marker}")
    if answer.lead:
        paragraphs.append(answer.lead)
    paragraphs += [_sentence(answer, one, number) for one in answer.sentences]
    footnotes = "\n".join(_footnote(number, one) for one in answer.citations)
    return "\n\n".join(part for part in (*paragraphs, footnotes) if part) + "\n"


def _sentence(answer: Answer, sentence: AnswerSentence, number: int) -> str:
    mark = label(sentence, answer)
    said = f"{_plain(sentence.text)}{_markers(number, sentence.markers)}"
    return f"{said} ({mark.name})" if mark else said


def _markers(number: int, markers: Sequence[int]) -> str:
    return "".join(f"[^{number}-{marker}]" for marker in markers)


def _footnote(number: int, one: Citation) -> str:
    # Footnotes are named for the whole document: two answers in it both have a [1].
    link = safe_link(one.url)
    title = _plain(one.title or one.article_id)
    # Angle brackets keep parentheses of an address from ending the link.
    named = f"[{title}](<{link}>)" if link and not set("<>") & set(link) else title
    quote = _plain(one.quote)
    return f"[^{number}-{one.marker}]: {named} ({_plain(about(one))}){say(': ', '：')}“{quote}”"


def _plain(text: str) -> str:
    """Text on one line that Markdown takes as text."""
    line = " ".join(text.split())
    return "".join(f"\\{char}" if char in "\\`*_{}[]<>#|!~&" else char for char in line)


def _read(kind: Any, value: Any) -> Any:
    """``value``, plain JSON, as ``kind``: a record, a tuple of one kind, an enum, or plain."""
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        return _read_any(typing.get_args(kind), value)
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise TypeError(f"{value!r:.40} is no list")
        return tuple(_read(typing.get_args(kind)[0], one) for one in value)
    if is_dataclass(kind):
        return _read_record(kind, value)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return kind(value)
    if kind is float and isinstance(value, int):
        return float(value)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise TypeError(f"{value!r:.40} is no {kind.__name__}")
    return value


def _read_any(kinds: Sequence[Any], value: Any) -> Any:
    if value is None and type(None) in kinds:
        return None
    for kind in kinds:
        try:
            if kind is not type(None):
                return _read(kind, value)
        except (TypeError, ValueError, KeyError):
            continue
    raise TypeError(f"{value!r:.40} is of no kind that belongs there")


def _read_record(kind: Any, value: Any) -> Any:
    if not isinstance(value, Mapping):
        raise TypeError(f"{value!r:.40} is no object")
    hints = typing.get_type_hints(kind)
    known: dict[str, Any] = {}
    for one in fields(kind):
        if one.name in value:
            known[one.name] = _read(hints[one.name], value[one.name])
        elif one.default is MISSING and one.default_factory is MISSING:
            raise KeyError(one.name)
    return kind(**known)
