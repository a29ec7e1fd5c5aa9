"""Whether a sentence denies what its evidence states."""

from __future__ import annotations

import pytest

from rag.verification.negation import denied, denies


@pytest.mark.parametrize(
    ("sentence", "evidence", "words"),
    [
        ("夜船不收费。", "夜船收费45元。", "不收费"),
        ("夜船收费。", "夜船不收费。", "不收费"),
        ("夜船不收费。", "夜船不收费。", None),
        ("夜船不收费。", "夜船每天收费，节日不收费。", None),
        ("学校没有开设编程课。", "学校开设了编程课。", "没有开设"),
        ("学校未开设编程课。", "学校开设了编程课。", "未开设"),
        ("票价不会再上调。", "票价将上调。", "不会再上调"),
        ("大桥不会于   通车。", "大桥将于   通车。", "不会于 通车"),
        ("无人机表演", "无人机编队", None),
        ("不仅收费", "收费", None),
        ("不同收费", "收费", None),
        ("无锡的工厂", "锡的工厂", None),
        ("The ferry did not open.", "The ferry opened in May.", "not open"),
        ("The ferry opened.", "The ferry did not open.", "not open"),
        ("The ferry didn't stop.", "The ferry stops here.", "didn't stop"),
        ("Nobody can enter without paying.", "Paying guests enter.", "without paying"),
        ("It is not free.", "It is not free.", None),
        ("销量增长5%", "销量下降5%", "增长"),
        ("销量下降5%", "销量增长5%", "下降"),
        ("销量增长，价格下降", "价格下降", None),
        ("比赛推迟", "比赛提前", "推迟"),
        ("Revenue fell.", "Revenue rose.", "fell"),
        ("Revenue rose.", "Revenue rose and then fell.", None),
        ("The museum is closed.", "The museum is open.", "closed"),
        ("同样的话", "另外的话", None),
        ("渡口尚未有夜船。", "渡口到现在没有开出夜船。", None),
        ("岛上一直没有铁路。", "通车后，岛上不通铁路的日子就结束了。", None),
        ("演出还没开始，人已坐满。", "演出开始前，人已坐满。", None),
        ("演出没有开始。", "演出开始后，人已坐满。", "没有开始"),
    ],
)
def test_a_sentence_is_held_against_its_evidence(sentence, evidence, words):
    assert denied(sentence, evidence) == words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("没有开放", True),
        ("尚未开放", True),
        ("不仅开放", False),
        ("Not open", True),
        ("isn’t open", True),
        ("notable", False),
        ("开放", False),
    ],
)
def test_a_text_denies_something(text, expected):
    assert denies(text) is expected
