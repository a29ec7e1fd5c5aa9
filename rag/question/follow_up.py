"""A question within a conversation in; out, the same with the earlier questions that it leans on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.records import Turn

CARRIED = 4
"""Turns that a question can lean on at most."""


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


def standalone(question: str, history: Sequence[Turn], leans: Callable[[str], bool]) -> Standalone:
    """The question, where it leans on the conversation with the questions that it leans on.

    The one before may itself lean on another, and so on.

    Args:
        leans: Whether a question means little without what was said before it
            (``rag.question.kind.KindTeller``).

    >>> turns = [Turn("东岸大桥有多长？", "全长3.2公里。"), Turn("谁设计的？", "罗工。")]
    >>> standalone("花了多少钱？", turns, lambda question: "大桥" not in question).text
    '东岸大桥有多长？ 谁设计的？ 花了多少钱？'
    >>> standalone("东岸大桥花了多少钱？", turns, lambda question: "大桥" not in question)
    Standalone(question='东岸大桥花了多少钱？', background='')
    """
    chained = [question]
    for turn in reversed(history[-CARRIED:]):
        if not leans(chained[0]):
            break
        chained.insert(0, turn.question)
    return Standalone(question, "".join(f"{earlier} " for earlier in chained[:-1]))
