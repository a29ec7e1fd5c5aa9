"""Questions to go on with, tried behind those that are being answered."""

from __future__ import annotations

import threading
import time

import pytest

from rag.records import Certainty
from ui.chat.further import Further
from ui.chat.quiet import Quiet


@pytest.fixture
def asked(page_assistant, monkeypatch):
    """What is asked of the assistant, oldest first."""
    questions: list[str] = []
    ask = type(page_assistant).ask

    def noted(self, question, *args, **options):
        questions.append(question)
        return ask(self, question, *args, **options)

    monkeypatch.setattr(type(page_assistant), "ask", noted)
    return questions


def test_each_is_tried_once_and_answered(page_assistant, asked):
    further = Further(page_assistant, Quiet())
    found = further.questions(["bridge", "school"])
    assert found
    assert set(found) <= set(asked)
    for question in found:
        assert page_assistant.ask(question).certainty is Certainty.DIRECT
    asked.clear()
    assert further.questions(["bridge", "school"]) == found
    assert asked == []


def test_what_was_asked_or_told_is_not_offered(page_assistant):
    further = Further(page_assistant, Quiet())
    [first] = further.questions(["bridge"])
    assert first not in further.questions(["bridge"], asked=[first])
    said = page_assistant.library.article("bridge").text
    assert further.questions(["bridge"], said=said) == []


def test_an_article_that_is_gone_has_none(page_assistant):
    assert Further(page_assistant, Quiet()).questions(["gone"]) == []


def test_questions_that_are_being_answered_go_first(page_assistant):
    quiet = Quiet()
    further = Further(page_assistant, quiet)
    found: list[list[str]] = []
    with quiet.asking():
        trying = [
            threading.Thread(target=lambda: found.append(further.questions(["bridge"])))
            for _ in range(2)
        ]
        for one in trying:
            one.start()
        while further._free._value:  # until both wait
            time.sleep(0.01)
        assert further.questions(["bridge"]) == []  # a third reader holds no thread
        assert found == []
    for one in trying:
        one.join(20)
    assert len(found) == 2
    assert all(found)


def test_a_server_that_ends_tries_nothing(page_assistant, asked):
    quiet = Quiet()
    quiet.end()
    assert Further(page_assistant, quiet).questions(["bridge"]) == []
    assert asked == []
