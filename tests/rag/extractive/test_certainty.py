"""How sure an answer is, and which of the four ways of answering that makes."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from index.records import Span
from rag.extractive.candidates import score_sentences
from rag.extractive.certainty import (
    NEAR,
    RIGHT,
    WORDS,
    Confidence,
    confidence_features,
    judge,
    probability,
)
from rag.extractive.reader import FoundSpan, PassageReading
from rag.records import Certainty, Strictness
from tests.conftest import FakeReader
from tests.rag.conftest import ranked


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
    if weights is not NEAR:  # whether there is an answer, the language tells nothing of
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

    def read(self, question, passages, background=""):
        span = FoundSpan(Span(0, 2), self._logit)
        return [PassageReading(self._logit, (span,)) for _ in passages]


def judged(logit, strictness=Strictness.BALANCED, text="大桥全长3.2公里。", **options):
    hit = ranked(text, **options)
    candidates = score_sentences("大桥全长多少公里？", [hit], Sure(logit))
    return judge("大桥全长多少公里？", [hit], candidates, strictness)


def test_there_are_four_ways_to_answer():
    text = "大桥很长。大桥全长3.2公里。"
    certainties = [judged(each, text=text, score=0.9).certainty for each in (12.0, -1.0, -2.0)]
    assert certainties == [Certainty.DIRECT, Certainty.LIKELY, Certainty.NEAREST]
    far = ranked("The ferry sails.", score=0.16)
    candidates = score_sentences("大桥全长多少公里？", [far], Sure(-12.0))
    found = judge("大桥全长多少公里？", [far], candidates, Strictness.BALANCED)
    assert found.certainty is Certainty.REFUSAL


def test_what_is_far_is_refused_however_sure_the_reader_where_it_has_other_words():
    assert judged(12.0, text="3.2公里。", score=0.1).certainty is Certainty.REFUSAL
    assert judged(-1.0, score=0.1).certainty is Certainty.REFUSAL


def test_of_a_far_passage_on_many_things_the_sentence_that_tells_answers():
    text = "大桥全长3.2公里。大会开幕。奖牌十二块。会上授牌。"
    assert judged(12.0, text=text, score=0.1).certainty is Certainty.DIRECT


def test_the_stricter_the_fewer_are_answered_and_the_more_are_refused():
    order = [Certainty.REFUSAL, Certainty.NEAREST, Certainty.LIKELY, Certainty.DIRECT]
    for logit in range(-12, 13):
        ranks = [
            order.index(judged(float(logit), one, score=0.4).certainty)
            for one in (Strictness.STRICT, Strictness.BALANCED, Strictness.OPEN)
        ]
        assert ranks == sorted(ranks)


def test_the_very_words_are_given_only_where_they_are_sure():
    assert judged(12.0, score=0.9).short
    assert not judged(-12.0, score=0.3).short
