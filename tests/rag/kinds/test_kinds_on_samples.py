"""Every kind of question on the project's own sample articles, by the assistant as it ships."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import as_file, files

import pytest

from index.build import index_articles
from rag.assistant import Assistant
from rag.records import Answer, Certainty, QuestionKind, Turn

pytestmark = pytest.mark.model

ASKED_BEFORE = Turn("岚江机器人周有多少家企业参展？", "216家企业参展。 [1]")


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("samples") / "library"
    with as_file(files("index") / "samples" / "articles.json") as articles:
        index_articles([articles], folder)
    with Assistant.open(folder) as opened:
        yield opened


def cited_titles(answer: Answer) -> str:
    return " ".join(one.title for one in answer.citations)


def test_an_overview_tells_story_by_story_newest_first(assistant):
    answer = assistant.ask("总结一下岚江机器人周的报道")
    assert answer.kind is QuestionKind.OVERVIEW
    days = [heading[:10] for heading, _ in answer.parts()]
    assert len(days) >= 3
    assert days == sorted(days, reverse=True)
    assert "开幕" in cited_titles(answer)
    assert "落幕" in cited_titles(answer)
    assert "篇文章与此有关" in answer.notice


def test_an_overview_in_english(assistant):
    answer = assistant.ask("Summarize the news about the robot week")
    assert answer.kind is QuestionKind.OVERVIEW
    assert "Linjiang Robot Week opens with 216 exhibitors" in cited_titles(answer)
    assert "newest first" in answer.notice


def test_an_overview_of_what_no_article_is_about_is_refused(assistant):
    answer = assistant.ask("综述一下南极科考的最新进展")
    assert answer.kind is QuestionKind.OVERVIEW
    assert answer.refused


def test_whatever_is_new(assistant):
    answer = assistant.ask("最近都发布了什么？")
    assert answer.kind is QuestionKind.OVERVIEW
    assert answer.citations[0].date == "2025-06-27"


def test_the_library_is_counted(assistant):
    answer = assistant.ask("库里有多少篇文章？")
    assert answer.kind is QuestionKind.LIBRARY
    assert answer.answer == "文章库共有 56 篇文章。"


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("英文文章占比多少", "英文文章有 4 篇，占全部 56 篇的 7.1%。"),
        ("青屿晚报和临江生活各发了多少篇？", "青屿晚报（示例）17 篇，临江生活（示例）9 篇。"),
        ("哪个公众号最能写？", "文章最多的账号是临江工信（示例），共 30 篇。"),
        ("五月和六月分别有几篇", "2025 年 5 月 14 篇，2025 年 6 月 17 篇。"),
        ("文章的时间跨度有多大", "首尾共 116 天"),
        ("Which month was the quietest?", "The month with the fewest articles is March 2025: 12."),
        ("How many of them are in Chinese?", "There are 52 Chinese articles"),
    ],
)
def test_what_the_catalogue_tells_is_told_alone(assistant, question, said):
    answer = assistant.ask(question)
    assert answer.kind is QuestionKind.LIBRARY
    assert said in answer.answer
    assert not answer.citations


def test_what_was_published_on_some_days(assistant):
    answer = assistant.ask("6月16日到20日发布了哪些文章？")
    assert answer.kind is QuestionKind.LIBRARY
    assert [one.date for one in answer.citations] == [
        f"2025-06-{day}" for day in (20, 19, 18, 17, 16)
    ]


def test_notices_with_the_sentences_that_say_until_when(assistant):
    answer = assistant.ask("列出所有申报通知和截止时间")
    assert answer.kind is QuestionKind.LIBRARY
    assert "线上填报截至2025年7月25日24:00" in answer.answer
    assert "报名到7月5日24:00截止" in answer.answer


def test_a_table_is_given_whole(assistant):
    answer = assistant.ask("第三批智能装备供应商名单上有哪几家？")
    assert answer.kind is QuestionKind.LIST
    assert answer.certainty is Certainty.DIRECT
    assert len(answer.sentences) == 12
    assert "共 12 项" in answer.notice
    assert not any(one.warns for one in answer.notices)


def test_rows_of_a_table(assistant):
    answer = assistant.ask("智能装备供应商里，桐浦区的是哪几家？")
    assert [one.text for one in answer.sentences] == [
        "8 织野智能 桐浦区 自动穿经机",
        "11 沐衡新材 桐浦区 隔膜在线测厚仪",
    ]
    assert answer.sentences[0].heading == "序号 企业 所在区 代表产品"


def test_several_questions_are_answered_apart(assistant):
    answer = assistant.ask("岚江四桥主塔什么时候封顶的？总投资多少？")
    assert answer.kind is QuestionKind.SEVERAL
    first, second = answer.sentences[0], answer.sentences[-1]
    assert "3月9日16时" in first.text
    assert first.heading == "岚江四桥主塔什么时候封顶的？"
    assert "24.7亿元" in second.text
    assert second.heading == "总投资多少？"


def test_a_course_of_events_is_in_the_order_of_its_days(assistant):
    answer = assistant.ask("岚江四桥从封顶到通车是怎么一步步过来的？")
    assert answer.kind is QuestionKind.COURSE
    days = [heading for heading, _ in answer.parts() if len(heading) <= len("2025-06-01")]
    assert days == sorted(days)
    assert {"2025-03-09", "2025-06-01"} <= set(days)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("谢谢", QuestionKind.SMALL_TALK),
        ("你好", QuestionKind.SMALL_TALK),
        ("今天天气怎么样", QuestionKind.SMALL_TALK),
        ("谁？", QuestionKind.NOTHING),
    ],
)
def test_what_asks_nothing_of_the_articles_gets_a_sentence_and_no_article(assistant, said, kind):
    answer = assistant.ask(said)
    assert answer.kind is kind
    assert answer.refused
    assert not answer.citations
    assert not answer.evidence
    assert answer.answer


def test_the_last_answer_is_gone_on_from(assistant):
    more = assistant.ask("展开讲讲", [ASKED_BEFORE])
    assert more.kind is QuestionKind.CONVERSATION
    assert len(more.sentences) > 2
    assert {one.article_id for one in more.citations} == {"sample-7021_1"}
    source = assistant.ask("第一条的来源", [ASKED_BEFORE])
    assert "https://example.com/juwen-samples/gx/7021_1" in source.answer
    translated = assistant.ask("换成英文", [ASKED_BEFORE])
    assert "不作翻译" in translated.sentences[0].text
    assert "216家企业" in translated.answer


def test_a_follow_up_is_no_question_about_the_conversation(assistant):
    answer = assistant.ask("谁主办的？", [ASKED_BEFORE])
    assert answer.kind is QuestionKind.FACT
    assert "市工信局、望汀区政府主办" in answer.answer


def test_a_fact_stays_a_fact_where_days_limit_its_articles(assistant):
    answer = assistant.ask("3月10日发布的文章里，岚江四桥主塔有多高？")
    assert answer.kind is QuestionKind.FACT
    assert "168米" in answer.answer


def test_the_kind_can_be_overruled(assistant):
    answer = assistant.ask("总结一下岚江机器人周的报道", kind=QuestionKind.FACT)
    assert answer.kind is QuestionKind.FACT
