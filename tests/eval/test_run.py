from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.errors import EvaluationError
from eval.questions import Case
from eval.run import ANSWERS, REPORT, RunIdentity, ask_all, questions_digest
from index.errors import LibraryError
from rag.records import Answer, Question, Turn
from tests.eval.cases import answer, case

IDENTITY = RunIdentity("questions", "library 1", "code")
CASES = [case(str(at), answers=("甲",)) for at in range(5)]


class Asked:
    """Answers everything and remembers it; stops at one question where told to."""

    def __init__(self, stop_at: str = "", error: type[BaseException] = KeyboardInterrupt) -> None:
        self.questions: list[str] = []
        self.stop_at = stop_at
        self.error = error

    def __call__(self, question: Question) -> Answer:
        if question.id == self.stop_at:
            raise self.error("stopped")
        self.questions.append(str(question.id))
        return answer("甲", ids=["a"], question=question.question)


@pytest.mark.parametrize("stopped", [KeyboardInterrupt, SystemExit, LibraryError])
def test_a_run_that_was_stopped_goes_on(tmp_path: Path, stopped: type[BaseException]) -> None:
    def stop(*_: object) -> BaseException:
        return LibraryError("gone", "没了") if stopped is LibraryError else stopped()

    first = Asked("3")
    first.error = stop  # type: ignore[assignment]
    with pytest.raises(stopped):
        ask_all(CASES, first, tmp_path, IDENTITY)
    assert first.questions == ["0", "1", "2"]
    second, warmed = Asked(), []
    replies = ask_all(CASES, second, tmp_path, IDENTITY, resumed=lambda: warmed.append(1))
    assert second.questions == ["3", "4"]
    assert warmed == [1]
    straight = ask_all(CASES, Asked(), tmp_path / "straight", IDENTITY)
    assert replies == straight
    assert (tmp_path / ANSWERS).read_bytes() == (tmp_path / "straight" / ANSWERS).read_bytes()


def test_a_line_that_was_cut_is_asked_again(tmp_path: Path) -> None:
    ask_all(CASES, Asked(), tmp_path, IDENTITY)
    path = tmp_path / ANSWERS
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    asked = Asked()
    ask_all(CASES, asked, tmp_path, IDENTITY)
    assert asked.questions == ["4"]
    assert path.read_bytes() == whole


def test_a_crash_is_an_answer_with_the_reason(tmp_path: Path) -> None:
    replies = ask_all(CASES, Asked("2", RuntimeError), tmp_path, IDENTITY)
    assert replies["2"].answer is None
    assert replies["2"].failure == "RuntimeError: stopped"
    assert len(replies) == 5


def test_what_is_no_answer_counts_as_a_crash(tmp_path: Path) -> None:
    replies = ask_all(CASES[:1], lambda _: "甲", tmp_path, IDENTITY)  # type: ignore[arg-type, return-value]
    assert "not a rag.Answer but str" in replies["0"].failure


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (RunIdentity("other", "library 1", "code"), "a run of other questions"),
        (RunIdentity("questions", "library 2", "code"), "another library or other code"),
        (RunIdentity("questions", "library 1", "changed"), "another library or other code"),
    ],
)
def test_runs_are_not_mixed(tmp_path: Path, other: RunIdentity, said: str) -> None:
    with pytest.raises(KeyboardInterrupt):
        ask_all(CASES, Asked("3"), tmp_path, IDENTITY)
    with pytest.raises(EvaluationError, match=said):
        ask_all(CASES, Asked(), tmp_path, other)


def test_answers_of_unknown_origin_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / ANSWERS).write_text("precious\n")
    with pytest.raises(EvaluationError, match="made elsewhere"):
        ask_all(CASES, Asked(), tmp_path, IDENTITY)
    assert (tmp_path / ANSWERS).read_text() == "precious\n"


def test_a_damaged_run_file_is_not_trusted(tmp_path: Path) -> None:
    ask_all(CASES, Asked(), tmp_path, IDENTITY)
    (tmp_path / "run.json").write_text("{")
    with pytest.raises(EvaluationError, match="other questions"):
        ask_all(CASES, Asked(), tmp_path, IDENTITY)


def test_a_finished_run_is_measured_anew(tmp_path: Path) -> None:
    ask_all(CASES, Asked(), tmp_path, IDENTITY)
    (tmp_path / REPORT).write_text("{}")
    for identity in (IDENTITY, RunIdentity("questions", "library 2", "code")):
        asked = Asked()
        ask_all(CASES, asked, tmp_path, identity)
        assert len(asked.questions) == 5
        assert not (tmp_path / REPORT).exists()
        (tmp_path / REPORT).write_text("{}")


def test_a_longer_run_goes_on_from_a_shorter_one(tmp_path: Path) -> None:
    ask_all(CASES[:2], Asked(), tmp_path, IDENTITY)
    (tmp_path / REPORT).write_text("{}")
    asked = Asked()
    ask_all(CASES, asked, tmp_path, IDENTITY)
    assert asked.questions == ["2", "3", "4"]


def test_progress_is_told(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    ask_all(CASES, Asked(), tmp_path, IDENTITY, progress=lambda *at: seen.append(at))
    assert seen == [(at, 5) for at in range(6)]


def test_texts_that_utf8_cannot_hold_survive(tmp_path: Path) -> None:
    replies = ask_all(CASES[:1], lambda _: answer("甲\ud800"), tmp_path, IDENTITY)
    assert replies["0"].answer is not None
    assert replies["0"].answer.sentences[0].text == "甲\ud800"


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EvaluationError, match="cannot be written"):
        ask_all(CASES, Asked(), tmp_path / "file", IDENTITY)


def test_the_digest_is_of_what_is_asked() -> None:
    def with_history(*turns: Turn) -> Case:
        return case("1", history=turns)

    cases = [case("1"), case("2")]
    assert questions_digest(cases) == questions_digest(cases[::-1])
    assert questions_digest(cases) == questions_digest([case("1", answers=("甲",)), case("2")])
    assert questions_digest([with_history(Turn("a", "b"))]) != questions_digest([with_history()])


def test_run_json_says_of_what_it_is(tmp_path: Path) -> None:
    ask_all(CASES, Asked(), tmp_path, IDENTITY)
    assert json.loads((tmp_path / "run.json").read_text()) == IDENTITY.to_dict()
