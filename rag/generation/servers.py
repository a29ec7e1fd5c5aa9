"""What a server of chat models says of itself, and which run on this machine."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from rag.generation.chat_model import ChatModelError
from rag.generation.connection import Connection, Provider

_SECONDS = 10.0
_SECONDS_LOCAL = 1.0
_MOST_MODELS = 500

_OPENAI_PORTS = {
    8080: "llama.cpp",
    1234: "LM Studio",
    8000: "vLLM",
    1337: "Jan",
    5001: "KoboldCpp",
    5000: "text-generation-webui",
    4891: "GPT4All",
    30000: "SGLang",
    9997: "Xinference",
}
"""Ports that well-known local servers listen on by default."""

_OLLAMA_PORT = 11434
_OWN_MODEL = "juwen"
"""What ``juwen serve`` lists: asked by itself it would never answer."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A model that a server offers; ``context`` in tokens where it says so."""

    name: str
    context: int | None = None


@dataclass(frozen=True, slots=True)
class LocalServer:
    """A server found on this machine."""

    name: str
    provider: Provider
    address: str
    models: tuple[str, ...]


def list_models(connection: Connection, *, seconds: float = _SECONDS) -> list[Listed]:
    """The models that a server offers to whom has the key.

    Raises:
        ChatModelError: it cannot be reached, does not accept the key, or answers something else.
    """
    path, headers = _listing(connection)
    server = connection.server
    try:
        # A proxy of the network knows nothing of this machine's own servers.
        with httpx.Client(timeout=seconds, trust_env=not is_this_machine(server)) as client:
            response = client.get(f"{server}{path}", headers=headers)
            response.raise_for_status()
            listed = [*_read(response.json())][:_MOST_MODELS]
    except httpx.HTTPStatusError as error:
        raise _refused(server, error.response.status_code) from error
    except httpx.HTTPError as error:
        raise ChatModelError(
            f"the server {server!r} cannot be reached ({type(error).__name__}); check that it runs, and its address",
            f"无法连接服务器 {server!r}（{type(error).__name__}）；请确认其正在运行，并检查地址",
        ) from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise _no_server(server) from error
    return listed


def _refused(server: str, status: int) -> ChatModelError:
    if status in (401, 403):
        return ChatModelError(
            f"the server {server!r} does not accept the key; check it",
            f"服务器 {server!r} 不接受该密钥；请检查密钥",
        )
    if status in (404, 405):
        return _no_server(server)
    return ChatModelError(
        f"the server {server!r} does not list its models (HTTP {status}); try again, or name the model yourself",
        f"服务器 {server!r} 未列出模型（HTTP {status}）；请重试，或自行填写模型名",
    )


def _no_server(server: str) -> ChatModelError:
    return ChatModelError(
        f"nothing at {server!r} lists chat models; check the address and the provider, or name the model yourself",
        f"{server!r} 处没有可列出的对话模型；请检查地址与提供方，或自行填写模型名",
    )


def _listing(connection: Connection) -> tuple[str, Mapping[str, str]]:
    """The path that lists the models, and the headers that it takes."""
    match connection.provider:
        case Provider.OLLAMA:
            return "/api/tags", _bearer(connection.key)
        case Provider.ANTHROPIC:
            version = {"anthropic-version": "2023-06-01"}
            return "/v1/models?limit=100", {"x-api-key": connection.key, **version}
        case Provider.OPENAI:
            return "/models", _bearer(connection.key)


def _bearer(key: str) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {key}"} if key else {}


def _read(body: Any) -> Iterator[Listed]:
    models = body if isinstance(body, list) else body["data" if "data" in body else "models"]
    for one in models:
        name = one.get("id") or one.get("model") or one["name"]
        yield Listed(str(name), context_of(one))


def context_of(entry: Mapping[str, Any]) -> int | None:
    """How many tokens a model takes, where its entry in a list says so.

    >>> context_of({"id": "m", "meta": {"n_ctx": 4096, "n_ctx_train": 32768}})
    4096
    """
    names = (
        "loaded_context_length",
        "n_ctx",
        "max_model_len",
        "context_length",
        "max_context_length",
        "max_input_tokens",
        "context_window",
        "n_ctx_train",
    )
    meta = entry.get("meta")
    for name in names:
        for of in (entry, meta if isinstance(meta, Mapping) else {}):
            if isinstance(value := of.get(name), int) and value > 0:
                return value
    return None


def local_servers(ports: Mapping[int, str] | None = None) -> list[LocalServer]:
    """The servers of chat models that answer on this machine, on the ports that they have by default.

    Args:
        ports: Which to look at, by name, all of OpenAI's protocol but ``"Ollama"``.
    """
    looked_at = ports or {_OLLAMA_PORT: "Ollama", **_OPENAI_PORTS}
    with ThreadPoolExecutor(len(looked_at)) as pool:
        found = pool.map(lambda one: _at(*one), looked_at.items())
        return [server for server in found if server]


def _at(port: int, name: str) -> LocalServer | None:
    ollama = name == "Ollama"
    provider = Provider.OLLAMA if ollama else Provider.OPENAI
    address = f"http://127.0.0.1:{port}{'' if ollama else '/v1'}"
    with suppress(ChatModelError):
        models = list_models(Connection(provider, "", address), seconds=_SECONDS_LOCAL)
        names = tuple(one.name for one in models if _chats(one.name))
        if _OWN_MODEL not in names:
            return LocalServer(name, provider, address, names)
    return None


def _chats(name: str) -> bool:
    """Whether a model's name does not say that it makes vectors only."""
    return not any(word in name.lower() for word in ("embed", "rerank", "bge-", "whisper", "tts"))


def is_this_machine(address: str) -> bool:
    """Whether an address is one of this machine's own.

    >>> is_this_machine("http://localhost:8080/v1"), is_this_machine("https://example.com")
    (True, False)
    """
    host = urlsplit(address).hostname or ""
    if host == "localhost":
        return True
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return False


def chosen(models: Sequence[Listed], name: str) -> Listed | None:
    """A model of a list, by its name."""
    return next((one for one in models if one.name == name), None)
