from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from eval import feedback_to_cases, read_cases
from eval.feedback import read_feedback, write_cases
from index.errors import JuwenError, LibraryError
from index.library.beside import FEEDBACK, store_feedback
from ui.chat.feedback import read_feedback_form

SENT = {
    "question": "谁？",
    "answer": "甲",
    "verdict": "wrong",
    "reason": "source",
    "article_ids": ["a"],
    "right_answer": " 乙 ",
    "history": [{"question": "何时？", "answer": "昨天"}],
}


def test_the_harness_reads_what_readers_said(tmp_path: Path):
    store_feedback(tmp_path, read_feedback_form(SENT))
    store_feedback(tmp_path, read_feedback_form({"question": "火星？", "verdict": "should_refuse"}))
    lines = feedback_to_cases(read_feedback(tmp_path / FEEDBACK))
    write_cases(lines, tmp_path / "cases.jsonl")
    first, second = read_cases(tmp_path / "cases.jsonl")
    assert (first.aids, first.answers) == (("a",), ("乙",))
    assert first.history[0].question == "何时？"
    assert not second.answerable


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {**SENT, "question": " "},
        {**SENT, "question": 3},
        {**SENT, "verdict": "meh"},
        {**SENT, "verdict": ["wrong"][0:0] or None},
    ],
)
def test_what_says_nothing_is_refused(sent):
    with pytest.raises(JuwenError, match="no question or no verdict"):
        read_feedback_form(sent)


def test_what_is_sent_is_cut_to_size():
    line = read_feedback_form(
        {
            **SENT,
            "answer": "长" * 9999,
            "article_ids": ["a"] * 99 + [3],
            "history": [1, {}] * 50,
            "extra": "x",
        }
    )
    assert len(line["answer"]) == 4000
    assert len(line["article_ids"]) == 10
    assert len(line["history"]) <= 20
    assert "extra" not in line


def test_many_at_once_lose_nothing(tmp_path: Path):
    with ThreadPoolExecutor(8) as pool:
        list(
            pool.map(lambda n: store_feedback(tmp_path, {**SENT, "question": f"问{n}"}), range(60))
        )
    lines = (tmp_path / FEEDBACK).read_text("utf-8").splitlines()
    assert sorted(json.loads(line)["question"] for line in lines) == sorted(
        f"问{n}" for n in range(60)
    )


def test_a_folder_that_cannot_be_written(tmp_path: Path):
    (tmp_path / "gone").write_text("")
    with pytest.raises(LibraryError, match="could not be written"):
        store_feedback(tmp_path / "gone", SENT)
