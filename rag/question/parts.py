"""A message taken apart into its questions, and what one of them is about."""

from __future__ import annotations

from collections.abc import Sequence

from index.text.names import Name, NameKind, find_names
from index.text.rules import load_patterns, load_rules
from index.text.script import fold_characters
from rag.question.answer_type import is_question
from rag.question.splits import parts_of

MOST_PARTS = 4
"""How many questions of one message are answered."""

SEVERAL, SURELY = (1.0,), (-1.0,)
"""How easily a message falls apart (``rag.question.splits.parts_of``): one that is put as several questions
are, and one that asks for one thing by its kind."""

_RULES = load_patterns("rag.question", "parts")
TOLD_YEAR = _RULES["told_year"]
"""Matches where a text tells of another year than that of its publication."""

_SHORTEST_SUBJECT = 3
_ASKS = load_rules("rag.question", "zh/parts").regex("interrogative")


def questions_in(message: str, leans: Sequence[float] = SEVERAL) -> list[str]:
    """The questions of a message, each with the statement that leads to it; one where it has one.

    Args:
        leans: How easily it falls apart (``SEVERAL``, ``SURELY``).

    >>> questions_in("岚江四桥多长？谁设计的，哪天通车？")
    ['岚江四桥多长？', '谁设计的', '哪天通车？']
    >>> questions_in("想带孩子去岚江乐园，几点关门？门票多少？")
    ['想带孩子去岚江乐园，几点关门？', '门票多少？']
    >>> questions_in("Who built the pier, and how long is it?")
    ['Who built the pier', 'how long is it?']
    >>> questions_in("Who built the pier, what did it cost and how long is it?")
    ['Who built the pier', 'what did it cost', 'how long is it?']
    """
    found = parts_of(message, leans)
    if len(found) > 1 and is_question(found[1]) and not is_question(found[0]):
        found[:2] = [found[0] + found[1]]  # it only says what is asked about
    parts = [tidy for part in found if (tidy := _tidy(part))]
    return parts if len(parts) > 1 else [message]


def subject_in(question: str) -> str:
    """The words with which a question names what it is about, before the word that asks; ``""`` where
    it begins with that.

    >>> subject_in("岚江四桥主塔有多高？"), subject_in("谁设计了岚江四桥？")
    ('岚江四桥主塔有', '')
    """
    match = _ASKS.search(fold_characters(question))
    subject = question[: match.start()] if match else ""
    return subject if len(subject) >= _SHORTEST_SUBJECT else ""


def with_subject(part: str, first: str) -> str:
    """A later question of a message with what the first one is about; with all of that where its subject
    does not stand before what it asks, as in most English ones.

    >>> with_subject("谁设计的", "岚江四桥主塔有多高？")
    '岚江四桥主塔有谁设计的'
    >>> with_subject("and since when", "Who runs North Pier")
    'Who runs North Pier and since when'
    """
    return f"{subject_in(first) or f'{first} '}{part}"


def things_named(question: str) -> list[Name]:
    """The companies, places, years and editions that a question names: of another one of these another
    thing is told."""
    folded = fold_characters(question)
    names = [
        name
        for name in find_names(folded, english=folded.isascii())
        if name.kind in (NameKind.ORGANISATION, NameKind.PLACE, NameKind.LATIN)
    ]
    counted = [
        Name(match[0], NameKind.QUOTED, *match.span())
        for match in _RULES["counted"].finditer(folded)
    ]
    return [*names, *counted]


def _tidy(part: str) -> str:
    """A part without the marks and words that join it to those beside it."""
    return _RULES["joining"].sub("", part.strip().rstrip("，,、；; ")).strip()
