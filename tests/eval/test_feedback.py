from __future__ import annotations

from pathlib import Path

import pytest

from eval import EvaluationError, Feedback, Verdict, feedback_to_cases, read_cases
from eval.feedback import read_feedback, write_cases
from tests.eval.cases import write_lines

LINES = [
    {"question": "谁？", "answer": "甲", "verdict": "wrong", "article_ids": ["a"]},
    {
        "question": "何时？",
        "answer": "昨天",
        "verdict": "right",
        "article_ids": ["b"],
        "right_answer": "6月28日",
        "history": [{"question": "谁？", "answer": "甲"}],
    },
    {"question": "火星？", "answer": "有", "verdict": "should_refuse"},
    {"question": "哪里？", "answer": "这里", "verdict": "wrong"},
    {"question": "谁？", "answer": "甲", "verdict": "wrong", "article_ids": ["c"]},
]


def test_feedback_becomes_a_question_set(tmp_path: Path) -> None:
    feedback = read_feedback(write_lines(tmp_path / "feedback.jsonl", *LINES))
    path = tmp_path / "cases.jsonl"
    write_cases(feedback_to_cases(feedback), path)
    cases = {case.question: case for case in read_cases(path)}
    assert list(cases) == ["何时？", "火星？", "谁？"]
    assert cases["谁？"].aids == ("c",)  # the last word
    assert cases["何时？"].answers == ("6月28日",)
    assert cases["何时？"].history[0].question == "谁？"
    assert not cases["火星？"].answerable


def test_ids_stay_the_same() -> None:
    one = Feedback("谁？", "甲", Verdict.WRONG, ("a",))
    assert feedback_to_cases([one])[0]["id"] == feedback_to_cases([one, one])[0]["id"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({**LINES[0], "verdict": "meh"}, "the verdict 'meh' is not known"),
        ({**LINES[0], "article_ids": "a"}, "'article_ids' is not a list"),
        ({**LINES[0], "question": None}, "'question' is missing"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: object, said: str) -> None:
    with pytest.raises(EvaluationError, match=f"line 1 of .*{said}"):
        read_feedback(write_lines(tmp_path / "feedback.jsonl", line))
