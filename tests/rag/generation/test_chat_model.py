"""Opening a chat model, and what is said where it fails."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import httpx
import pytest
from langchain_core import exceptions as known
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage

from rag.generation.chat_model import (
    CONTEXT_TOKENS,
    ChatModel,
    ChatModelError,
    ContextError,
    Ending,
    Piece,
    Price,
    add_usage,
    as_chat_model,
    ending_of,
    explain,
    open_chat_model,
)
from rag.records import Usage
from tests.conftest import ScriptedChat

ASKED = [("human", "谁？")]


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch):
    for name in (
        "OPENAI_API_KEY",
        "OPENAI_BASE_URL",
        "OPENAI_API_BASE",
        "JUWEN_CHAT_TIMEOUT",
        "JUWEN_CHAT_PRICE",
        "JUWEN_CONTEXT_TOKENS",
    ):
        monkeypatch.delenv(name, raising=False)


def error_of(name):
    with pytest.raises(ChatModelError) as raised:
        open_chat_model(name)
    assert_one_sentence(raised.value)
    return raised.value


def assert_one_sentence(error):
    for said in (error.english, error.chinese):
        assert "\n" not in said
        assert 20 < len(said) < 400
    assert any("\u4e00" <= character <= "\u9fff" for character in error.chinese)


def test_a_server_of_ones_own_needs_no_key(monkeypatch):
    pytest.importorskip("langchain_openai")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    chat = open_chat_model("openai:deepseek-chat")
    assert chat.name == "openai:deepseek-chat"
    assert chat.context_tokens == CONTEXT_TOKENS
    assert chat.price is None
    assert chat.model.max_retries == 2
    assert chat.model.request_timeout == 120
    assert chat.model.stream_usage is True
    assert chat.model.temperature == 0


def test_settings_from_the_environment(monkeypatch):
    pytest.importorskip("langchain_openai")
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    monkeypatch.setenv("JUWEN_CHAT_TIMEOUT", "7.5")
    monkeypatch.setenv("JUWEN_CHAT_PRICE", "0.27, 1.10")
    monkeypatch.setenv("JUWEN_CONTEXT_TOKENS", "800")
    chat = open_chat_model("openai:gpt-4o")
    assert (chat.model.request_timeout, chat.context_tokens) == (7.5, 800)
    assert chat.price == Price(0.27, 1.10)


def test_a_model_that_takes_no_temperature_is_given_none(monkeypatch):
    pytest.importorskip("langchain_openai")
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    assert open_chat_model("openai:o3").model.temperature is None


def test_ollama_is_told_how_long_its_context_is(monkeypatch):
    pytest.importorskip("langchain_ollama")
    monkeypatch.setenv("JUWEN_CONTEXT_TOKENS", "5000")
    chat = open_chat_model("ollama:qwen3:4b")
    assert chat.model.model == "qwen3:4b"
    assert chat.model.num_ctx > 5000
    assert chat.model.client_kwargs == {"timeout": 120.0}


@pytest.mark.parametrize(
    ("name", "module", "extra"),
    [
        ("openai:gpt-4o", "langchain_openai", "pip install 'juwen[openai]'"),
        ("ollama:qwen3", "langchain_ollama", "pip install 'juwen[ollama]'"),
        ("anthropic:claude-x", "langchain_anthropic", "pip install 'juwen[anthropic]'"),
        ("groq:x", "langchain_groq", "pip install langchain-groq"),
    ],
)
def test_a_missing_package_names_the_command_that_installs_it(monkeypatch, name, module, extra):
    from langchain.chat_models import base

    base._get_chat_model_creator.cache_clear()
    monkeypatch.setitem(sys.modules, module, None)
    error = error_of(name)
    assert error.english.endswith(extra)
    assert error.chinese.endswith(extra)


@pytest.mark.parametrize("name", ["nothing", "nobody:model", ""])
def test_a_name_that_is_none(name):
    assert "provider:model" in error_of(name).english


def test_no_key_at_all():
    pytest.importorskip("langchain_openai")
    error = error_of("openai:gpt-4o")
    assert "OPENAI_API_KEY" in error.english
    assert "OPENAI_BASE_URL" in error.chinese


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("JUWEN_CHAT_TIMEOUT", "soon"),
        ("JUWEN_CHAT_TIMEOUT", "-1"),
        ("JUWEN_CHAT_TIMEOUT", "nan"),
        ("JUWEN_CONTEXT_TOKENS", "0"),
        ("JUWEN_CHAT_PRICE", "1"),
        ("JUWEN_CHAT_PRICE", "a,b"),
        ("JUWEN_CHAT_PRICE", "-1,2"),
    ],
)
def test_a_malformed_setting_is_named(monkeypatch, variable, value):
    monkeypatch.setenv(variable, value)
    error = error_of("openai:gpt-4o")
    assert variable in error.english
    assert repr(value) in error.chinese


def test_what_is_given_for_a_chat_model():
    scripted = ScriptedChat(replies=["甲"])
    chat = as_chat_model(scripted)
    assert (chat.name, chat.model) == ("ScriptedChat", scripted)
    assert as_chat_model(chat) is chat
    named = ScriptedChat(replies=["甲"])
    object.__setattr__(named, "model_name", "m-1")
    assert as_chat_model(named).name == "m-1"


def test_a_reply_comes_in_pieces_with_usage_and_cost():
    chat = ChatModel("m", ScriptedChat(replies=[["甲", "乙"]], usage=(1000, 50)), Price(2.0, 4.0))
    pieces = list(chat.stream(ASKED))
    assert "".join(piece.text for piece in pieces) == "甲乙"
    (usage,) = [piece.usage for piece in pieces if piece.usage]
    assert (usage.input_tokens, usage.output_tokens) == (1000, 50)
    assert usage.cost == pytest.approx(0.0022)


def test_cost_is_unknown_where_no_price_was_given():
    chat = ChatModel("m", ScriptedChat(replies=["甲"], usage=(10, 5)))
    assert [p.usage.cost for p in chat.stream(ASKED) if p.usage] == [None]


def test_langchains_own_fake_model_replies():
    model = GenericFakeChatModel(messages=iter([AIMessage("It opens on 28 June. [1]")]))
    pieces = list(as_chat_model(model).stream(ASKED))
    assert "".join(piece.text for piece in pieces) == "It opens on 28 June. [1]"
    assert len(pieces) > 3


def test_content_in_blocks_is_read_as_its_text():
    blocks = [{"type": "reasoning", "reasoning": "hm"}, {"type": "text", "text": "甲"}]
    chat = as_chat_model(ScriptedChat(replies=[[blocks]]))
    assert [piece.text for piece in chat.stream(ASKED) if piece.text] == ["甲"]


def test_an_empty_reply_is_no_error():
    chat = as_chat_model(ScriptedChat(replies=[[]]))
    for whole in (False, True):
        assert [*chat.stream(ASKED, whole=whole)] == [Piece("", ending=Ending.COMPLETE)]


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (None, None, None),
        (Usage(1, 2), None, Usage(1, 2)),
        (None, Usage(1, 2), Usage(1, 2)),
        (Usage(1, 2, 0.5), Usage(3, 4, 0.25), Usage(4, 6, 0.75)),
        (Usage(1, 2, 0.5), Usage(3, 4), Usage(4, 6)),
    ],
)
def test_usage_adds_up(one, other, both):
    assert add_usage(one, other) == both


class HTTPError(Exception):
    def __init__(self, status_code, said="secret sk-abcdef123456 inside"):
        super().__init__(said)
        self.status_code = status_code


FAILURES = [
    (known.ModelTimeoutError("t"), "in time"),
    (httpx.ReadTimeout("t"), "in time"),
    (TimeoutError(), "in time"),
    (HTTPError(504), "in time"),
    (known.ModelRateLimitError("r"), "rate limit"),
    (HTTPError(429), "rate limit"),
    (known.ModelAuthenticationError("k"), "key"),
    (known.ModelPermissionDeniedError("k"), "key"),
    (HTTPError(401), "key"),
    (HTTPError(403), "key"),
    (known.ModelNotFoundError("m"), "does not know"),
    (HTTPError(404), "does not know"),
    (known.ContextOverflowError("c"), "JUWEN_CONTEXT_TOKENS"),
    (known.ModelConnectionError("c"), "cannot be reached"),
    (httpx.ConnectError("c"), "cannot be reached"),
    (ConnectionError("refused"), "cannot be reached"),
    (httpx.RemoteProtocolError("gone"), "cannot be reached"),
    (HTTPError(500), "failed (HTTPError"),
    (RuntimeError("a\nb"), "failed (RuntimeError: a b)"),
    (RuntimeError(), "failed (RuntimeError)"),
]


@pytest.mark.parametrize(("failure", "words"), FAILURES)
def test_every_failure_is_one_sentence(failure, words):
    chat = ChatModel("openai:m", ScriptedChat(replies=[[failure]]))
    with pytest.raises(ChatModelError) as raised:
        list(chat.stream(ASKED))
    assert words in raised.value.english
    assert "'openai:m'" in raised.value.chinese
    assert "sk-abcdef" not in raised.value.english
    assert_one_sentence(raised.value)


@pytest.mark.parametrize("failure", [failure for failure, _ in FAILURES])
def test_a_model_that_breaks_off_is_said_to(failure):
    chat = ChatModel("m", ScriptedChat(replies=[["甲", failure]]))
    pieces = chat.stream(ASKED)
    assert next(pieces).text == "甲"
    with pytest.raises(ChatModelError, match="broke off"):
        list(pieces)


def test_the_cause_of_an_error_tells_as_well():
    wrapped = RuntimeError("request failed")
    wrapped.__cause__ = httpx.ConnectTimeout("t")
    assert "in time" in explain(wrapped, "m").english


def test_the_real_client_is_understood_where_no_server_is(monkeypatch):
    pytest.importorskip("langchain_openai")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setattr("rag.generation.chat_model.RETRIES", 0)
    with pytest.raises(ChatModelError, match="cannot be reached"):
        list(open_chat_model("openai:m").stream(ASKED))


def test_a_status_that_is_no_number_is_overlooked():
    error = RuntimeError("x")
    error.status_code = SimpleNamespace()
    assert "failed" in explain(error, "m").english


@pytest.mark.parametrize(
    ("metadata", "ending"),
    [
        ({}, None),
        ({"finish_reason": None}, None),
        ({"finish_reason": "stop"}, Ending.COMPLETE),
        ({"stop_reason": "end_turn"}, Ending.COMPLETE),
        ({"done": True}, Ending.COMPLETE),
        ({"done_reason": "stop", "done": True}, Ending.COMPLETE),
        ({"finish_reason": "length"}, Ending.LENGTH),
        ({"stop_reason": "max_tokens"}, Ending.LENGTH),
        ({"finish_reason": "MAX_TOKENS"}, Ending.LENGTH),
        ({"stop_reason": "model_context_window_exceeded"}, Ending.LENGTH),
        ({"done_reason": "length"}, Ending.LENGTH),
        (
            {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}},
            Ending.LENGTH,
        ),
        ({"finish_reason": "content_filter"}, Ending.FILTERED),
        ({"stop_reason": "refusal"}, Ending.FILTERED),
        ({"finish_reason": "SAFETY"}, Ending.FILTERED),
        ({"finish_reason": "sensitive"}, Ending.FILTERED),
        ({"finish_reason": "network_error"}, Ending.BROKEN),
        ({"finish_reason": "abort"}, Ending.BROKEN),
        ({"done_reason": "unload"}, Ending.BROKEN),
        ({"finish_reason": "something_new"}, Ending.COMPLETE),
    ],
)
def test_how_a_reply_ended_in_the_words_of_each_protocol(metadata, ending):
    assert ending_of(metadata) is ending


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("the request exceeds the available context size (4096 tokens)", 400),
        ("This model's maximum context length is 8192 tokens", 400),
        ("prompt is too long: 250000 tokens > 200000 maximum", 400),
        ("Input tokens exceed the configured limit", 413),
    ],
)
def test_a_context_that_is_too_short_is_told_apart(said, status):
    error = RuntimeError(said)
    error.status_code = status
    assert isinstance(explain(error, "m"), ContextError)
    error.status_code = 429
    assert not isinstance(explain(error, "m"), ContextError)
