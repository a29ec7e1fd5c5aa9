"""What Gradio's queue keeps of calls, and how many may wait in it."""

from __future__ import annotations

import time
from types import SimpleNamespace

import httpx
import pytest
from starlette.requests import Request

from tests.ui.chat.test_server import called
from ui.chat import endpoints
from ui.chat.endpoints import forget_old
from ui.chat.guard import CALLER
from ui.chat.server import serving


def queue_of(sessions: dict[str, list[str]], answered: set[str]) -> SimpleNamespace:
    """Gradio's queue, as far as its records go; ``answered`` are the calls that are done."""
    calls = {call for some in sessions.values() for call in some}
    return SimpleNamespace(
        pending_event_ids_session={session: set(some) for session, some in sessions.items()},
        pending_messages_per_session=dict.fromkeys(sessions, "answers"),
        event_ids_to_events=dict.fromkeys(calls - answered),
    )


def test_the_oldest_answers_that_nobody_fetched_are_let_go_of(monkeypatch):
    monkeypatch.setattr(endpoints, "MOST_KEPT", 2)
    sessions = {"under way": ["1"], "old": ["2"], "fetched": [], "new": ["3"], "newest": ["4"]}
    queue = queue_of(sessions, {"2", "3", "4"})
    forget_old(queue)
    assert [*queue.pending_event_ids_session] == ["under way", "new", "newest"]
    assert [*queue.pending_messages_per_session] == ["under way", "new", "newest"]


def test_what_ended_calls_leave_is_bounded(page_assistant, page_settings, monkeypatch):
    monkeypatch.setattr(endpoints, "MOST_KEPT", 3)
    made = []
    program_app = endpoints.program_app
    monkeypatch.setattr(
        endpoints, "program_app", lambda *given: made.append(program_app(*given)) or made[-1]
    )
    with (
        serving(page_assistant, page_settings) as url,
        httpx.Client(base_url=url, timeout=600) as client,
    ):
        for _ in range(8):
            assert called(client, "search", ["大桥"]).startswith("event: complete")
        for _ in range(8):
            client.post("/gradio_api/call/search", json={"data": ["大桥"]})
        (app,) = made
        (mounted,) = [one.app for one in app.routes if hasattr(one, "app")]
        queue, states = mounted.get_blocks()._queue, mounted.state_holder
        end = time.monotonic() + 60
        while queue.event_ids_to_events and time.monotonic() < end:
            time.sleep(0.05)
        assert called(client, "search", ["大桥"]).startswith("event: complete")
        assert len(queue.pending_event_ids_session) <= 4
        assert len(queue.pending_messages_per_session) <= 4
        assert len(states.session_data) <= 3


def call_of(caller: str) -> SimpleNamespace:
    return SimpleNamespace(request=Request({"type": "http", CALLER: caller}))


@pytest.mark.parametrize(
    ("waiting", "full"), [("", False), ("aa", True), ("bb", False), ("bbb", True)]
)
def test_calls_that_wait_are_bounded_by_caller_and_in_all(monkeypatch, waiting, full):
    monkeypatch.setattr(endpoints, "MOST_OF_ONE", 2)
    monkeypatch.setattr(endpoints, "MOST_WAITING", 3)
    queue = SimpleNamespace(event_ids_to_events=dict(enumerate(map(call_of, waiting))))
    assert endpoints._is_full(queue, "a") is full
