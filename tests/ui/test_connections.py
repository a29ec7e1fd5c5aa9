"""Callers that keep a server waiting, at the server of OpenAI's protocol."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import httpx
import pytest
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.ui.chat.test_hostile import HALVES
from ui.connections import Patience, ProxyError, be_patient, read_proxies
from ui.openai_api.app import create_app


@pytest.fixture
def address(assistant) -> Iterator[tuple[str, int]]:
    patience = Patience(head_seconds=0.6, pause_seconds=0.6, unfinished=8)
    with serving(create_app(assistant), patience) as address:
        yield address


@contextmanager
def serving(app: ASGIApp, patience: Patience) -> Iterator[tuple[str, int]]:
    config = uvicorn.Config(app, log_level="warning", limit_concurrency=512, lifespan="off")
    be_patient(config, patience)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as sock:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]})
        thread.start()
        yield sock.getsockname()[:2]
        server.should_exit = True
        thread.join()


def test_seventy_half_requests_do_not_answer_503_to_everybody(address):
    connections = [socket.create_connection(address) for _ in range(70)]
    try:
        for connection in connections:
            with suppress(ConnectionError):  # closed already, to make room
                connection.sendall(HALVES["a head"])
        url = f"http://{address[0]}:{address[1]}/v1/models"
        assert httpx.get(url, timeout=20).status_code == 200
    finally:
        for connection in connections:
            connection.close()


def test_a_request_that_comes_in_pieces_is_answered(address):
    with socket.create_connection(address, timeout=20) as connection:
        for piece in (b"GET /v1/models HTTP/1.1\r\n", b"Host: 127.0.0.1\r\n", b"\r\n"):
            connection.sendall(piece)
            time.sleep(0.1)
        assert connection.recv(12) == b"HTTP/1.1 200"


def test_proxies_are_addresses():
    assert read_proxies(["10.0.0.2", "::1"]) == {"10.0.0.2", "::1"}
    with pytest.raises(ProxyError, match="is no address"):
        read_proxies(["proxy.example"])


def test_a_connection_that_rests_between_two_requests_is_not_closed_for_others(address):
    url = f"http://{address[0]}:{address[1]}/v1/models"
    with httpx.Client(timeout=20) as client:
        assert client.get(url).status_code == 200
        halves = [socket.create_connection(address) for _ in range(30)]
        try:
            for connection in halves:
                with suppress(ConnectionError):
                    connection.sendall(HALVES["a head"])
            assert client.get(url).status_code == 200  # on the same connection, else it is reset
        finally:
            for connection in halves:
                connection.close()


LARGE = 12_000_000


class Sending:
    """An application that answers with more than a connection takes unread; ``left`` says that its caller
    is gone."""

    def __init__(self) -> None:
        self.left = threading.Event()

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-length", b"%d" % LARGE)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"x" * LARGE, "more_body": False})
        while (await receive())["type"] != "http.disconnect":
            pass
        self.left.set()


def test_who_does_not_take_his_answer_is_not_waited_for():
    app = Sending()
    with serving(app, Patience(unread_seconds=0.5)) as address, socket.socket() as connection:
        connection.connect(address)
        connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert app.left.wait(20)


def test_who_takes_it_slowly_gets_the_whole():
    app, received = Sending(), 0
    with (
        serving(app, Patience(unread_seconds=2)) as address,
        socket.create_connection(address, timeout=20) as connection,
    ):
        connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        while received < LARGE:
            some = connection.recv(LARGE // 20)
            assert some, "the answer was cut off"
            received += len(some)
            time.sleep(0.2 * len(some) / (LARGE // 20))
        assert not app.left.is_set() or received >= LARGE
