"""What is asked of the library itself, over a small library with the fake encoder."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from index.build import index_raw
from index.library.library import Library
from index.text.language import detect_language
from rag.extractive.answer import Draft
from rag.kinds.catalogue import catalogue
from rag.question.asked import Asked
from rag.records import AppliedFilters, Filters, Found, QuestionKind
from rag.retrieval.find import filters_of
from tests.conftest import FakeEncoder, article
from tests.rag.conftest import ranked

READ = AppliedFilters(read=("limits of the question",))


def told(library, question: str, background: str = "", filters=READ, hits=(), given=None) -> Draft:
    asked = Asked(question, question, background, detect_language(question), QuestionKind.LIBRARY)
    given = given or (Filters() if filters.read else filters_of(filters))
    return catalogue(asked, Found(question, filters, tuple((hit,) for hit in hits)), library, given)


def cited(draft: Draft) -> list[str]:
    return [one.article_id for one in draft.citations]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("一共有多少篇？", "文章库共有 4 篇文章。"),
        ("How many articles are there?", "The library holds 4 articles."),
        ("英文的占百分之几？", "英文文章有 1 篇，占全部 4 篇的 25.0%。"),
        (
            "What share of the articles is in English?",
            "There is 1 English article, 25.0% of all 4.",
        ),
        ("哪天发得最多？", "文章最多的一天是 2025-06-03，共 2 篇。"),
        ("哪天最冷清？", "文章最少的一天是 2025-06-01，共 1 篇（没有文章的不计）。"),
        ("Which account was the busiest?", "The account with the most articles is 试验号: 3."),
        ("哪个号发得最少", "文章最少的账号是晚报（试刊），共 1 篇。"),
        ("哪个月最多，占多少？", "文章最多的一个月是 2025 年 6 月，共 3 篇（占 75.0%）。"),
        ("哪种语言的最多？", "文章最多的语言是中文，共 3 篇。"),
        ("6月1日和6月3日分别几篇？", "2025-06-01 1 篇，2025-06-03 2 篇。2025-06-03 多 1 篇。"),
        ("晚报和试验号各发了几篇？", "晚报（试刊）1 篇，试验号 3 篇。试验号 多 2 篇。"),
        ("How many in May and in June?", "May 2025: 0, June 2025: 3. June 2025 has 3 more."),
        (
            "都来自哪些账号？",
            "文章库共 4 篇文章，分属 2 个账号：试验号 3 篇，晚报（试刊）1 篇。",
        ),
        (
            "每天各几篇",
            "文章库共 4 篇文章，分属 2 天：2025-06-01 1 篇，2025-06-03 2 篇。另有 1 篇没有日期。",
        ),
        ("最新的是哪天，那天有几篇？", "最新的是 2025-06-03，当天 2 篇。"),
        ("When was the oldest published?", "The oldest is of 2025-06-01 (1 article)."),
        ("没有日期的有几篇？", "没有日期的文章有 1 篇。"),
        ("时间跨度多大？", "文章最早的是 2025-06-01，最新的是 2025-06-03，首尾共 3 天。"),
        ("平均每天几篇？", "平均每天 1.0 篇（3 天，共 3 篇）。"),
        (
            "试验号有几篇，都是哪段时间的？",
            "试验号发布的文章有 3 篇。文章最早的是 2025-06-01，最新的是 2025-06-03，首尾共 3 天。",
        ),
        ("7月发了几篇？", "2024 年 7 月发布的文章一篇也没有。"),
        ("试验号6月3日发了几篇？", "试验号 2025-06-03 发布的文章有 1 篇。"),
        ("有几篇通知？", "按标题看是通知、公告的文章有 1 篇。"),
        ("标题里有“大桥”的几篇？", "标题里有“大桥”的文章有 1 篇。"),
    ],
)
def test_a_figure_that_is_asked_for_stands_alone(library, question, answer):
    draft = told(library, question)
    assert draft.text.startswith(answer.split("。")[0])
    assert draft.text == answer or "7月" in question
    assert not draft.citations


@pytest.mark.parametrize(
    ("question", "ids"),
    [
        ("6月3日有哪些文章？", ["c", "b"]),
        ("6月一共几篇？6月1日那天的标题是什么？", ["a"]),
        ("哪天发得最多，那天都发了啥？", ["c", "b"]),
        ("有没有没写日期的？", ["d"]),
        ("没有日期的有几篇，是哪些？", ["d"]),
        ("最新的两篇是什么？", ["c", "b"]),
        ("最早的一篇是哪篇？", ["a"]),
        ("最长的一篇是哪篇？多少字？", ["c"]),
        ("What is the shortest article?", ["d"]),
        ("“渡轮试乘”一共有哪几期？", ["a"]),
        ("Which articles are from 2025-06-01?", ["a"]),
    ],
)
def test_titles_that_are_asked_for_are_listed(library, question, ids):
    assert cited(told(library, question)) == ids


def test_which_is_most_is_asked_of_what_was_told_before(library):
    draft = told(library, "都有哪些账号，哪个最多？")
    assert len(draft.sentences) == 2
    assert draft.sentences[1].text.startswith("文章最多的账号是")


@pytest.mark.parametrize(
    "question",
    ["6月1日那篇写的是什么？", "最早的一篇讲了什么", "6月1日发了几篇，都说了些啥？"],
)
def test_what_an_article_tells_is_said_beside_its_title(library, question):
    *_, titled, tells = told(library, question).sentences
    (title,) = (one.title for one in told(library, question).citations)
    assert titled.text == title
    assert tells.text not in ("", title)
    assert titled.markers == tells.markers


def test_who_published_the_newest_is_named_beside_it(library):
    assert "大桥通车（晚报（试刊））" in told(library, "最新的文章是哪篇，哪个号发的？").text


def test_titles_of_each_of_two_days_stand_under_their_own(library):
    draft = told(library, "6月1日和6月3日的文章标题列一下")
    assert cited(draft) == ["a", "c", "b"]
    assert draft.text.index("2025-06-01 1 篇") < draft.text.index("渡轮") < draft.text.index("大桥")


def test_what_there_is_at_all(library):
    draft = told(library, "介绍一下这个库")
    assert "共有 4 篇" in draft.text
    assert "试验号 3 篇" in draft.text
    assert len(draft.citations) == 4


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("哪篇文章的点赞数最高？", "目录里没有“点赞数”"),
        ("哪些文章被转发最多？", "目录里没有“转发”"),
        ("6月3日哪篇阅读量最高？", "目录里没有“阅读量”"),
        ("哪个账号的阅读量最高？", "目录里没有“阅读量”"),
        ("Which article got the most shares?", "and not “shares”"),
    ],
)
def test_of_what_no_catalogue_has_that_is_said_first(library, question, said):
    first, *_ = told(library, question).sentences
    assert said in first.text


@pytest.mark.parametrize(
    "question",
    [
        "这里有哪些文章？",
        "哪个账号的文章最多？",
        "字数最多的是哪篇？",
        "哪天发的篇数最多？",
        "What is in this collection?",
        "What are most of the articles about?",
        "Which day has the most articles?",
        "Which account posts most often?",
    ],
)
def test_who_asks_what_there_is_is_told_of_nothing_missing(library, question):
    assert "目录里没有" not in told(library, question).text
    assert "catalogue" not in told(library, question).text


def test_what_is_not_there_is_said_with_what_is(library):
    draft = told(library, "2024年的文章有几篇？")
    assert draft.text.startswith("2024 年发布的文章一篇也没有。")
    assert "2025-06-01" in draft.text


def test_a_follow_up_is_on_what_was_asked_before(library):
    assert told(library, "那5月呢？", "6月有几篇？ ").text.startswith(
        "2025 年 5 月发布的文章一篇也"
    )
    assert cited(told(library, "都是哪些？", "最新的是哪天？ ")) == ["c", "b"]
    assert cited(told(library, "它最新的一篇是什么？", "哪个号发得最少？ ")) == ["b"]


def test_limits_that_were_given_stand_where_none_is_read(library):
    day = AppliedFilters(date_from="2025-06-03", date_to="2025-06-03")
    draft = told(library, "6月1日有几篇？", filters=day)
    assert draft.text == "2025-06-03 发布的文章有 2 篇。"


def test_articles_about_a_subject_are_counted_and_listed(library):
    hit = replace(ranked("大桥通车了。", article_id="b", title="大桥通车", score=9), lexical=0.9)
    draft = told(library, "关于大桥的有几篇？", hits=[hit])
    assert draft.text.startswith("查到的与“大桥”有关的文章有 1 篇。")
    assert cited(draft) == ["b"]


def test_notices_by_their_titles_with_their_deadlines(library):
    draft = told(library, "有哪些通知")
    assert "有 1 篇" in draft.text
    assert [cited.quote for cited in draft.citations] == ["请于2025年6月20日前提交申请。"]


@pytest.mark.parametrize(
    ("question", "there"),
    [
        ("还有哪些通知没到期？", True),
        ("要是今天是6月20日，哪些通知还能报名？", True),
        ("6月21日仍在受理的通知有哪些？", False),
        ("Which notices are still open as of 2025-06-19?", True),
        ("Which notices have not expired as of 2025-06-21?", False),
    ],
)
def test_what_is_still_open_is_due_on_a_day_or_later(library, question, there):
    draft = told(library, question)
    assert [one.quote for one in draft.citations] == ["请于2025年6月20日前提交申请。"] * there


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("现在还有哪些通知能报？", "以 2025-06-03 为准。到今天（{}），这些期限都已过。按标题看"),
        (
            "Which notices are still open?",
            "As of 2025-06-03. Today ({}) all of these days are past. ",
        ),
        ("所有通知各自的截止日期？", "到今天（{}），这些期限都已过。按标题看"),
        ("要是今天是6月20日，哪些通知还能报名？", "以 2025-06-20 为准。按标题看"),
    ],
)
def test_as_of_when_notices_are_open_and_what_is_over_today_is_said(library, question, said):
    assert told(library, question).text.startswith(said.format(date.today()))


@pytest.mark.parametrize(("days", "said"), [((1,), ""), ((-1, 1), "其中 1 篇的期限已过。")])
def test_what_is_due_after_today_is_not_called_over(tmp_path, days, said):
    today = date.today()
    folder = tmp_path / "due"
    index_raw(
        [
            article(
                str(day),
                f"请于{today + timedelta(days=day)}前提交申请。",
                title=f"申报通知{day}",
                time=str(today - timedelta(days=9)),
            )
            for day in days
        ],
        folder,
        encoder=FakeEncoder(),
    )
    library = Library.open(folder)
    text = told(library, "所有通知各自的截止日期？").text
    assert text.startswith(f"到今天（{today}），{said}" if said else "按标题看")


@pytest.mark.parametrize(
    ("question", "there"),
    [
        ("6月1日发布的通知，各自截止到哪天？", True),
        ("6月2日发布的通知，各自截止到哪天？", False),
        ("6月1日发布的通知里，哪些6月20日截止？", True),
        ("6月1日发布的通知里，哪些6月21日截止？", False),
    ],
)
def test_the_days_of_publication_are_not_those_on_which_things_are_due(library, question, there):
    day = date.fromisoformat(f"2025-06-0{question[2]}")
    limits = AppliedFilters(date_from=str(day), date_to=str(day), read=(question[:4],))
    assert bool(told(library, question, filters=limits).citations) is there


@pytest.mark.parametrize(
    ("question", "there"),
    [
        ("5月和6月截止的通知有哪些？", True),
        ("7月或8月截止的通知有哪些？", False),
        ("Which notices are due in May or June?", True),
        ("6月10日和6月30日之间截止的通知", True),
    ],
)
def test_what_is_due_in_one_of_two_months(library, question, there):
    assert bool(told(library, question).citations) is there


def test_what_is_due_is_not_when_the_event_is(tmp_path):
    folder = tmp_path / "due"
    text = "请于6月20日前报送材料，活动将于7月5日举行。"
    notice = article("a", text, title="申报通知", time="2025/6/1")
    index_raw([notice], folder, encoder=FakeEncoder())
    library = Library.open(folder)
    assert not told(library, "到6月25日还没截止的通知有哪些？").citations
    assert told(library, "到6月15日还没截止的通知有哪些？").citations


def test_what_the_caller_limits_stands_beside_what_the_question_names(library):
    draft = told(library, "6月有多少篇文章？", given=Filters(accounts=("晚报（试刊）",)))
    assert draft.text == "晚报（试刊） 2025 年 6 月发布的文章有 1 篇。"
    draft = told(library, "2025年6月1日有多少篇？", given=Filters(date_from=date(2025, 6, 2)))
    assert draft.text.endswith("有 2 篇。")


def test_a_language_is_gone_on_from_and_counted_by(library):
    draft = told(library, "哪种语言的文章最少？其中最新的一篇是什么？")
    assert cited(draft) == ["c"]
    assert (
        told(library, "平均每种语言多少篇？").text == "平均每种语言 2.0 篇（2 种语言，共 4 篇）。"
    )


def test_where_not_all_articles_were_looked_at_it_says_so(library, monkeypatch):
    monkeypatch.setattr("rag.kinds.selection.LOOKED_AT", 3)
    assert "至少有" in told(library, "有几篇通知？").text
    assert "at least" in told(library, "How many notices are there?").text
    monkeypatch.setattr("rag.kinds.selection.LOOKED_AT", 2)
    assert "篇中，按标题看是通知、公告的文章一篇也没有" in told(library, "有几篇通知？").text


@pytest.mark.parametrize(("month", "there"), [("6", True), ("7", False)])
def test_what_is_due_within_some_days(library, month, there):
    draft = told(library, f"{month}月15日到{month}月25日截止的通知有哪些")
    assert bool(draft.citations) is there


def test_of_a_column_it_is_told_how_many_articles_it_has_and_which(tmp_path, encoder: FakeEncoder):
    titles = ("林师傅开了三十年渡轮从未误点", "温师傅守着青屿最后一座灯塔", "木工课开课")
    columns = ("｜岚江人·灯塔往事", "｜岚江人·灯塔往事", "")
    index_raw(
        [
            article(
                f"a{at}",
                f"岚江的往事由人写成，本栏为他们而设。第{at}篇讲的是他。",
                title=f"{title}{column}",
            )
            for at, (title, column) in enumerate(zip(titles, columns, strict=True))
        ],
        tmp_path / "columns",
        encoder=encoder,
    )
    with Library.open(tmp_path / "columns") as library:
        assert library.scope().columns == ("岚江人·灯塔往事",)
        draft = told(library, "灯塔往事专栏登过几篇？")
    assert "有 2 篇" in draft.text
    assert sorted(cited(draft)) == ["a0", "a1"]
    quotes = {one.quote for one in draft.citations}
    assert quotes == {"第0篇讲的是他。", "第1篇讲的是他。"}  # not what introduces the column
