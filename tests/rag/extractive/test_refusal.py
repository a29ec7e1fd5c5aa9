"""When the evidence does not answer, and what the refusal says of it."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date

import pytest

from index.records import Span
from rag.extractive.candidates import score_sentences
from rag.extractive.reader import FoundSpan, PassageReading
from rag.extractive.refusal import (
    NEAR,
    RIGHT,
    WORDS,
    Confidence,
    confidence_features,
    in_words,
    is_chat,
    judge,
    probability,
    refusal_of,
)
from rag.records import Certainty, Nearest, Refusal, Strictness
from tests.conftest import FakeReader
from tests.rag.conftest import ranked


@pytest.mark.parametrize(
    "question",
    [
        "你好",
        "您好！",
        "谢谢。",
        "给我讲个笑话吧。",
        "你是谁？",
        "你能做什么？",
        "Hello!",
        "thank you",
        "Tell me a joke.",
    ],
)
def test_small_talk(question):
    assert is_chat(question)


@pytest.mark.parametrize(
    "question",
    [
        "你好医院什么时候开业？",
        "谁讲了一个关于大桥的故事，内容是什么？",
        "History of the ferry",
        "hi-tech 园区在哪里？",
    ],
)
def test_no_small_talk(question):
    assert not is_chat(question)


def features(**changed):
    usual = Confidence(
        span=1.0,
        answers=1.0,
        likely=0.5,
        dense=3.0,
        foreign=0.0,
    )
    return replace(usual, **changed)


@pytest.mark.parametrize("weights", [RIGHT, NEAR, WORDS])
def test_probabilities_grow_with_what_speaks_for_an_answer(weights):
    usual = probability(weights, features())
    assert 0 < usual < 1
    assert probability(weights, features(span=5.0, answers=5.0)) > usual
    assert probability(weights, features(likely=0.9)) > usual
    assert probability(weights, features(foreign=1.0)) < usual
    assert probability(replace(weights, base=0.0), replace(features(), **_ZERO)) == pytest.approx(
        0.5
    )


_ZERO = dict.fromkeys([field.name for field in fields(Confidence)][:-1], 0.0)


def found_in(question, *hits):
    return score_sentences(question, hits, FakeReader())


def confidence_in(question, *hits):
    return confidence_features(question, hits, found_in(question, *hits)[0])


def test_features_of_confidence():
    best = ranked("大桥全长3.2公里。", article_id="a", score=0.9)
    worse = ranked("大桥很美。", article_id="a", score=0.5)
    found = confidence_in("大桥全长多少公里？", worse, best)
    assert (found.dense, found.foreign, found.base) == (4.5, 0, 1)
    assert found.likely > 0.5
    assert found.span == found.answers == 9


def test_an_article_in_another_language_is_foreign():
    assert confidence_in("大桥全长多少公里？", ranked("The bridge is 3 km long.")).foreign == 1
    assert confidence_in("大桥全长多少公里？", ranked("大桥全长3公里。")).foreign == 0


class Sure:
    """A reader that is as sure as it is told."""

    def __init__(self, logit):
        self._logit = logit

    def read(self, question, passages):
        span = FoundSpan(Span(0, 2), self._logit)
        return [PassageReading(self._logit, (span,)) for _ in passages]


def judged(logit, strictness=Strictness.BALANCED, **options):
    hit = ranked("大桥全长3.2公里。", **options)
    candidates = score_sentences("大桥全长多少公里？", [hit], Sure(logit))
    return judge("大桥全长多少公里？", [hit], candidates, strictness)


def test_there_are_three_ways_to_answer():
    certainties = [judged(logit, score=0.45).certainty for logit in (12.0, -1.0)]
    assert certainties == [Certainty.DIRECT, Certainty.NEAREST]
    far = ranked("The ferry sails.", score=0.16)
    candidates = score_sentences("大桥全长多少公里？", [far], Sure(-12.0))
    found = judge("大桥全长多少公里？", [far], candidates, Strictness.BALANCED)
    assert found.certainty is Certainty.REFUSAL


def test_what_is_far_is_refused_however_sure_the_reader():
    assert judged(12.0, score=0.1).certainty is Certainty.REFUSAL


def test_the_stricter_the_fewer_are_answered_and_the_more_are_refused():
    order = [Certainty.REFUSAL, Certainty.NEAREST, Certainty.DIRECT]
    for logit in range(-12, 13):
        ranks = [
            order.index(judged(float(logit), one, score=0.4).certainty)
            for one in (Strictness.STRICT, Strictness.BALANCED, Strictness.OPEN)
        ]
        assert ranks == sorted(ranks)


def test_the_very_words_are_given_only_where_they_are_sure():
    assert judged(12.0, score=0.9).short
    assert not judged(-12.0, score=0.3).short


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
        (
            "你好",
            Refusal(nearest=NEAREST),
            "我根据文章库里的文章回答问题，并给出所依据的原句。请就文章报道的内容提问。",
        ),
    ],
)
def test_a_refusal_speaks_the_language_of_the_question(question, refusal, expected):
    assert in_words(question, refusal) == expected


def test_small_talk_in_english_is_told_what_this_is_for():
    assert in_words("hello", Refusal()).startswith("I answer questions from the articles")
