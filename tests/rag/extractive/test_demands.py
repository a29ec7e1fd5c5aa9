"""What a question demands that words tell: its codes, its unit."""

from __future__ import annotations

import pytest

from index.records import Span
from rag.extractive.answer import answering, drafted
from rag.extractive.candidates import readable
from rag.extractive.demands import (
    asked_quantity,
    converted,
    in_another_currency,
    is_of_elsewhere,
    is_of_unnamed_place,
    names_another,
)
from rag.extractive.reader import FoundSpan, PassageReading
from rag.records import Certainty
from tests.conftest import FakeReader
from tests.rag.conftest import ranked


class Pointing:
    """A reader that finds the same words in every passage that has them."""

    def __init__(self, words: str) -> None:
        self._words = words

    def read(self, question, passages, background=""):
        found = []
        for _, text in passages:
            at = text.find(self._words)
            spans = (FoundSpan(Span(at, at + len(self._words)), 9.0),) if at >= 0 else ()
            found.append(PassageReading(9.0 if spans else -9.0, spans))
        return found


def read(question: str, text: str, words: str):
    return answering(question, readable([[ranked(text)]]), Pointing(words))


@pytest.mark.parametrize(
    ("question", "text", "words", "said"),
    [
        ("云杉投资多少万元？", "云杉机械投资15亿元建新厂。", "15亿元", "15亿元即150,000万元。"),
        ("最高可抵扣多少亿元？", "最高可抵扣八十万元。", "八十万元", "八十万元即0.008亿元。"),
        ("大桥全长多少米？", "大桥全长3.2公里。", "3.2公里", "3.2公里即3,200米。"),
        ("产量是多少万台？", "产量为15,200台。", "15,200台", "15,200台即1.52万台。"),
        ("大桥全长多少公里？", "大桥全长3.2公里。", "3.2公里", ""),
        ("云杉投资多少？", "云杉机械投资15亿元。", "15亿元", ""),
        ("大桥全长多少公里？", "大桥全长3.2到4公里。", "3.2到4公里", ""),
        ("航线有多少亿条？", "航线有121条。", "121条", ""),  # too many decimals to be the same
    ],
)
def test_the_figure_is_given_in_the_unit_that_was_asked_for(question, text, words, said):
    found = read(question, text, words)
    assert found.certainty is Certainty.DIRECT
    assert drafted(question, found).notice == said


def test_a_sum_in_another_currency_is_no_answer():
    text = "云杉机械投资15亿元建新厂。"
    found = read("云杉投资多少美元？", text, "15亿元")
    assert found.certainty is Certainty.REFUSAL
    assert in_another_currency("云杉投资多少美元？", found.candidates[0])
    assert read("云杉投资多少元？", text, "15亿元").certainty is Certainty.DIRECT
    both = read("云杉投资多少美元？", "云杉投资15亿元，约合2.1亿美元。", "2.1亿美元")
    assert both.certainty is Certainty.DIRECT


@pytest.mark.parametrize(
    "question", ["DH-X300呢？", "What is the power of the DH-X300?", "H20 有吗"]
)
def test_a_code_that_no_article_has_is_refused(question):
    hit = ranked("大禾机电发布伺服驱动器DH-X200，体积比DH-X100缩小四成。")
    assert names_another(question, hit.passage.article)
    found = answering(question, readable([[hit]]), FakeReader())
    assert found.certainty is Certainty.REFUSAL


@pytest.mark.parametrize(
    "question", ["那DH-X100呢？", "dh-x200的功率", "Q3产量", "5G 有吗", "功率多少"]
)
def test_what_stands_there_or_is_no_code_is_not_missed(question):
    hit = ranked("大禾机电发布伺服驱动器DH-X200，体积比DH-X100缩小四成。")
    assert not names_another(question, hit.passage.article)


@pytest.mark.parametrize(
    ("question", "elsewhere"),
    [
        ("晶岳科技在浙江投资多少？", True),
        ("晶岳科技在临江投资多少？", False),
        ("晶岳科技在江苏或浙江投资多少？", True),
        ("中国企业投资多少？", False),
        ("哪个省投资多少？", False),
        ("How much was invested in 临江 by 晶岳?", False),
    ],
)
def test_a_place_that_no_article_names_is_elsewhere(question, elsewhere):
    hits = [
        ranked("晶岳科技签约落户临江高新区，投资15亿元。"),
        ranked("签约在上海举行。", article_id="b"),
    ]
    assert is_of_elsewhere(question, hits) is elsewhere
    assert not is_of_elsewhere("上海签约多少项目？", hits)


@pytest.mark.parametrize(
    ("question", "unnamed"),
    [
        ("望海市新建了多少公里公路？", True),
        ("望海市、青屿县新建了多少公里公路？", False),
        ("青屿市新建了多少公里公路？", False),  # the article has it without its rank
        ("哪些省新建了公路？", False),
        ("各县市新建了多少公里公路？", False),
        ("上海市新建了多少公里公路？", False),  # a known one: is_of_elsewhere
        ("新建了多少公里公路？", False),
        ("How many kilometres of road were built in 望海市?", False),
    ],
)
def test_a_place_told_by_its_form_that_no_article_names(question, unnamed):
    hits = readable([[ranked("青屿今年新建公路三百公里。")]])
    assert is_of_unnamed_place(question, hits) is unnamed


def test_what_is_said_of_another_place_is_only_near():
    text, words = "青屿今年新建公路三百公里。", "三百公里"
    assert read("青屿县新建了多少公里公路？", text, words).certainty is Certainty.DIRECT
    elsewhere = read("望海市新建了多少公里公路？", text, words).judgement
    assert (elsewhere.certainty, elsewhere.short) == (Certainty.NEAREST, False)


def test_the_article_that_has_the_code_goes_first():
    other = ranked("驱动器DH-X200功率7.5kW。", article_id="other")
    right = ranked("驱动器DH-X300功率9kW。", article_id="right")
    found = answering("DH-X300功率多少", readable([[other], [right]]), FakeReader())
    assert found.candidates[0].passage.article.article_id == "right"


@pytest.mark.parametrize(
    ("words", "short"),
    [
        ("4.1万辆；下半年销量为5.7万辆", None),  # which of the two answers is not sure
        ("4.1万辆；同比增长21%", "4.1万辆；同比增长21%"),
        ("5.7万辆", "5.7万辆"),
    ],
)
def test_words_that_hold_the_figures_of_two_statements_are_not_given_alone(words, short):
    text = (
        "上半年，青屿汽车销量为4.1万辆；下半年销量为5.7万辆，比去年多。"
        if "5.7" in words
        else f"汽车销量为{words}，比去年多。"
    )
    question = "青屿汽车下半年销量是多少？"
    found = read(question, text, words)
    assert found.judgement.short
    given = drafted(question, found).short
    assert (given and given.text) == short


def test_a_question_without_a_unit_asks_for_none():
    assert asked_quantity("投资多少？") is None
    assert asked_quantity("谁投资？") is None
    assert converted("谁投资？", read("谁投资？", "云杉投资15亿元。", "云杉").candidates[0]) is None
