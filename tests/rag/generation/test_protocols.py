"""Replies through the real clients of three providers, against a scripted server, streaming and not."""

from __future__ import annotations

import pytest

from rag.assistant import Assistant
from rag.records import EXTRACTIVE
from tests.rag.generation.protocols import PROVIDERS, Reply, open_at

QUESTION = "东岸大桥什么时候通车？"
OPENING = "东岸大桥将于6月28日通车。"
CITED = f"{OPENING}[1]"
THOUGHTS = "问的是通车日期，引文[1]写了。"


@pytest.fixture(
    params=[(name, how) for name in PROVIDERS for how in ("stream", "whole")], ids=":".join
)
def asked(request, server, library_folder, encoder, monkeypatch):
    """Ask the question of a model that replies so."""
    provider, how = request.param
    opened = open_at(server.url, provider, monkeypatch, whole=how == "whole")

    def ask(*replies: Reply):
        server.replies, server.asked = list(replies), []
        with Assistant.open(library_folder, encoder=encoder, chat_model=opened) as assistant:
            return assistant.ask(QUESTION)

    ask.how, ask.provider = how, provider
    return ask


@pytest.mark.parametrize(
    "reply",
    [
        Reply(CITED),
        Reply(CITED, thoughts=THOUGHTS),
        Reply(f"<think>{THOUGHTS}</think>\n\n{CITED}"),
        Reply(f"{THOUGHTS}\n</think>\n\n{CITED}"),
        Reply(f"<thinking>\n{THOUGHTS}\n</thinking>\n{CITED}"),
        Reply(f"好的。<think>{THOUGHTS}</think>\n{CITED}"),
        Reply(f"{CITED}\n<think>{THOUGHTS}"),
        Reply(f"{OPENING}[1](https://example.com/1)"),
        Reply(f"{OPENING}<sup>1</sup>"),
        Reply(f"根据[1]，{OPENING}"),
        Reply(f"{OPENING}（来源：[1]）"),
        Reply(f"```markdown\n{CITED}\n```"),
        Reply(f'{{"answer": "{CITED}"}}'),
        Reply(f"答案：{CITED}\n\n参考资料：\n[1] 东岸大桥月底通车"),
    ],
    ids=lambda reply: reply.text[:24].replace("\n", " "),
)
def test_what_is_said_is_the_answer_and_nothing_else(asked, reply):
    answer = asked(reply)
    assert answer.answer == f"{OPENING} [1]"
    assert (answer.notice, answer.incomplete) == ("", False)
    assert answer.answerer != EXTRACTIVE


def test_a_reply_that_reached_its_longest_is_incomplete(asked):
    answer = asked(Reply(f"{CITED} 此外还", ends="length"))
    assert answer.answer == f"{OPENING} [1]"
    assert answer.incomplete
    assert "长度上限" in answer.notice


def test_a_reply_that_the_provider_filtered_is_incomplete(asked):
    answer = asked(Reply(f"{CITED} 此外还", ends="filter"))
    assert answer.answer == f"{OPENING} [1]"
    assert answer.incomplete
    assert "内容过滤" in answer.notice


def test_a_connection_that_ends_early_leaves_the_reply_incomplete(asked):
    answer = asked(Reply(f"{CITED} 此外还", ends="cut"))
    assert answer.answer == f"{OPENING} [1]"
    assert answer.incomplete
    assert "中途断开" in answer.notice


@pytest.mark.parametrize(("ends", "words"), [("length", "还未作答"), ("filter", "内容过滤")])
def test_a_reply_that_ended_before_it_answered_is_stood_in_for(asked, ends, words):
    answer = asked(Reply("", thoughts=THOUGHTS, ends=ends))
    assert answer.answerer == EXTRACTIVE
    assert "6月28日" in answer.answer
    assert words in answer.notice


def test_a_refusal_in_words(asked):
    answer = asked(Reply("根据已知信息，资料没有写通车的日子。"))
    assert answer.refused
    assert answer.notice == ""


def test_a_context_that_is_too_short_is_shown_less(asked, server):
    too_long = Reply("the request exceeds the available context size", status=400)
    answer = asked(too_long, Reply(CITED))
    assert answer.answer == f"{OPENING} [1]"
    assert len(server.asked) == 2
