"""A name, number or date alone has to stand where the articles speak of what was asked."""

from __future__ import annotations

import pytest

from rag.records import Support
from rag.verification.fragments import Question
from rag.verification.reading import read_evidence
from tests.rag.verification.helpers import passage, verify_sentence

NOTICE = "请于6月28日前提交岚江老厂房的申报材料。联系人：罗砚秋。岚江市档案馆。2025年5月8日"
POSTS = "会上，冒青岚受聘首任会长，温如玉受聘首任副会长，罗砚秋受聘首任秘书长。大家拍手。"


def out_of_context(question: str, fragment: str, text: str, title: str = "") -> str | None:
    beside = Question(question).out_of_context(
        fragment, read_evidence([passage(text, title=title)])
    )
    return beside.reading.text if beside else None


@pytest.mark.parametrize(
    ("question", "fragment", "text"),
    [
        ("老厂房的申报材料最迟哪天交？", "2025年5月8日", NOTICE),
        ("老厂房的申报材料截止到什么时候？", "2025年5月8日。", NOTICE),
        ("商会的秘书长请了谁来当？", "温如玉", POSTS),
        ("渡轮的票价是多少？", "3号楼", "商会在3号楼开会。大家拍手。"),
        # A figure or a day is no place, no person and no list.
        ("商会在哪里开会？", "5月8日至9日", "5月8日至9日，商会在温泉楼开会。"),
        ("商会有哪几家单位？", "7个", "商会有云杉厂、青松厂等7个单位。"),
        # Where it was is not who did it.
        ("商会的会议由谁主办？", "温泉楼", "商会的会议在温泉楼举行。"),
        (
            "Who became the secretary general of the chamber?",
            "Mona Reed",
            "Ann Lowe was named secretary general, Mona Reed was named vice president, Al Fox was named clerk.",
        ),
    ],
)
def test_words_from_elsewhere_go_astray(question, fragment, text):
    found = out_of_context(question, fragment, text)
    assert found is not None
    assert fragment.strip("。") in found


@pytest.mark.parametrize(
    ("question", "fragment", "text"),
    [
        ("老厂房的申报材料最迟哪天交？", "6月28日", NOTICE),
        ("商会的秘书长请了谁来当？", "罗砚秋", POSTS),
        ("商会的首任会长是谁？", "冒青岚。", POSTS),
        ("商会在哪里开会？", "温泉楼", "5月8日至9日，商会在温泉楼开会。"),
        ("商会有几家单位？", "7个", "商会有云杉厂、青松厂等7个单位。"),
        ("商会的会议由谁主办？", "温泉楼", "商会的会议由温泉楼主办，在海边举行。"),
        # Clauses that are not built alike belong to one telling.
        ("谁在岚江造了老厂房？", "温如玉", "温如玉回乡后，在岚江造了老厂房。"),
        # What is no fragment, or stands nowhere, is checked as sentences are.
        ("渡轮的票价是多少？", "商会在3号楼开会，大家拍手", "商会在3号楼开会，大家拍手。"),
        ("渡轮的票价是多少？", "4号楼", "商会在3号楼开会。"),
        ("渡轮的票价是多少？", "", "商会在3号楼开会。"),
        ("", "3号楼", "商会在3号楼开会。"),
        # The words of a question in another language tell nothing.
        ("What is the fare of the ferry?", "3号楼", "商会在3号楼开会。"),
    ],
)
def test_words_in_their_place_do_not(question, fragment, text):
    assert out_of_context(question, fragment, text) is None


def test_a_title_says_what_its_article_speaks_of():
    assert (
        out_of_context("渡轮通知落款是哪天？", "5月8日", "岚江市档案馆。5月8日", "渡轮通知") is None
    )
    assert out_of_context("渡轮通知落款是哪天？", "5月8日", "岚江市档案馆。5月8日") is not None


def test_the_best_of_several_places_counts():
    text = "温如玉到场。商会的秘书长是温如玉。"
    assert out_of_context("商会的秘书长是谁？", "温如玉", text) is None


def test_a_fragment_from_elsewhere_is_partial_with_the_place_as_its_proof():
    question = "老厂房的申报材料最迟哪天交？"
    checked = verify_sentence("2025年5月8日", [1], [passage(NOTICE)], question=question)
    assert checked.support is Support.PARTIAL
    assert "所问" in checked.reason
    assert [proof.span.of(NOTICE) for proof in checked.proofs] == ["2025年5月8日"]
    known = verify_sentence("6月28日前", [1], [passage(NOTICE)], question=question)
    assert known.support is not Support.UNVERIFIED
    assert known.reason != checked.reason
