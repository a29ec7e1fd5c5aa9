"""A scripted server on this machine that speaks the protocols of OpenAI, Anthropic and Ollama."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from rag.generation.chat_model import ChatModel, open_chat_model

REASONS = {
    "openai": {"stop": "stop", "length": "length", "filter": "content_filter"},
    "anthropic": {"stop": "end_turn", "length": "max_tokens", "filter": "refusal"},
    "ollama": {"stop": "stop", "length": "length", "filter": "content_filter"},
}
"""What each protocol calls the ways in which a reply ends."""


@dataclass
class Reply:
    """What the server says.

    Attributes:
        thoughts: In the protocol's own field for them.
        ends: ``stop``, ``length``, ``filter``; ``cut`` where the connection ends before the reply.
        status: Another HTTP status than 200, with ``text`` as the error's message.
    """

    text: str
    thoughts: str = ""
    ends: str = "stop"
    status: int = 200


@dataclass
class Raw:
    """What the server sends as it stands: the lines of a stream, and the body where none is asked for."""

    lines: list[str]
    whole: dict[str, Any] | None = None


@dataclass
class Served:
    """The server as tests see it.

    Attributes:
        replies: One a request; the last one stands for all further ones.
        asked: The bodies of the requests, and their paths and headers.
        models: What it lists.
    """

    url: str = ""
    replies: list[Reply | Raw] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    models: list[str] = field(default_factory=lambda: ["small", "large"])


@contextmanager
def scripted_server() -> Iterator[Served]:
    served = Served()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            self._note()
            path = self.path.partition("?")[0]
            if path == "/api/tags":
                self._json({"models": [{"name": one, "model": one} for one in served.models]})
            elif path == "/v1/models":
                listed = [{"id": one, "object": "model"} for one in served.models]
                self._json({"object": "list", "data": listed})
            else:
                self._json({"error": "no such path"}, 404)

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self._note()
            served.asked.append(body)
            reply = served.replies[min(len(served.asked), len(served.replies)) - 1]
            if isinstance(reply, Raw):
                if body.get("stream") or reply.whole is None:
                    kind = "application/x-ndjson" if "/api/" in self.path else "text/event-stream"
                    self._stream(iter(reply.lines), kind)
                else:
                    self._json(reply.whole)
                return
            if reply.status != 200:
                self._json({"error": {"message": reply.text, "type": "x"}}, reply.status)
                return
            if "/api/chat" in self.path:
                lines, kind = _ollama(reply), "application/x-ndjson"
            elif "/messages" in self.path:
                lines, kind = _anthropic(reply), "text/event-stream"
            else:
                lines, kind = _openai(reply), "text/event-stream"
            if body.get("stream") or "/api/chat" in self.path:
                self._stream(lines, kind)
            else:
                whole = _anthropic_whole if "/messages" in self.path else _openai_whole
                self._json(whole(reply))

        def _note(self) -> None:
            served.paths.append(self.path)
            served.headers.append({k.lower(): v for k, v in self.headers.items()})

        def _json(self, value: object, status: int = 200) -> None:
            content = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def _stream(self, lines: Iterator[str], kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Connection", "close")
            self.end_headers()
            for line in lines:
                self.wfile.write(line.encode())
                self.wfile.flush()
            self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _pieces(text: str) -> Iterator[str]:
    yield from (text[at : at + 4] for at in range(0, len(text), 4))


def _openai(reply: Reply) -> Iterator[str]:
    def line(delta: dict[str, Any], reason: str | None = None) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
        return f"data: {json.dumps({**chunk, 'choices': [choice]})}\n\n"

    yield line({"role": "assistant", "content": ""})
    yield from (line({"reasoning_content": piece}) for piece in _pieces(reply.thoughts))
    yield from (line({"content": piece}) for piece in _pieces(reply.text))
    if reply.ends != "cut":
        yield line({}, REASONS["openai"][reply.ends])
        yield "data: [DONE]\n\n"


def _openai_whole(reply: Reply) -> dict[str, Any]:
    message = {"role": "assistant", "content": reply.text, "reasoning_content": reply.thoughts}
    choice = {
        "index": 0,
        "message": message,
        "finish_reason": REASONS["openai"].get(reply.ends),
    }
    named = {"id": "1", "object": "chat.completion", "created": 1, "model": "m"}
    return {**named, "choices": [choice]}


def _anthropic(reply: Reply) -> Iterator[str]:
    def line(kind: str, **values: Any) -> str:
        return f"event: {kind}\ndata: {json.dumps({'type': kind, **values})}\n\n"

    yield line("message_start", message={**_anthropic_whole(reply), "content": []})
    blocks = [("thinking", reply.thoughts)] if reply.thoughts else []
    for at, (kind, text) in enumerate([*blocks, ("text", reply.text)]):
        yield line("content_block_start", index=at, content_block={"type": kind, kind: ""})
        for piece in _pieces(text):
            delta = {"type": f"{kind}_delta", kind: piece}
            yield line("content_block_delta", index=at, delta=delta)
        yield line("content_block_stop", index=at)
    if reply.ends != "cut":
        reason = REASONS["anthropic"][reply.ends]
        delta = {"stop_reason": reason, "stop_sequence": None}
        yield line("message_delta", delta=delta, usage={"output_tokens": 5})
        yield line("message_stop")


def _anthropic_whole(reply: Reply) -> dict[str, Any]:
    thoughts = {"type": "thinking", "thinking": reply.thoughts, "signature": "s"}
    return {
        "id": "1",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": [*([thoughts] if reply.thoughts else []), {"type": "text", "text": reply.text}],
        "stop_reason": REASONS["anthropic"].get(reply.ends),
        "stop_sequence": None,
        "usage": {"input_tokens": 5, "output_tokens": 5},
    }


def _ollama(reply: Reply) -> Iterator[str]:
    def line(message: dict[str, str], **values: Any) -> str:
        named = {"model": "m", "created_at": "2025-01-01T00:00:00Z"}
        whole = {**named, "message": {"role": "assistant", **message}, "done": False, **values}
        return f"{json.dumps(whole)}\n"

    yield from (line({"content": "", "thinking": piece}) for piece in _pieces(reply.thoughts))
    yield from (line({"content": piece}) for piece in _pieces(reply.text))
    if reply.ends != "cut":
        reason = REASONS["ollama"][reply.ends]
        yield line({"content": ""}, done=True, done_reason=reason)


PROVIDERS = {
    "openai": ("langchain_openai", "OPENAI_BASE_URL", "/v1"),
    "anthropic": ("langchain_anthropic", "ANTHROPIC_BASE_URL", ""),
    "ollama": ("langchain_ollama", "OLLAMA_HOST", ""),
}


def open_at(url: str, provider: str, monkeypatch: pytest.MonkeyPatch, *, whole: bool) -> ChatModel:
    """The chat model of a provider's client at a scripted server, which asks once, for the whole or a
    stream; the test is skipped where the client is not installed."""
    package, variable, path = PROVIDERS[provider]
    pytest.importorskip(package)
    monkeypatch.setenv(variable, f"{url}{path}")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "k")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setattr("rag.generation.chat_model.RETRIES", 0)
    opened = open_chat_model(f"{provider}:m")
    if not whole:
        return opened
    model = opened.model.model_copy(update={"disable_streaming": True})
    return replace(opened, model=model)
