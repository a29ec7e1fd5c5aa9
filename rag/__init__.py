"""From a question to an answer in which every sentence is traced to the words it rests on."""

from rag.assistant import Assistant
from rag.records import (
    Answer,
    AnswerSentence,
    Citation,
    Evidence,
    Filters,
    Question,
    Seconds,
    Support,
    Turn,
)

__all__ = [
    "Answer",
    "AnswerSentence",
    "Assistant",
    "Citation",
    "Evidence",
    "Filters",
    "Question",
    "Seconds",
    "Support",
    "Turn",
]
