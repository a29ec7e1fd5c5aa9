"""Proxies of the environment keep nothing on this machine from being reached."""

from __future__ import annotations

import httpx
import pytest

from rag.assistant import Assistant
from rag.generation.chat_model import ChatModelError, open_chat_model
from ui.chat.server import Settings, serving
from ui.proxies import spare_local


@pytest.mark.parametrize(
    ("given", "spared"),
    [
        ({"HTTP_PROXY": "http://127.0.0.1:9"}, "localhost,127.0.0.1,::1"),
        (
            {"all_proxy": "socks5://127.0.0.1:9", "NO_PROXY": "a.example"},
            "a.example,localhost,127.0.0.1,::1",
        ),
        (
            {"https_proxy": "http://p:1", "no_proxy": "localhost, b.example"},
            "localhost,b.example,127.0.0.1,::1",
        ),
        ({"HTTPS_PROXY": "http://p:1", "no_proxy": "*"}, "*"),
        (
            {"HTTP_PROXY": "http://p:1", "NO_PROXY": "[::1], 10.0.0.0/8"},
            "::1,10.0.0.0/8,localhost,127.0.0.1",
        ),
    ],
)
def test_this_machine_is_spared(given, spared):
    environment = dict(given)
    spare_local(environment)
    assert environment["NO_PROXY"] == environment["no_proxy"] == spared


def test_nothing_is_set_where_there_is_no_proxy():
    environment = {"NO_PROXY": "a.example", "HTTP_PROXY": ""}
    spare_local(environment)
    assert environment == {"NO_PROXY": "a.example", "HTTP_PROXY": ""}


@pytest.mark.parametrize(
    ("name", "proxy"),
    [
        ("HTTP_PROXY", "http://127.0.0.1:9"),
        ("ALL_PROXY", "socks5://127.0.0.1:9"),
        ("all_proxy", "socks5h://x:1"),
    ],
)
def test_the_page_is_served_whatever_the_proxy(library_folder, encoder, monkeypatch, name, proxy):
    monkeypatch.setenv(name, proxy)
    with (
        Assistant.open(library_folder, encoder=encoder) as assistant,
        serving(assistant, Settings(port=0)) as url,
        httpx.Client(base_url=url, trust_env=False, timeout=60) as client,
    ):
        assert client.get("/health").status_code == 200
        assert client.get("/config").status_code == 200


def test_a_socks_proxy_without_its_package_is_said(monkeypatch):
    pytest.importorskip("langchain_openai")
    monkeypatch.setitem(__import__("sys").modules, "socksio", None)
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    with pytest.raises(ChatModelError, match="SOCKS proxy") as raised:
        open_chat_model("openai:some")
    assert "httpx[socks]" in str(raised.value)
    assert "langchain" not in str(raised.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HTTP_PROXY", "ftp://proxy.example:1"),
        ("ALL_PROXY", "socks4://127.0.0.1:9"),
        ("NO_PROXY", "[::1]"),
    ],
)
def test_a_proxy_that_no_client_can_use_is_said(monkeypatch, name, value):
    pytest.importorskip("langchain_ollama")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv(name, value)
    with pytest.raises(ChatModelError, match="HTTP_PROXY") as raised:
        open_chat_model("ollama:some")
    assert "OLLAMA" not in str(raised.value)
