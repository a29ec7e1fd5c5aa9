"""An answer to a question that could not be asked; ``test_assistant`` asks many at once."""

from __future__ import annotations

from index.errors import QuestionError
from rag.batches import failed_answer


def test_failed_answer():
    error = QuestionError("it is bad; mend it", "有误；请修正")
    answer = failed_answer("谁", error)
    assert (answer.question, answer.refused, answer.error) == ("谁", True, "it is bad; mend it")
