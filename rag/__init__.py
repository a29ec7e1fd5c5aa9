"""From a question to an answer in which every sentence is traced to the words it rests on."""

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
    "Refusal",
    "Seconds",
    "ShortAnswer",
    "Strictness",
    "Support",
    "Turn",
    "Usage",
]
