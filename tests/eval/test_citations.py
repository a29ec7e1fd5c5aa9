from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.citations import citation_scores, quote_scores
from eval.questions import AidsMode
from eval.records import Metric
from rag.records import AnswerSentence, Support
from tests.eval.cases import answer, case


def test_precision_and_recall_of_cited_articles() -> None:
    asked = case(aids=("a", "b"), aids_mode=AidsMode.ALL)
    scores = citation_scores(asked, answer("句", cited=["a", "a", "x"]))
    assert scores == {Metric.CITATION_PRECISION: 0.5, Metric.CITATION_RECALL: 0.5}


def test_a_refusal_has_no_precision_and_recalls_nothing() -> None:
    scores = citation_scores(case(aids=("a",)), answer("无", refused=True))
    assert scores == {Metric.CITATION_RECALL: 0.0}


def test_nothing_cited_and_nothing_answered_are_wrong() -> None:
    wrong = {Metric.CITATION_PRECISION: 0.0, Metric.CITATION_RECALL: 0.0}
    assert citation_scores(case(aids=("a",)), answer("句")) == wrong
    assert citation_scores(case(aids=("a",)), None) == wrong


def test_unjudged_articles_are_left_out() -> None:
    asked = case(aids=("a",), maybe_aids=("m",))
    assert citation_scores(asked, answer("句", cited=["m", "a"]))[Metric.CITATION_PRECISION] == 1
    assert Metric.CITATION_PRECISION not in citation_scores(asked, answer("句", cited=["m"]))


def test_alternatives_and_parts_are_right() -> None:
    asked = case(aids=("page",), alt_aids=("z",))
    scores = citation_scores(asked, answer("句", cited=["page#1", "z"]))
    assert scores == {Metric.CITATION_PRECISION: 1.0, Metric.CITATION_RECALL: 1.0}


def test_without_gold_there_is_no_score() -> None:
    assert citation_scores(case(kind="unanswerable"), answer("句", cited=["a"])) == {}


def test_quotes_are_checked_against_the_article() -> None:
    given = answer("大桥", cited=["a", "b", "c"])
    texts = {"a": "大桥通车", "b": "小桥通车"}
    assert quote_scores(given, texts.get)[Metric.VERBATIM] == pytest.approx(1 / 3)
    assert Metric.VERBATIM not in quote_scores(given, None)


def test_sentences_are_cited_by_markers_that_lead_somewhere() -> None:
    given = answer("大桥", cited=["a"])
    lost = AnswerSentence("另一句", (7,), Support.UNVERIFIED)
    given = replace(given, sentences=(*given.sentences, lost))
    assert quote_scores(given, None)[Metric.CITED_SENTENCES] == 0.5
    assert quote_scores(answer("无", refused=True), None) == {}
    assert quote_scores(None, None) == {}


@given(st.lists(st.sampled_from("abxyz")), st.lists(st.sampled_from("ab"), min_size=1))
def test_an_irrelevant_citation_never_raises_precision(cited: list[str], gold: list[str]) -> None:
    asked = case(aids=tuple(gold))
    before = citation_scores(asked, answer("句", cited=cited))
    after = citation_scores(asked, answer("句", cited=[*cited, "irrelevant"]))
    assert all(0 <= score <= 1 for score in [*before.values(), *after.values()])
    assert after[Metric.CITATION_PRECISION] <= before[Metric.CITATION_PRECISION]
    assert after[Metric.CITATION_RECALL] == before[Metric.CITATION_RECALL]
