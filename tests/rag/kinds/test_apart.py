"""Several questions in one message and comparisons, through the assistant with fakes."""

from __future__ import annotations

import pytest

from index.build import index_raw
from rag.assistant import Assistant
from rag.kinds.pieces import ABOVE, UNTOLD
from rag.question.parts import things_named
from rag.records import QuestionKind, Strictness
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
    untold = last.text in (UNTOLD[False], ABOVE[False])
    assert untold or last.text.startswith("没有找到直接的回答")


def test_a_part_is_answered_by_the_article_that_answers_the_others(tmp_path, encoder):
    fair = article("fair", "东岸展会6月6日开市。展位88个。", title="东岸展会")
    other = article("other", "西山市集7月7日开市。展位99个，展位免费。", title="西山市集")
    question = "东岸展会哪天开市？展位多少个？"
    answer = several(tmp_path / "fairs", encoder, question, fair, other)
    assert {one.article_id for one in answer.citations} == {"fair"}
    assert "88个" in answer.answer


def test_the_markers_of_all_parts_are_those_of_the_citations(asking):
    answer = asking.ask(SUBJECTS)
    markers = [marker for one in answer.sentences for marker in one.markers]
    assert sorted(set(markers)) == [cited.marker for cited in answer.citations]
    assert all(f"[{marker}]" in answer.answer for marker in markers)


def test_sides_stand_under_their_names(asking):
    answer = asking.ask(SIDES, strictness=Strictness.OPEN)
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


def several(folder, encoder, question: str, *articles):
    index_raw(articles, folder, encoder=encoder)
    kinds = FakeKinds({question: QuestionKind.SEVERAL})
    with Assistant.open(folder, encoder=encoder, kinds=kinds) as asking:
        return asking.ask(question)


def test_what_is_told_of_another_year_is_not_likely(tmp_path, encoder):
    text = "东岸展会2024年展出三天。东岸展会2024年有88家企业参展。"
    fair = article("fair", text, title="东岸展会", time="2024/6/1")
    question = "东岸展会2024年有多少家企业参展？2023年有多少家企业参展？"
    answer = several(tmp_path / "years", encoder, question, fair)
    assert "88家" in answer.sentences[0].text
    assert answer.sentences[-1].heading.startswith("2023年")
    assert answer.sentences[-1].text == UNTOLD[False]


def test_one_sentence_answers_two_parts_under_both(tmp_path, encoder):
    fair = article("fair", "东岸展会6月6日开市，有88家企业参展。", title="东岸展会")
    question = "东岸展会哪天开市？有多少家企业参展？"
    answer = several(tmp_path / "both", encoder, question, fair)
    assert UNTOLD[False] not in answer.answer
    assert "88家" in answer.answer


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("云杉公司2024年卖了几台？", ["2024", "云杉公司"]),
        ("下一届什么时候办？", ["下一届"]),
        ("总投资多少？", []),
    ],
)
def test_the_things_that_a_part_names(question, names):
    assert sorted(one.text for one in things_named(question)) == sorted(names)


def test_a_part_of_another_year_is_asked_as_the_first(tmp_path, encoder):
    fairs = [
        article(
            f"fair{year}", f"东岸展会有{count}家企业参展。", title="东岸展会", time=f"{year}/6/1"
        )
        for year, count in ((2024, 88), (2025, 99))
    ]
    question = "东岸展会2023年有多少家企业参展？2025年呢？"
    answer = several(tmp_path / "fairs", encoder, question, *fairs)
    assert "88家" not in answer.answer


def test_each_of_two_questions_on_a_table_has_its_own_rows(tmp_path, encoder):
    question = "企业名单里港口是哪家？西岸区又有哪几家？"
    rows = "序号 企业 区\r1 甲厂 东岸区\r2 乙厂 西岸区\r3 丙厂 港口\r4 丁厂 西岸区\r5 戊厂 山区"
    index_raw([article("table", rows, title="企业名单")], tmp_path / "library", encoder=encoder)
    kinds = FakeKinds({question: QuestionKind.SEVERAL})
    with Assistant.open(tmp_path / "library", encoder=encoder, kinds=kinds) as assistant:
        parts = assistant.ask(question).parts()
    assert [[one.text for one in said] for _, said in parts] == [
        ["3 丙厂 港口"],
        ["2 乙厂 西岸区", "4 丁厂 西岸区"],
    ]


def test_a_name_in_latin_letters_may_be_written_otherwise_in_another_language(tmp_path, encoder):
    text = "研讨班由东盟秘书处主办，为期3天。每校获赠88册书。"
    school = article("school", text, title="东盟研讨班")
    question = "How many books did each school of the ASEAN 研讨班 get? 获赠多少册书?"
    answer = several(tmp_path / "schools", encoder, question, school)
    assert UNTOLD[True] not in answer.answer


def test_where_two_questions_have_one_sentence_the_next_one_is_said_of_the_second(
    tmp_path, encoder, monkeypatch
):
    monkeypatch.setattr("rag.kinds.apart._is_repeated", lambda *given: bool(given[-1]))
    text = "东岸展会开市的日子是6月6日。东岸展会在东岸馆开市。"
    question = "东岸展会哪天开市？东岸展会哪天开市的？"
    answer = several(tmp_path / "two", encoder, question, article("fair", text, title="东岸展会"))
    first, *_, last = answer.sentences
    assert "6月6日" in first.text
    assert last.heading == "东岸展会哪天开市的？"
    assert last.text not in (first.text, ABOVE[False])
    only = article("fair", "东岸展会开市的日子是6月6日。", title="东岸展会")
    alone = several(tmp_path / "one", encoder, question, only)
    assert alone.sentences[-1].text == ABOVE[False]
