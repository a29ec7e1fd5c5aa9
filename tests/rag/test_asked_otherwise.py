"""Questions that say a thing otherwise than the articles do, asked with the packaged models."""

from __future__ import annotations

import pytest

from index.build import index_raw
from rag.assistant import Assistant
from rag.records import Certainty
from tests.conftest import article

pytestmark = pytest.mark.model

TEXTS = {
    "业绩": "大禾机电10月30日公告，Q3实现营收8.6亿元，同比增长21%；Q2营收为7.9亿元。H1净利润1.3亿元。",
    "订单": "海棠重工3Q25新签订单17亿元，2Q25为15亿元；全年订单目标58亿元。",
    "港口": "临江港公布，今年一季度货物吞吐量2300万吨，增长5%。港口另有两座泊位在建。",
    "低空": "到2027年，全市低空飞行航线达到120条，建设起降点260个。临江首批投入资金3.2亿元，由市产业基金出资。",
    "驱动器": "大禾机电9月18日发布新一代伺服驱动器DH-X200，额定功率7.5千瓦，体积缩小四成。",
    "大会": "11月8日，临江高新技术企业大会在会展中心举行，三百二十八家企业参加。会上，市长李长青为十二家企业授牌。"
    "会议发布了用水方案，提出到2027年工业用水重复利用率达到百分之九十四。大会还发放了首批改造资金二亿元。",
    "bridge": "The harbour bridge carried 4.1 million vehicles in the third quarter. In the first half of the "
    "year tolls brought in 96 million yuan.",
}


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("otherwise") / "library"
    index_raw([article(name, text) for name, text in TEXTS.items()], folder)
    with Assistant.open(folder) as assistant:
        yield assistant.ask


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("大禾机电三季度营收多少？", "8.6亿元"),
        ("大禾机电第二季度营收是多少？", "7.9亿元"),
        ("大禾机电上半年净利润是多少", "1.3亿元"),
        ("海棠重工三季度新签订单多少？", "17亿元"),
        ("临江港Q1吞吐量是多少？", "2300万吨"),
        ("harbour bridge tolls in H1?", "96 million yuan"),
        ("临江市首批投入低空经济多少资金？", "3.2亿元"),
        ("首批改造资金是多少", "二亿元"),
        ("DH-X200的功率是多少？", "7.5千瓦"),
    ],
)
def test_it_is_answered(asked, question, said):
    answer = asked(question)
    assert answer.certainty in (Certainty.DIRECT, Certainty.LIKELY)
    assert said in f"{answer.answer}{answer.notice}"


def test_a_figure_is_told_in_the_unit_that_was_asked_for(asked):
    answer = asked("临江首批投入低空经济多少万元？")
    assert "3.2亿元" in answer.answer
    assert "32,000万元" in answer.notice


@pytest.mark.parametrize(
    "question", ["DH-X300的功率是多少？", "首批投入资金是多少美元？", "临江机场三季度营收多少？"]
)
def test_what_the_articles_do_not_tell_is_not_made_of_it(asked, question):
    assert asked(question).certainty in (Certainty.REFUSAL, Certainty.NEAREST)
