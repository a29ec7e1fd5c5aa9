"""An answer held against its evidence: labels, reasons, proofs, citations."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.records import Span
from index.text.sentences import split_sentences
from rag.records import Strictness, Support
from rag.verification.citations import Citations
from rag.verification.claims import claims_nothing
from rag.verification.verify import NEAR_COSINE, Checked, Verifier, is_kept
from tests.rag.verification import cases, held_out
from tests.rag.verification.helpers import passage, verify, verify_sentence

S, P, U = Support.SUPPORTED, Support.PARTIAL, Support.UNVERIFIED


def fixed(value: float):
    return lambda sentence, texts: np.full(len(texts), value)


BRIDGE = "东岸大桥将于6月28日通车。大桥全长3.2公里，总投资18.6亿元。"
SCHOOL = "海棠小学今年招收新生240名。校长温如玉介绍，学校新开了木工课。"
FERRY = "The night ferry to Qingyu runs until 31 August. Tickets cost 45 yuan."


@pytest.mark.parametrize(("support", "sentence", "evidence"), cases.DEVELOPMENT)
def test_a_sentence_is_labelled_by_what_its_evidence_carries(support, sentence, evidence):
    checked = verify_sentence(sentence, [1], [passage(evidence, day=cases.PUBLISHED)])
    assert checked.support is support, checked.reason
    assert bool(checked.reason) == (support is not S)
    assert checked.text == sentence
    assert checked.claims


def test_the_cases_are_many_and_of_every_kind():
    labels = [support for support, _, _ in cases.DEVELOPMENT]
    assert len(labels) >= 120
    assert min(labels.count(support) for support in Support) >= 20


@pytest.mark.parametrize(("support", "sentence", "evidence", "nearness"), cases.ACROSS_LANGUAGES)
def test_a_sentence_in_another_language_is_labelled(support, sentence, evidence, nearness):
    checked = verify_sentence(
        sentence,
        [1],
        [passage(evidence, day=cases.PUBLISHED)],
        similarity=None if nearness is None else fixed(nearness),
    )
    assert checked.support is support, checked.reason


@pytest.mark.parametrize(("sentence", "evidence"), cases.KNOWN_LIMITS)
@pytest.mark.xfail(strict=True, reason="docs/decisions/0008-verification.md")
def test_what_the_rules_are_known_to_miss(sentence, evidence):
    evidence = [passage(evidence, day=cases.PUBLISHED)]
    assert verify_sentence(sentence, [1], evidence).support is not S


def test_on_the_held_out_cases_few_unsupported_sentences_pass():
    flagged = [
        (
            support is not S,
            verify_sentence(sentence, [1], [passage(text, day=held_out.PUBLISHED)]).support
            is not S,
        )
        for support, sentence, text in held_out.HELD_OUT
    ]
    right = flagged.count((True, True))
    assert right / (right + flagged.count((False, True))) >= 0.9
    assert right / (right + flagged.count((True, False))) >= 0.87


# --- Reasons, proofs -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sentence", "evidence", "reason"),
    [
        ("大桥全长5公里。", BRIDGE, "“5公里”与所引文句的“3.2公里”不符"),
        ("Tickets cost 54 yuan.", FERRY, '"54 yuan" is not what the cited words say: "45 yuan"'),
        ("大桥将于6月20日通车。", BRIDGE, "“6月20日”与所引文句的“6月28日”不符"),
        ("校长陈放介绍，学校新开了木工课。", SCHOOL, "所引文句说的是“温如玉”，不是“陈放”"),
        ("大桥全长3.2公里，每天通过9万辆汽车。", BRIDGE, "“9万辆”不在所引文句中"),
        (
            "The ferry ticket costs 45 yuan in KLM machines.",
            FERRY,
            '"KLM" is not in the cited words',
        ),
        ("校长温如玉介绍，学校没有新开木工课。", SCHOOL, "就“没有新开”而言，所引文句的意思相反"),
        ("食堂的红烧肉很受欢迎。", BRIDGE, "文章中没有能支持这句话的内容"),
        (
            "The canteen serves noodles daily.",
            FERRY,
            "nothing in the articles supports this sentence",
        ),
        (
            "北京有5000台机器人。",
            "上海有5000台机器人，北京有3000台机器人。",
            "所引文句中的“5000台”说的是另一件事",
        ),
        (
            "青松机械公司收购了云杉机械公司。",
            "云杉机械公司收购了青松机械公司。",
            "“青松机械公司”与“云杉机械公司”的关系和所引文句相反",
        ),
        ("大桥全长3.2公里，由著名工程师设计建造。", BRIDGE, "“由著名工程师设计建造”不在所引文句中"),
    ],
)
def test_the_reason_names_what_is_wrong_in_the_language_of_the_sentence(sentence, evidence, reason):
    checked = verify_sentence(sentence, [1], [passage(evidence)])
    assert checked.reason == reason


def quotes(checked: Checked) -> list[str]:
    return [proof.span.of(proof.passage.article.text) for proof in checked.proofs]


def test_a_proof_is_a_whole_sentence_of_the_article_at_its_own_place():
    evidence = passage("大桥全长3.2公里。", before="昨天下了雨。", after="游客很多。")
    checked = verify_sentence("东岸的大桥长3.2公里。", [], [evidence])
    assert quotes(checked) == ["大桥全长3.2公里。"]
    assert checked.proofs[0].span == Span(6, 16)


@pytest.mark.parametrize("written", [(), (1,), (2,), (17,), (0,), (2, 1, 99)])
def test_wrong_missing_and_invented_markers_are_mended(written):
    passages = [passage(SCHOOL, article_id="school"), passage(BRIDGE, article_id="bridge")]
    checked = verify_sentence("大桥全长3.2公里，总投资18.6亿元。", written, passages)
    assert checked.support is S
    assert [proof.passage.article.article_id for proof in checked.proofs] == ["bridge"]


def test_of_two_equal_sources_the_written_one_is_cited():
    passages = [passage(BRIDGE, article_id="one"), passage(BRIDGE, article_id="two")]
    for sentence in ("大桥全长3.2公里，总投资18.6亿元。", "大桥长3.2公里。"):
        for written, expected in (((), "one"), ((1,), "one"), ((2,), "two")):
            checked = verify_sentence(sentence, written, passages)
            assert checked.proofs[0].passage.article.article_id == expected


def test_a_sentence_may_rest_on_two_articles():
    passages = [passage(SCHOOL, article_id="school"), passage(BRIDGE, article_id="bridge")]
    checked = verify_sentence("海棠小学今年招收新生240名，东岸大桥将于6月28日通车。", [1], passages)
    assert checked.support is S
    assert sorted(quotes(checked)) == ["东岸大桥将于6月28日通车。", "海棠小学今年招收新生240名。"]


def test_three_facts_rest_on_three_sentences_and_no_more():
    text = "东仓存茶240箱。西仓存茶350箱。南仓存茶460箱。北仓存茶570箱。"
    checked = verify_sentence("东仓存茶240箱，西仓存茶350箱，南仓存茶460箱。", [1], [passage(text)])
    assert checked.support is S
    assert len(checked.proofs) == 3


def test_what_stands_next_to_the_cited_words_counts():
    text = "学校新开了木工课。课程由温如玉讲授。"
    checked = verify_sentence(
        "温如玉所在的学校新开了木工课。", [1], [passage(text, title="海棠小学")]
    )
    assert checked.support is not U
    beside = passage("通车仪式很热闹。", before="大桥全长3.2公里。")
    assert verify_sentence("全长3.2公里的大桥通车仪式很热闹。", [1], [beside]).support is S
    assert quotes(verify_sentence("全长3.2公里的大桥通车仪式很热闹。", [1], [beside])) == [
        "通车仪式很热闹。"
    ]


@pytest.mark.parametrize("field", ["title", "account", "source"])
def test_a_name_may_stand_in_what_is_known_of_the_article(field):
    evidence = passage(BRIDGE, **{field: "QINGYU报"})
    assert verify_sentence("QINGYU的大桥全长3.2公里。", [1], [evidence]).support is S
    assert verify_sentence("QINGYU的大桥全长3.2公里。", [1], [passage(BRIDGE)]).support is not S


def test_a_name_of_the_question_needs_no_proof():
    sentence, evidence = "QINGYU的大桥全长3.2公里。", [passage(BRIDGE)]
    assert verify_sentence(sentence, [1], evidence, question="QINGYU的大桥多长？").support is S


def test_the_day_of_publication_is_known():
    assert verify_sentence("9月25日报道，大桥全长3.2公里。", [1], [passage(BRIDGE)]).support is S
    unknown = passage(BRIDGE, day=None)
    assert verify_sentence("9月25日报道，大桥全长3.2公里。", [1], [unknown]).support is not S


def test_a_day_told_from_another_is_reckoned_from_the_publication():
    text = "昨日，大桥迎来第一批游客。"
    assert verify_sentence("9月24日，大桥迎来第一批游客。", [1], [passage(text)]).support is S
    assert verify_sentence("9月25日，大桥迎来第一批游客。", [1], [passage(text)]).support is U


def test_marks_are_the_numbers_and_dates_that_the_sentence_has_too():
    text = "东岸大桥6月28日通车，全长3.2公里，投资18.6亿元。"
    evidence = passage(text, before="序言。")
    checked = verify_sentence("大桥全长3.2公里，六月二十八日通车。", [1], [evidence])
    whole = evidence.article.text
    assert [mark.of(whole) for mark in checked.proofs[0].marks] == ["6月28日", "3.2公里"]


def test_a_sentence_that_nothing_carries_has_no_proofs():
    checked = verify_sentence("食堂的红烧肉很受欢迎。", [1], [passage(BRIDGE)])
    assert (checked.support, checked.proofs) == (U, ())


def test_a_contradicted_sentence_keeps_the_words_that_contradict_it():
    checked = verify_sentence("大桥全长5公里。", [1], [passage(BRIDGE)])
    assert quotes(checked)[0] == "大桥全长3.2公里，总投资18.6亿元。"


def test_without_evidence_nothing_is_verified():
    assert verify_sentence("大桥全长3.2公里。", [1], []).support is U
    assert (
        verify_sentence("大桥全长3.2公里。", [1], [passage("", title="大桥全长3.2公里")]).support
        is U
    )


def test_across_languages_the_nearest_sentence_is_cited():
    def similarity(sentence, texts):
        assert sentence == "The headmaster started a new course."
        return np.array([0.7 if "木工" in text else 0.1 for text in texts])

    checked = verify_sentence(
        "The headmaster started a new course.", [], [passage(SCHOOL)], similarity=similarity
    )
    assert quotes(checked) == ["校长温如玉介绍，学校新开了木工课。"]
    assert checked.support is S


def test_within_a_language_no_vectors_are_asked_for():
    def similarity(sentence, texts):
        raise AssertionError

    assert (
        verify_sentence("大桥长3.2公里。", [1], [passage(BRIDGE)], similarity=similarity).support
        is S
    )


def test_the_least_nearness_counts():
    sentence = "The bridge takes traffic in both directions."
    for value, expected in ((NEAR_COSINE, S), (NEAR_COSINE - 0.01, U)):
        assert (
            verify_sentence(sentence, [1], [passage(BRIDGE)], similarity=fixed(value)).support
            is expected
        )


@pytest.mark.parametrize(
    ("support", "sentence", "evidence"),
    [
        # A bare number is another one only of the same thing.
        (U, "The fleet has 132 models.", "The fleet has 135 models."),
        (
            P,
            "The fleet is old, and 132 crews work on the tugs.",
            "The fleet is old and has 135 models.",
        ),
        # The words next to a number point at another one.
        (U, "西仓存茶240箱。", "东仓存茶240箱，西仓存茶350箱。"),
        (S, "存茶240箱。", "东仓存茶240箱，西仓存茶350箱。"),
        (U, "县里从外省引进收割机860台。", "县里调配收割机860台，其中从外省引进240台。"),
        (S, "县里调配收割机860台，从外省引进240台。", "县里调配收割机860台，其中从外省引进240台。"),
        # Whom something is said of.
        (
            U,
            "In Linford, Corvane built the trams.",
            "In Linford Brightwheel built the trams, and Corvane supplied the signals.",
        ),
        (
            S,
            "Corvane supplied the signals.",
            "In Linford Brightwheel built the trams, and Corvane supplied the signals.",
        ),
        (U, "青松公司被云杉公司收购。", "云杉公司收购了红枫公司。"),
        (S, "青松公司被云杉公司收购。", "云杉公司收购了青松公司。"),
        # Days beside the cited words.
        (S, "6月28日，大桥迎来首批游客。", "大桥6月28日通车。大桥迎来首批游客。"),
        (U, "6月29日，大桥迎来首批游客。", "大桥迎来首批游客。大桥6月28日通车。"),
        (U, "8月，大桥迎来首批游客。", "大桥迎来首批游客。"),
        (U, "2024年，大桥迎来首批游客。", "大桥迎来首批游客。"),
        (S, "货物吞吐量比去年同期增长8.4%。", "货物吞吐量同比增长8.4%。"),
    ],
)
def test_the_words_around_a_detail_count(support, sentence, evidence):
    checked = verify_sentence(sentence, [1], [passage(evidence)])
    assert checked.support is support, checked.reason


# --- Whole answers -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "",
        "——",
        "根据文章：",
        "根据以上资料，",
        "以下是相关信息：",
        "主要内容如下：",
        "文章没有提到票价。",
        "文章中并未给出2023年的数字。",
        "希望对您有帮助！",
        "Here is what the articles say:",
        "The articles do not mention the fare.",
        "According to the articles, the passages don't say.",
        "Based on the provided sources:",
        "**总结：**",
    ],
)
def test_what_claims_nothing_needs_no_proof(text):
    assert claims_nothing(text)
    checked = verify_sentence(text, [1], [passage(BRIDGE)])
    assert (checked.claims, checked.proofs, checked.reason) == (False, (), "")
    assert not any(is_kept(checked, strictness) for strictness in Strictness)


@pytest.mark.parametrize(
    "text",
    [
        "大桥全长3.2公里：",
        "根据文章，大桥已通车。",
        "It opened.",
        "学校没有开设编程课。",
        "2025年：",
    ],
)
def test_what_claims_something_is_held_to_it(text):
    assert not claims_nothing(text)


def test_a_copy_needs_no_claim():
    checked = verify_sentence("文章没有提到票价。", [], [passage("文章没有提到票价。")])
    assert checked.support is S
    assert checked.claims


@pytest.mark.parametrize(
    ("support", "kept"),
    [(S, (True, True, True)), (P, (True, True, True)), (U, (False, True, True))],
)
def test_only_strictness_withholds_what_is_unverified(support, kept):
    order = (Strictness.STRICT, Strictness.BALANCED, Strictness.OPEN)
    assert tuple(is_kept(Checked("甲。", support), one) for one in order) == kept


def test_an_answer_is_checked_sentence_by_sentence():
    text = "根据文章：\n1. 大桥全长3.2公里[1]。\n2. 大桥总投资20亿元【2】。\n校长是温如玉[17]。"
    passages = [passage(BRIDGE, article_id="bridge"), passage(SCHOOL, article_id="school")]
    checked = verify(text, passages)
    assert [(one.claims, one.support) for one in checked] == [
        (False, U),
        (True, S),
        (True, U),
        (True, S),
    ]
    assert [one.text for one in checked[1:]] == [
        "1. 大桥全长3.2公里。",
        "2. 大桥总投资20亿元。",
        "校长是温如玉。",
    ]


def test_the_question_and_the_vectors_reach_every_sentence():
    evidence = [passage(BRIDGE)]
    named = "QINGYU的大桥全长3.2公里。"
    assert [one.support for one in verify(named, evidence, question="QINGYU？")] == [S]
    assert [one.support for one in verify(named, evidence)] != [S]
    translated = "The bridge takes traffic in both directions."
    assert [one.support for one in verify(translated, evidence, similarity=fixed(0.6))] == [S]
    assert [one.support for one in verify(translated, evidence)] == [U]


def test_the_same_quote_keeps_its_marker():
    verifier = Verifier(
        [passage(BRIDGE, article_id="bridge"), passage(SCHOOL, article_id="school")]
    )
    citations = Citations()
    length, first = citations.add(verifier.check("大桥长3.2公里。"))
    head, second = citations.add(verifier.check("校长是温如玉。"))
    cost, third = citations.add(verifier.check("大桥总投资为18.6亿元。"))
    nothing, fourth = citations.add(Checked("甲。", U, "无"))
    assert [one.markers for one in (length, head, cost, nothing)] == [(1,), (2,), (1,), ()]
    assert [[one.marker for one in new] for new in (first, second, third, fourth)] == [
        [1],
        [2],
        [],
        [],
    ]
    assert (nothing.text, nothing.support, nothing.reason) == ("甲。", U, "无")
    bridge = citations.all[0]
    assert bridge.quote == "大桥全长3.2公里，总投资18.6亿元。"
    assert [mark.of(BRIDGE) for mark in first[0].marks] == ["3.2公里"]
    assert [mark.of(BRIDGE) for mark in bridge.marks] == ["3.2公里", "18.6亿元"]
    assert [one.article_id for one in citations.all] == ["bridge", "school"]


# --- Properties ----------------------------------------------------------------------------------

WORDS = st.sampled_from(
    [
        "大桥",
        "3.2公里",
        "没有",
        "《海》",
        "“",
        "”",
        "。",
        "，",
        "，",
        "2025年",
        "9月24日",
        "[1]",
        "E20",
        "the ",
        "not ",
        "45 yuan",
        ". ",
        "\n",
        "三分之一",
        "10-20万元",
        "公司",
        "温如玉说",
    ]
)
TEXTS = st.lists(WORDS | st.text(max_size=4), max_size=25).map("".join)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(TEXTS, st.lists(TEXTS, max_size=3), TEXTS)
def test_whatever_the_texts_quotes_are_verbatim_and_nothing_fails(answer, texts, question):
    passages = [
        passage(text, article_id=str(number), before="序。") for number, text in enumerate(texts)
    ]
    citations = Citations()
    for checked in verify(answer, passages, question=question, similarity=fixed(0.3)):
        citations.add(checked)
        for proof in checked.proofs:
            text = proof.passage.article.text
            assert proof.span in split_sentences(text)
            assert all(proof.span.start <= m.start < m.end <= proof.span.end for m in proof.marks)
    for cited in citations.all:
        text = passages[int(cited.article_id)].article.text
        assert cited.quote == text[cited.start : cited.end]


@settings(max_examples=80, deadline=None, derandomize=True)
@given(TEXTS)
def test_a_copied_sentence_is_always_supported(text):
    evidence = passage(text)
    for span in split_sentences(text):
        checked = verify_sentence(span.of(text), [], [evidence])
        assert checked.support is S
        assert checked.claims
        assert quotes(checked)[0].split() == span.of(text).split()
