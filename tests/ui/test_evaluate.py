from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.eval.cases import write_lines
from ui.cli import main

LINES = [
    {
        "id": "1",
        "question": "东岸大桥什么时候通车？",
        "kind": "fact",
        "answers": ["6月28日"],
        "aids": ["bridge"],
    },
    {
        "id": "2",
        "question": "海棠小学招收多少新生？",
        "kind": "number",
        "answers": ["240名"],
        "aids": ["school"],
    },
]

pytestmark = pytest.mark.usefixtures("fake_models")


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUWEN_LANGUAGE", "en")


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    return write_lines(tmp_path / "questions.jsonl", *LINES)


def _run(*arguments: object) -> int:
    try:
        main(["eval", *map(str, arguments)])
    except SystemExit as stopped:
        return int(stopped.code or 0)
    return 0


def test_a_question_file_is_measured(
    questions: Path, library_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert _run(questions, "--library", library_folder, "--out", out) == 0
    said = capsys.readouterr()
    assert "answerable  2  1.000  1.000" in said.out
    assert "first question" in said.out
    assert "direct answers: share " in said.out
    assert "short answers: share " in said.out
    assert "certainty: direct " in said.out
    assert "report.html" in said.err
    report = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert report["configuration"]["library"] == str(library_folder)


def test_options_may_come_first(questions: Path, library_folder: Path, tmp_path: Path) -> None:
    arguments = ("--out", tmp_path / "out", "--library", library_folder, "--kinds", "fact")
    assert _run(*arguments, questions) == 0
    report = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert list(report["counts"]) == ["fact", "answerable", "all"]


def test_answers_made_before_and_one_missing(
    questions: Path, library_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = tmp_path / "answers.jsonl"
    main(
        ["ask", "--batch", str(questions), "--library", str(library_folder), "--out", str(answers)]
    )
    assert _run(questions, "--answers", answers, "--out", tmp_path / "a") == 0
    answers.write_text(answers.read_text(encoding="utf-8").splitlines()[0] + "\n", "utf-8")
    assert _run(questions, "--answers", answers, "--out", tmp_path / "b") == 1
    assert "juwen: 2: no answer was given" in capsys.readouterr().err


def test_compare(
    questions: Path, library_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("a", "b"):
        assert _run(questions, "--library", library_folder, "--out", tmp_path / name) == 0
    capsys.readouterr()
    assert _run("compare", tmp_path / "a", tmp_path / "b") == 0
    said = capsys.readouterr().out
    assert "2 questions in both, 0 left out" in said
    assert "better: 0" in said
    assert (tmp_path / "b" / "comparison.json").is_file()


def test_help_shows_both_uses(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("--help") == 0
    said = capsys.readouterr().out
    assert "QUESTIONS.jsonl" in said
    assert "--library" in said
    assert "compare" in said


def test_wrong_usage_is_2(questions: Path) -> None:
    assert _run(questions) == 2
    assert _run(questions, "--out", "x", "--limit", "0") == 2
    assert _run("compare", questions) == 2


@pytest.mark.parametrize("language", ["en", "zh"])
def test_bad_questions_are_1_and_name_the_line(
    tmp_path: Path,
    library_folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    language: str,
) -> None:
    monkeypatch.setenv("JUWEN_LANGUAGE", language)
    path = write_lines(tmp_path / "q.jsonl", LINES[0], {**LINES[1], "aids": ["gone"]})
    assert _run(path, "--library", library_folder, "--out", tmp_path / "out") == 1
    said = capsys.readouterr().err
    assert ("line 2 of" if language == "en" else "第 2 行") in said
    assert "gone" in said
