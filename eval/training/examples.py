"""A question with the text that answers it, or does not."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

_HELD_OUT = 12
"""Of a hundred groups of articles, how many are kept from training."""


@dataclass(frozen=True, slots=True)
class Example:
    """A question on one text.

    Attributes:
        source: The set and kind that it comes from, ``crud_news/single``.
        group: What is kept from training together: an article, its translations, their questions.
        answers: Spellings of the answer, each verbatim in ``text``; none where it does not answer.
        near: Where the one answer that counts stands in ``text``; -1 where any place will do.
        background: What was asked before, where the question leans on that.
        untold: Further questions on the text which it does not answer.
    """

    source: str
    group: str
    question: str
    title: str
    text: str
    answers: tuple[str, ...]
    near: int = -1
    background: str = ""
    untold: tuple[str, ...] = ()


def is_held_out(group: str) -> bool:
    """Whether a group is kept from training, by its name alone and the same on every machine."""
    return int(hashlib.sha256(group.encode()).hexdigest(), 16) % 100 < _HELD_OUT
