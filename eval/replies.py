"""Answers as lines of JSON: written while a run goes on, read again to be scored."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeVar

from eval.errors import line_error
from eval.lines import json_lines
from eval.records import Reply
from rag.records import (
    Answer,
    AnswerSentence,
    Certainty,
    Citation,
    Evidence,
    Seconds,
    ShortAnswer,
    Support,
)


class _Record(Protocol):
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


_R = TypeVar("_R", bound=_Record)


def to_reply(answer: Answer) -> Reply:
    """An answer as it is scored; its confidence is its own, else its best evidence's score."""
    if answer.error is not None:
        return Reply(None, answer.error)
    confidence = getattr(answer, "confidence", None)
    if confidence is None and answer.evidence:
        confidence = answer.evidence[0].score
    return Reply(answer, confidence=None if confidence is None else float(confidence))


def answer_line(answer: Answer) -> str:
    """The answer as one line. Lone surrogates are written as escapes, so that any text is kept."""
    text = json.dumps(answer.to_dict(), ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace").decode() + "\n"


def read_replies(path: Path) -> dict[str, Reply]:
    """Answers made before, by their question's id: also those of ``juwen ask --batch``.

    Fields that this version does not know are left alone; a ``confidence`` is kept.

    Raises:
        EvaluationError: the file cannot be read, or a line is no answer, has no id, or repeats one.
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
        reply = to_reply(to_answer(values))
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise line_error(
            path,
            number,
            f"this is no answer as 'juwen ask --batch' writes it ({error}); make the answers again",
            f"不是 juwen ask --batch 所写的答案（{error}）；请重新生成",
        ) from error
    confidence = values.get("confidence")
    if isinstance(confidence, int | float) and reply.answer is not None:
        return Reply(reply.answer, confidence=float(confidence))
    return reply


def to_answer(values: Mapping[str, Any]) -> Answer:
    """An ``Answer`` from what its ``to_dict`` gave, or gave before there was a ``certainty``.

    Raises:
        TypeError, ValueError, KeyError: it is none.
    """
    known = {
        **values,
        "sentences": tuple(
            _record(
                AnswerSentence,
                {**one, "markers": tuple(one["markers"]), "support": Support(one["support"])},
            )
            for one in values["sentences"]
        ),
        "citations": _records(Citation, values["citations"]),
        "evidence": _records(Evidence, values["evidence"]),
        "seconds": _record(Seconds, values["seconds"]),
        "certainty": Certainty(values.get("certainty") or Certainty.DIRECT),
        "short": _record(ShortAnswer, values["short"]) if values.get("short") else None,
    }
    for name, kind in (("answer", str), ("question", str), ("refused", bool)):
        if not isinstance(known[name], kind):
            raise TypeError(f"the field {name!r} is no {kind.__name__}")
    return _record(Answer, known)


def _records(record: type[_R], values: Sequence[Mapping[str, Any]]) -> tuple[_R, ...]:
    return tuple(_record(record, one) for one in values)


def _record(record: type[_R], values: Mapping[str, Any]) -> _R:
    """The record with the fields that it knows; a missing number of seconds counts as none."""
    known = {one.name: values[one.name] for one in fields(record) if one.name in values}
    if record is Seconds:
        known = {
            **{one.name: 0.0 for one in fields(record) if one.default is MISSING},
            **known,
        }
    return record(**known)
