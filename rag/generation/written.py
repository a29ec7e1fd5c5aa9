"""What came of a chat model's reply."""

from __future__ import annotations

from dataclasses import dataclass

from index.errors import JuwenError
from rag.extractive.answer import Draft
from rag.records import Usage


@dataclass(frozen=True, slots=True)
class WrittenAnswer:
    """What a chat model made of the passages.

    Attributes:
        draft: The answer, ``None`` where there is none.
        refused: Whether the model said that the passages do not answer.
        notice: What the reader has to know, as an error that both languages can be taken from.
        incomplete: Whether the reply broke off.
    """

    draft: Draft | None = None
    refused: bool = False
    usage: Usage | None = None
    notice: JuwenError | None = None
    incomplete: bool = False
