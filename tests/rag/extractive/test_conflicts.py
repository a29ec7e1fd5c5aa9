"""Articles that give different figures for the same thing are set beside each other."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from index.build import index_raw
from index.records import Span
from rag.assistant import Assistant
from rag.events import Verified
from rag.extractive.answer import Answering, drafted
from rag.extractive.candidates import readable, score_sentences
from rag.extractive.certainty import Judgement
from rag.extractive.conflicts import Said, cited_first, disagreement, with_both
from rag.generation.chat_model import ChatModel
from rag.records import Certainty
from tests.conftest import FakeReader, ScriptedChat, article
from tests.rag.conftest import ranked


def found(question, *hits):
    read = readable([[hit] for hit in hits])
    apart = disagreement(question, score_sentences(question, read, FakeReader()))
    return apart and (apart.other, apart.said)


def two(first, second):
    return (
        ranked(first, article_id="first", day=date(2025, 6, 1)),
        ranked(second, article_id="second", day=date(2025, 6, 3)),
    )


@pytest.mark.parametrize(
    ("question", "first", "second", "figures"),
    [
        ("展会首发多少款新品？", "展会首发新品132款。", "展会首发新品135款。", {"132款", "135款"}),
        (
            "东岸大桥哪天通车？",
            "东岸大桥6月28日通车。",
            "东岸大桥6月30日通车。",
            {"6月28日", "6月30日"},
        ),
        ("大桥投资占比是多少？", "大桥投资占比42%。", "大桥投资占比45%。", {"42%", "45%"}),
    ],
)
def test_two_figures_are_set_beside_each_other(question, first, second, figures):
    other, said = found(question, *two(first, second))
    assert {one.figure for one in said} == figures
    assert [one.published for one in said] != [None, None]
    assert other.text in (first, second)


@pytest.mark.parametrize(
    ("question", "first", "second"),
    [
        ("展会首发多少款新品？", "展会首发新品132款。", "展会首发新品约132款。"),
        ("青屿基金规模多大？", "青屿基金规模20亿。", "青屿基金规模两级。"),
        ("展会首发多少款新品？", "展会首发新品1,320款。", "展会首发新品1320款。"),
        ("展会首发多少款新品？", "展会首发新品132款。", "大会发布报告135款。"),
        ("东岸大桥哪天通车？", "东岸大桥2025年6月28日通车。", "东岸大桥6月28日通车。"),
        ("东岸大桥哪天通车？", "东岸大桥6月28日通车。", "东岸大桥2025年通车。"),
        ("东岸大桥是谁设计的？", "东岸大桥由温工设计。", "东岸大桥由林工设计。"),
    ],
)
def test_what_does_not_disagree(question, first, second):
    assert found(question, *two(first, second)) is None


def candidate(text, words, aid="a", day=date(2025, 6, 10)):
    (only,) = score_sentences("几？", [ranked(text, article_id=aid, day=day)], FakeReader())
    start = text.index(words)
    return replace(
        only, words=Span(start, start + len(words)), features=replace(only.features, own=1.0)
    )


@pytest.mark.parametrize(
    ("first", "words", "second", "others", "differ"),
    [
        ("大桥2025年6月28日通车。", "2025年6月28日", "大桥6月28日通车。", "6月28日", False),
        ("大桥今年6月28日通车。", "今年6月28日", "大桥2025年6月28日通车。", "2025年6月28日", False),
        ("大桥6月28日通车。", "6月28日", "大桥2025年6月30日通车。", "2025年6月30日", True),
        ("首发132款。", "132款", "首发超过130款。", "超过130款", False),
        ("首发约130款。", "约130款", "首发132款。", "132款", False),
        ("首发132款。", "132款", "首发145款。", "145款", True),
        ("全长3.2公里。", "3.2公里", "全长3200米。", "3200米", False),
        ("全长3.2公里。", "3.2公里", "全长4200米。", "4200米", True),
        ("全长3.2公里。", "3.2公里", "投资3200元。", "3200元", False),
        ("原定6月20日，后改为6月28日。", "6月20日", "大桥6月28日通车。", "6月28日", False),
    ],
)
def test_when_two_figures_differ_whichever_comes_first(first, words, second, others, differ):
    one, other = candidate(first, words), candidate(second, others, "b")
    assert (disagreement("几？", [one, other]) is not None) is differ
    assert (disagreement("几？", [other, one]) is not None) is differ


def test_one_article_does_not_disagree_with_itself():
    assert found("首发多少款新品？", ranked("首发新品132款。首发新品135款。")) is None


def test_the_answer_has_both_with_their_days(tmp_path, encoder):
    articles = [
        article("a", "灯会首发新灯132款，游人很多。", title="灯会开幕", time="2025/6/1"),
        article("b", "灯会首发新灯135款，明日闭幕。", title="灯会将闭幕", time="2025/6/3"),
    ]
    index_raw(articles, tmp_path / "library", encoder=encoder)
    with Assistant.open(tmp_path / "library", encoder=encoder) as assistant:
        answer = assistant.ask("灯会首发了多少款新灯？")
        assert {cited.article_id for cited in answer.citations} == {"a", "b"}
        assert "132款" in answer.answer
        assert "135款" in answer.answer
        assert answer.notice.startswith("各篇文章说法不一：")
        assert answer.notices[0].warns
        assert "“135款”（2025-06-03）" in answer.notice
        assert answer.as_of == "2025-06-03"


def test_the_day_of_another_event_is_no_conflict():
    opened = ranked("6月1日，东岸大桥通车。", article_id="a", day=date(2025, 6, 3))
    topped = ranked(
        "3月9日，主塔封顶。",
        article_id="b",
        title="东岸大桥主塔封顶，预计6月底通车",
        day=date(2025, 3, 10),
    )
    read = readable([[opened], [topped]])
    question = "东岸大桥哪天通车？"
    assert disagreement(question, score_sentences(question, read, Doubting())) is None


class Doubting(FakeReader):
    """Is never sure."""

    def read(self, question, passages, background=""):
        return [
            replace(
                one,
                answers=min(one.answers, 0.0),
                spans=tuple(replace(span, score=min(span.score, 0.0)) for span in one.spans),
            )
            for one in super().read(question, passages)
        ]


def test_where_the_reader_is_sure_the_title_may_say_what_it_is_of():
    one = ranked("东岸大桥全长3.2公里。", article_id="a", title="东岸大桥")
    other = ranked("全长3.6公里，双向六车道。", article_id="b", title="东岸大桥合龙")
    _, said = found("东岸大桥全长多少公里？", one, other)
    assert {each.figure for each in said} == {"3.2公里", "3.6公里"}


def test_a_figure_of_another_thing_in_the_same_article_is_no_conflict():
    one = ranked("茶叶节有61家茶企参加。", article_id="a")
    other = ranked("茶叶节有61家茶企参加。外地茶企12家。", article_id="b")
    assert found("茶叶节有多少家茶企参加？", one, other) is None


def test_a_copy_with_another_figure_disagrees_though_it_is_not_read():
    one = ranked("灯会首发新灯132款，游人很多。", article_id="a", day=date(2025, 6, 1))
    copy = ranked(
        "转载：灯会首发新灯135款，游人很多。", article_id="b", day=date(2025, 6, 3), originals=["a"]
    )
    shorter = ranked("灯会首发新灯132款。", article_id="c", originals=["a"])
    question = "灯会首发多少款新灯？"
    candidates = score_sentences(question, readable([[one], [copy]]), FakeReader())
    apart = disagreement(question, candidates, [[one], [shorter], [copy]])
    assert apart.other.passage.article.article_id == "b"
    assert [each.figure for each in apart.said] == ["132款", "135款"]
    assert disagreement(question, candidates, [[one], [shorter]]) is None


@pytest.mark.parametrize(
    ("second", "differs"),
    [
        ("东岸船厂把48条渡轮卖给了Nordsee公司，全长都是36米。", True),
        ("东岸船厂把62条渡轮卖给了Nordsee公司，全长都是36米。", False),
        ("东岸船厂的工人种了48条街的树，当天也有渡轮下水。", False),
    ],
)
def test_what_is_told_in_other_words_with_another_figure_disagrees_though_it_is_not_read(
    second, differs
):
    first = "东岸船厂卖给Nordsee公司62条渡轮，每条全长36米。"
    one, other = two(first, second)
    (best, *_) = score_sentences("东岸船厂卖了多少条渡轮？", [one], FakeReader())
    start = first.index("62条")
    best = replace(best, words=Span(start, start + 3).moved(best.span.start))
    apart = disagreement("东岸船厂卖了多少条渡轮？", [best], [(one,), (other,)])
    assert (apart is not None) is differs
    if apart:
        assert [said.figure for said in apart.said] == ["62条", "48条"]


def test_both_figures_stand_in_an_answer_that_took_one(tmp_path, encoder):
    articles = [
        article("a", "灯会首发新灯132款，游人很多。", title="灯会开幕", time="2025/6/1"),
        article("b", "灯会首发新灯135款，明日闭幕。", title="灯会将闭幕", time="2025/6/3"),
    ]
    index_raw(articles, tmp_path / "library", encoder=encoder)
    question = "灯会首发了多少款新灯？"
    for took in ("灯会首发新灯132款，游人很多。[1]", "灯会首发新灯135款，明日闭幕。[1]"):
        chat = ChatModel("m", ScriptedChat(replies=[took]))
        with Assistant.open(tmp_path / "library", encoder=encoder, chat_model=chat) as assistant:
            events = list(assistant.stream(question))
            answer = events[-1].answer
            assert "132款" in answer.answer
            assert "135款" in answer.answer
            assert {cited.article_id for cited in answer.citations} == {"a", "b"}
            assert [cited.marker for cited in answer.citations] == [1, 2]
            assert answer.notice.startswith("各篇文章说法不一：")
            told = [each.sentence for each in events if isinstance(each, Verified)]
            assert told == list(answer.sentences)
            alone = assistant.ask(question, most_sources=1)
            assert len(alone.citations) == 1


@pytest.mark.parametrize(
    ("first", "words", "second", "figures"),
    [
        # the reader's words leave out a part of the figure, or hold more than it
        ("外销占27%。", "27", "外销占37%。", ("27%", "37%")),
        ("新塔，86米高的主楼封顶。", "86米高的", "68米高的主楼封顶。", ("86米高的", "68米")),
        # a rank
        ("南区增速升到第二。", "第二", "分区看，南区增速升到第一；北区居后。", ("第二", "第一")),
        # the two ends of a time
        (
            "5月3日22:00至5月4日6:00停水。",
            "5月3日22:00至5月4日6:00",
            "5月2日22:00至5月3日6:00停水。",
            ("5月3日22:00至5月4日6:00", "5月2日22:00至5月3日6:00"),
        ),
        ("展馆9:30开门。", "9:30", "展馆8:30开门。", ("9:30", "8:30")),
        ("纱厂2009年停产。", "2009年", "纱厂2008年停产。", ("2009年", "2008年")),
        # clauses were left out
        ("当天，雨停后，转移居民31人，无伤亡。", "31人", "转移居民41人。", ("31人", "41人")),
        # the reader's words hold the figure beside, or both
        ("费用由31元涨到46元。", "31元", "费用由31元涨到64元。", ("46元", "64元")),
        ("去年，水位从3米升至7米。", "3米升至7米", "水位从2米升至7米。", ("3米", "2米")),
        ("The prize was 500 yuan.", "500", "The prize was 800 yuan.", ("500 yuan", "800 yuan")),
    ],
)
def test_the_same_words_with_another_figure(first, words, second, figures):
    one, other = candidate(first, words), ranked(second, article_id="b", day=date(2025, 6, 12))
    apart = disagreement("几？", [one], [[other]])
    assert apart.said == (Said(figures[0], date(2025, 6, 10)), Said(figures[1], date(2025, 6, 12)))


@pytest.mark.parametrize(
    ("question", "title", "text", "day"),
    [
        # of a year later, of another period, of another estate, of another issue of a series
        ("梧村小区改造花了多少钱？", "梧村小区", "改造花了52万元。", date(2026, 6, 12)),
        (
            "梧村小区改造花了多少钱？",
            "梧村小区1—4月改造账目",
            "改造花了52万元。",
            date(2025, 6, 12),
        ),
        ("梧村小区改造花了多少钱？", "柳河小区", "改造花了52万元。", date(2025, 6, 12)),
        ("第五期梧村小区改造花了多少钱？", "第六期梧村小区", "改造花了52万元。", date(2025, 6, 12)),
    ],
)
def test_the_same_words_of_another_matter(question, title, text, day):
    heading = "第五期梧村小区一季度改造账目"
    mine = ranked("改造花了58万元。", article_id="a", title=heading, day=date(2025, 6, 10))
    (one,) = score_sentences(question, [mine], FakeReader())
    one = replace(one, words=Span(4, 8))
    other = ranked(text, article_id="b", title=title, day=day)
    same = ranked("改造花了52万元。", article_id="c", title=heading, day=date(2025, 6, 12))
    assert disagreement(question, [one], [[other]]) is None
    assert disagreement(question, [one], [[same]]) is not None


def test_a_copy_disagrees_with_an_answer_that_is_not_sure():
    first, second = "名单公示7天。", "材料5月9日前交。"
    text = first + second
    one = ranked(text, article_id="a")
    likeliest = candidate(first, "7天")
    article_of_both = one.passage.article
    words = Span(text.index("5月9日"), text.index("5月9日") + 4)
    next_one = replace(
        likeliest,
        passage=replace(one.passage, article=article_of_both),
        span=Span(len(first), len(text)),
        words=words,
    )
    copy = ranked("名单公示7天。材料5月19日前交。", article_id="b", originals=["a"])
    apart = disagreement("几？", [likeliest, next_one], [[one], [copy]], sure=False)
    assert [each.figure for each in apart.said] == ["5月9日", "5月19日"]
    read = Answering(Judgement(Certainty.NEAREST), (likeliest, next_one))
    draft = drafted("几？", read, (apart.one, apart.other))
    assert [c.quote for c in draft.citations] == [first, second, "材料5月19日前交。"]
    assert disagreement("几？", [likeliest, next_one], [[one], [copy]]) is None


def test_a_heading_is_not_near_to_a_question_while_there_are_sentences():
    heading, sentence = candidate("四、组织实施", "实施"), candidate("材料寄到岚江。", "岚江", "b")
    near = Judgement(Certainty.NEAREST)
    draft = drafted("寄到哪？", Answering(near, (heading, sentence)))
    assert [c.quote for c in draft.citations] == ["材料寄到岚江。"]
    alone = drafted("寄到哪？", Answering(near, (heading,)))
    assert [c.quote for c in alone.citations] == ["四、组织实施"]
    likely = drafted("寄到哪？", Answering(Judgement(Certainty.LIKELY), (heading, sentence)))
    assert likely.citations[0].quote == "四、组织实施"


def test_what_a_model_rests_on_is_compared_though_another_sentence_is_likelier():
    first, second = candidate("游人31人。", "31人"), candidate("入园券卖出58张。", "58张", "b")
    copy = ranked("入园券卖出85张。", article_id="c", originals=["b"], day=date(2025, 6, 12))
    written = drafted("几？", Answering(Judgement(Certainty.DIRECT), (second,)))
    candidates = cited_first(written, [first, second])
    apart = disagreement("几？", candidates, [[copy]])
    whole, added = with_both(written, apart)
    assert [c.quote for c in whole.citations] == ["入园券卖出58张。", "入园券卖出85张。"]
    assert [c.marker for c in added.citations] == [2]
