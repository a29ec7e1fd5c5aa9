from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from eval.errors import EvaluationError
from eval.replies import answer_line, read_replies, to_reply
from index.errors import QuestionError
from rag.batches import failed_answer
from rag.records import Answer, Certainty
from tests.eval.cases import answer, write_lines

GOOD = answer("大桥通车。", ids=["a", "b"], cited=["a"]).with_id("1")


def test_an_answer_survives_the_way_to_disk_and_back() -> None:
    assert Answer.from_dict(GOOD.to_dict()).to_dict() == GOOD.to_dict()


def test_how_sure_an_answer_is_survives_too() -> None:
    near = answer("大桥通车。", cited=["a"], certainty=Certainty.NEAREST, short="通车")
    read = Answer.from_dict(near.to_dict())
    assert (read.certainty, read.short) == (Certainty.NEAREST, near.short)


@pytest.mark.parametrize("refused", [True, False])
def test_answers_of_before_there_was_a_certainty_have_that_of_their_refusal(refused: bool) -> None:
    values = answer("大桥通车。", refused=refused).to_dict()
    del values["certainty"], values["short"]
    assert Answer.from_dict(values).certainty is (
        Certainty.REFUSAL if refused else Certainty.DIRECT
    )
    assert Answer.from_dict(values).short is None


def test_what_this_version_does_not_know_is_left_alone(tmp_path: Path) -> None:
    line = {**GOOD.to_dict(), "colour": "red", "confidence": 0.875}
    line["citations"] = [{**one, "colour": "red"} for one in line["citations"]]
    line["seconds"] = {"total": 1.5}
    reply = read_replies(write_lines(tmp_path / "a.jsonl", line))["1"]
    assert reply.confidence == 0.875
    assert reply.answer is not None
    assert reply.answer.seconds.total == 1.5


def test_confidence_is_the_best_evidence_by_default() -> None:
    assert to_reply(GOOD).confidence == GOOD.evidence[0].score
    assert to_reply(answer("甲")).confidence is None


def test_an_answer_with_an_error_is_none(tmp_path: Path) -> None:
    failed = failed_answer("谁？", QuestionError("too long", "太长")).with_id(3)
    path = tmp_path / "a.jsonl"
    path.write_text(answer_line(failed), encoding="utf-8")
    reply = read_replies(path)["3"]
    assert reply.answer is None
    assert reply.failure == "too long"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "not a JSON object"),
        ({**GOOD.to_dict(), "id": None}, "no 'id'"),
        (GOOD.to_dict(), "another answer to the question '1'"),
        ({"id": "2"}, "not an answer as 'juwen ask --batch' writes it"),
        ({**GOOD.to_dict(), "id": "2", "sentences": [3]}, "not an answer as"),
        ({**GOOD.to_dict(), "id": "2", "answer": None}, "'answer': None is not a str"),
        ({**GOOD.to_dict(), "id": "2", "citations": [{"marker": 1}]}, "not an answer as"),
        ({**GOOD.to_dict(), "id": "2", "certainty": "sure"}, "not an answer as"),
        ({**GOOD.to_dict(), "id": "2", "short": {"text": "x"}}, "not an answer as"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: Any, said: str) -> None:
    path = write_lines(tmp_path / "a.jsonl", GOOD.to_dict(), line)
    with pytest.raises(EvaluationError, match=f"line 2 of .*{said}"):
        read_replies(path)
