"""Answers as lines of JSON: written while a run goes on, read again to be scored."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from eval.errors import line_error
from eval.lines import json_lines
from eval.records import Reply
from rag.records import Answer


def to_reply(answer: Answer) -> Reply:
    """An answer as it is scored; its confidence is its best evidence's score."""
    if answer.error is not None:
        return Reply(None, answer.error)
    return Reply(answer, confidence=answer.evidence[0].score if answer.evidence else None)


def answer_line(answer: Answer) -> str:
    """The answer as one line. Lone surrogates are written as escapes, so that any text is kept."""
    text = json.dumps(answer.to_dict(), ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace").decode() + "\n"


def read_replies(path: Path) -> dict[str, Reply]:
    """Answers made before, by their question's id: also those of ``juwen ask --batch``.

    Fields that this version does not know are left alone; a ``confidence`` is kept.

    Raises:
        EvaluationError: the file cannot be read, or a line is not an answer, has no id, or repeats one.
    """
    found: dict[str, Reply] = {}
    for number, values in json_lines(path):
        case_id = values.get("id")
        if case_id is None:
            raise line_error(
                path,
                number,
                "the answer has no 'id'; give it that of its question",
                "答案缺少 id；请写上对应问题的 id",
            )
        if str(case_id) in found:
            raise line_error(
                path,
                number,
                f"there is another answer to the question {str(case_id)!r} above; keep one of them",
                f"问题 {str(case_id)!r} 在前面已有答案；请只保留一个",
            )
        found[str(case_id)] = _reply(path, number, values)
    return found


def _reply(path: Path, number: int, values: Mapping[str, Any]) -> Reply:
    try:
        reply = to_reply(Answer.from_dict(values))
    except ValueError as error:
        raise line_error(
            path,
            number,
            f"this is not an answer as 'juwen ask --batch' writes it ({error}); make the answers again",
            f"不是 juwen ask --batch 所写的答案（{error}）；请重新生成",
        ) from error
    confidence = values.get("confidence")
    if isinstance(confidence, int | float) and reply.answer is not None:
        return Reply(reply.answer, confidence=float(confidence))
    return reply
