"""From a question to an answer in which every sentence is traced to the words it rests on."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.records import (
        Answer,
        AnswerSentence,
        AppliedFilters,
        Certainty,
        Citation,
        Evidence,
        Filters,
        Found,
        Nearest,
        Question,
        QuestionKind,
        Refusal,
        Seconds,
        ShortAnswer,
        Strictness,
        Support,
        Turn,
        Usage,
    )

__all__ = [
    "Answer",
    "AnswerSentence",
    "AppliedFilters",
    "Assistant",
    "Certainty",
    "Citation",
    "Evidence",
    "Filters",
    "Found",
    "Nearest",
    "Question",
    "QuestionKind",
    "Refusal",
    "Seconds",
    "ShortAnswer",
    "Strictness",
    "Support",
    "Turn",
    "Usage",
]


def __getattr__(name: str) -> Any:
    """A name's module is imported when the name is asked for: importing this package costs nothing."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = import_module("rag.assistant" if name == "Assistant" else "rag.records")
    return getattr(home, name)


def __dir__() -> list[str]:
    return __all__
