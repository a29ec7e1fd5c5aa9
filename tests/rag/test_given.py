"""``Assistant`` told something of another type than it wants."""

from __future__ import annotations

import pytest

from index.given import GivenError
from rag.assistant import Assistant
from rag.records import Filters, Question, Strictness, Turn

BRIDGE = "东岸大桥什么时候通车？"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"question": None}, "the question is None"),
        ({"question": 3}, "the question is 3 (int); give a text"),
        ({"question": ["谁？"]}, "the question is ['谁？']"),
        ({"filters": {"accounts": ["试验号"]}}, "give rag.Filters"),
        ({"filters": "试验号"}, "give rag.Filters"),
        ({"history": [{"question": "谁？", "answer": "我"}]}, "give rag.Turn(question, answer)"),
        ({"history": [Turn("谁？", None)]}, "give rag.Turn(question, answer)"),
        ({"history": "谁？"}, "give a list of rag.Turn"),
        ({"strictness": "foo"}, "give one of 'strict', 'balanced', 'open'"),
        ({"strictness": None}, "give one of 'strict', 'balanced', 'open'"),
        ({"kind": "poem"}, "give one of 'fact'"),
        ({"most_sources": 0}, "give a whole number from 1 on"),
        ({"most_sources": "3"}, "give a whole number from 1 on"),
        ({"most_sources": True}, "give a whole number from 1 on"),
        ({"answerer": 3}, "give a chat model or its name"),
    ],
)
def test_it_says_what_is_wanted(assistant, asked, said):
    given = {"question": BRIDGE, **asked}
    with pytest.raises(GivenError) as raised:
        assistant.ask(**given)
    assert said in str(raised.value)
    assert raised.value.chinese != raised.value.english


@pytest.mark.parametrize(
    "asked",
    [
        {"strictness": "strict", "kind": "fact"},
        {"history": None, "filters": None},
        {"filters": Filters(accounts="试验号")},
        {"history": iter([Turn("谁？", "我")])},
    ],
)
def test_what_means_the_same_is_taken(assistant, asked):
    assert "6月28日" in assistant.ask(BRIDGE, **asked).answer


def test_search_says_it_too(assistant):
    with pytest.raises(GivenError, match=r"rag\.Filters"):
        assistant.search(BRIDGE, filters={"accounts": ["试验号"]})


def test_a_folder_that_is_none(encoder):
    with pytest.raises(GivenError, match="folder is 3"):
        Assistant.open(3, encoder=encoder)


def test_one_bad_question_does_not_end_a_batch(assistant):
    asked = [BRIDGE, None, 3, "", {"question": BRIDGE}, Question(BRIDGE, history=[1]), BRIDGE]
    answers = list(assistant.batch(asked, concurrency=2))
    assert [answer.error is None for answer in answers] == [True, *[False] * 5, True]
    assert "give a text" in answers[1].error
    assert "give rag.Turn" in answers[5].error
    assert '"question": "None"' in answers[1].to_json()


def test_an_option_that_no_question_escapes_is_said_at_once(assistant):
    with pytest.raises(GivenError, match="strictness"):
        assistant.batch([BRIDGE], strictness="foo")
    assert len(list(assistant.batch([BRIDGE], strictness=Strictness.OPEN))) == 1
