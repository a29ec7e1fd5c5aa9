"""What users said of answers, turned into lines of a question set."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from eval.errors import line_error, unwritable
from eval.lines import json_lines, objects
from eval.questions import Kind
from index.errors import QuestionError
from index.records import digest
from rag.records import Question, Turn


class Verdict(StrEnum):
    """What a user said of an answer."""

    RIGHT = "right"
    WRONG = "wrong"
    SHOULD_REFUSE = "should_refuse"  # the articles do not hold the answer


@dataclass(frozen=True, slots=True)
class Feedback:
    """One user's word on one answer.

    Attributes:
        article_ids: The right articles: for a right answer those that it cites.
        right_answer: What should have been said, ``""`` where the user did not say.
    """

    question: str
    answer: str
    verdict: Verdict
    article_ids: tuple[str, ...] = ()
    right_answer: str = ""
    history: tuple[Turn, ...] = ()


def read_feedback(path: Path | str) -> list[Feedback]:
    """Exported feedback: ``{"question", "answer", "verdict", "article_ids"?, "right_answer"?,
    "history"?}`` a line.

    Raises:
        EvaluationError: a line cannot be read; the message names it.
    """
    return [_feedback(Path(path), number, values) for number, values in json_lines(Path(path))]


def feedback_of(lines: Iterable[str], name: str) -> list[Feedback]:
    """``read_feedback`` of lines that a library keeps.

    Args:
        name: Of what the lines are, for messages.
    """
    return [_feedback(name, number, values) for number, values in objects(lines, name)]


def feedback_to_cases(feedback: Iterable[Feedback]) -> list[Mapping[str, Any]]:
    """Question-set lines of what users reported, each question once, the last word counting.

    Feedback that says neither the right article nor the right answer gives no line. A right
    answer's own words are not made gold: its articles are, and what the user wrote.

    >>> [line] = feedback_to_cases([Feedback("谁？", "甲。", Verdict.WRONG, ("a1",), "乙")])
    >>> line["answers"], line["aids"]
    (['乙'], ['a1'])
    """
    found: dict[str, Mapping[str, Any]] = {}
    for one in feedback:
        line = _line(one)
        if line is not None:
            found.pop(line["id"], None)
            found[line["id"]] = line
    return list(found.values())


def write_cases(lines: Sequence[Mapping[str, Any]], path: Path | str) -> None:
    """Write question-set lines to a file.

    Raises:
        EvaluationError: the file cannot be written.
    """
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    try:
        Path(path).write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise unwritable(path, error) from error


def _line(one: Feedback) -> Mapping[str, Any] | None:
    turns = [{"question": turn.question, "answer": turn.answer} for turn in one.history]
    asked = [one.question, *(text for turn in turns for text in turn.values())]
    line: dict[str, Any] = {"id": f"feedback-{digest(asked)[:10]}", "question": one.question}
    if one.verdict is Verdict.SHOULD_REFUSE:
        line |= {"answers": [], "aids": [], "kind": str(Kind.UNANSWERABLE)}
    elif one.article_ids or one.right_answer:
        answers = [one.right_answer] if one.right_answer else []
        line |= {"answers": answers, "aids": list(one.article_ids), "kind": str(Kind.FEEDBACK)}
    else:
        return None
    return {**line, "history": turns} if turns else line


def _feedback(path: Path | str, number: int, values: Mapping[str, Any]) -> Feedback:
    verdict, ids = values.get("verdict"), values.get("article_ids") or []
    if not isinstance(verdict, str) or verdict not in frozenset(Verdict):
        raise line_error(
            path,
            number,
            f"the verdict {verdict!r} is not known; use one of {', '.join(Verdict)}",
            f"未知的评价 {verdict!r}；可用：{', '.join(Verdict)}",
        )
    if not isinstance(ids, list) or not all(isinstance(one, str) for one in ids):
        raise line_error(
            path,
            number,
            "the field 'article_ids' is not a list of texts; write [\"…\"]",
            '字段 article_ids 不是文本列表；请写成 ["…"]',
        )
    try:
        question = Question.from_dict(values)
    except QuestionError as error:
        raise line_error(path, number, error.english, error.chinese) from error
    return Feedback(
        question.question,
        str(values.get("answer") or ""),
        Verdict(verdict),
        tuple(ids),
        str(values.get("right_answer") or ""),
        question.history,
    )
