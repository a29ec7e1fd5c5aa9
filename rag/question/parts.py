"""A question taken apart: the questions in one message, the two sides of a comparison."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from index.records import Span
from index.text.dates.phrases import find_dates
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

_CAPITALS = re.compile(r"\b[A-Z][\w'-]*(?: [A-Z][\w'-]*){0,5}")
_WORD = re.compile(r"[A-Za-z0-9][\w.+-]*")
_BETWEEN = 8
_SHORTEST_SUBJECT = 3
_ASKS = load_rules("rag.question", "zh/parts").regex("interrogative")


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison: its name, and what is asked of it alone."""

    name: str
    question: str


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


def sides_of(question: str) -> list[Side]:
    """What is compared, and the question of each alone; none where two like things are not named
    beside each other.

    >>> [(one.name, one.question) for one in sides_of("2024年和2023年的客流各是多少？")]
    [('2024年', '2024年的客流各是多少？'), ('2023年', '2023年的客流各是多少？')]
    """
    for items in _alike(question):
        for one, other in pairwise(items):
            between = question[one.end : other.start]
            match = _RULES["beside"].search(between)
            if match and len(between) <= _BETWEEN and match.end() == len(between):
                rest = between[: match.start()]
                first = question[: one.end] + rest + question[other.end :]
                second = question[: one.start] + question[other.start :]
                return [
                    Side(one.of(question), first),
                    Side(other.of(question), second),
                ]
    return []


def _without_verb(name: Span, question: str) -> Span:
    """A run of capitalised words without the one that only begins the sentence."""
    first = name.of(question).split()[0]
    begins = name.start == 0 and len(first) < name.end
    return Span(len(first) + 1, name.end) if begins else name


def _alike(question: str) -> Iterator[list[Span]]:
    """Things of one sort that a question names, in order: days, names, figures and codes."""
    folded = fold_characters(question)
    yield [Span(one.start, one.end) for one in find_dates(folded, date.today())]
    names = find_names(question, english=False)
    if folded.isascii():
        yield [
            _without_verb(Span(*match.span()), question) for match in _CAPITALS.finditer(question)
        ]
    else:
        yield [Span(one.start, one.start + len(one.text)) for one in names]
    yield [Span(*m.span()) for m in _WORD.finditer(folded) if any(c.isdigit() for c in m[0])]
    yield [Span(*match.span()) for match in _RULES["phrase"].finditer(folded)]
