"""What a caller can do to the page's server by what it sends, and by what it does not send."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from rag.events import Text
from tests.ui.hostile_bodies import bodies
from ui.chat.guard import MOST_COMMAS, MOST_PARTS
from ui.chat.limits import Limited, Limits
from ui.chat.routes import AT_ONCE
from ui.chat.server import serving
from ui.connections import Patience

FORMS = {
    "ask": {"question": "谁？", "history": [], "filters": {}},
    "article": {"id": "bridge", "start": 0, "end": 5, "marks": "0-5", "passage": True},
    "headings": {"offset": 0, "date_from": "2025-01-01", "accounts": ["试验号"]},
    "find": {"q": "大桥", "date_to": "2026-01-01"},
    "render": {"answers": []},
    "export": {"answers": []},
    "feedback": {"question": "谁？", "verdict": "right", "article_ids": [], "history": []},
    "remove": {"id": "nobody"},
}
IMPATIENT = Patience(head_seconds=0.6, pause_seconds=0.6, unfinished=8, unfinished_in_all=64)


@pytest.mark.parametrize("name", FORMS)
def test_no_body_upsets_the_server(shared_url, name):
    with httpx.Client(base_url=shared_url, timeout=60) as client:
        for body in bodies(FORMS[name]):
            sent = client.post(
                f"/page/{name}", content=body, headers={"Content-Type": "application/json"}
            )
            assert sent.status_code in (200, 400, 413, 422), body[:80]
            if sent.status_code != 200:
                assert len(sent.json()["problem"]) > 10, body[:80]


@pytest.mark.parametrize(
    ("part", "times"), [(b"{}", MOST_PARTS), (b"[]", MOST_PARTS), (b"0", 2 + MOST_COMMAS)]
)
@pytest.mark.parametrize("path", ["/page/ask", "/page/render", "/gradio_api/call/ask"])
def test_a_body_of_countless_parts_is_refused_before_it_is_read(shared_url, path, part, times):
    body = b'{"data":[' + b",".join([part] * times) + b"]}"
    sent = httpx.post(f"{shared_url}{path}", content=body)
    assert sent.status_code == 413
    assert "send less at once" in sent.json()["problem"]


@pytest.mark.parametrize("path", ["/gradio_api/call/ask", "/gradio_api/queue/join"])
def test_no_body_upsets_what_programs_call(shared_url, path):
    with httpx.Client(base_url=shared_url, timeout=60) as client:
        for body in bodies({"data": ["谁？"], "fn_index": 1, "session_hash": "abc"}):
            sent = client.post(path, content=body, headers={"Content-Type": "application/json"})
            assert sent.status_code < 500, body[:80]


@pytest.mark.parametrize(
    "origin", ["http://[", "null", "", "http://[::1", "http://a b", "//", "http://\x7f", "x" * 5000]
)
def test_odd_origins_are_foreign(shared_url, origin):
    sent = httpx.post(f"{shared_url.rstrip('/')}/page/library", json={}, headers={"Origin": origin})
    assert sent.status_code == 403


def _connected(url: str) -> socket.socket:
    address = httpx.URL(url)
    connection = socket.create_connection((address.host, address.port), timeout=10)
    connection.settimeout(10)
    return connection


def _closed(connection: socket.socket) -> bool:
    try:
        return connection.recv(1) == b""
    except ConnectionError:
        return True
    except TimeoutError:
        return False


HALVES = {
    "a head": b"POST /page/library HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Some",
    "a body": b"POST /page/library HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 900\r\n\r\n{",
    "an upload": b"POST /page/upload?name=a.json HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 900\r\n\r\n[",
    "nothing": b"",
}


@pytest.fixture
def impatient_url(page_assistant, page_settings):
    with serving(page_assistant, replace(page_settings, patience=IMPATIENT)) as url:
        yield url


@pytest.mark.parametrize("half", HALVES)
def test_who_sends_half_a_request_is_not_waited_for(impatient_url, half):
    with _connected(impatient_url) as connection:
        connection.sendall(HALVES[half])
        begun = time.monotonic()
        assert _closed(connection)
        assert time.monotonic() - begun < 8


@pytest.mark.parametrize("half", HALVES)
def test_hundreds_of_half_requests_shut_nobody_out(impatient_url, half):
    connections = []
    try:
        for _ in range(200):
            connections.append(_connected(impatient_url))
            connections[-1].sendall(HALVES[half])
        begun = time.monotonic()
        assert httpx.get(impatient_url, timeout=20).status_code == 200
        assert time.monotonic() - begun < 10
    finally:
        for connection in connections:
            connection.close()


def test_a_slow_answer_is_not_taken_for_a_slow_caller(page_assistant, page_settings):
    def slowly(*_):
        time.sleep(2)

    settings = replace(page_settings, patience=IMPATIENT, remove=slowly)
    with serving(page_assistant, settings) as url:
        sent = httpx.post(f"{url.rstrip('/')}/page/remove", json={"id": "bridge"}, timeout=20)
    assert sent.status_code == 200


class LongAnswers:
    """An assistant whose answers are more than a connection takes unread."""

    length = 1_500_000

    def __init__(self, assistant):
        self._assistant = assistant

    def __getattr__(self, name):
        return getattr(self._assistant, name)

    def stream(self, *given, **named):
        yield Text("长" * self.length)
        yield from self._assistant.stream(*given, **named)


def test_who_does_not_read_his_answer_keeps_nobody_from_theirs(page_assistant, page_settings):
    body = '{"question": "东岸大桥全长多少？"}'.encode()
    head = f"POST /page/ask HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n\r\n"
    with serving(LongAnswers(page_assistant), page_settings) as url, ExitStack() as opened:
        unread = [opened.enter_context(_connected(url)) for _ in range(AT_ONCE)]
        for connection in unread:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.sendall(head.encode() + body)
        asked = httpx.post(f"{url}page/ask", content=body, timeout=60)
        assert len(asked.text) > LongAnswers.length


def _inbox(process: int) -> list[Path]:
    found = Path(tempfile.gettempdir()).glob(f"juwen-uploads-{process}-*/*/*")
    return [path for path in found if path.is_file()]


def test_uploads_that_are_broken_off_or_too_large_leave_nothing(
    page_assistant, page_settings, caplog, capfd
):
    caplog.set_level(logging.INFO)
    with serving(page_assistant, replace(page_settings, upload_bytes=1000)) as url:
        before = _inbox(os.getpid())
        with _connected(url) as connection:
            connection.sendall(HALVES["an upload"])
            time.sleep(1)
        chunks = (b"x" * 500 for _ in range(9))
        with suppress(httpx.HTTPError):  # cut off, or refused
            sent = httpx.post(f"{url.rstrip('/')}/page/upload?name=a.json", content=chunks)
            assert sent.status_code >= 400
        deadline = time.monotonic() + 10
        while _inbox(os.getpid()) != before and time.monotonic() < deadline:
            time.sleep(0.1)
        assert _inbox(os.getpid()) == before
    broken_off = [
        one for one in caplog.messages if "POST /page/upload: the caller broke off" in one
    ]
    assert len(broken_off) >= 1
    assert "Traceback" not in caplog.text + "".join(capfd.readouterr())


def test_searches_feedback_and_wrong_passwords_are_limited(page_assistant, page_settings):
    few = Limits({Limited.QUESTIONS: 2, Limited.FEEDBACK: 2, Limited.LOG_INS: 2})
    judged = {"question": "谁？", "verdict": "right"}
    with serving(page_assistant, replace(page_settings, limits=few)) as url:
        for name, form in (("find", {"q": "大桥"}), ("feedback", judged)):
            codes = [
                httpx.post(
                    f"{url.rstrip('/')}/page/{name}",
                    json=form,
                    headers={"Cookie": f"juwen_session=s{n}", "X-Forwarded-For": f"10.0.0.{n}"},
                ).status_code
                for n in range(3)
            ]
            assert codes == [200, 200, 429]
    settings = replace(page_settings, limits=few, users={"desk": "right"})
    with serving(page_assistant, settings) as url:
        codes = [httpx.get(url, auth=("desk", "wrong")).status_code for _ in range(3)]
        assert codes == [401, 401, 429]


def test_only_a_trusted_proxy_says_where_a_request_comes_from(page_assistant, page_settings):
    few = Limits({Limited.QUESTIONS: 1})
    patience = Patience(trusted_proxies=frozenset(["127.0.0.1"]))
    settings = replace(page_settings, limits=few, patience=patience)
    with serving(page_assistant, settings) as url:
        codes = [
            httpx.post(
                f"{url.rstrip('/')}/page/find",
                json={"q": "大桥"},
                headers={"X-Forwarded-For": address},
            ).status_code
            for address in ("10.0.0.1", "10.0.0.2", "10.0.0.1")
        ]
    assert codes == [200, 200, 429]


def test_many_threads_of_half_bodies_do_not_stop_the_page(impatient_url):
    def half() -> None:
        try:
            with _connected(impatient_url) as connection:
                connection.sendall(HALVES["a body"])
                connection.recv(1)
        except OSError:
            pass

    threads = [threading.Thread(target=half) for _ in range(60)]
    for thread in threads:
        thread.start()
    assert httpx.get(impatient_url, timeout=20).status_code == 200
    for thread in threads:
        thread.join()


SERVER = """
import signal
import sys
import threading
from pathlib import Path
from rag.assistant import Assistant
from tests.conftest import FakeEncoder
from ui.chat.server import Settings, serving
from ui.conversing import _end

signal.signal(signal.SIGTERM, _end)
with Assistant.open(Path(sys.argv[1]), encoder=FakeEncoder()) as assistant:
    with serving(assistant, Settings(port=0)) as url:
        print(url, flush=True)
        threading.Event().wait()
"""


def test_a_server_that_is_told_to_end_deletes_what_was_uploaded(library_folder):
    root = Path(__file__).parents[3]
    with subprocess.Popen(
        [sys.executable, "-c", SERVER, str(library_folder)],
        cwd=root,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            url = server.stdout.readline().strip()
            with _connected(url) as connection:
                connection.sendall(HALVES["an upload"])
                deadline = time.monotonic() + 20
                while not _inbox(server.pid) and time.monotonic() < deadline:
                    time.sleep(0.1)
                assert _inbox(server.pid)
                server.terminate()
                assert server.wait(60) == 0
            assert _inbox(server.pid) == []
        finally:
            server.kill()


def test_there_are_no_web_sockets(shared_url):
    with _connected(shared_url) as connection:
        connection.sendall(
            b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        assert b" 403 " in connection.recv(100)


def test_conversations_that_are_written_anew_are_few_at_a_time_and_limited(
    page_assistant, page_settings, monkeypatch
):
    lock, writing, most = threading.Lock(), 0, 0

    def slowly(*_):
        nonlocal writing, most
        with lock:
            writing += 1
            most = max(most, writing)
        time.sleep(0.1)
        with lock:
            writing -= 1
        return {"text": ""}

    monkeypatch.setattr("ui.chat.requests.Requests.export", slowly)
    settings = replace(page_settings, limits=Limits({Limited.SHOWN: 12}))
    with serving(page_assistant, settings) as url, ThreadPoolExecutor(12) as pool:

        def export(_: int) -> int:
            return httpx.post(f"{url}page/export", json={"answers": []}, timeout=60).status_code

        assert set(pool.map(export, range(12))) == {200}
        assert most == 2
        assert export(0) == 429
