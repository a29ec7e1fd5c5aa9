"""What type of answer a question asks for, and which texts hold such a thing."""

from __future__ import annotations

import pytest

from rag.question.answer_type import AnswerType, asks_for_course, expected_answer


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("大桥什么时候通车？", AnswerType.DATE),
        ("最晚哪天报名？", AnswerType.DATE),
        ("When does the ferry stop?", AnswerType.DATE),
        ("Which year did it open?", AnswerType.DATE),
        ("新工厂有多少台机器人？", AnswerType.NUMBER),
        ("商会有哪几家单位？", AnswerType.ORGANISATION),
        ("学校有几个班？", AnswerType.NUMBER),
        ("How many robots are there?", AnswerType.NUMBER),
        ("国产零件占比多少？", AnswerType.SHARE),
        ("产量增长了多少？", AnswerType.SHARE),
        ("What share of parts is local?", AnswerType.SHARE),
        ("大桥花了多少亿元？", AnswerType.MONEY),
        ("票价的价格是？", AnswerType.MONEY),
        ("How much did the bridge cost?", AnswerType.MONEY),
        ("校长是谁？", AnswerType.PERSON),
        ("哪位教练带队？", AnswerType.PERSON),
        ("Who is the headmaster?", AnswerType.PERSON),
        ("夜船从哪里出发？", AnswerType.PLACE),
        ("展会在哪个城市办？", AnswerType.PLACE),
        ("Where is the pier?", AnswerType.PLACE),
        ("哪家公司承建？", AnswerType.ORGANISATION),
        ("Which company built it?", AnswerType.ORGANISATION),
        ("为什么推迟通车？", AnswerType.REASON),
        ("Why was it late?", AnswerType.REASON),
        ("有哪些新线路？", AnswerType.LIST),
        ("三条线分别通往何方向？", AnswerType.LIST),
        ("介绍一下大桥", AnswerType.OTHER),
    ],
)
def test_the_type_asked_for(question, kind):
    assert expected_answer(question).type is kind


@pytest.mark.parametrize(
    ("question", "holding", "lacking"),
    [
        ("大桥什么时候通车？", "6月28日通车", "已经通车"),
        ("大桥哪天通车？", "下周五通车", "已经通车"),
        ("When does the ferry stop?", "until 31 August", "until further notice"),
        ("国产零件占比多少？", "占42.7%", "占了很多"),
        ("大桥花了多少亿元？", "花了18.6亿元", "花了很久"),
    ],
)
def test_a_text_holds_such_a_thing_or_not(question, holding, lacking):
    expected = expected_answer(question)
    assert expected.holds.search(holding)
    assert not expected.holds.search(lacking)


@pytest.mark.parametrize(
    ("question", "holding", "lacking"),
    [
        ("有多少台机器人？", "120台", "120家"),
        ("有多少名员工？", "300多人", "300多家"),
        ("学校有几个班？", "十二个班", "十二年"),
        ("总投资多少亿元？", "约18.6亿元", "18.6公里"),
        ("How many robots are there?", "120 robots", "120"),
    ],
)
def test_the_unit_asked_for_is_told_from_others(question, holding, lacking):
    exactly = expected_answer(question).exactly
    assert exactly.search(holding)
    assert not exactly.search(lacking)


def test_what_is_no_unit_asks_for_no_unit():
    assert expected_answer("有多少补贴？").exactly is None
    assert expected_answer("校长是谁？").exactly is None


@pytest.mark.parametrize(
    "question",
    [
        "三场活动的先后顺序是怎样的？",
        "参展人数有了什么变化？",
        "补贴政策如何演变？",
        "票价是怎么变的？",
        "把通车的来龙去脉讲一下",
        "In which order did the bridges open?",
        "How has the fare changed?",
        "Give me a timeline of the works.",
    ],
)
def test_an_order_or_a_change_is_asked_for(question):
    assert asks_for_course(question)


@pytest.mark.parametrize(
    "question",
    [
        "气候变化论坛在哪里开？",
        "园区如何发展产业？",
        "厨余如何变废为宝？",
        "先进工厂有几家？",
        "How much change is there?",
    ],
)
def test_what_asks_for_neither(question):
    assert not asks_for_course(question)


def test_a_change_of_a_number_asks_for_numbers():
    assert expected_answer("参展人数有什么变化？").type is AnswerType.NUMBER
    assert expected_answer("园区有哪些变化？").type is not AnswerType.NUMBER
