"""What kind of question is meant, by its words and by what they name."""

from __future__ import annotations

from datetime import date

import pytest

from rag.question.read import kind_meant
from rag.records import QuestionKind
from tests.conftest import FakeKinds


def meant(question: str, kinds: dict[str, QuestionKind], *, before: str = "") -> QuestionKind:
    return kind_meant(
        question,
        FakeKinds(kinds),
        today=date(2025, 6, 30),
        accounts=["甲报", "乙报"],
        before=before,
    )


def test_words_that_limit_the_articles_are_left_out_before_it_is_told():
    kinds = {"文章里，大桥什么时候通车？": QuestionKind.LIST}
    assert meant("6月20日发布的文章里，大桥什么时候通车？", kinds) is QuestionKind.LIST


def test_how_many_an_account_published_is_about_the_library():
    kinds = {"一共发了几篇？": QuestionKind.LIBRARY}
    assert meant("甲报一共发了几篇？", kinds) is QuestionKind.LIBRARY
    assert meant("丙报一共发了几篇？", kinds) is QuestionKind.FACT


def test_what_is_new_of_late_is_an_overview():
    kinds = {"都发布了什么？": QuestionKind.LIBRARY, "最近都发布了什么？": QuestionKind.OVERVIEW}
    assert meant("最近都发布了什么？", kinds) is QuestionKind.OVERVIEW
    assert meant("6月3日都发布了什么？", kinds) is QuestionKind.LIBRARY


def test_one_question_is_no_several():
    question = "大桥昨天通车了，票价多少？"
    assert meant(question, {question: QuestionKind.SEVERAL}) is QuestionKind.FACT


def test_several_questions_about_the_library_are_one_about_it():
    question = "库里有多少篇？最新的是哪天的？"
    kinds = {question: QuestionKind.SEVERAL, "库里有多少篇？": QuestionKind.LIBRARY}
    assert meant(question, kinds) is QuestionKind.LIBRARY


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("都有什么？", QuestionKind.OVERVIEW),
        ("2025年6月3日都有什么？", QuestionKind.LIBRARY),
        ("大桥有多长？", QuestionKind.FACT),
    ],
)
def test_a_question_that_names_nothing_is_about_what_is_new(question, kind):
    assert meant(question, {}) is kind


def test_within_a_conversation_a_question_that_names_nothing_leans_on_it():
    assert meant("有什么？", {}, before="大桥有多长？") is QuestionKind.FACT
    assert meant("谁？", {"谁？": QuestionKind.NOTHING}, before="大桥有多长？") is QuestionKind.FACT
    assert meant("谁？", {"谁？": QuestionKind.NOTHING}) is QuestionKind.NOTHING


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("大桥什么时候通车？渡轮票价多少？", QuestionKind.SEVERAL),
        ("When did the bridge open, and how much is the ferry?", QuestionKind.SEVERAL),
        ("大桥什么时候通车，票价多少？", QuestionKind.SEVERAL),
        ("大桥通车了，什么时候的事？", QuestionKind.FACT),
        ("When is the next boat race in Tarn, the 14th?", QuestionKind.FACT),
    ],
)
def test_questions_that_fall_apart_are_several(question, kind):
    assert meant(question, {}) is kind


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Which month was the quietest?", QuestionKind.LIBRARY),
        ("Which month was the driest?", QuestionKind.FACT),
        ("Longest article?", QuestionKind.LIBRARY),
        ("最长的大桥是哪座？", QuestionKind.FACT),
        ("甲报和乙报谁发得多？", QuestionKind.LIBRARY),
        ("甲报和乙报谁卖得多？", QuestionKind.FACT),
        ("甲报占全部的百分之几？", QuestionKind.LIBRARY),
        ("6月3日的新闻标题", QuestionKind.LIBRARY),
    ],
)
def test_what_names_only_articles_and_their_order_is_about_the_library(question, kind):
    assert meant(question, {}) is kind


def test_news_without_a_number_is_an_overview():
    assert meant("latest news", {"latest news": QuestionKind.OVERVIEW}) is QuestionKind.OVERVIEW


def test_a_follow_up_that_names_only_days_is_about_the_library_as_the_question_before():
    kinds = {"6月有几篇？": QuestionKind.LIBRARY}
    assert meant("那5月呢？", kinds, before="6月有几篇？") is QuestionKind.LIBRARY
    assert meant("那5月呢？", kinds, before="大桥几月通车？") is QuestionKind.FACT


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("“船坞动态”专栏登过多少篇？", QuestionKind.LIBRARY),
        ("灯塔往事系列采访过哪些人？", QuestionKind.LIBRARY),  # a part of its name
        ("How many instalments has the 船坞动态 series?", QuestionKind.LIBRARY),
        ("“船坞动态”专栏里的船厂年产多少艘？", QuestionKind.FACT),
        ("船坞动态登过多少篇？", QuestionKind.FACT),  # not called a column
        ("“青屿故事”专栏登过多少篇？", QuestionKind.FACT),  # no column of the library
    ],
)
def test_which_articles_a_column_has_is_about_the_library(question, kind):
    columns = ["船坞动态", "岚江人·灯塔往事"]
    today = date(2025, 6, 30)
    told = kind_meant(question, FakeKinds({}), today=today, accounts=[], columns=columns)
    assert told is kind
