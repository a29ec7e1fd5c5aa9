"""``juwen serve``: where it listens, and a real client asking it."""

from __future__ import annotations

import re
import shutil
import socket
import threading
import time

import click
import pytest
import uvicorn
from starlette.testclient import TestClient

from rag.assistant import Assistant
from rag.generation.chat_model import ChatModel
from tests.conftest import ScriptedChat
from ui.openai_api.app import create_app
from ui.serve import check_exposure

QUESTION = "东岸大桥什么时候通车？"
OPENING = "东岸大桥将于6月28日通车。"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.0.0.9"])
def test_this_machine_needs_no_key(host):
    check_exposure(host, None)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "juwen.example"])
def test_others_need_one(host, juwen, library_folder):
    check_exposure(host, "k")
    with pytest.raises(click.UsageError):
        check_exposure(host, "")
    ran = juwen("serve", "--library", library_folder, "--host", host)
    assert ran.code == 2
    assert "JUWEN_API_KEY" in ran.err


def test_a_port_that_is_taken_is_said(juwen, library_folder):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = juwen("serve", "--library", library_folder, "--port", port)
    assert ran.code == 1
    assert f"cannot listen on 127.0.0.1:{port}" in ran.complaints[0]


def test_no_library_is_said(juwen, tmp_path):
    ran = juwen("serve", "--library", tmp_path / "none", "--port", 0)
    assert ran.code == 1
    assert "juwen index" in ran.complaints[0]


@pytest.mark.parametrize(
    "origin", ["*", "localhost:3000", "http://a.example/path", "null", "http://localhost:*"]
)
def test_what_is_no_origin_or_every_one_is_refused(juwen, library_folder, origin):
    ran = juwen("serve", "--library", library_folder, "--port", 0, "--allow-origin", origin)
    assert ran.code == 2
    assert "--allow-origin" in ran.err


def test_two_libraries_of_one_name_are_refused(juwen, library_folder):
    ran = juwen("serve", "--library", library_folder, "--library", library_folder, "--port", 0)
    assert ran.code == 2
    assert "rename its folder" in ran.err


def test_several_libraries_share_a_model(juwen, library_folder, tmp_path, monkeypatch):
    shutil.copytree(library_folder, tmp_path / "second")
    served = []
    monkeypatch.setattr(uvicorn.Server, "run", lambda server, sockets: served.append(server))
    made = []
    monkeypatch.setattr(
        "ui.openai_api.app.create_app", lambda some, **how: made.append((some, how))
    )
    origin = "http://localhost:3000"
    options = ("--port", 0, "--allow-host", "My-PC.local", "--allow-origin", origin)
    libraries = ("--library", library_folder, "--library", tmp_path / "second")
    assert juwen("serve", *libraries, *options).code == 0
    [(assistants, how)] = made
    assert [*assistants] == [library_folder.name, "second"]
    first, second = assistants.values()
    assert first.encoder is second.encoder
    assert "my-pc.local" in how["hosts"]
    assert how["origins"] == (origin,)


def test_the_command_listens_and_says_where(juwen, library_folder, monkeypatch):
    served = []
    monkeypatch.setattr(
        uvicorn.Server, "run", lambda server, sockets: served.append(sockets[0].getsockname())
    )
    ran = juwen("serve", "--library", library_folder, "--port", 0)
    assert ran.code == 0
    ((host, port),) = served
    assert host == "127.0.0.1"
    assert re.search(rf"http://127\.0\.0\.1:{port}/v1", ran.err)


@pytest.mark.parametrize("given", ["/api", "api/"])
def test_under_a_path_it_is_asked_with_and_without_it(juwen, library_folder, monkeypatch, given):
    made = []
    config = uvicorn.Config
    monkeypatch.setattr(
        uvicorn, "Config", lambda app, **how: made.append(app) or config(app, **how)
    )
    monkeypatch.setattr(uvicorn.Server, "run", lambda _server, sockets: None)
    ran = juwen("serve", "--library", library_folder, "--port", 0, "--root-path", given)
    assert re.search(r"http://127\.0\.0\.1:\d+/api/v1\b", ran.err)
    with TestClient(made[0], "http://127.0.0.1") as client:
        models = [client.get(path).json() for path in ("/api/v1/models", "/v1/models")]
        assert models[0]["data"][0]["id"] == "juwen"
        assert models[0] == models[1]
        assert client.get("/other/v1/models").status_code == 404


def test_what_is_no_path_is_refused(juwen, library_folder):
    ran = juwen(
        "serve", "--library", library_folder, "--port", 0, "--root-path", "http://a.example"
    )
    assert ran.code != 0
    assert "--root-path" in ran.err


@pytest.fixture
def address(library_folder, encoder):
    """A running server of an assistant with a chat model."""
    chat = ChatModel("m", ScriptedChat(replies=[f"{OPENING}[1]大桥全长3.2公里。[1]"], usage=(9, 3)))
    assistant = Assistant.open(library_folder, encoder=encoder, chat_model=chat)
    sock = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_app(assistant, api_key="k"), log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{sock.getsockname()[1]}/v1"
    server.should_exit = True
    thread.join()
    sock.close()


def test_openais_own_client_can_ask(address):
    openai = pytest.importorskip("openai")
    asked = [{"role": "user", "content": QUESTION}]
    with openai.OpenAI(base_url=address, api_key="k", max_retries=0) as client:
        assert [model.id for model in client.models.list()] == ["juwen", "juwen-extractive"]
        reply = client.chat.completions.create(model="juwen", messages=asked)
        assert reply.choices[0].message.content.startswith(OPENING)
        assert reply.juwen["citations"][0]["quote"] == OPENING
        assert reply.usage.total_tokens == 12
        streamed = client.chat.completions.create(model="juwen", messages=asked, stream=True)
        parts = list(streamed)
        text = "".join(part.choices[0].delta.content or "" for part in parts)
        assert text == reply.choices[0].message.content
        assert parts[-1].juwen["answerer"] == "m"
        with pytest.raises(openai.NotFoundError, match="gpt-9"):
            client.chat.completions.create(model="gpt-9", messages=asked)
    stranger = openai.OpenAI(base_url=address, api_key="wrong", max_retries=0)
    with stranger, pytest.raises(openai.AuthenticationError):
        stranger.models.list()
