"""From a question to an answer in which every sentence is traced to the words it rests on."""

from rag.assistant import Assistant
from rag.records import (
    Answer,
    AnswerSentence,
    AppliedFilters,
    Citation,
    Evidence,
    Filters,
    Found,
    Nearest,
    Question,
    Refusal,
    Seconds,
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
    "Citation",
    "Evidence",
    "Filters",
    "Found",
    "Nearest",
    "Question",
    "Refusal",
    "Seconds",
    "Strictness",
    "Support",
    "Turn",
    "Usage",
]
