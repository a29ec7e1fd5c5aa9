"""What an overview is wanted of is told by the trained weights."""

from __future__ import annotations

import pytest

from eval.training.field import train
from eval.training.topics import Request, by_asking_words, by_field, read_requests, score
from index.records import Span
from rag.question.field import TokenField
from rag.question.topic import model_file, told_of, topic_of, topic_spans

REQUESTS = [
    Request(f"{before}{topic}{behind}", (topic,), "trained")
    for topic in ("渡轮", "木工课", "跨海大桥", "海水淡化", "候鸟")
    for before, behind in (("总结", "的报道"), ("梳理一下", ""), ("", "有什么动静"), ("讲讲", "吧"))
]


def test_runs_of_tokens_on_the_topic_are_spans():
    model = TokenField(frozenset("渡轮讲"), {"0渡": 2.0, "0轮": 2.0}, stays=0.1, bias=-1.0)
    assert topic_spans("讲渡轮讲 渡轮", model) == [Span(1, 3), Span(5, 7)]
    assert model.marked(told_of("讲讲", model.known)) == ()
    assert topic_spans("", model) == []


def test_a_token_between_two_of_the_topic_may_be_on_it_too():
    alone = TokenField(frozenset("渡的轮"), {"0渡": 2.0, "0轮": 2.0}, stays=0.0, bias=-1.0)
    near = TokenField(alone.known, alone.features, stays=2.0, bias=-1.0)
    assert topic_spans("渡的轮", alone) == [Span(0, 1), Span(2, 3)]
    assert topic_spans("渡的轮", near) == [Span(0, 3)]


def test_where_none_is_likely_the_likeliest_words_are_taken():
    shy = TokenField(frozenset("渡轮"), {"0渡": 2.0, "0轮": 2.0}, stays=1.0, bias=-3.2)
    assert shy.marked(told_of("总结渡轮", shy.known)) == ()
    assert topic_spans("总结渡轮", shy) == [Span(2, 4)]


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("总结一下低空经济相关的文章", "低空经济"),
        ("最近都有哪些报道？", ""),
        ("跨海大桥", "跨海大桥"),
    ],
)
def test_topics_of_requests(question, topic):
    assert topic_of(question) == topic


def test_requests_that_were_held_out_are_told_better_than_by_the_words_that_ask():
    held = [one for one in read_requests() if one.part == "held_out"]
    model = TokenField.load(model_file())
    assert score(held, by_field(model)).f1 >= 0.82
    assert score(held, by_asking_words).f1 < 0.7


def test_marks_are_learned(tmp_path):
    labels = [one.labels() for one in REQUESTS]
    model = train([one.question for one in REQUESTS], labels, told_of, 0.2)
    assert topic_spans("总结银杏的报道", model) == [Span(2, 4)]
    model.save(tmp_path / "topics.json")
    assert TokenField.load(tmp_path / "topics.json") == model


def test_the_weights_are_there():
    assert TokenField.load(model_file()).features
