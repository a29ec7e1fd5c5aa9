from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from eval import EvaluationError, Report, evaluate, load_report
from eval.page import MOST_FAILURES, render_page
from eval.report import report_json
from rag.records import Answer, Certainty, Question
from tests.eval.cases import answer, case

EVIL = "<script>alert(1)</script><img src=https://evil.example/x.png onerror=alert(2)>"


def _evil(question: Question) -> Answer:
    if question.id == "crash":
        raise RuntimeError(EVIL)
    given = answer(
        f"见 https://example.com/a 与 {EVIL}",
        ids=[f'"><marquee>{EVIL}'],
        cited=["a"],
        evidence_text=EVIL,
        refused=question.id == "refused",
    )
    return replace(given, evidence=tuple(replace(e, title=EVIL) for e in given.evidence))


@pytest.fixture(scope="module")
def report() -> Report:
    cases = [
        case("1", question=EVIL, answers=(EVIL + "甲",), aids=(EVIL,)),
        case("crash", answers=("甲",)),
        case("refused", answers=("甲",), kind=f"x-{EVIL}"),
        case("u", kind="unanswerable"),
    ]
    return evaluate(cases, _evil, name=EVIL, configuration={"note": EVIL}, resamples=20)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


def test_the_page_asks_nothing_of_any_network(report: Report) -> None:
    page = render_page(report)
    reader = _Reader()
    reader.feed(page)
    loading = [
        value
        for name, value in reader.attributes
        if name in ("src", "href", "srcset", "action", "poster", "data", "xlink:href")
    ]
    assert loading == ["data:,"]
    assert not {"img", "iframe", "object", "embed", "form", "base", "marquee"}.intersection(
        reader.tags
    )
    assert not re.search(r"@import|url\s*\(", page)
    assert "default-src 'none'" in page


def test_markup_from_articles_and_answers_is_text(report: Report) -> None:
    page = render_page(report)
    reader = _Reader()
    reader.feed(page)
    assert reader.tags.count("script") == 1
    assert not [name for name, _ in reader.attributes if name.startswith("on")]
    assert "&lt;script&gt;alert(1)" in page
    assert "https://example.com/a" in page  # as text


def test_failures_are_listed_with_what_it_takes_to_understand_them(report: Report) -> None:
    page = render_page(report)
    assert page.count("<tr data-kind=") == 4
    assert "RuntimeError:" in page
    assert "拒答 refused" in page
    assert "应拒答 to be refused" in page


def test_the_three_ways_to_answer_are_told_apart(tmp_path: Path) -> None:
    cases = [case("1", answers=("甲",)), case("2", answers=("甲",)), case("3", kind="unanswerable")]
    given = {
        "1": answer("甲", short="甲"),
        "2": answer("乙", certainty=Certainty.NEAREST),
        "3": answer("无", refused=True),
    }
    report = evaluate(cases, lambda asked: given[str(asked.id)], resamples=20)
    page = render_page(report)
    assert '直接回答 <span lang="en">direct</span></th><td>1</td><td>1.000' in page
    assert '最接近的内容 <span lang="en">nearest</span></th><td>1</td><td>0.000' in page
    assert '拒答 <span lang="en">refusal</span></th><td>1</td><td>–</td>' in page
    assert "最接近 nearest" in page
    (tmp_path / "report.json").write_text(report_json(report), encoding="utf-8")
    assert load_report(tmp_path).by_certainty == report.by_certainty
    assert load_report(tmp_path).cases[1].certainty is Certainty.NEAREST


def test_a_report_of_before_there_was_a_certainty_is_read(report: Report, tmp_path: Path) -> None:
    values = json.loads(report_json(report))
    del values["by_certainty"]
    for one in values["cases"]:
        del one["certainty"]
    (tmp_path / "report.json").write_text(json.dumps(values), encoding="utf-8")
    loaded = load_report(tmp_path)
    assert loaded.by_certainty == ()
    assert "Three ways to answer" not in render_page(loaded)


def test_long_lists_are_cut_and_say_so() -> None:
    cases = [case(str(at), answers=("甲",)) for at in range(MOST_FAILURES + 3)]
    page = render_page(evaluate(cases, lambda _: answer("乙"), resamples=20))
    assert page.count("<tr data-kind=") == MOST_FAILURES
    assert "3 more are in report.json" in page


def test_a_run_without_failures_or_gold_makes_a_page() -> None:
    done = evaluate([case(answers=("甲",))], lambda _: answer("甲"), resamples=20)
    assert "None." in render_page(done)
    refused = evaluate(
        [case(kind="unanswerable")], lambda _: answer("无", refused=True), resamples=20
    )
    assert "<svg" in render_page(refused)


def test_a_report_survives_the_way_to_disk_and_back(report: Report, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text(report_json(report), encoding="utf-8")
    loaded = load_report(tmp_path)
    assert report_json(loaded) == report_json(report)
    assert loaded.groups == report.groups
    assert render_page(loaded) == render_page(report)


@pytest.mark.parametrize("text", ["{", "[]", '{"schema": 0}', '{"schema": 1}'])
def test_what_is_no_report_is_said(tmp_path: Path, text: str) -> None:
    (tmp_path / "report.json").write_text(text)
    with pytest.raises(EvaluationError, match="not a report of this version"):
        load_report(tmp_path)
    with pytest.raises(EvaluationError, match="cannot be read"):
        load_report(tmp_path / "nowhere")
