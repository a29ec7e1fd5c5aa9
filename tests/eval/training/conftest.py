"""What the tests of training share: a tiny encoder, material for it, a clock that a test winds."""

from __future__ import annotations

from itertools import count
from types import SimpleNamespace

import pytest

from eval.training.near_misses import Names, Neighbours
from tests.eval.training.material import TEXTS
from tests.tiny_reader import one_thread, tiny_packed, write_tiny_checkpoint


@pytest.fixture(scope="session")
def tiny_checkpoint(tmp_path_factory):
    return write_tiny_checkpoint(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def tiny(tiny_checkpoint, monkeypatch):
    """The tiny checkpoint wherever the packaged one would be, in float32 and one thread."""
    for name in ("packaged_checkpoint", "packaged_graph"):
        monkeypatch.setattr(f"index.embedding.packaged_model.{name}", lambda: tiny_checkpoint)
    monkeypatch.setattr("rag.extractive.reader.packaged_graph", lambda: tiny_checkpoint)
    monkeypatch.setattr("rag.extractive.reader.open_packed", lambda: tiny_packed(tiny_checkpoint))
    monkeypatch.setattr("eval.training.train.computes_bfloat16", lambda: False)
    with one_thread():
        yield tiny_checkpoint


@pytest.fixture
def clock(monkeypatch):
    """Every step of training takes a second."""
    monkeypatch.setattr("eval.training.train.time", SimpleNamespace(perf_counter=count().__next__))


@pytest.fixture(scope="session")
def names() -> Names:
    return Names([text.text for text in TEXTS])


@pytest.fixture(scope="session")
def neighbours() -> Neighbours:
    return Neighbours(TEXTS)
