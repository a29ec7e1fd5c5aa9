"""Overviews, courses of events and lists, over small libraries with the fake encoder."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from index.records import Article, Kind
from index.text.language import Language
from rag.extractive.answer import Draft
from rag.extractive.candidates import score_sentences
from rag.kinds import course as courses
from rag.kinds.listed import blocks_of, listed, rows_asked, series_of, spread, unfinished
from rag.kinds.overview import fitting_articles, overview, stories_of
from rag.kinds.telling import summary
from rag.question.subject import subject_of
from rag.records import AnswerSentence, AppliedFilters, Certainty, Found, Support
from tests.conftest import FakeReader
from tests.rag.conftest import ranked


def near(text: str, **given):
    """A passage that is found as those are that an overview is of."""
    return replace(ranked(text, score=0.45, **given), lexical=1.3, score=12.0)


def course(said: Found, language: Language):
    """A course of events by an encoder to which texts are near that have the question's words."""

    def similarity(question: str, texts):
        return np.asarray([float(question in text) for text in texts])

    return courses.course(said, language, similarity)


def found(question: str, *hits, filters: AppliedFilters | None = None) -> Found:
    articles = tuple((hit,) for hit in hits)
    return Found(question, filters or AppliedFilters(), articles, subject_of(question))


def test_an_article_that_is_not_near_is_not_about_it():
    hits = [near("渡轮甲", article_id="a"), ranked("渡轮乙", article_id="b", score=0.1)]
    fitting = fitting_articles(found("渡轮", *hits), "渡轮", Language.CHINESE)
    assert [one.article_id for one in fitting] == ["a"]


def test_where_nothing_is_near_no_article_is_about_it_however_the_others_rank():
    hits = [
        ranked(f"第{at}件别的事。", article_id=f"{at}", score=0.22 - at / 100) for at in range(9)
    ]
    assert fitting_articles(found("渡轮", *hits), "渡轮", Language.CHINESE) == []


def test_an_article_without_any_word_of_the_subject_has_to_be_found_as_well():
    hits = [
        near("渡轮开航。", article_id="a"),
        replace(near("轮船启程。", article_id="b"), lexical=0.0, score=14.0),
        replace(near("别的事。", article_id="c"), lexical=0.0, score=4.0),
    ]
    fitting = fitting_articles(found("渡轮", *hits), "渡轮", Language.CHINESE)
    assert [one.article_id for one in fitting] == ["a", "b"]


def test_an_article_in_another_language_lacks_no_words():
    hits = [
        ranked("The ferry to Qingyu sails on Friday.", article_id="a", score=0.35),
        ranked("第一班船周五起航。", article_id="b", score=0.35),
    ]
    fitting = fitting_articles(found("渡轮", *hits), "渡轮", Language.CHINESE)
    assert [one.article_id for one in fitting] == ["a"]


def test_a_reprint_and_a_like_title_are_one_story():
    first = ranked("渡轮开航。", article_id="a", title="青屿渡轮昨日开航").passage.article
    reprint = ranked("别的字。", article_id="b", title="另题", originals=["a"]).passage.article
    like = ranked("第三种写法。", article_id="c", title="青屿渡轮昨日开航了").passage.article
    other = ranked("大桥通车。", article_id="d", title="大桥").passage.article
    stories = stories_of([first, reprint, like, other])
    assert [story.article.article_id for story in stories] == ["a", "d"]


def test_a_digest_tells_only_where_nothing_else_does():
    own = Article("a", "大桥通车", "", None, "", "通车。", "", "zh")
    digest = Article("b", "一周要闻", "", None, "", "要闻。", "", "zh", kind=Kind.DIGEST)
    assert [story.article.article_id for story in stories_of([digest, own])] == ["a"]
    assert [story.article.article_id for story in stories_of([digest])] == ["b"]


def test_an_overview_of_nothing_in_particular_is_of_the_newest(library):
    draft = overview(found("最近都有哪些报道？"), library, Language.CHINESE)
    assert draft
    assert [cited.title for cited in draft.citations][:2] == ["Pier opens", "大桥通车"]


def test_no_overview_where_no_article_is_about_it(library):
    assert overview(found("极光", ranked("甲", score=0.1)), library, Language.CHINESE) is None


def test_a_course_of_events_takes_the_year_of_a_chronicle():
    text = "2019年2月18日，甲诉乙。5月16日，乙发说明。6月24日，甲诉乙案开庭。"
    hit = near(text, title="甲诉乙案")
    draft = course(found("甲诉乙案", hit), Language.CHINESE)
    assert draft
    assert [one.heading for one in draft.sentences] == ["2019-02-18", "2019-05-16", "2019-06-24"]


def test_of_one_story_more_is_told_than_of_each_of_several(library):
    text = "本市有了新渡轮。截至6月2日，渡轮已载客3.2万人次。家住东岸的林师傅每天都坐。"
    others = ("渡轮票价下调", "渡轮码头扩建", "夜间渡轮停运", "渡轮公司招人")
    told = near(text, title="新渡轮受欢迎")
    beside = [near(f"{title}的消息。", article_id=title, title=title) for title in others]
    alone = overview(found("渡轮", told), library, Language.CHINESE)
    among = overview(found("渡轮", told, *beside), library, Language.CHINESE)
    assert alone
    assert among
    assert [one.text for one in alone.sentences] == [f"{one}。" for one in text.split("。")[:-1]]
    assert len([one for one in among.sentences if "新渡轮受欢迎" in one.heading]) == 2


def test_what_is_far_less_likely_to_be_meant_is_told_in_a_sentence(library):
    text = (
        "新渡轮今天开航，首班载客三百人。票价定为每人12元，学生半价。码头建在老船厂旧址，投资2亿元。"
        "夜间班次到十一点，周末延长一小时。船长温如玉驾船已有二十年。乘客可带自行车，不另收费。"
    )
    other = "集市三月开张，摊位八十个。摊主多是附近农户，卖菜卖花。集市门口有渡轮接驳，半小时一班。"
    told = near(text, article_id="a", title="渡轮开通", day=date(2025, 6, 1))
    aside = replace(
        near(other, article_id="b", title="集市开张", day=date(2025, 6, 9)), lexical=0.7, score=10.0
    )
    draft = overview(found("渡轮", told, aside), library, Language.CHINESE)
    sentences = [one.article_id for one in draft.citations]
    assert sentences.count("a") > 4
    assert sentences.count("b") == 1
    assert sentences[0] == "b"  # newest first all the same


@pytest.mark.parametrize(("lexical", "surely"), [(1.3, True), (0.5, False)])
def test_what_no_article_is_surely_about_is_told_as_likely(library, lexical, surely):
    hit = replace(near("渡轮开航。渡轮票价五元。", title="渡轮"), lexical=lexical)
    subject = found("渡轮与别的许多事", hit)
    for draft in (
        overview(subject, library, Language.CHINESE),
        course(subject, Language.CHINESE),
    ):
        assert draft
        assert draft.certainty is (Certainty.DIRECT if surely else Certainty.LIKELY)
        support = Support.SUPPORTED if surely else Support.PARTIAL
        assert {one.support for one in draft.sentences} == {support}


def test_a_portrait_that_names_its_subject_once_is_told_by_its_days():
    text = "潜水员林岚是岚江人。2007年进入船厂做学徒。2018年转到打捞队任职。2021年当上全队的队长。她喜欢钓鱼。"
    draft = course(found("林岚", near(text, title="水下三十米")), Language.CHINESE)
    assert draft
    headings = [one.heading for one in draft.sentences]
    assert headings == ["水下三十米", "2007", "2018", "2021"]


def test_what_names_no_day_stands_under_the_day_before_it():
    text = "2019年2月，渡轮开工。船厂请来三十名焊工。2021年3月，渡轮下水。2022年5月，渡轮开航。"
    draft = course(found("渡轮", near(text, title="渡轮")), Language.CHINESE)
    assert draft
    headings = [one.heading for one in draft.sentences]
    assert headings[-3:] == ["2019-02", "2021-03", "2022-05"]


def test_of_two_days_a_course_is_told_as_its_article_tells_it():
    text = "2021年3月，渡轮下水。2019年2月，渡轮开工。船厂请来三十名焊工。"
    draft = course(found("渡轮", near(text, title="渡轮")), Language.CHINESE)
    assert draft
    assert {one.heading for one in draft.sentences} == {"渡轮"}
    starts = [one.start for one in draft.citations]
    assert starts == sorted(starts)


def test_what_is_told_later_of_an_earlier_day_stands_before_it():
    text = "2021年3月，渡轮下水。2019年2月，渡轮开工。2022年5月，渡轮开航。"
    draft = course(found("渡轮", near(text, title="渡轮")), Language.CHINESE)
    assert draft
    assert [one.heading for one in draft.sentences] == ["2019-02", "2021-03", "2022-05"]


def test_sentences_on_something_else_are_no_part_of_a_course_of_events():
    text = (
        "2025年6月1日，渡轮开工。7月3日，渡轮下水。8月1日，渡轮开航。"
        "6月2日，山区多地气温超过四十度。8月2日，球队二比一取胜。8月3日，书市开门。8月4日，灯会开始。"
    )
    draft = course(found("渡轮", near(text, title="今日快讯")), Language.CHINESE)
    assert draft
    told = {one.heading for one in draft.sentences}
    assert {"2025-06-01", "2025-07-03", "2025-08-01"} <= told
    assert not {"2025-08-02", "2025-08-03", "2025-08-04"} & told


def test_a_day_on_a_line_of_its_own_is_quoted_with_the_next():
    text = "2021年1月4日\n渡轮开工\n2022年8月15日\n渡轮下水\n2023年9月1日\n渡轮开航"
    draft = course(found("渡轮", near(text, title="渡轮")), Language.CHINESE)
    assert draft
    assert next(one.text for one in draft.sentences) == "2021年1月4日 渡轮开工"


def test_what_stands_under_a_day_is_of_that_day_whatever_it_names():
    text = "2021年1月4日\n渡轮开工，预计2025年下水。\n2022年8月15日\n渡轮在船厂下水，岸上站了三百人。\n2022年9月2日\n渡轮在海上试航，共走了四十海里。\n2023年9月1日"
    draft = course(found("渡轮", near(text, title="渡轮")), Language.CHINESE)
    assert draft
    told = {one.text: one.heading for one in draft.sentences}
    assert told["2021年1月4日 渡轮开工，预计2025年下水。"] == "2021-01-04"
    assert told["2022年8月15日 渡轮在船厂下水，岸上站了三百人。"] == "2022-08-15"
    assert "2023年9月1日" not in told  # a day over nothing


def test_of_a_long_sentence_without_a_day_the_words_about_the_subject_are_quoted():
    text = f"{'船厂说了许多话，' * 40}渡轮终于下水。"
    draft = course(found("渡轮", near(text, title="消息")), Language.CHINESE)
    assert draft
    assert all("渡轮终于下水" in one.text for one in draft.sentences)


@pytest.mark.parametrize("same", ["同年", "这一年的"])
def test_a_day_of_the_year_that_was_told_is_of_it(same):
    text = f"2019年2月，渡轮开工。赶工时{same}4月，渡轮下水。2021年，渡轮改造。去年，渡轮停航。"
    hit = near(text, title="渡轮", day=date(2025, 6, 2))
    draft = course(found("渡轮", hit), Language.CHINESE)
    assert draft
    assert [one.heading for one in draft.sentences] == ["2019-02", "2019-04", "2021"]


def test_of_a_long_sentence_the_words_about_its_day_are_quoted():
    text = "渡轮开工。" + "".join(
        f"{day}月1日，{'渡轮公司说了许多话，' * 40}渡轮下水。" for day in (1, 2, 3)
    )
    hit = near(text, title="渡轮", day=date(2025, 6, 2))
    draft = course(found("渡轮", hit), Language.CHINESE)
    assert draft
    assert [one.heading[-5:-3] for one in draft.sentences] == ["01", "02", "03"]
    assert all("月1日" in one.text and len(one.text) < 240 for one in draft.sentences)


def test_without_days_the_articles_stand_in_the_order_of_their_publication():
    hits = [
        near("渡轮开航。", article_id="b", title="渡轮开航", day=date(2025, 6, 2)),
        near("渡轮下水。", article_id="a", title="渡轮下水", day=date(2025, 6, 1)),
    ]
    draft = course(found("渡轮", *hits), Language.CHINESE)
    assert draft
    assert [cited.article_id for cited in draft.citations] == ["a", "b"]


ROWS = "序号 企业 区\n1 甲厂 东岸区\n2 乙厂 西岸区\n3 丙厂 港口\n4 丁厂 西岸区\n5 戊厂 山区\n6 己厂 北岸"


def test_the_rows_that_a_question_names_are_meant():
    passage = ranked(ROWS, title="入选名单")
    question = "入选名单里，东岸、港口分别是哪家？"
    candidates = score_sentences(question, [passage], FakeReader())
    draft = listed(question, candidates, [passage], Language.CHINESE)
    assert draft
    assert [one.text for one in draft.sentences] == ["1 甲厂 东岸区", "3 丙厂 港口"]


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("西岸区是哪一家？", ["2 乙厂 西岸区", "4 丁厂 西岸区"]),
        ("那港口又有谁？", ["3 丙厂 港口"]),
        ("戊厂在哪个区？", ["5 戊厂 山区"]),
        ("东岸区的乙厂呢？", ["1 甲厂 东岸区", "2 乙厂 西岸区"]),
    ],
)
def test_rows_with_the_cells_that_a_question_names_are_told(question, rows):
    hits = [ranked(ROWS, title="企业名单")]
    candidates = score_sentences(question, hits, FakeReader())
    draft = rows_asked(question, candidates, Language.CHINESE)
    assert draft.listed
    assert [one.text for one in draft.sentences] == rows


def test_no_rows_where_none_has_what_is_named_or_prose_answers():
    hits = [ranked(ROWS, title="企业名单")]
    assert (
        rows_asked("哪天？", score_sentences("哪天？", hits, FakeReader()), Language.CHINESE)
        is None
    )
    prose = [ranked("一、西岸区报名。\n二、领取证件。\n三、入场。", title="须知")]
    read = score_sentences("西岸区报名", prose, FakeReader())
    assert rows_asked("西岸区报名", read, Language.CHINESE) is None
    assert rows_asked("西岸区", (), Language.CHINESE) is None


def test_levels_are_items():
    text = "分级如下：\nS1：慢行\nS2：快行\nS3：飞行"
    (block,) = blocks_of(Article("a", "分级", "", None, "", text, "", "zh"))
    assert len(block.items) == 3


def test_a_table_is_a_block_of_lines():
    text = "名单如下：\n序号 企业\n1 甲厂\n2 乙厂\n3 丙厂\n联系电话另告。"
    (block,) = blocks_of(Article("a", "名单", "", None, "", text, "", "zh"))
    assert block.text_of(block.over) == "序号 企业"
    assert [block.text_of(item) for item in block.items] == ["1 甲厂", "2 乙厂", "3 丙厂"]


def test_two_numbered_lines_are_no_list():
    assert blocks_of(Article("a", "", "", None, "", "1 甲\n2 乙\n完。", "", "zh")) == []


def test_a_day_that_does_not_exist_is_no_event():
    text = "6月31日，渡轮甲。2月30日，渡轮乙。6月1日，渡轮丙。"
    assert course(found("渡轮", near(text, title="渡轮")), Language.CHINESE)


def test_no_course_of_articles_without_text():
    assert course(found("渡轮", near("", title="渡轮")), Language.CHINESE) is None


def test_prose_that_begins_with_figures_is_no_list():
    text = "2024年10月，渡轮下水。\n100多名工人参加。\n3万人观看。"
    assert blocks_of(Article("a", "", "", None, "", text, "", "zh")) == []


@pytest.mark.parametrize(
    "text",
    [
        "措施如下：一、渡轮免票。老人先行。二、码头延时。三、停车减半。",
        "第一场在东岸，由甲社主办。第二场在西岸，由乙社主办。第三场在港口，由丙社主办。",
        "L0：慢行\n只许白天。\nL1：快行\n许过桥。\nL2：飞行",
        "（1）甲厂供电。（2）乙厂供水。（3）丙厂供气。",
    ],
)
def test_sentences_that_count_on_are_a_series(text):
    (series,) = series_of(Article("a", "措施", "", None, "", text, "", "zh"))
    assert len(series.items) == 3


@pytest.mark.parametrize(
    "text",
    [
        "一、甲。二、乙。",
        "2025年1月开航。2月停航。3月再开。",
        "二、甲。三、乙。四、丙。",
        "3人上船。4人下船。",
    ],
)
def test_what_does_not_count_on_from_the_first_is_none(text):
    assert series_of(Article("a", "", "", None, "", text, "", "zh")) == []


def test_of_a_series_all_of_it_is_said():
    passage = ranked("措施如下：一、渡轮免票。二、码头延时。三、停车减半。", title="渡轮便民措施")
    question = "渡轮便民有哪些措施？"
    candidates = score_sentences(question, [passage], FakeReader())
    draft = listed(question, candidates, [passage], Language.CHINESE)
    assert draft
    assert [one.text[:1] for one in draft.sentences] == ["一", "二", "三"]


def test_a_fact_that_is_spread_over_a_series_is_told_by_all_of_it():
    passage = ranked("措施如下：一、渡轮免票。二、码头延时。三、停车减半。", title="渡轮便民措施")
    candidates = score_sentences("渡轮便民怎么办？", [passage], FakeReader())
    equally = [replace(one, probability=1 / len(candidates)) for one in candidates]
    draft = spread(equally, Language.CHINESE)
    assert draft
    assert len(draft.sentences) == 3
    sure = [replace(equally[0], probability=0.9), *equally[1:]]
    assert spread(sure, Language.CHINESE) is None
    assert spread([], Language.CHINESE) is None


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("甲厂、乙厂、丙厂等12家企业签约。", "文中共计 12 家，这里只点出 3 家。"),
        ("甲厂、乙厂、丙厂等三家企业签约。", ""),
        ("甲厂、乙厂等单位签约。", ""),
        ("12 firms, including Jia Works, Yi Works and Bing, signed.", "文中共计 12 firms"),
    ],
)
def test_a_list_that_is_not_whole_says_so(said, told):
    sentence = AnswerSentence(said, (1,), Support.SUPPORTED)
    notice = unfinished(Draft("", (sentence,), ()), Language.CHINESE)
    assert notice.startswith(told) if told else notice == ""


SIGNED = "现将渡轮方案印发。\n岚江市交通局\n岚江市公安局\n岚江市水务局\n岚江市应急局\n2025年6月1日"


def _likely(text: str, *likely: str):
    """The sentences of a text as candidates, some of them likely."""
    candidates = score_sentences("哪些部门", [ranked(text, title="方案")], FakeReader())
    rated = [replace(one, probability=0.3 if one.text in likely else 0.01) for one in candidates]
    return sorted(rated, key=lambda one: -one.probability)


def test_names_between_two_that_answer_are_told_with_them():
    candidates = _likely(SIGNED, "岚江市交通局", "岚江市应急局")
    draft = listed("哪些部门", candidates, [], Language.CHINESE)
    assert draft
    assert [one.text for one in draft.sentences] == SIGNED.split("\n")[1:5]


@pytest.mark.parametrize(
    "likely",
    [["岚江市交通局"], ["现将渡轮方案印发。", "岚江市水务局"], ["岚江市交通局", "岚江市公安局"]],
)
def test_one_name_a_sentence_or_two_neighbours_are_no_list_of_names(likely):
    assert listed("哪些部门", _likely(SIGNED, *likely), [], Language.CHINESE) is None


def test_sentences_that_begin_alike_are_told_together():
    text = "区里将分工。支持东岸区做渡轮。支持西岸区做码头。支持港口做维修。另设专项资金。"
    (best, *_) = [
        one for one in _likely(text, "支持西岸区做码头。") if one.text == "支持西岸区做码头。"
    ]
    draft = listed("各区做什么", [best], [], Language.CHINESE)
    assert draft
    assert [one.text for one in draft.sentences] == [f"{one}。" for one in text.split("。")[1:4]]


@pytest.mark.parametrize(
    "text",
    [
        "支持东岸区。支持西岸区。另设资金。",
        "支持东岸区。另设资金。支持西岸区。支持港口。",
        "支持东岸区。\n支持西岸区。\n支持港口。",
    ],
)
def test_two_or_in_several_paragraphs_are_no_list(text):
    (best, *_) = [one for one in _likely(text, "支持东岸区。") if one.text == "支持东岸区。"]
    assert listed("各区做什么", [best], [], Language.CHINESE) is None


def test_a_summary_is_the_likeliest_sentences_in_their_order():
    first, last = "渡轮将于6月1日开航，全程票价五元。", "渡轮每天早上七点从北岸码头开出。"
    text = f"渡轮公司今天开会。船员十人。{first}船身白色。座位是木的。船上有灯。岸上有灯。{last}"
    article = ranked(text, title="渡轮6月1日从北岸码头开航，票价五元").passage.article
    said = [span.of(text) for span in summary(article)]
    assert (said[-2:], len(said)) == ([first, last], 3)


@pytest.mark.parametrize("text", ["", "渡轮开航。", "渡轮开航。" * 2 + "票价五元。" * 2])
def test_what_is_read_at_a_glance_has_no_summary(text):
    assert summary(ranked(text, title="渡轮").passage.article) == []
