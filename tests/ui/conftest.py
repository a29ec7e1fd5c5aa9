"""What the tests of ``ui`` share: the command run inside the test, with a fake model."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from index.readers.load import FIELDS
from index.records import RawArticle
from tests.conftest import ARTICLES
from ui.cli import main


@dataclass(frozen=True)
class Ran:
    """How a run of the command ended, and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def complaints(self) -> list[str]:
        return [line for line in self.err.splitlines() if line.startswith("juwen: ")]


Juwen = Callable[..., Ran]


def as_export(articles: Sequence[RawArticle]) -> list[dict[str, str]]:
    """Articles as the objects of a WeChat export."""
    return [{name: getattr(a, field) for field, name in FIELDS.items()} for a in articles]


def write_export(path: Path, articles: Sequence[RawArticle] = ARTICLES) -> Path:
    path.write_text(json.dumps(as_export(articles), ensure_ascii=False), "utf-8")
    return path


@pytest.fixture(autouse=True)
def _same_on_every_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """English messages, no settings from outside, an empty current folder."""
    monkeypatch.setenv("JUWEN_LANGUAGE", "en")
    for name in (
        "JUWEN_LIBRARY",
        "JUWEN_ENCODER",
        "JUWEN_DEBUG",
        "JUWEN_CHAT_MODEL",
        "JUWEN_API_KEY",
    ):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")


@pytest.fixture
def fake_models(
    fake_models: Callable[[str], object], monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], object]:
    """The same for the modules of commands that load a model by name."""
    monkeypatch.setattr("index.embedding.load.load_encoder", fake_models)
    return fake_models


@pytest.fixture
def juwen(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    fake_models: Callable[[str], object],
) -> Juwen:
    """Run ``juwen`` with these arguments and this typed into it."""

    def run(*arguments: object, typed: str = "") -> Ran:
        capsys.readouterr()
        code: object = 0
        with tempfile.TemporaryFile("w+", encoding="utf-8") as stdin:
            stdin.write(typed)
            stdin.seek(0)
            monkeypatch.setattr("sys.stdin", stdin)
            try:
                main([str(argument) for argument in arguments])
            except SystemExit as stopped:
                code = stopped.code or 0
        written = capsys.readouterr()
        assert isinstance(code, int)
        assert "Traceback" not in written.err
        return Ran(code, written.out, written.err)

    return run
