from __future__ import annotations

from datetime import date

import pytest

from index.errors import LibraryError, QuestionError
from index.given import GivenError
from rag.events import CitationFound, Done, EvidenceFound, QuestionRead, Text, Verified
from rag.records import (
    AnswerSentence,
    AppliedFilters,
    Certainty,
    ShortAnswer,
    Strictness,
    Support,
    Turn,
)
from tests.ui.chat.test_turns import EVIDENCE, HURT, answer, cited
from ui.chat.converse import Asked, converse, read_asked
from ui.language import say

ANSWER = answer()
EVENTS = (
    QuestionRead("青岩水库的工程多少钱？", "zh", AppliedFilters()),
    EvidenceFound(EVIDENCE),
    Text("共3.5"),
    Text("亿元。"),
    CitationFound(cited(1)),
    Verified(ANSWER.sentences[0]),
    Verified(AnswerSentence("可疑。", (), Support.UNVERIFIED), kept=False),
    Done(ANSWER),
)


class Scripted:
    """An assistant that gives these events; notes what it was asked, and whether it was closed."""

    def __init__(self, *events) -> None:
        self.events = events
        self.asked: list = []
        self.closed = False

    def stream(self, *asked, **options):
        self.asked.append((asked, options))
        try:
            for event in self.events:
                if isinstance(event, Exception):
                    raise event
                yield event
        finally:
            self.closed = True


def test_each_event_becomes_a_part_of_the_page(monkeypatch):
    monkeypatch.setattr("ui.chat.converse.time.monotonic", lambda: 100.0)  # all at once
    parts = list(converse(Scripted(*EVENTS), Asked("多少钱？", chinese=True)))
    assert [part["state"] for part in parts] == [
        "searching",
        "found",
        "forming",
        "forming",
        "forming",
        "done",
    ]
    assert "青岩水库的工程多少钱？" in parts[0]["slots"]["understood"]
    assert "第1篇" in parts[1]["slots"]["sources"]
    assert "共3.5" in parts[2]["slots"]["answer"]
    assert parts[3]["said"] == "共3.5亿元。"
    assert ">[1]</button>" in parts[3]["slots"]["answer"]
    assert "可疑" not in parts[4]["slots"]["answer"]
    assert parts[-1]["answer"] == ANSWER.to_dict()
    assert set(parts[-1]["slots"]) == {"understood", "answer", "sources", "actions"}


def test_words_that_were_read_otherwise_can_be_taken_back_of_a_whole_answer():
    read = answer(respelled="共多少钱？", standalone_question="共多少钱？", question="供多少钱？")
    (*_, done) = converse(Scripted(Done(read)), Asked("供多少钱？", chinese=True))
    assert 'data-drop="spelling"' in done["slots"]["understood"]
    assert 'data-drop="standalone"' not in done["slots"]["understood"]


def test_the_very_words_come_when_the_answer_is_whole():
    last = Done(answer(short=ShortAnswer("3.5亿元", 1, 5, 10)))
    *_, forming, done = converse(Scripted(*EVENTS[:-1], last), Asked("多少钱？", chinese=True))
    assert 'class="short"' not in forming["slots"]["answer"]
    assert 'class="short"' in done["slots"]["answer"]
    assert done["said"] == "3.5亿元"


def test_what_is_only_near_ends_as_such():
    near = AnswerSentence("共3.5亿元。", (1,), Support.UNVERIFIED)
    whole = "没有找到直接的回答，最接近的内容是： 共3.5亿元。 [1]"
    last = answer(sentences=(near,), answer=whole, certainty=Certainty.NEAREST)
    events = (*EVENTS[:5], Verified(near), Done(last))
    *_, forming, done = converse(Scripted(*events), Asked("多少钱？", chinese=True))
    assert "nearest-lead" in done["slots"]["answer"]
    assert done["said"] == whole
    for part in (forming, done):
        assert 'class="label' not in part["slots"]["answer"]


def test_a_reader_who_leaves_stops_the_assistant():
    assistant = Scripted(*EVENTS)
    parts = converse(assistant, Asked("多少钱？"))
    next(parts)
    parts.close()
    assert assistant.closed


def test_the_answerer_is_named_only_where_one_was_chosen():
    assistant = Scripted(*EVENTS)
    list(converse(assistant, Asked("多少钱？")))
    list(converse(assistant, Asked("多少钱？", answerer="m", strictness=Strictness.STRICT)))
    assert assistant.asked[0][1] == {"strictness": Strictness.BALANCED, "most_sources": 10}
    assert assistant.asked[1][1] == {
        "strictness": Strictness.STRICT,
        "most_sources": 10,
        "answerer": "m",
    }


def test_nothing_comes_after_a_refusal():
    refused = answer(refused=True, sentences=(), citations=(), answer="没有。")
    [only] = converse(Scripted(Done(refused)), Asked("？"))
    assert only["said"] == "没有。"
    assert "refusal" in only["slots"]["answer"]


@pytest.mark.parametrize(("chinese", "said"), [(True, "不行"), (False, "no")])
def test_what_goes_wrong_is_said_in_the_readers_language(chinese, said):
    failing = Scripted(EVENTS[0], QuestionError("no" + HURT, "不行" + HURT))
    parts = list(converse(failing, Asked("？", chinese=chinese)))
    assert parts[-1]["state"] == "failed"
    assert said in parts[-1]["slots"]["answer"]
    assert "<script" not in parts[-1]["slots"]["answer"]


def test_the_language_does_not_leak_out_of_a_part(monkeypatch):
    monkeypatch.setenv("JUWEN_LANGUAGE", "en")
    parts = converse(Scripted(*EVENTS), Asked("多少钱？", chinese=True))
    next(parts)
    assert say("en", "zh") == "en"
    parts.close()


def test_what_the_page_sends():
    asked = read_asked(
        {
            "question": "谁？",
            "history": [{"question": "a", "answer": "b"}] * 30,
            "filters": {"date_from": "2025-01-02", "accounts": ["甲"], "from_question": False},
            "strictness": "open",
            "sources": 99,
            "chinese": True,
        }
    )
    assert len(asked.history) == 20
    assert asked.history[0] == Turn("a", "b")
    assert asked.filters.date_from == date(2025, 1, 2)
    assert asked.filters.accounts == ("甲",)
    assert not asked.filters.from_question
    assert asked.strictness is Strictness.OPEN
    assert asked.sources == 10
    assert [read_asked({"question": "谁？", "sources": n}).sources for n in (-4, 1, 3)] == [1, 1, 3]


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"question": None},
        {"question": "谁？", "history": [{}]},
        {"question": "谁？", "history": 3},
        {"question": "谁？", "filters": {"date_to": "soon"}},
        {"question": "谁？", "filters": {"accounts": [1]}},
        {"question": "谁？", "filters": "x"},
        {"question": "谁？", "strictness": "lax"},
        {"question": "谁？", "sources": "many"},
        {"question": "谁？", "answerer": 7},
        {"question": "谁？", "kind": "poem"},
    ],
)
def test_what_it_never_sends(sent):
    with pytest.raises(GivenError, match="; give "):
        read_asked(sent)


def test_what_is_wrong_with_the_library_is_said_without_where_it_lies(caplog):
    wrong = LibraryError(
        "the library '/home/me/library' is gone", "文章库 '/home/me/library' 不见了"
    )
    for chinese, said in ((False, "try again later"), (True, "请稍后重试")):
        (part,) = converse(Scripted(wrong), Asked("谁？", chinese=chinese))
        assert said in part["said"]
        assert "/home" not in str(part)
    assert caplog.text.count("the library '/home/me/library' is gone") == 2
