"""Abbreviations of parts of a year."""

from __future__ import annotations

import pytest

from rag.question.abbreviations import as_written, spelled_out


@pytest.mark.parametrize(
    ("question", "spelled"),
    [
        ("Q3机器人产量是多少", "Q3（第三季度）机器人产量是多少"),
        ("2025年Q2产量", "2025年Q2（第二季度）产量"),
        ("2025Q2产量", "2025Q2（第二季度）产量"),
        ("今年h1营收", "今年h1（上半年）营收"),
        ("2H投产吗", "2H（下半年）投产吗"),
        ("3Q25订单", "2025Q3（第三季度）订单"),
        ("25H1订单", "2025H1（上半年）订单"),
        ("DH-Q3功率", "DH-Q3功率"),
        ("Q30和IQ3", "Q30和IQ3"),
        ("三季度产量", "三季度产量"),
    ],
)
def test_they_are_spelled_out(question, spelled):
    assert spelled_out(question) == spelled


@pytest.mark.parametrize(
    ("question", "text", "asked"),
    [
        ("Q3产量是多少？", "第三季度产量1.52万台", "第三季度产量是多少？"),
        ("Q3产量是多少？", "三季度产量1.52万台", "三季度产量是多少？"),
        ("Q3产量是多少？", "Q3产量1.52万台", "Q3产量是多少？"),
        ("Q3产量是多少？", "产量1.52万台", "第三季度产量是多少？"),
        ("Q3产量是多少？", "前三季度产量1.52万台", "第三季度产量是多少？"),
        ("2025Q1吞吐量", "今年一季度吞吐量", "2025年一季度吞吐量"),
        ("3Q25订单", "三季度订单", "2025年三季度订单"),
        ("三季度产量是多少？", "公司Q3产量1.52万台", "Q3产量是多少？"),
        ("第三季營收多少？", "Q3实现营收8亿元", "Q3營收多少？"),
        ("去年上半年净利润", "2024H1净利润1.3亿元", "去年H1净利润"),
        ("上半年回款多少？", "1H25回款20亿元", "1H回款多少？"),
        ("二季度和三季度呢？", "2Q为15亿元，3Q为17亿元", "2Q和3Q呢？"),
        ("三季度产量是多少？", "Q2产量1.3万台", "三季度产量是多少？"),
        ("前三季度产量是多少？", "Q3产量1.3万台", "前三季度产量是多少？"),
        ("第三季节目谁主持？", "Q3产量1.3万台", "第三季节目谁主持？"),
        ("Output in the third quarter?", "Q3 output rose.", "Output in Q3?"),
        ("output in Q3?", "In the third quarter output rose.", "output in the third quarter?"),
        ("H1 profit?", "First-half profit fell.", "the First-half profit?"),
        ("三季度产量？", "Third-quarter output rose.", "三季度产量？"),
        ("产量（第三季度）", "", "产量（第三季度）"),
    ],
)
def test_a_text_is_asked_in_the_form_that_it_has(question, text, asked):
    told = question if question.isascii() else spelled_out(question)
    assert as_written(told, text) == asked
