"""What several tests of the readers need."""

from __future__ import annotations

import importlib
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from index.readers import isolated, recognition
from index.readers.workers import recognised_text


@pytest.fixture(scope="module")
def libraries_here():
    """Libraries run in this process: where many files are read, starting one for each is slow."""
    with pytest.MonkeyPatch.context() as patch:
        run_all_here(patch)
        yield


@pytest.fixture
def recognition_here(monkeypatch):
    """As ``libraries_here``, for one test; text is recognised, always the same."""
    run_all_here(monkeypatch)
    monkeypatch.setattr(recognition, "is_installed", lambda: True)


def run_all_here(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(isolated, "_run", run_here)
    patch.setattr(recognised_text, "_recogniser", lambda: recognise)


def run_here(
    script: Path, data: bytes, pages: Sequence[int] = (), seconds: float = 0, memory: int = 0
) -> dict:
    worker = importlib.import_module(f"index.readers.workers.{script.stem}")
    return json.loads(json.dumps(worker.extract(data, 10**6, 100, *pages)))


def recognise(picture: object) -> tuple[list, None]:
    """A recogniser that finds two lines in every picture: boxes, texts, and how sure it is."""
    lines = ("东岸大桥于六月一日", "通车，全长三公里。")
    boxes = [[[10, y], [200, y], [200, y + 18], [10, y + 18]] for y in (10, 32)]
    return [[box, line, 0.98] for box, line in zip(boxes, lines, strict=True)], None
