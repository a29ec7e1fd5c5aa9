from __future__ import annotations

import html
import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from eval.errors import EvaluationError
from eval.questions import (
    AidsMode,
    Case,
    Kind,
    check_gold,
    read_cases,
    select_cases,
    with_known_ids,
)
from rag.records import Turn
from tests.eval.cases import write_lines

GOOD = {"id": "1", "question": "谁？", "kind": "fact", "answers": ["甲"], "aids": ["a"]}


def test_every_field_is_read(tmp_path: Path) -> None:
    line = {
        **GOOD,
        "all_of": True,
        "answer_parts": [["甲", "A"]],
        "answers_query_lang": ["A"],
        "alt_aids": ["b"],
        "maybe_aids": ["c"],
        "aid_groups": [["a", "b"], ["d"]],
        "history": [{"question": "何时？", "answer": "昨天"}],
        "evidence": "甲",
        "unknown": 3,
    }
    [case] = read_cases(write_lines(tmp_path / "q.jsonl", "", line))
    assert case == Case(
        id="1",
        question="谁？",
        kind="fact",
        answers=("甲",),
        aids=("a",),
        all_of=True,
        answer_parts=(("甲", "A"),),
        answers_query_lang=("A",),
        alt_aids=("b",),
        maybe_aids=("c",),
        aids_mode=AidsMode.ONE_PER_GROUP,
        aid_groups=(("a", "b"), ("d",)),
        history=(Turn("何时？", "昨天"),),
        evidence=("甲",),
        line=2,
    )
    assert case.to_question().history == (Turn("何时？", "昨天"),)


@pytest.mark.parametrize(
    ("fields", "mode"),
    [
        ({"kind": "fact"}, AidsMode.ANY),
        ({"kind": "multi"}, AidsMode.ALL),
        ({"kind": "multi", "aids_mode": "any"}, AidsMode.ANY),
        ({"kind": "fact", "aids_mode": "all"}, AidsMode.ALL),
    ],
)
def test_the_mode_follows_the_kind_unless_it_is_given(
    tmp_path: Path, fields: dict[str, Any], mode: AidsMode
) -> None:
    [case] = read_cases(write_lines(tmp_path / "q.jsonl", {**GOOD, **fields}))
    assert case.aids_mode is mode


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{broken", "not a JSON object"),
        ("[1, 2]", "not a JSON object"),
        ({**GOOD, "id": "2", "kind": "facts"}, "the kind 'facts' is not known"),
        ({**GOOD, "id": "2", "kind": None}, "the field 'kind' is missing; give one of fact, "),
        ({key: GOOD[key] for key in GOOD if key != "kind"}, "the field 'kind' is missing"),
        ({**GOOD, "id": None}, "'id' is missing"),
        ({**GOOD, "id": True}, "'id' is missing"),
        (GOOD, "already that of line 1"),
        ({**GOOD, "id": "2", "question": 3}, "'question' is missing"),
        ({**GOOD, "id": "2", "question": " "}, "'question' is empty"),
        ({**GOOD, "id": "2", "answers": [3]}, "'answers' is not a list of texts"),
        ({**GOOD, "id": "2", "aids": {"a": 1}}, "'aids' is not a list of texts"),
        ({**GOOD, "id": "2", "answer_parts": ["甲"]}, "'answer_parts' is not a list of lists"),
        ({**GOOD, "id": "2", "aids_mode": "most"}, "use any, all or one_per_group"),
        ({**GOOD, "id": "2", "aids_mode": "one_per_group"}, "no 'aid_groups'"),
        ({**GOOD, "id": "2", "history": ["谁？"]}, "'history' is not a list"),
        ({**GOOD, "id": "2", "kind": "unanswerable"}, "there are 'answers' or 'aids'"),
        ({**GOOD, "id": "2", "answers": [], "aids": []}, "neither 'answers' nor 'aids'"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: Any, said: str) -> None:
    path = write_lines(tmp_path / "q.jsonl", GOOD, line)
    with pytest.raises(EvaluationError) as raised:
        read_cases(path)
    assert "line 2 of" in raised.value.english
    assert said in raised.value.english
    assert "第 2 行" in raised.value.chinese


def test_a_kind_of_ones_own_begins_with_x(tmp_path: Path) -> None:
    [case] = read_cases(write_lines(tmp_path / "q.jsonl", {**GOOD, "kind": "x-poem"}))
    assert case.kind == "x-poem"


def test_line_separators_inside_texts_do_not_end_a_line(tmp_path: Path) -> None:
    line = {**GOOD, "question": "第一行\u2028第二行\x85第三行？"}
    [case] = read_cases(write_lines(tmp_path / "q.jsonl", line))
    assert case.question == line["question"]


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="cannot be read"):
        read_cases(tmp_path / "none.jsonl")
    (tmp_path / "gbk.jsonl").write_bytes("问题".encode("gbk"))
    with pytest.raises(EvaluationError, match="UTF-8"):
        read_cases(tmp_path / "gbk.jsonl")
    (tmp_path / "empty.jsonl").write_text("\n\n")
    with pytest.raises(EvaluationError, match="holds no questions"):
        read_cases(tmp_path / "empty.jsonl")


def test_selection(tmp_path: Path) -> None:
    lines = [{**GOOD, "id": at, "kind": kind} for at, kind in enumerate(["fact", "list", "fact"])]
    cases = read_cases(write_lines(tmp_path / "q.jsonl", *lines))
    assert [case.id for case in select_cases(cases, kinds=["fact"])] == ["0", "2"]
    assert [case.id for case in select_cases(cases, limit=2)] == ["0", "1"]
    with pytest.raises(EvaluationError, match="these kinds are there: fact, list"):
        select_cases(cases, kinds=["event"])


def test_gold_that_is_not_in_the_library_is_named(tmp_path: Path) -> None:
    lines = [GOOD, {**GOOD, "id": "2", "aids": ["gone", "lost"]}]
    path = write_lines(tmp_path / "q.jsonl", *lines)
    with pytest.raises(EvaluationError, match=r"line 2 .*'gone' is not in the library \(1 more"):
        check_gold(read_cases(path), ["a"], path)
    check_gold(read_cases(path), ["a", "gone#1", "lost"], path)


def test_the_packaged_questions_are_of_every_kind_and_rest_on_the_sample_articles(
    tmp_path: Path,
) -> None:
    path = tmp_path / "samples.jsonl"
    path.write_bytes((files("eval") / "sets" / "samples.jsonl").read_bytes())
    cases = read_cases(path)
    assert len(cases) >= 60
    kinds = {case.kind for case in cases}
    wanted = {Kind.FACT, Kind.NUMBER, Kind.LIST, Kind.WHEN_FILTER, Kind.CROSSLINGUAL, Kind.MULTI}
    assert wanted | {Kind.FOLLOWUP, Kind.UNANSWERABLE} <= kinds
    articles = json.loads((files("index") / "samples" / "articles.json").read_text("utf-8"))
    texts = {
        one["文章标识符aid"]: "".join(html.unescape(one["finalContent"]).split())
        for one in articles
    }
    check_gold(cases, texts, path)
    for case in cases:
        assert case.evidence or not case.answerable
        cited = [texts[aid] for aid in [*case.aids, *case.alt_aids]]
        titles = "".join("".join(one["标题title"].split()) for one in articles)
        for quote in case.evidence:
            words = "".join(quote.split())
            assert any(words in text for text in cited) or words in titles, (case.id, quote)


def test_gold_aids_become_the_ids_that_they_mean(tmp_path: Path) -> None:
    line = {**GOOD, "aids": ["1", "page"], "alt_aids": ["2"], "maybe_aids": ["3"]}
    [case] = read_cases(write_lines(tmp_path / "q.jsonl", line))
    known = with_known_ids(case, {"1": "1@甲号", "2": "2", "3": "3@乙号"}.get)
    assert (known.aids, known.alt_aids, known.maybe_aids) == (
        ("1@甲号", "page"),
        ("2",),
        ("3@乙号",),
    )
