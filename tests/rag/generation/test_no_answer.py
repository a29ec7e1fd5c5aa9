"""How a refusal of a chat model is recognised."""

from __future__ import annotations

import pytest

from rag.generation.no_answer import (
    NO_ANSWER,
    TrainedRefusals,
    is_no_answer,
    may_become_no_answer,
)


@pytest.mark.parametrize(
    "said",
    [
        NO_ANSWER,
        "NO_ANSWER。引文只写了2025年的数字。",
        " no_answer ",
        "No answer.",
        "NO ANSWER",
        "NO-ANSWER",
        "`NO_ANSWER`",
        "**NO_ANSWER**",
        "NO\\_ANSWER",
        "[NO_ANSWER]",
        "“NO_ANSWER”",
        "无答案。",
        "没有答案",
    ],
)
def test_a_refusal_in_any_spelling(said):
    assert is_no_answer(said)


@pytest.mark.parametrize(
    "said",
    [
        "没有一家企业缺席。",
        "大桥尚未通车。",
        "No answer was given by the ministry.",
        "Nobody was hurt.",
        "No.",
        "The ferry does not run in winter.",
        "企业无法按期交货的，应提前报告。",
        "",
    ],
)
def test_an_answer_is_no_refusal(said):
    assert not is_no_answer(said)


@pytest.mark.model
@pytest.mark.parametrize(
    "said",
    [
        "引文中没有提到2022年的数字。",
        "抱歉，无法回答这个问题。",
        "根据提供的资料，无法确定承办公司。",
        "文中未提及校长姓名。",
        "根据已知信息无法回答该问题。",
        "我把几段都看了，没有哪段说到谁是承办方。",
        "这些片段讲的是别的学校，答不上来。",
        "The quotations do not state which company organised it.",
        "I cannot answer this from the quotations.",
        "Sorry, I can't determine that.",
        "There is no information about 2022.",
        "I'm sorry, but the provided context does not contain this information.",
        "None of the passages tells how long the pier is.",
    ],
)
def test_a_refusal_in_any_words_is_told_from_an_answer(said, packaged):
    assert packaged.is_refusal(said)


@pytest.mark.model
@pytest.mark.parametrize(
    "said",
    [
        "没有一家企业缺席。",
        "大桥尚未通车。",
        "东岸大桥将于6月28日通车。",
        "企业无法按期交货的，应提前报告。",
        "未满十八岁的不得报名。",
        "全长3.2公里。",
        "不需要，老人凭证免费。",
        "The ferry does not run in winter.",
        "Nobody was hurt.",
        "Firms from other cities may not apply.",
        "It has 8,600 seats.",
    ],
)
def test_an_answer_that_denies_something_is_none(said, packaged):
    assert not packaged.is_refusal(said)


@pytest.fixture(scope="module")
def packaged(packaged_encoder):
    return TrainedRefusals(packaged_encoder)


def test_what_may_become_a_refusal_is_held_back():
    assert all(may_become_no_answer(NO_ANSWER[:end]) for end in range(len(NO_ANSWER) + 1))
    assert not any(may_become_no_answer(text) for text in ("大", "3", "North", "Not", "The"))
