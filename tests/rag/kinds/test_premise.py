"""What a question takes for granted and the articles tell otherwise."""

from __future__ import annotations

import pytest

from index.text.language import Language
from rag.extractive.candidates import score_sentences
from rag.kinds.premise import (
    Contradicted,
    contradicted,
    corrected,
    correcting,
    reversed_deed,
    unnamed_person,
)
from rag.question.premise import claims_of
from tests.conftest import FakeReader
from tests.rag.conftest import ranked

TEXT = "首批12家企业入选名单。评审由专家进行。"


def wrong(question: str, text: str = TEXT):
    return contradicted(question, score_sentences(question, [ranked(text)], FakeReader()))


def test_another_figure_of_the_same_unit_is_named():
    found = wrong("首批入选名单的15家企业怎么评出来的？")
    assert found
    assert (found.asked, found.told) == ("15家", "12家")
    assert "“15家”" in corrected(found, Language.CHINESE)
    assert "“12家”" in corrected(found, Language.ENGLISH)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("首批入选名单的12家企业怎么评出来的？", TEXT),
        ("首批入选名单的15家企业怎么评出来的？", TEXT + "第二批有15家企业。"),
        ("首批入选名单的15台设备怎么评出来的？", TEXT),
        ("海棠小学的15家食堂在哪里？", TEXT),
        ("首批企业入选名单怎么评的？", TEXT),
    ],
)
def test_what_the_article_does_not_contradict(question, text):
    assert wrong(question, text) is None


def reverse(question: str, *texts: str) -> Contradicted | None:
    return reversed_deed(
        question, [(ranked(text, article_id=str(at)),) for at, text in enumerate(texts)]
    )


def unnamed(question: str, text: str) -> Contradicted | None:
    hit = ranked(text)
    return unnamed_person(question, score_sentences(question, [hit], FakeReader()), [(hit,)])


@pytest.mark.parametrize(
    ("question", "text", "asked", "told"),
    [
        ("为什么东岸大桥推迟通车？", "东岸大桥6月1日提前通车。", "推迟", "提前"),
        ("东岸大桥的票价怎么突然上涨了？", "东岸大桥票价下跌三成。", "上涨", "下跌"),
        ("海棠展会为什么取消了？", "海棠展会6月如期举行，展会三天。", "取消", "如期"),
        ("听说海棠展会今年停办了？", "海棠展会6月6日开幕。", "停办", "开幕"),
        ("水库水位怎么创了新高？", "水库水位降到历史最低。", "创了新高", "历史最低"),
        ("听说海棠小学的食堂要收费了，多少钱？", "海棠小学食堂今年不收费。", "不收费", ""),
        (
            "Why was the pier opening delayed?",
            "The pier opened early, an opening.",
            "delayed",
            "early",
        ),
    ],
)
def test_a_deed_that_the_article_tells_the_other_way_round(question, text, asked, told):
    found = reverse(question, text)
    assert found
    assert (found.asked, found.told) == (asked, told)


@pytest.mark.parametrize(
    ("question", "texts"),
    [
        ("为什么东岸大桥推迟通车？", ["东岸大桥推迟通车，因为台风。"]),
        ("为什么东岸大桥推迟通车？", ["东岸大桥提前通车。", "东岸大桥又说要推迟通车。"]),
        ("为什么东岸大桥推迟通车？", ["海棠小学提前放假。"]),
        ("东岸大桥什么时候推迟通车的？", ["东岸大桥6月1日提前通车。"]),
        ("东岸大桥的票价怎么上涨了？", ["东岸大桥客流下降，票价不变。"]),
        ("为什么海棠小学食堂收费？", ["海棠小学食堂平日收费。海棠小学食堂周末不收费。"]),
        ("怎么报名海棠展会？", ["海棠展会取消报名。"]),
    ],
)
def test_what_is_not_sure_is_not_corrected(question, texts):
    assert reverse(question, *texts) is None


def test_a_person_whom_no_article_names():
    question = "校长罗砚秋在海棠小学开学礼上致辞说了什么？"
    text = "海棠小学开学礼上，校长温如玉致辞说，读书最乐。"
    found = unnamed(question, text)
    assert found
    assert found.asked == "罗砚秋"
    named = text + "校长罗砚秋也到场。"
    assert unnamed(question, named) is None


def test_the_correction_stands_before_the_sentence_that_it_rests_on():
    found = reverse("为什么东岸大桥推迟通车？", "东岸大桥6月1日提前通车。")
    assert found
    draft = correcting(found, Language.CHINESE)
    assert draft.text.startswith(
        "问题里说的是“推迟”，文章写的是“提前”：东岸大桥6月1日提前通车。 [1]"
    )
    assert draft.citations[0].quote == "东岸大桥6月1日提前通车。"
    unsaid = corrected(Contradicted("不收费", "", found.article, found.span), Language.ENGLISH)
    assert "do not say so" in unsaid


@pytest.mark.parametrize(
    ("question", "claims"),
    [
        ("东岸大桥推迟通车的原因是什么？", ["东岸大桥推迟通车"]),
        ("大桥推迟通车了，新的日期是哪天？", ["大桥推迟通车了"]),
        ("Why did the fares rise?", ["the fares rise?"]),
        ("怎么去东岸大桥？", []),
        ("大桥多长？", []),
    ],
)
def test_what_is_taken_for_granted(question, claims):
    assert [one.rstrip("?？") for one in claims_of(question)] == [c.rstrip("?？") for c in claims]


def test_what_the_title_tells_the_other_way_round():
    hit = ranked("东岸大桥通车，比原计划早，提前了一个月。", title="东岸大桥提前通车")
    found = reversed_deed("为什么东岸大桥推迟通车？", [(hit,)])
    assert found
    assert (found.told, found.titled) == ("提前", True)
