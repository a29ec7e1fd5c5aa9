"""``juwen chat``: what it opens, and when it refuses to."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from index.errors import JuwenError
from tests.ui.conftest import write_export
from ui.conversing import has_questions

BRIDGE = "东岸大桥什么时候通车？"


class Opened:
    """A page that serves nothing, and what it was told."""

    url = "http://127.0.0.1:1/"

    def __init__(self, settings) -> None:
        self.settings = settings
        self.said: list[str] = []
        self.failed: list[JuwenError] = []
        self.articles = -1

    def say(self, doing) -> None:
        self.said.append(doing.english)

    def fail(self, error) -> None:
        self.failed.append(error)

    def answer_with(self, assistant) -> None:
        self.articles = assistant.library.counts().articles

    def wait(self) -> None:
        pass


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Opened]:
    """The pages that are opened."""
    import ui.chat.server as server

    seen: list[Opened] = []

    @contextmanager
    def opened(settings) -> Iterator[Opened]:
        seen.append(Opened(settings))
        yield seen[-1]

    monkeypatch.setattr(server, "opened", opened)
    monkeypatch.setattr("ui.conversing._SECONDS_TO_READ_WHY", 0)
    return seen


def test_questions_that_are_piped_in_are_answered_in_the_terminal(juwen, library_folder, served):
    ran = juwen("chat", "--library", library_folder, typed=f"{BRIDGE}\n")
    assert "东岸大桥将于6月28日通车。" in ran.out
    assert served == []


def test_without_a_terminal_and_without_questions_the_page_is_opened(juwen, library_folder, served):
    juwen("chat", "--library", library_folder)
    assert [page.articles for page in served] == [5]
    juwen("chat", "--terminal", "--library", library_folder)
    assert len(served) == 1


def test_the_page_is_opened(juwen, library_folder, served):
    ran = juwen(
        "chat", "--page", "--library", library_folder, "--port", "0", "--mcp", "--no-browser"
    )
    assert ran.code == 0
    [page] = served
    assert page.articles == 5
    assert (page.settings.host, page.settings.port) == ("127.0.0.1", 0)
    assert page.settings.mcp
    assert "The page is at http://127.0.0.1:1/" in ran.err


def test_articles_are_put_into_the_library_before(juwen, tmp_path: Path, served):
    export = write_export(tmp_path / "export.json")
    ran = juwen("chat", "--page", export, "--library", tmp_path / "new")
    assert "5 added" in ran.err
    assert served[0].articles == 5
    assert "Indexing the articles … 5/5" in served[0].said


@pytest.mark.parametrize("command", ["chat", "index"])
@pytest.mark.parametrize(
    ("name", "said"), [("none.json", "no file or folder"), ("a.exe", "not a file that can be read")]
)
def test_a_wrong_path_is_said_before_anything_is_made(
    juwen, tmp_path, served, monkeypatch, command, name, said
):
    monkeypatch.setattr("index.embedding.load.load_encoder", None)  # none is loaded
    (tmp_path / "a.exe").write_bytes(b"MZ")
    ran = juwen(command, tmp_path / name, "--library", tmp_path / "new")
    assert ran.code == 2
    assert said in ran.err
    assert name in ran.err
    assert not (tmp_path / "new").exists()
    assert served == []


def test_one_wrong_path_among_good_ones(juwen, tmp_path, served):
    paths = (write_export(tmp_path / "export.json"), tmp_path / "none.json")
    assert juwen("chat", *paths, "--library", tmp_path / "new").code == 2
    assert not (tmp_path / "new").exists()
    ran = juwen("index", *paths, "--library", tmp_path / "new")
    assert (ran.code, "5 added" in ran.out) == (1, True)


def test_a_file_without_articles_leaves_no_empty_library(juwen, tmp_path, served):
    (tmp_path / "export.json").write_text("[]", "utf-8")
    ran = juwen("chat", tmp_path / "export.json", "--library", tmp_path / "new")
    assert ran.code == 1
    assert "no library was made" in ran.complaints[-1]
    assert not (tmp_path / "new").exists()
    [page] = served
    assert "no library was made" in page.failed[0].english


def test_no_library_is_said_before_the_page_is_opened(juwen, tmp_path, served):
    ran = juwen("chat", "--library", tmp_path / "none")
    assert ran.code == 1
    assert "juwen index" in ran.complaints[0]
    assert served == []


def test_others_are_let_in_only_with_a_password(juwen, library_folder, served, tmp_path: Path):
    ran = juwen("chat", "--page", "--library", library_folder, "--host", "0.0.0.0")
    assert ran.code == 2
    [complaint] = ran.complaints
    assert "add --auth user:password" in complaint
    assert served == []
    users = tmp_path / "users"
    users.write_text("ed:secret\nann:other\n", "utf-8")
    juwen("chat", "--page", "--library", library_folder, "--host", "0.0.0.0", "--auth", users)
    assert served[0].settings.users == {"ed": "secret", "ann": "other"}


@pytest.mark.parametrize(
    ("given", "root"), [("/", ""), ("juwen", "/juwen"), ("/team/juwen/", "/team/juwen")]
)
def test_the_path_of_a_proxy(juwen, library_folder, served, given, root):
    juwen("chat", "--library", library_folder, "--root-path", given, "--allow-host", "a.example")
    assert served[0].settings.root == root
    assert served[0].settings.hosts == ("a.example",)


@pytest.mark.parametrize("given", ["https://a.example/juwen", "/a b", "/../x", "/据闻"])
def test_what_is_no_path_is_refused(juwen, library_folder, served, given):
    ran = juwen("chat", "--library", library_folder, "--root-path", given)
    assert "--root-path" in ran.complaints[0]
    assert served == []


def test_where_questions_come_from(tmp_path):
    read, write = os.pipe()
    with open(read, encoding="utf-8") as waiting:
        assert not has_questions(waiting)  # somebody may write, but does not
        os.write(write, b"?\n")
        assert has_questions(waiting)
        assert waiting.readline() == "?\n"
        os.close(write)
        assert not has_questions(waiting)
    with open(os.devnull, encoding="utf-8") as nothing:
        assert not has_questions(nothing)
    assert not has_questions(None)
    (tmp_path / "q").write_text("?", "utf-8")
    with (tmp_path / "q").open(encoding="utf-8") as file:
        assert has_questions(file)
    file = (tmp_path / "q").open(encoding="utf-8")
    file.close()
    assert not has_questions(file)


def imported_by(imports: str, *names: str) -> list[str]:
    """Which of these modules are loaded by importing those."""
    code = f"import sys, {imports}; print(*[name for name in {names} if name in sys.modules])"
    root = Path(__file__).parents[2]
    ran = [sys.executable, "-c", code]
    return subprocess.run(ran, capture_output=True, text=True, check=True, cwd=root).stdout.split()


def test_the_page_waits_for_nothing_slow():
    """What is imported before the port is listened on."""
    slow = ("gradio", "torch", "numpy", "langchain", "rag.assistant", "index.build")
    assert imported_by("ui.cli, ui.conversing, ui.chat.server", *slow) == []


def test_help_does_not_wait_for_gradio():
    assert imported_by("ui.cli", "gradio", "torch", "starlette") == []
