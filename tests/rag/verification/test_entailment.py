"""A label by rules, put right by whether a sentence follows."""

from __future__ import annotations

import pytest

from rag.records import Support
from rag.verification.verify import (
    FOLLOWS,
    FOLLOWS_AGAINST_RULES,
    FOLLOWS_IN_OTHER_WORDS,
    NOT_AT_ALL,
    Verifier,
)
from tests.rag.verification.helpers import passage

S, P, U = Support.SUPPORTED, Support.PARTIAL, Support.UNVERIFIED
BRIDGE = "东岸大桥将于6月28日通车。大桥全长3.2公里，总投资18.6亿元。"


class Says:
    """An entailment that says one thing, and keeps what it was asked."""

    def __init__(self, logit: float) -> None:
        self.logit = logit
        self.asked: list[tuple[str, str, str]] = []

    def follows(self, claim, title, evidence):
        self.asked.append((claim, title, evidence))
        return self.logit


def checked(text, says, evidence=BRIDGE):
    return Verifier([passage(evidence, title="东岸大桥通车")], entailment=says).check(text, [1])


@pytest.mark.parametrize(
    ("text", "by_rules", "logit", "support"),
    [
        ("东岸大桥已于6月28日通车。", S, FOLLOWS, S),
        ("东岸大桥已于6月28日通车。", S, FOLLOWS - 0.1, P),
        ("东岸大桥已于6月28日通车。", S, NOT_AT_ALL - 0.1, U),
        ("六月底这座桥就能走了，大桥全长3.2公里。", P, FOLLOWS_IN_OTHER_WORDS, S),
        ("六月底这座桥就能走了，大桥全长3.2公里。", P, FOLLOWS_IN_OTHER_WORDS - 0.1, P),
        ("东岸大桥不会于6月28日通车。", U, FOLLOWS_AGAINST_RULES, S),
        ("东岸大桥不会于6月28日通车。", U, FOLLOWS_AGAINST_RULES - 0.1, U),
    ],
)
def test_a_label_is_put_right(text, by_rules, logit, support):
    assert Verifier([passage(BRIDGE)]).check(text, [1]).support is by_rules
    found = checked(text, Says(logit))
    assert found.support is support
    assert bool(found.reason) == (support is not S)


@pytest.mark.parametrize("text", ["大桥全长3.5公里。", "东岸大桥将于6月29日通车。"])
def test_a_figure_or_a_day_that_differs_is_wrong_whatever_is_read(text):
    says = Says(20.0)
    found = checked(text, says)
    assert found.support is U
    assert not says.asked


def test_a_copy_and_what_claims_nothing_are_not_read():
    says = Says(-20.0)
    assert checked("大桥全长3.2公里，总投资18.6亿元。", says).support is S
    assert not checked("根据文章：", says).claims
    assert not says.asked


def test_it_is_held_against_the_title_and_the_cited_sentences_in_their_order():
    says = Says(5.0)
    checked("大桥总投资18.6亿元，并将于6月28日通车。", says)
    ((claim, title, evidence),) = says.asked
    assert claim == "大桥总投资18.6亿元，并将于6月28日通车。"
    assert title == "东岸大桥通车"
    assert evidence.index("通车") < evidence.index("18.6亿元")


@pytest.mark.model
def test_the_trained_one_tells_a_plan_and_a_part_from_what_is_said():
    from rag.extractive.entailment import PackagedEntailment

    reads = PackagedEntailment()
    evidence = "青屿植物园拟在明年春天开放夜游，部分展馆届时免费。"
    true = reads.follows("植物园计划明年春天开放夜游。", "青屿植物园", evidence)
    false = reads.follows("植物园所有展馆已经全部免费。", "青屿植物园", evidence)
    assert true > false
