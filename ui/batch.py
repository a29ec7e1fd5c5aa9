"""A file of questions in, a file of answers out, one a line, in the same order."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import IO, Any

import click

from index.errors import QuestionError
from rag.assistant import Assistant
from rag.batches import failed_answer
from rag.records import Answer, Question
from ui.language import complain, say, say_message


def ask_batch(assistant: Assistant, batch: Path, out: Path | None) -> int:
    """Answer every line of ``batch``; gives the number of those that could not be asked.

    Those get an answer, too, with the reason in ``error``.
    """
    lines = _question_lines(batch)
    failed = 0
    sink = _sink(out)
    try:
        with click.progressbar(lines, label=say("answering", "回答中"), file=sys.stderr) as shown:
            for number, line in shown:
                answer = _answer_line(assistant, batch, number, line)
                failed += answer.error is not None
                click.echo(answer.to_json(), file=sink)
    finally:
        if sink is not None:
            sink.close()
    return failed


def _answer_line(assistant: Assistant, batch: Path, number: int, line: str) -> Answer:
    values: dict[str, Any] = {}
    try:
        values = _json_object(line)
        question = Question.from_dict(values)
        answer = assistant.ask(question.question, question.history)
    except QuestionError as error:
        place = say(f"line {number} of {str(batch)!r}", f"{str(batch)!r} 第 {number} 行")
        complain(f"{place}{say(': ', '：')}{say_message(error.message)}")
        asked = values.get("question")
        answer = failed_answer(asked if isinstance(asked, str) else line[:200], error)
    return answer.with_id(values.get("id"))


def _json_object(line: str) -> dict[str, Any]:
    try:
        values = json.loads(line)
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict):
        raise QuestionError(
            'this is not a JSON object; write {"id": …, "question": "…"}',
            '不是 JSON 对象；请写成 {"id": …, "question": "…"}',
        )
    return values


def _question_lines(path: Path) -> list[tuple[int, str]]:
    """The lines that are not blank, with their numbers."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            # File iteration splits on \n alone; str.splitlines would split inside some texts.
            return [(number, line) for number, line in enumerate(file, 1) if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise QuestionError(
            f"the questions {str(path)!r} cannot be read ({reason}); check the path and that it is UTF-8 text",
            f"无法读取问题文件 {str(path)!r}（{reason}）；请检查路径，并确认是 UTF-8 文本",
        ) from error


def _sink(out: Path | None) -> IO[str] | None:
    """The file to write to, ``None`` for standard output."""
    if out is None:
        return None
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        return out.open("w", encoding="utf-8")
    except OSError as error:
        raise QuestionError(
            f"the answers cannot be written to {str(out)!r} ({error.strerror}); name another file with --out",
            f"无法将答案写入 {str(out)!r}（{error.strerror}）；请用 --out 指定其他文件",
        ) from error
