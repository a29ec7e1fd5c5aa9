"""Callers that keep a server waiting, at the server of OpenAI's protocol."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import httpx
import pytest
import uvicorn

from tests.ui.chat.test_hostile import HALVES
from ui.connections import Patience, ProxyError, be_patient, read_proxies
from ui.openai_api.app import create_app


@pytest.fixture
def address(assistant) -> Iterator[tuple[str, int]]:
    config = uvicorn.Config(create_app(assistant), log_level="warning", limit_concurrency=512)
    be_patient(config, Patience(head_seconds=0.6, pause_seconds=0.6, unfinished=8))
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
