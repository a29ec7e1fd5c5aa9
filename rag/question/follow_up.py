"""A question within a conversation in; out, the same with the earlier questions that it leans on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from index.text.rules import load_patterns
from index.text.terms import content_terms
from rag.records import Turn

_OWN_TERMS = 3
_CARRIED = 4
"""Turns that a question can lean on at most."""

_LEANING = load_patterns("rag.question", "follow_up")["leaning"]


@dataclass(frozen=True, slots=True)
class Standalone:
    """A question as it can be searched without its conversation.

    Attributes:
        question: Its own words, or a chat model's rewriting of them.
        background: The earlier questions that it leans on, each followed by a blank.
    """

    question: str
    background: str = ""

    @property
    def text(self) -> str:
        return self.background + self.question


def standalone(question: str, history: Sequence[Turn]) -> Standalone:
    """The question, where it leans on the conversation with the questions that it leans on.

    A question leans on it that begins with 那, 其中 or "what about", that has a pronoun, or that
    has next to no words of its own. The one before may itself lean on another, and so on.

    >>> turns = [Turn("东岸大桥有多长？", "全长3.2公里。"), Turn("它是谁设计的？", "罗工。")]
    >>> standalone("那它花了多少钱？", turns).text
    '东岸大桥有多长？ 它是谁设计的？ 那它花了多少钱？'
    >>> standalone("海棠小学今年招多少新生？", turns)
    Standalone(question='海棠小学今年招多少新生？', background='')
    """
    chained = [question]
    for turn in reversed(history[-_CARRIED:]):
        if not leans(chained[0]):
            break
        chained.insert(0, turn.question)
    return Standalone(question, "".join(f"{earlier} " for earlier in chained[:-1]))


def leans(question: str) -> bool:
    """Whether a question means little without what was said before it."""
    return bool(_LEANING.search(question)) or len(content_terms(question)) < _OWN_TERMS
