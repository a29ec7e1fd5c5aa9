"""Several questions in one message and comparisons, through the assistant with fakes."""

from __future__ import annotations

import pytest

from index.build import index_raw
from rag.assistant import Assistant
from rag.kinds.pieces import UNTOLD
from rag.records import QuestionKind
from tests.conftest import FakeEncoder, FakeKinds, article

SEVERAL = "东岸大桥什么时候通车？总投资多少？"
SUBJECTS = "东岸大桥全长多少？海棠小学招收新生多少名？"
UNANSWERED = "东岸大桥什么时候通车？谁写了极光的诗集？"
SIDES = "东岸大桥和海棠小学对比一下"


@pytest.fixture
def asking(library_folder, encoder: FakeEncoder) -> Assistant:
    kinds = dict.fromkeys((SEVERAL, SUBJECTS, UNANSWERED), QuestionKind.SEVERAL)
    kinds[SIDES] = QuestionKind.COMPARISON
    return Assistant.open(library_folder, encoder=encoder, kinds=FakeKinds(kinds))


def test_each_question_stands_under_itself(asking):
    answer = asking.ask(SEVERAL)
    assert [heading for heading, _ in answer.parts()] == ["东岸大桥什么时候通车？", "总投资多少？"]
    assert "6月28日" in answer.sentences[0].text
    assert {one.article_id for one in answer.citations} == {"bridge"}


def test_each_question_may_be_on_another_article(asking):
    answer = asking.ask(SUBJECTS)
    assert {one.article_id for one in answer.citations} == {"bridge", "school"}


def test_of_a_question_that_nothing_answers_it_is_said(asking):
    answer = asking.ask(UNANSWERED)
    last = answer.sentences[-1]
    assert last.heading == "谁写了极光的诗集？"
    assert last.text == UNTOLD[False] or last.text.startswith("文章没有直接说到")


def test_the_markers_of_all_parts_are_those_of_the_citations(asking):
    answer = asking.ask(SUBJECTS)
    markers = [marker for one in answer.sentences for marker in one.markers]
    assert sorted(set(markers)) == [cited.marker for cited in answer.citations]
    assert all(f"[{marker}]" in answer.answer for marker in markers)


def test_sides_stand_under_their_names(asking):
    answer = asking.ask(SIDES)
    assert answer.kind is QuestionKind.COMPARISON
    assert [heading for heading, _ in answer.parts()] == ["东岸大桥", "海棠小学"]


def test_what_one_sentence_tells_of_both_sides_is_said_once(tmp_path, encoder):
    question = "北码头和南码头哪个票价高？"
    folder = tmp_path / "piers"
    text = "北码头票价比南码头高出3元。两处都在东岸。"
    index_raw([article("piers", text, title="码头票价")], folder, encoder=encoder)
    kinds = FakeKinds({question: QuestionKind.COMPARISON})
    with Assistant.open(folder, encoder=encoder, kinds=kinds) as asking:
        answer = asking.ask(question)
    said = [one.text for one in answer.sentences]
    assert said
    assert len(set(said)) == len(said)
