"""The words of a question that are its topic, and those that it compares, are told by the trained weights."""

from __future__ import annotations

import numpy as np
import pytest

from eval.training.field import train
from eval.training.words import (
    SIDES,
    TOPICS,
    Request,
    by_asking_words,
    by_field,
    read_requests,
    score,
)
from index.embedding.encoder import Vectors
from index.records import Span
from rag.question.field import TokenField, field_file, load_field
from rag.question.sides import sides_in
from rag.question.topic import marked_spans, told_of, topic_spans
from rag.question.words import TrainedWords

REQUESTS = [
    Request(f"{before}{topic}{behind}", (topic,), "trained")
    for topic in ("渡轮", "木工课", "跨海大桥", "海水淡化", "候鸟")
    for before, behind in (("总结", "的报道"), ("梳理一下", ""), ("", "有什么动静"), ("讲讲", "吧"))
]


def nothing(text: str) -> Vectors:
    return np.zeros((len(text), 0), np.float32)


def test_runs_of_marked_tokens_are_spans():
    model = TokenField(frozenset("渡轮讲"), {"0渡": 2.0, "0轮": 2.0}, stays=0.1, bias=-1.0)
    assert marked_spans("讲渡轮讲 渡轮", model, nothing) == [Span(1, 3), Span(5, 7)]
    assert model.marked(told_of("讲讲", model.known)) == ()
    assert topic_spans("", model, nothing) == []


def test_a_token_between_two_that_are_marked_may_be_marked_too():
    alone = TokenField(frozenset("渡的轮"), {"0渡": 2.0, "0轮": 2.0}, stays=0.0, bias=-1.0)
    near = TokenField(alone.known, alone.features, stays=2.0, bias=-1.0)
    assert marked_spans("渡的轮", alone, nothing) == [Span(0, 1), Span(2, 3)]
    assert marked_spans("渡的轮", near, nothing) == [Span(0, 3)]


def test_where_no_topic_is_likely_the_likeliest_words_are_taken():
    shy = TokenField(frozenset("渡轮"), {"0渡": 2.0, "0轮": 2.0}, stays=1.0, bias=-3.2)
    assert marked_spans("总结渡轮", shy, nothing) == []
    assert topic_spans("总结渡轮", shy, nothing) == [Span(2, 4)]


def test_what_a_network_makes_of_a_token_counts():
    model = TokenField(frozenset(), {}, stays=0.0, bias=-1.0, states=(2.0,))

    def capitals(text: str) -> Vectors:
        return np.asarray([[one.isupper()] for one in text], np.float32)

    assert marked_spans("about Pier", model, capitals) == [Span(6, 10)]


@pytest.mark.model
@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("总结一下低空经济相关的文章", "低空经济"),
        ("最近都有哪些报道？", ""),
        ("跨海大桥", "跨海大桥"),
    ],
)
def test_topics_of_requests(packaged_encoder, question, topic):
    assert TrainedWords(packaged_encoder).topic_of(question) == topic


@pytest.mark.model
def test_topics_that_were_held_out_are_told_better_than_by_the_words_that_ask(packaged_encoder):
    held = [one for one in read_requests(TOPICS) if one.part == "held_out"]
    told = by_field(TOPICS, load_field(TOPICS), packaged_encoder.character_states)
    assert score(held, told).f1 >= 0.85
    assert score(held, by_asking_words).f1 < 0.7


@pytest.mark.model
def test_sides_that_were_held_out_are_told_oftener_than_one_in_three(packaged_encoder):
    words = TrainedWords(packaged_encoder)
    held = [one for one in read_requests(SIDES) if one.part == "held_out" and len(one.words) > 1]
    told = [tuple(side.name for side in words.sides_of(one.question)) for one in held]
    assert sum(a == one.words for a, one in zip(told, held, strict=True)) > len(held) / 3
    assert sum(len(a) == len(one.words) for a, one in zip(told, held, strict=True)) > len(held) / 2


@pytest.mark.model
def test_nothing_is_marked_behind_what_the_model_reads(packaged_encoder):
    question = "总结低空经济的报道，" + "写得长一些，" * 150 + "还有渡轮"
    states = packaged_encoder.character_states(question)
    assert states.shape == (len(question), 2 * packaged_encoder.dimension)
    assert states[:500].any(axis=1).all()
    assert not states[-4:].any()
    assert "渡轮" not in TrainedWords(packaged_encoder).topic_of(question)


@pytest.mark.model
@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("2024年和2023年客流各多少？", ["2024年", "2023年"]),
        ("青屿渡轮和望汀渡轮哪个贵？", ["青屿", "望汀"]),
        ("渡轮什么时候开？", []),
        ("Compare North Pier with South Pier", ["North Pier", "South Pier"]),
    ],
)
def test_what_is_set_side_by_side(packaged_encoder, question, names):
    sides = TrainedWords(packaged_encoder).sides_of(question)
    assert [side.name for side in sides] == names


def test_what_is_asked_of_each_side_alone():
    sides = sides_in("青屿渡轮、西山渡轮和望汀渡轮哪个贵？", [Span(0, 4), Span(5, 9), Span(10, 14)])
    assert [one.question for one in sides] == [
        "青屿渡轮哪个贵？",
        "西山渡轮哪个贵？",
        "望汀渡轮哪个贵？",
    ]
    shortest = sides_in("青屿渡轮和望汀渡轮哪个贵？", [Span(0, 2), Span(5, 7)])
    assert [one.question for one in shortest] == ["青屿渡轮哪个贵？", "望汀渡轮哪个贵？"]
    english = sides_in("Is North Pier or South Pier longer?", [Span(3, 8), Span(17, 22)])
    assert [one.name for one in english] == ["North", "South"]
    assert "Pier  Pier" not in english[0].question
    apart = sides_in("青屿渡轮多少钱，望汀渡轮又多少钱？", [Span(0, 4), Span(8, 12)])
    assert [one.question for one in apart] == [
        "青屿渡轮多少钱，又多少钱？",
        "多少钱，望汀渡轮又多少钱？",
    ]
    assert sides_in("渡轮和渡轮", [Span(0, 2), Span(3, 5)]) == []


def test_a_side_that_is_named_twice_is_one_and_its_question_has_both_names():
    question = "东岸比西岸贵吗，西岸多少钱？"
    first, second = sides_in(question, [Span(0, 2), Span(3, 5), Span(8, 10)])
    assert (first.name, first.question) == ("东岸", "东岸贵吗，多少钱？")
    assert (second.name, second.question) == ("西岸", "西岸贵吗，西岸多少钱？")


def test_of_many_sides_four_are_answered_and_none_is_in_the_question_of_another():
    question = "甲乙丙丁戊哪个贵？"
    sides = sides_in(question, [Span(at, at + 1) for at in range(5)])
    assert [one.question for one in sides] == [f"{name}哪个贵？" for name in "甲乙丙丁"]


def test_sides_of_one_sort_go_as_far_as_each_other():
    question = "东岸渡轮和西岸渡轮哪个贵？"
    names = [one.name for one in sides_in(question, [Span(0, 4), Span(5, 7)])]
    assert names == ["东岸渡轮", "西岸渡轮"]
    assert [one.name for one in sides_in("ABA", [Span(0, 2), Span(2, 3)])] == ["AB", "A"]
    ends = sides_in("2024年和2023年年均客流哪个高？", [Span(0, 5), Span(6, 11)])
    assert ends[1].question == "2023年年均客流哪个高？"


def test_marks_are_learned(tmp_path):
    labels = [one.labels() for one in REQUESTS]
    questions = [one.question for one in REQUESTS]
    model = train(questions, labels, told_of, 0.2)
    assert topic_spans("总结银杏的报道", model, nothing) == [Span(2, 4)]
    model.save(tmp_path / "topics.json")
    assert TokenField.load(tmp_path / "topics.json") == model


def test_marks_are_learned_of_what_a_network_makes_of_tokens():
    texts = ["青屿船", "望汀船", "海棠船", "西山船"]

    def last(text: str) -> Vectors:
        return np.asarray([[at == len(text) - 1] for at in range(len(text))], np.float32)

    model = train(
        texts, [[False, False, True]] * 4, lambda text, known: [[]] * len(text), 0.2, last
    )
    assert marked_spans("无人机", model, last) == [Span(2, 3)]


@pytest.mark.parametrize("name", [TOPICS, SIDES])
def test_the_weights_are_there(name):
    assert TokenField.load(field_file(name)).states


@pytest.mark.parametrize("name", [TOPICS, SIDES])
def test_no_held_out_request_was_trained_on(name):
    requests = read_requests(name)
    trained = {one.question for one in requests if one.part != "held_out"}
    assert trained.isdisjoint(one.question for one in requests if one.part == "held_out")
