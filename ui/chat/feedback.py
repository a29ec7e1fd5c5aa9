"""What readers say of answers, kept in the library's folder in the form that ``eval`` reads."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock

from eval.feedback import Verdict
from index.errors import JuwenError, LibraryError
from index.records import well_formed

FEEDBACK = "feedback.jsonl"
"""The file in the library's folder: ``eval.feedback.read_feedback`` reads it."""

_LONGEST = 4_000
_MOST_ARTICLES = 10
_MOST_TURNS = 20


def read_feedback_form(values: Mapping[str, Any]) -> dict[str, Any]:
    """What the page sent, cut to size, as a line of the file.

    Raises:
        JuwenError: the question or the verdict is missing.
    """
    question, verdict = values.get("question"), values.get("verdict")
    if not isinstance(question, str) or not question.strip() or verdict not in frozenset(Verdict):
        raise JuwenError(
            "the feedback has no question or no verdict; reload the page and send it again",
            "反馈缺少问题或评价；请刷新页面后重新提交",
        )
    line: dict[str, Any] = {
        "question": _text(question),
        "answer": _text(values.get("answer")),
        "verdict": str(verdict),
        "article_ids": [_text(one) for one in _list(values.get("article_ids"))[:_MOST_ARTICLES]],
        "right_answer": _text(values.get("right_answer")),
        "reason": _text(values.get("reason")),
        "history": [
            {"question": _text(turn.get("question")), "answer": _text(turn.get("answer"))}
            for turn in _list(values.get("history"))[-_MOST_TURNS:]
            if isinstance(turn, Mapping)
        ],
    }
    return {**line, "time": datetime.now(UTC).isoformat(timespec="seconds")}


def store_feedback(folder: Path, line: Mapping[str, Any]) -> None:
    """Add one line to the library's feedback, whole or not at all.

    Raises:
        LibraryError: it cannot be written.
    """
    path = folder / FEEDBACK
    data = (json.dumps(line, ensure_ascii=False) + "\n").encode("utf-8")
    try:
        with FileLock(f"{path}.lock", timeout=10), path.open("ab") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except (OSError, TimeoutError) as error:
        raise LibraryError(
            f"the feedback could not be written to {str(path)!r} ({error}); check that the folder "
            "is writable and the disk has room",
            f"无法将反馈写入 {str(path)!r}（{error}）；请检查目录权限与磁盘空间",
        ) from error


def _text(value: Any) -> str:
    return well_formed(value.strip())[:_LONGEST] if isinstance(value, str) else ""


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else []
