"""Where a message falls into questions.

A field over tokens (``rag.question.field``), which ``eval.training.splits`` trains on messages that
people wrote with the places marked: 多少家展商，多少观众 are two questions, and "the next fair, the
14th" is one.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from functools import cache
from itertools import pairwise

from index.text.rules import load_patterns, load_rules
from index.text.script import fold_characters
from rag.question.field import TokenField, load_field, neighbours
from rag.question.subject import tokens_in

_BLANK = re.compile(r"(?<=[^\x00-\x7f])[ \t\n\u3000](?=[^\x00-\x7f])")
_SHOWN = "␣"
"""Stands for a blank between Chinese characters, which sets words apart there as a comma does."""

_ASKS = load_rules("rag.question", "zh/parts").regex("interrogative")
_WHETHER = re.compile(r"([\u4e00-\u9fff])[不没]\1|[没不](?=[\s，,、；;。␣]|$)")
"""Asks whether by saying both: 算不算, 去没去, …了没."""

_MOST, _FAR = 2, 8
"""Words that ask, and characters since the last mark, that are told apart."""


def parts_of(message: str, leans: Sequence[float]) -> list[str]:
    """The questions of a message, in order; together they are the whole message.

    Args:
        leans: How much likelier each place is taken to be a start, tried one after the other until one is.
    """
    return cut(message, starts_in(message, load_field("splits"), leans))


def cut(message: str, starts: Collection[int]) -> list[str]:
    """A message cut where questions start, in characters of it."""
    places = [0, *sorted(starts), len(message)]
    return [message[a:b] for a, b in pairwise(places)]


def starts_in(message: str, model: TokenField, leans: Sequence[float] = (0.0,)) -> list[int]:
    """Where a further question starts, in characters of the message."""
    tokens = tokens_in(visible(message))
    return [tokens[at][0] for at in model.marked(told_of(message, model.known), leans) if at]


def visible(message: str) -> str:
    """A message whose blanks between Chinese characters are tokens; as long as it was."""
    return _BLANK.sub(_SHOWN, message)


def told_of(message: str, known: Collection[str]) -> Iterator[list[str]]:
    """What is told of each token: itself and its neighbours, how many words ask before it and from it on,
    and how far behind the last mark it stands."""
    shown = visible(message)
    tokens = tokens_in(shown)
    asking = sorted(asking_places(shown))
    last = 0
    for (start, _, token), told in zip(
        tokens, neighbours([token for _, _, token in tokens], known), strict=True
    ):
        at = bisect_left(asking, start)
        before, behind = min(_MOST, at), min(_MOST, len(asking) - at)
        mark = told[1][1:]
        own = token if token in known else ""
        yield [
            *told,
            f"?{before}{behind}",
            f"!{before}{behind}{mark}",
            f"~{before > 0}{behind > 0}{own}",
            f"#{min(_FAR, start - last)}",
        ]
        if not token.isalnum():
            last = start + 1


def asking_places(message: str) -> Iterator[int]:
    """Where words ask, in characters of a message."""
    for pattern in (_ASKS, _WHETHER, _english()):
        yield from (match.start() for match in pattern.finditer(fold_characters(message)))


@cache
def _english() -> re.Pattern[str]:
    return load_patterns("rag.question", "parts")["english_interrogative"]
