"""What a refusal says."""

from __future__ import annotations

from datetime import date

import pytest

from rag.extractive.candidates import score_sentences
from rag.extractive.refusal import in_words, refusal_of
from rag.records import Nearest, Refusal
from tests.conftest import FakeReader
from tests.rag.conftest import ranked


def found_in(question, *hits):
    return score_sentences(question, hits, FakeReader())


def test_a_refusal_names_what_came_nearest_its_sentence_and_what_it_lacks():
    hits = [
        [
            ranked(
                "E20的产量是120台。厂区很美。", article_id="a", title="新工厂", day=date(2025, 6, 1)
            )
        ],
        [ranked("船票涨价。", article_id="b", title="渡轮")],
    ]
    question = "C919的产量是多少台？"
    read = found_in(question, *(hit for some in hits for hit in some))
    refusal = refusal_of(question, hits, read)
    assert refusal.missing == ("C919",)
    assert refusal.nearest[0] == Nearest(
        "a", "新工厂", "2025-06-01", "试验号", "没有提到“C919”", "E20的产量是120台。"
    )
    assert refusal.nearest[1].sentence == ""


def test_nothing_is_said_to_be_missing_but_whole_names():
    refusal = refusal_of("火星上的猫吃什么？", [[ranked("大桥通车。", title="大桥")]])
    assert refusal.missing == ()


def test_nothing_is_missed_in_an_article_of_another_language():
    refusal = refusal_of("C919载客多少人？", [[ranked("The ferry carries passengers.")]])
    assert refusal.missing == ()


def test_title_date_and_account_count_as_said():
    hit = ranked("开工了。", title="“飞燕”大桥", day=date(2023, 5, 1), account="C919号")
    assert refusal_of("2023年C919和“飞燕”大桥怎样？", [[hit]]).missing == ()


def test_no_articles_no_nearest():
    refusal = refusal_of("火星在哪里？", [])
    assert (refusal.nearest, refusal.missing) == ((), ())


NEAREST = (
    Nearest("a", "大桥", "2025-06-20", sentence="大桥\n通车。"),
    Nearest("b", "Ferry", None),
)


@pytest.mark.parametrize(
    ("question", "refusal", "expected"),
    [
        ("火星上有猫吗？", Refusal(), "文章库中没有能回答这个问题的内容。"),
        (
            "火星上有猫吗？",
            Refusal(missing=("火星",), nearest=NEAREST),
            "文章库中没有能回答这个问题的内容：没有提到“火星”。最接近的文章：大桥 (2025-06-20)：“大桥 通车。”",
        ),
        ("Are there cats?", Refusal(), "The articles in this library do not answer this question."),
        (
            "Are there cats on Mars?",
            Refusal(missing=("Mars", "cats"), nearest=NEAREST),
            "The articles in this library do not answer this question: nothing on Mars, cats. "
            "Nearest: 大桥 (2025-06-20): “大桥 通车。”",
        ),
    ],
)
def test_a_refusal_speaks_the_language_of_the_question(question, refusal, expected):
    assert in_words(question, refusal) == expected
