"""What a question asks for, and which texts hold such a thing."""

from __future__ import annotations

import pytest

from rag.question.answer_type import Asked, asks_for_course, wanted


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("大桥什么时候通车？", Asked.DATE),
        ("最晚哪天报名？", Asked.DATE),
        ("When does the ferry stop?", Asked.DATE),
        ("Which year did it open?", Asked.DATE),
        ("新工厂有多少台机器人？", Asked.NUMBER),
        ("商会有哪几家单位？", Asked.ORGANISATION),
        ("学校有几个班？", Asked.NUMBER),
        ("How many robots are there?", Asked.NUMBER),
        ("国产零件占比多少？", Asked.SHARE),
        ("产量增长了多少？", Asked.SHARE),
        ("What share of parts is local?", Asked.SHARE),
        ("大桥花了多少亿元？", Asked.MONEY),
        ("票价的价格是？", Asked.MONEY),
        ("How much did the bridge cost?", Asked.MONEY),
        ("校长是谁？", Asked.PERSON),
        ("哪位教练带队？", Asked.PERSON),
        ("Who is the headmaster?", Asked.PERSON),
        ("夜船从哪里出发？", Asked.PLACE),
        ("展会在哪个城市办？", Asked.PLACE),
        ("Where is the pier?", Asked.PLACE),
        ("哪家公司承建？", Asked.ORGANISATION),
        ("Which company built it?", Asked.ORGANISATION),
        ("为什么推迟通车？", Asked.REASON),
        ("Why was it late?", Asked.REASON),
        ("有哪些新线路？", Asked.LIST),
        ("三条线分别通往何方向？", Asked.LIST),
        ("这艘船叫什么？", Asked.NAME),
        ("What is the ship called?", Asked.NAME),
        ("介绍一下大桥", Asked.OTHER),
    ],
)
def test_the_kind_asked_for(question, asked):
    assert wanted(question).asked is asked


@pytest.mark.parametrize(
    ("question", "holding", "lacking"),
    [
        ("大桥什么时候通车？", "6月28日通车", "已经通车"),
        ("大桥哪天通车？", "下周五通车", "已经通车"),
        ("When does the ferry stop?", "until 31 August", "until further notice"),
        ("国产零件占比多少？", "占42.7%", "占了很多"),
        ("大桥花了多少亿元？", "花了18.6亿元", "花了很久"),
        ("校长是谁？", "校长温如玉，", "学校很大"),
        ("夜船从哪里出发？", "位于东岸", "开得很快"),
        ("哪家公司承建？", "云杉公司承建", "正在承建"),
        ("为什么推迟通车？", "由于大雾", "推迟了三天"),
        ("有哪些新线路？", "甲线、乙线、丙线", "新的线路"),
        ("这艘船叫什么？", "名为“青屿”", "很大的船"),
    ],
)
def test_a_text_holds_such_a_thing_or_not(question, holding, lacking):
    asked = wanted(question)
    assert asked.holds.search(holding)
    assert not asked.holds.search(lacking)


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
    exactly = wanted(question).exactly
    assert exactly.search(holding)
    assert not exactly.search(lacking)


def test_what_is_no_unit_asks_for_no_unit():
    assert wanted("有多少补贴？").exactly is None
    assert wanted("校长是谁？").exactly is None


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
    assert wanted("参展人数有什么变化？").asked is Asked.NUMBER
    assert wanted("园区有哪些变化？").asked is not Asked.NUMBER
