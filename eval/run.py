"""Ask every question of a set, and pick up where an interrupted run left off.

A run's folder holds ``answers.jsonl``, one answer a line as soon as it is there, and ``run.json``:
of which questions, library and code the answers are. ``report.json`` ends a run.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.errors import EvaluationError, unreadable, unwritable
from eval.questions import Case
from eval.records import Reply
from eval.replies import answer_line, read_replies, to_reply
from index.errors import EncoderError, LibraryError
from index.records import digest
from rag.batches import failed_answer
from rag.records import Answer, Question

ANSWERS = "answers.jsonl"
RUN = "run.json"
REPORT = "report.json"

Ask = Callable[[Question], Answer]
Progress = Callable[[int, int], None]
"""Is told how many of how many are done."""


@dataclass(frozen=True, slots=True)
class RunIdentity:
    """What answers must have in common to be of one run.

    Attributes:
        questions: Hash of all questions with their histories; their gold may be mended.
        library: Its model, generation and date, ``""`` where there is none.
        code: Hash of the code that answers.
    """

    questions: str
    library: str
    code: str

    def to_dict(self) -> Mapping[str, str]:
        return {"questions": self.questions, "library": self.library, "code": self.code}


def questions_digest(cases: Sequence[Case]) -> str:
    """Hash of what is asked, in no particular order."""
    asked = sorted(
        digest(
            [
                case.id,
                case.question,
                *(text for t in case.history for text in (t.question, t.answer)),
            ]
        )
        for case in cases
    )
    return digest(asked)


def ask_all(
    cases: Sequence[Case],
    ask: Ask,
    folder: Path,
    identity: RunIdentity,
    *,
    resumed: Callable[[], object] | None = None,
    progress: Progress | None = None,
) -> dict[str, Reply]:
    """Answer the questions that ``folder`` has no answer to yet; give all replies by question id.

    Args:
        resumed: Called before the first question of a run that goes on, to warm up: only the very
            first question of a run shall pay for a cold start.

    Raises:
        EvaluationError: the folder holds an unfinished run of something else, or cannot be written.
        LibraryError, EncoderError: the library or its model cannot be used; nothing is counted.
    """
    replies = open_run(folder, identity, [case.id for case in cases])
    path = folder / ANSWERS
    if replies and resumed is not None:
        resumed()
    try:
        with path.open("a", encoding="utf-8") as file:
            for done, case in enumerate(cases):
                if progress:
                    progress(done, len(cases))
                if case.id in replies:
                    continue
                answer = ask_one(case, ask)
                file.write(answer_line(answer))
                file.flush()
                replies[case.id] = to_reply(answer)
    except OSError as error:
        raise unwritable(folder, error) from error
    if progress:
        progress(len(cases), len(cases))
    # Read again, so that a run that was interrupted is scored on the same numbers as one that was not.
    return read_replies(path)


def ask_one(case: Case, ask: Ask) -> Answer:
    """Ask one question; whatever goes wrong with it becomes the answer's ``error``."""
    try:
        answer = ask(case.to_question())
        if not isinstance(answer, Answer):
            raise TypeError(f"the answer is not a rag.Answer but {type(answer).__name__}")
    except (LibraryError, EncoderError):
        raise
    except Exception as error:
        reason = EvaluationError(
            f"{type(error).__name__}: {error}", f"{type(error).__name__}: {error}"
        )
        answer = failed_answer(case.question, reason)
    return answer.with_id(case.id)


def open_run(folder: Path, identity: RunIdentity, ids: Sequence[str]) -> dict[str, Reply]:
    """Make the folder ready; give the answers that it already has to this run's questions.

    A finished run of the same questions is measured anew.

    Raises:
        EvaluationError: the folder holds the run of other questions, or an unfinished one of
            another library or other code.
    """
    path = folder / ANSWERS
    try:
        folder.mkdir(parents=True, exist_ok=True)
        before = _stored(folder)
        if before is None and path.exists():
            raise _another_run(folder, "answers that were made elsewhere", "来源不明的答案")
        if before is not None:
            if before.get("questions") != identity.questions:
                raise _another_run(folder, "a run of other questions", "另一套问题的评测")
            same = before == identity.to_dict()
            replies = _answered(path)
            finished = (folder / REPORT).exists()
            if same and not (finished and all(case_id in replies for case_id in ids)):
                return replies
            if not finished:
                raise _another_run(
                    folder,
                    "an unfinished run of the same questions on another library or other code",
                    "同一套问题在另一文章库或另一版代码上未完成的评测",
                )
        path.write_bytes(b"")
        (folder / REPORT).unlink(missing_ok=True)
        (folder / RUN).write_text(json.dumps(identity.to_dict(), indent=2), encoding="utf-8")
    except OSError as error:
        raise unwritable(folder, error) from error
    return {}


def _answered(path: Path) -> dict[str, Reply]:
    """The answers so far, less a last line that was cut while it was written."""
    if not path.exists():
        return {}
    data = path.read_bytes()
    whole = data[: data.rfind(b"\n") + 1]
    if len(whole) < len(data):
        with path.open("r+b") as file:
            file.truncate(len(whole))
    return read_replies(path)


def _stored(folder: Path) -> Mapping[str, Any] | None:
    path = folder / RUN
    if not path.exists():
        return None
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise unreadable(path, error) from error
    except ValueError:
        values = None
    return values if isinstance(values, dict) else {}


def _another_run(folder: Path, english: str, chinese: str) -> EvaluationError:
    return EvaluationError(
        f"{str(folder)!r} holds {english}; name another folder with --out, or delete that one",
        f"{str(folder)!r} 中已有{chinese}；请用 --out 指定其他目录，或删除该目录",
    )
