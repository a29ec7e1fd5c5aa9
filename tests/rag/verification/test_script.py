"""A sentence in Simplified characters held against an article in Traditional ones, and the reverse."""

from __future__ import annotations

import pytest

from index.records import Article, Passage, Span
from rag.records import Support
from tests.rag.verification.helpers import verify_sentence

PAIRS = [
    ("工厂去年生产钢材三吨。", "工廠去年生產鋼材三噸。"),
    ("工厂去年生产钢材3000公斤。", "工廠去年生產鋼材三噸。"),
    ("农场占地十二公顷。", "農場佔地十二公頃。"),
    ("茶园有20亩。", "茶園有二十畝。"),
    ("大桥总投资3.5亿元。", "大橋總投資3.5億元。"),
    ("园区有一万二千名工人。", "園區有一萬二千名工人。"),
    ("展会展出130余款机器人。", "展會展出130餘款機器人。"),
    ("平台接入两个系统。", "平臺接入兩個系統。"),
    ("船队开通四条航线。", "船隊開通四條航線。"),
    ("校长温如玉介绍，学校新开木工课。", "校長溫如玉介紹，學校新開木工課。"),
    ("云杉机械公司在苏州投产。", "雲杉機械公司在蘇州投產。"),
    ("市场份额升至百分之四十二点七。", "市場份額升至42.7％。"),
]
WRONG = [
    ("工厂去年生产钢材四吨。", "工廠去年生產鋼材三噸。"),
    ("农场占地十三公顷。", "農場佔地十二公頃。"),
    ("大桥总投资3.5万元。", "大橋總投資3.5億元。"),
    ("展会展出150余款机器人。", "展會展出130餘款機器人。"),
    ("校长陈放介绍，学校新开木工课。", "校長溫如玉介紹，學校新開木工課。"),
]


def label(sentence: str, evidence: str) -> Support:
    article = Article("a", "", "", None, "试验号", evidence, "", "zh")
    passage = Passage(1, article, Span(0, len(evidence)), "zh")
    return verify_sentence(sentence, [1], [passage]).support


@pytest.mark.parametrize(("simplified", "traditional"), PAIRS)
def test_the_script_makes_no_difference(simplified, traditional):
    assert label(simplified, traditional) is Support.SUPPORTED
    assert label(traditional, simplified) is Support.SUPPORTED


@pytest.mark.parametrize(("simplified", "traditional"), WRONG)
def test_what_is_wrong_in_one_script_is_wrong_in_the_other(simplified, traditional):
    assert label(simplified, traditional) is not Support.SUPPORTED
