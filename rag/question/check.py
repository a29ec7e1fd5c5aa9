"""Whether a question can be asked at all."""

from __future__ import annotations

from index.errors import QuestionError
from index.records import well_formed

LONGEST_QUESTION = 2000
"""Characters of a question, history apart; what is longer is a text and not a question."""


def check_question(question: str) -> str:
    """The question, trimmed, as text that UTF-8 can spell.

    Raises:
        QuestionError: it is empty or longer than 2,000 characters.
    """
    question = well_formed(question.strip())
    if not question:
        raise QuestionError(
            "the question is empty; write what you want to know", "问题为空；请写下想问的内容"
        )
    if len(question) > LONGEST_QUESTION:
        raise QuestionError(
            f"the question has {len(question):,} characters and at most {LONGEST_QUESTION:,} are read; shorten it",
            f"问题有 {len(question):,} 个字符，最多 {LONGEST_QUESTION:,} 个；请缩短",
        )
    return question
