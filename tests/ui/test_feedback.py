from __future__ import annotations

import json

from eval import read_cases
from index.library.beside import store_feedback
from ui.chat.feedback import read_feedback_form

SAID = {"question": "谁？", "answer": "甲", "verdict": "wrong", "article_ids": ["school"]}


def test_feedback_as_a_question_set(juwen, library_folder, tmp_path):
    store_feedback(library_folder, read_feedback_form(SAID))
    store_feedback(library_folder, read_feedback_form({**SAID, "article_ids": []}))
    ran = juwen("feedback", "--library", library_folder, "--out", tmp_path / "cases.jsonl")
    assert "1 questions from feedback" in ran.err
    [case] = read_cases(tmp_path / "cases.jsonl")
    assert case.aids == ("school",)
    printed = juwen("feedback", "--library", library_folder)
    assert json.loads(printed.out)["question"] == "谁？"


def test_a_library_without_feedback(juwen, library_folder):
    ran = juwen("feedback", "--library", library_folder)
    assert (ran.code, ran.out) == (0, "")


def test_no_library(juwen, tmp_path):
    ran = juwen("feedback", "--library", tmp_path / "none")
    assert ran.code == 1
    assert "is not a library" in ran.complaints[0]
