"""Kinds of questions: the trained classifier on examples that it was not trained on, and its parts."""

from __future__ import annotations

import numpy as np
import pytest

from eval.training.kinds import Example, asking_words, known_runs, read_examples, train
from rag.question.kind import TrainedKinds, believed
from rag.question.linear import LinearModel, tokens_of
from rag.question.parts import questions_in
from rag.question.subject import subject_of
from rag.records import QuestionKind


@pytest.mark.model
def test_held_out_questions_are_told_apart(packaged_encoder):
    held = [one for one in read_examples("kinds") if one.part == "held_out"]
    kinds = TrainedKinds(packaged_encoder)
    told = [kinds.kind_of(one.question) for one in held]
    right = [kind == one.label for kind, one in zip(told, held, strict=True)]
    facts = [kind for kind, one in zip(told, held, strict=True) if one.label == "fact"]
    assert np.mean(right) >= 0.9
    assert np.mean([kind is not QuestionKind.FACT for kind in facts]) <= 0.06


@pytest.mark.model
@pytest.mark.parametrize(
    ("said", "small_talk"),
    [
        *dict.fromkeys(
            (
                "你好",
                "谢谢。",
                "给我讲个笑话吧。",
                "你是谁？",
                "Hello!",
                "thank you",
                "Tell me a joke.",
            ),
            True,
        ).items(),
        ("你好医院什么时候开业？", False),
        ("谁讲了一个关于大桥的故事，内容是什么？", False),
        ("hi-tech 园区在哪里？", False),
    ],
)
def test_small_talk_is_no_question(packaged_encoder, said, small_talk):
    told = TrainedKinds(packaged_encoder).kind_of(said)
    assert (told is QuestionKind.SMALL_TALK) is small_talk


def test_no_held_out_question_was_trained_on():
    for name in ("kinds", "actions"):
        examples = read_examples(name)
        held = {one.question for one in examples if one.is_held_out}
        assert held
        assert held.isdisjoint(one.question for one in examples if not one.is_held_out)


def test_an_unsure_kind_is_a_fact():
    assert believed({"overview": 0.34, "list": 0.33, "fact": 0.1}) is QuestionKind.FACT
    assert believed({"overview": 0.4, "fact": 0.3}) is QuestionKind.FACT
    assert believed({"overview": 0.4, "fact": 0.2}) is QuestionKind.OVERVIEW
    assert believed({"list": 0.32, "fact": 0.2}) is QuestionKind.FACT
    assert believed({"list": 0.32, "fact": 0.15}) is QuestionKind.LIST


def toy() -> list[Example]:
    return [
        *(Example("fact", f"{name}在哪里？", "1") for name in "甲乙丙丁"),
        *(Example("overview", f"总结{name}的报道", "2") for name in "甲乙丙丁"),
    ]


def test_a_model_learns_from_how_questions_are_put_and_survives_being_kept(tmp_path):
    examples = toy()
    vectors = np.zeros((len(examples), 4), np.float32)
    model = train(examples, vectors, 0.1)
    model.save(tmp_path / "model.npz")
    kept = LinearModel.load(tmp_path / "model.npz")
    for text, label in (("戊在哪里？", "fact"), ("总结戊的报道", "overview")):
        likely = kept.probabilities(text, np.zeros(4, np.float32))
        assert likely[label] > 0.5
        assert sum(likely.values()) == pytest.approx(1)


def test_runs_that_one_example_has_are_not_looked_at():
    runs = known_runs(toy())
    assert "在\x1f哪\x1f里" in runs
    assert "甲" not in runs


def test_words_that_ask_are_those_of_several_writers_and_examples():
    written = [
        Example("overview", f"盘点{name}", str(1 + at % 3)) for at, name in enumerate("甲乙丙丁戊")
    ]
    assert "盘\x1f点" in asking_words(written)
    assert "盘\x1f点" not in asking_words(written[:3])
    by_one = [Example("overview", f"盘点{name}", "1") for name in "甲乙丙丁戊"]
    assert "盘\x1f点" not in asking_words(by_one)
    assert "盘\x1f点" not in asking_words([*written, *[Example("fact", "盘点几时开始", "4")] * 9])


def test_numbers_are_one_sign_and_scripts_are_folded():
    assert tokens_of("總結２０２５年 the News") == ["总", "结", "0", "年", "the", "news"]


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("综述青屿渡轮相关的报道", "青屿渡轮"),
        ("最近都有哪些报道？", ""),
        ("青屿渡轮", "青屿渡轮"),
    ],
)
def test_what_a_question_is_about(question, subject):
    assert subject_of(question) == subject


@pytest.mark.parametrize(
    ("message", "parts"),
    [
        ("四桥多长？谁设计的？", ["四桥多长？", "谁设计的？"]),
        ("渡轮几点开，票价多少", ["渡轮几点开", "票价多少"]),
        ("渡轮昨天开航了，票价多少？", ["渡轮昨天开航了，票价多少？"]),
        ("Who built it, and when does it open?", ["Who built it", "when does it open?"]),
        ("总结一下渡轮", ["总结一下渡轮"]),
        ("Who built it? Is it open?", ["Who built it?", "Is it open?"]),
        ("票价贵不贵？谁设计的？", ["票价贵不贵？", "谁设计的？"]),
    ],
)
def test_the_questions_of_a_message(message, parts):
    assert questions_in(message) == parts
