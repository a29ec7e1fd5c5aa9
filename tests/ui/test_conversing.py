"""``juwen chat``: what it opens, and when it refuses to."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.ui.conftest import write_export

BRIDGE = "东岸大桥什么时候通车？"


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list:
    """Notes what would be served, and serves nothing."""
    import ui.chat.server as server

    seen: list = []

    def serve(assistant, settings, ready):
        seen.append((assistant.library.counts().articles, settings))
        ready("http://127.0.0.1:1/")

    monkeypatch.setattr(server, "serve", serve)
    return seen


def test_questions_that_are_piped_in_are_answered_in_the_terminal(juwen, library_folder, served):
    ran = juwen("chat", "--library", library_folder, typed=f"{BRIDGE}\n")
    assert "东岸大桥将于6月28日通车。" in ran.out
    assert served == []


def test_the_page_is_opened(juwen, library_folder, served):
    ran = juwen(
        "chat", "--page", "--library", library_folder, "--port", "0", "--mcp", "--no-browser"
    )
    assert ran.code == 0
    [(articles, settings)] = served
    assert articles == 5
    assert (settings.host, settings.port) == ("127.0.0.1", 0)
    assert settings.mcp
    assert not settings.open_browser
    assert "The page is at http://127.0.0.1:1/" in ran.err


def test_articles_are_put_into_the_library_before(juwen, tmp_path: Path, served):
    export = write_export(tmp_path / "export.json")
    ran = juwen("chat", "--page", export, "--library", tmp_path / "new")
    assert "5 added" in ran.err
    assert served[0][0] == 5


def test_others_are_let_in_only_with_a_password(juwen, library_folder, served, tmp_path: Path):
    ran = juwen("chat", "--page", "--library", library_folder, "--host", "0.0.0.0")
    assert ran.code == 1
    [complaint] = ran.complaints
    assert "add --auth user:password" in complaint
    assert served == []
    users = tmp_path / "users"
    users.write_text("ed:secret\nann:other\n", "utf-8")
    juwen("chat", "--page", "--library", library_folder, "--host", "0.0.0.0", "--auth", users)
    assert served[0][1].users == {"ed": "secret", "ann": "other"}


def test_help_does_not_wait_for_gradio():
    code = "import sys; from ui.cli import cli; print([m for m in ('gradio', 'torch', 'starlette') if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
