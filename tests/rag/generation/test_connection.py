"""How a chat model is reached: read, kept where nobody else can read it, tried."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from rag.generation.chat_model import MOST_CONTEXT_TOKENS, ChatModelError
from rag.generation.connecting import try_connection, with_context
from rag.generation.connection import (
    Connection,
    Provider,
    connection_file,
    forget_connection,
    load_connection,
    read_connection,
    save_connection,
)
from rag.generation.opening import chosen_chat_model, open_connection
from rag.generation.servers import (
    Listed,
    _read,
    _refused,
    context_of,
    list_models,
    local_servers,
)
from tests.rag.generation.protocols import Reply, scripted_server

KEY = "sk-very-secret-1"


@pytest.fixture(autouse=True)
def _own_settings(tmp_path, monkeypatch):
    monkeypatch.setenv("JUWEN_SETTINGS", str(tmp_path / "settings"))
    for name in ("JUWEN_CHAT_MODEL", "JUWEN_CONTEXT_TOKENS", "OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("rag.generation.chat_model.RETRIES", 0)


@pytest.fixture(scope="module")
def server():
    with scripted_server() as served:
        yield served


def openai(server, **values):
    given = {"provider": "openai", "address": f"{server.url}/v1", "model": "small", "key": KEY}
    return read_connection(given | values)


def test_what_is_kept_is_read_again_and_by_its_owner_alone():
    assert load_connection() is None
    connection = Connection(Provider.OPENAI, "m", "https://example.com/v1", KEY, 8000)
    path = save_connection(connection)
    assert load_connection() == connection
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        path.chmod(0o644)
        load_connection()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["model.json"]
    assert forget_connection()
    assert load_connection() is None
    assert not forget_connection()


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"provider": "nobody"}', "\x00"])
def test_a_damaged_file_is_named(content):
    path = connection_file()
    path.parent.mkdir(parents=True)
    path.write_text(content, "utf-8")
    with pytest.raises(ChatModelError):
        load_connection()


def test_a_folder_that_cannot_be_written_is_named(tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("", "utf-8")
    monkeypatch.setenv("JUWEN_SETTINGS", str(blocked))
    with pytest.raises(ChatModelError, match="JUWEN_SETTINGS"):
        save_connection(Connection(Provider.OLLAMA, "m"))


@pytest.mark.parametrize(
    ("provider", "given", "address"),
    [
        ("openai", "https://api.deepseek.com", "https://api.deepseek.com/v1"),
        ("openai", "127.0.0.1:8080", "http://127.0.0.1:8080/v1"),
        ("openai", "localhost:1234/v1/", "http://localhost:1234/v1"),
        ("openai", "example.com/v1/chat/completions", "https://example.com/v1"),
        ("openai", "https://example.com/api/paas/v4", "https://example.com/api/paas/v4"),
        ("ollama", "http://127.0.0.1:11434/api/chat", "http://127.0.0.1:11434"),
        ("ollama", "127.0.0.1:11434/v1", "http://127.0.0.1:11434"),
        ("anthropic", "https://api.anthropic.com/v1/messages", "https://api.anthropic.com"),
        ("anthropic", "", ""),
    ],
)
def test_an_address_is_taken_as_people_paste_it(provider, given, address):
    assert read_connection({"provider": provider, "address": given}).address == address


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"provider": "nobody"},
        {"provider": "openai", "address": "file:///etc/passwd"},
        {"provider": "openai", "address": "http://"},
        {"provider": "openai", "address": "http://a:b:c"},
        {"provider": "openai", "key": "k" * 501},
        {"provider": "openai", "model": "a\nb"},
    ],
)
def test_what_cannot_be_a_connection_is_said(values):
    with pytest.raises(ChatModelError):
        read_connection(values)


def test_the_key_is_never_shown():
    connection = Connection(Provider.OPENAI, "m", key=KEY)
    assert KEY not in repr(connection)
    assert connection.without_key(f"bad key {KEY}") == "bad key …"


@pytest.mark.parametrize(
    ("provider", "path", "header"),
    [
        ("openai", "/v1/models", ("authorization", f"Bearer {KEY}")),
        ("ollama", "/api/tags", ("authorization", f"Bearer {KEY}")),
        ("anthropic", "/v1/models?limit=100", ("x-api-key", KEY)),
    ],
)
def test_a_server_lists_its_models(server, provider, path, header):
    address = f"{server.url}/v1" if provider == "openai" else server.url
    listed = list_models(openai(server, provider=provider, address=address))
    assert [one.name for one in listed] == ["small", "large"]
    assert server.paths[-1] == path
    assert server.headers[-1][header[0]] == header[1]


def test_of_two_lists_the_one_that_says_more_is_read():
    entry = {"id": "a", "meta": {"n_ctx": 4096}}
    assert [*_read({"models": [{"name": "a"}], "data": [entry]})] == [Listed("a", 4096)]
    assert [*_read([{"id": "b"}])] == [Listed("b")]


def test_servers_that_are_none_or_not_there(server):
    with pytest.raises(ChatModelError, match="lists chat models"):
        list_models(openai(server, address=f"{server.url}/elsewhere/v2/x"))
    with pytest.raises(ChatModelError, match="does not accept the key"):
        raise _refused("http://127.0.0.1", 401)
    with pytest.raises(ChatModelError, match="cannot be reached"):
        list_models(openai(server, address="http://127.0.0.1:9/v1"), seconds=2)


def test_servers_of_this_machine_are_found(server, monkeypatch):
    port = int(server.url.rpartition(":")[2])
    monkeypatch.setattr(server, "models", ["small", "bge-embed"])
    (found,) = local_servers({port: "llama.cpp", 9: "nothing"})
    assert (found.provider, found.address) == (Provider.OPENAI, f"{server.url}/v1")
    assert found.models == ("small",)
    monkeypatch.setattr(server, "models", ["juwen", "juwen-extractive"])
    assert local_servers({port: "vLLM"}) == []


@pytest.mark.parametrize(
    ("entry", "tokens"),
    [
        ({"max_model_len": 8192}, 8192),
        ({"context_length": 131072}, 131072),
        ({"meta": {"n_ctx_train": 32768}}, 32768),
        ({"id": "m"}, None),
        ({"context_length": "many"}, None),
    ],
)
def test_how_much_a_model_takes(entry, tokens):
    assert context_of(entry) == tokens


def test_evidence_fits_the_models_context(server, monkeypatch):
    pytest.importorskip("langchain_openai")

    def tokens(context):
        return open_connection(
            Connection(Provider.OPENAI, "small", f"{server.url}/v1", context=context)
        ).context_tokens

    assert tokens(4096) == 4096 - 2048
    assert tokens(128_000) == MOST_CONTEXT_TOKENS
    assert tokens(1000) == 500
    monkeypatch.setattr("rag.generation.connecting.list_models", lambda _: [Listed("small", 4096)])
    assert with_context(Connection(Provider.OPENAI, "small")).context == 4096
    monkeypatch.setenv("JUWEN_CONTEXT_TOKENS", "700")
    assert tokens(4096) == 700


def test_the_key_goes_to_the_server_that_it_is_for_and_what_it_says_is_timed(server):
    pytest.importorskip("langchain_openai")
    server.replies, server.asked = [Reply("<think>好。</think>5月18日开放。[1]")], []
    trial = try_connection(openai(server), chinese=True)
    assert trial.answer == "5月18日开放。[1]"
    assert 0 < trial.first <= trial.seconds
    assert server.headers[-1]["authorization"] == f"Bearer {KEY}"
    assert server.asked[-1]["model"] == "small"


@pytest.mark.parametrize("reply", [Reply(f"no such key {KEY}", status=500), Reply("")])
def test_a_trial_that_fails_says_why_without_the_key(server, reply):
    pytest.importorskip("langchain_openai")
    server.replies, server.asked = [reply], []
    with pytest.raises(ChatModelError) as raised:
        try_connection(openai(server), chinese=False)
    assert KEY not in f"{raised.value.english}{raised.value.chinese}{raised.value!r}"


def test_what_the_environment_names_wins(server, monkeypatch):
    pytest.importorskip("langchain_openai")
    assert chosen_chat_model() is None
    save_connection(openai(server))
    assert chosen_chat_model().name == "openai:small"
    monkeypatch.setenv("JUWEN_CHAT_MODEL", "openai:large")
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    assert chosen_chat_model().name == "openai:large"


def test_a_connection_without_a_model_is_said():
    with pytest.raises(ChatModelError, match="no model"):
        open_connection(Connection(Provider.OPENAI, ""))


def test_the_file_is_plain_json():
    path = save_connection(Connection(Provider.OLLAMA, "qwen3"))
    assert json.loads(path.read_text("utf-8"))["model"] == "qwen3"


def test_a_user_without_a_home_has_kept_nothing(monkeypatch):
    def homeless(_: type[Path]) -> Path:
        raise RuntimeError("Could not determine home directory.")

    for name in ("JUWEN_SETTINGS", "XDG_CONFIG_HOME", "APPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", classmethod(homeless))
    assert load_connection() is None
    with pytest.raises(ChatModelError, match="JUWEN_SETTINGS"):
        save_connection(Connection(Provider.OLLAMA, "m"))
