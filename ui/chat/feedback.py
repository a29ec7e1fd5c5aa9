"""What readers say of answers, kept in the library in the form that ``eval`` reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from eval.feedback import Verdict
from index.errors import JuwenError
from index.records import well_formed

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


def _text(value: Any) -> str:
    return well_formed(value.strip())[:_LONGEST] if isinstance(value, str) else ""


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else []
