"""A question as it was read, for all that comes after."""

from __future__ import annotations

from dataclasses import dataclass

from index.text.language import Language
from rag.records import QuestionKind


@dataclass(frozen=True, slots=True)
class Asked:
    """A question read once.

    Attributes:
        question: As it was asked.
        own: Its own words, or a chat model's rewriting of them.
        background: The earlier questions that it leans on, each followed by a blank.
        language: That it was asked in, and that whatever is said beside quotations is said in.
    """

    question: str
    own: str
    background: str
    language: Language
    kind: QuestionKind

    @property
    def text(self) -> str:
        """What is searched, limits included."""
        return self.background + self.own

    @property
    def in_english(self) -> bool:
        return self.language is Language.ENGLISH
