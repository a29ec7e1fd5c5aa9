from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import eval as juwen_eval
from eval import Case, EvaluationError, Metric, Report, evaluate
from eval.report import report_json
from rag.assistant import Assistant
from rag.records import Answer, Question
from tests.eval.cases import answer, case, write_lines

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
    {"id": "3", "question": "火星上有几只企鹅？", "kind": "unanswerable"},
    {
        "id": "4",
        "question": "那校长是谁？",
        "kind": "followup",
        "answers": ["温如玉"],
        "aids": ["school"],
        "history": [{"question": "海棠小学招收多少新生？", "answer": "240名。"}],
    },
]


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    return write_lines(tmp_path / "questions.jsonl", *LINES)


def test_all_is_sorted_and_there() -> None:
    assert juwen_eval.__all__ == sorted(juwen_eval.__all__)
    assert all(hasattr(juwen_eval, name) for name in juwen_eval.__all__)


def test_an_assistant_is_measured(questions: Path, assistant: Assistant, tmp_path: Path) -> None:
    report = evaluate(questions, assistant, out=tmp_path / "out", resamples=50)
    assert report.value(Metric.HIT_1, "answerable") == 1
    assert report.value(Metric.VERBATIM) == 1
    assert report.value(Metric.CITED_SENTENCES) == 1
    assert report.counts == {
        "fact": 1,
        "number": 1,
        "followup": 1,
        "unanswerable": 1,
        "answerable": 3,
        "all": 4,
    }
    assert report.library is not None
    assert report.library["articles"] == 5
    assert report.versions["code"]
    written = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert written["groups"]["all"]["hit@1"]["mean"] == 1
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "answers.jsonl",
        "report.html",
        "report.json",
        "run.json",
    }


def test_quotes_that_are_not_the_article_are_seen(questions: Path, assistant: Assistant) -> None:
    def misquote(question: Question) -> Answer:
        given = assistant.ask(question.question, question.history)
        return replace(
            given, citations=tuple(replace(one, quote=one.quote + "?") for one in given.citations)
        )

    report = evaluate(questions, misquote, library=assistant.library, resamples=50)
    assert report.value(Metric.VERBATIM) == 0
    assert len([one for one in report.failures if one.answer]) >= 3


def _fixed(question: Question) -> Answer:
    if question.id == "2":
        raise RuntimeError("out of luck")
    return answer("于6月28日通车", ids=["bridge", "school"], cited=["bridge"])


def test_a_resumed_run_gives_the_same_report(questions: Path, tmp_path: Path) -> None:
    def stopping(question: Question) -> Answer:
        if question.id == "3":
            raise KeyboardInterrupt
        return _fixed(question)

    with pytest.raises(KeyboardInterrupt):
        evaluate(questions, stopping, out=tmp_path / "resumed")
    assert not (tmp_path / "resumed" / "report.json").exists()
    evaluate(questions, _fixed, out=tmp_path / "resumed", resamples=50)
    evaluate(questions, _fixed, out=tmp_path / "straight", resamples=50)
    for name in ("report.json", "report.html", "answers.jsonl", "run.json"):
        resumed, straight = (tmp_path / run / name for run in ("resumed", "straight"))
        assert resumed.read_bytes() == straight.read_bytes()


def test_a_crash_is_wrong_and_listed(questions: Path) -> None:
    report = evaluate(questions, _fixed, resamples=50)
    crashed = next(one for one in report.cases if one.id == "2")
    assert crashed.failure == "RuntimeError: out of luck"
    assert crashed in report.failures
    assert {crashed.scores[m] for m in (Metric.HIT_1, Metric.CONTAINS_GOLD, Metric.CORRECT)} == {0}


def test_answers_made_before_are_scored(questions: Path, tmp_path: Path) -> None:
    asked = evaluate(questions, _fixed, out=tmp_path / "asked", resamples=50)
    given = evaluate(
        questions,
        answers=tmp_path / "asked" / "answers.jsonl",
        out=tmp_path / "given",
        resamples=50,
    )
    assert given.groups == asked.groups
    assert (tmp_path / "given" / "answers.jsonl").exists()
    again = evaluate(questions, answers=tmp_path / "asked" / "answers.jsonl", resamples=50)
    assert again.cases == asked.cases
    with pytest.raises(EvaluationError, match="a run of its own"):
        evaluate(
            questions,
            answers=tmp_path / "given" / "answers.jsonl",
            out=tmp_path / "asked",
        )


def test_a_missing_answer_is_wrong_and_listed(questions: Path, tmp_path: Path) -> None:
    evaluate(questions, _fixed, out=tmp_path / "asked", limit=2, resamples=50)
    report = evaluate(questions, answers=tmp_path / "asked" / "answers.jsonl", resamples=50)
    assert [one.failure for one in report.cases][2:] == ["no answer was given"] * 2
    assert report.value(Metric.REFUSAL_RECALL) == 0


def test_gold_is_checked_against_the_library(assistant: Assistant, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "q.jsonl", LINES[0], {**LINES[1], "aids": ["gone"]})
    with pytest.raises(EvaluationError, match=r"line 2 of .*'gone'"):
        evaluate(path, assistant)


def test_either_ask_or_answers(questions: Path) -> None:
    with pytest.raises(EvaluationError, match="either"):
        evaluate(questions)


def _figures(report: Report) -> str:
    return report_json(replace(report, cases=(), latency=report.latency.__class__({}, {}, ())))


_CASES = [
    case(
        str(at),
        kind=("fact", "number", "x-own")[at % 3],
        answers=(("甲", "乙")[at % 2],),
        aids=(f"a{at % 4}",),
    )
    for at in range(6)
] + [case("u", kind="unanswerable")]


def _varied(question: Question) -> Answer:
    at = sum(map(ord, str(question.id)))
    return answer("甲", ids=["a1", "a0", "a3"][: at % 4], cited=["a1"], refused=at % 5 == 0)


@settings(deadline=None, max_examples=25)
@given(st.permutations(_CASES))
def test_permuting_questions_changes_no_figure(cases: list[Case]) -> None:
    straight = evaluate(_CASES, _varied, resamples=20)
    assert _figures(evaluate(cases, _varied, resamples=20)) == _figures(straight)


def test_every_mean_stays_within_bounds() -> None:
    report = evaluate(_CASES, _varied, resamples=20)
    for metrics in report.groups.values():
        for name, found in metrics.items():
            assert 0 <= found.low <= found.mean <= found.high
            assert name == Metric.CHARACTERS or found.high <= 1


def test_the_seed_is_all_that_chance_has() -> None:
    shuffled = list(_CASES)
    random.Random(1).shuffle(shuffled)
    assert evaluate(_CASES, _varied, seed=1).groups == evaluate(shuffled, _varied, seed=1).groups
    assert evaluate(_CASES, _varied, seed=1).groups != evaluate(_CASES, _varied, seed=2).groups
