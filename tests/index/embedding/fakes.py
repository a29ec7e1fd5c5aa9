"""Encoders that workers can import in no time, and that bring them down where a test wants it."""

from __future__ import annotations

import hashlib
import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from index.embedding.encoder import Vectors, unit
from index.embedding.packaged_encoder import PackagedEncoder
from index.errors import EncoderError

PIDS, KILL = "TEST_PIDS", "TEST_KILL"
"""Variables that name a folder to leave one's process id in, and a file that says what kills one."""


class WindowEncoder:
    """Vectors that depend on all that is encoded together, as a real encoder's last bits do.

    Args:
        kind: Of another kind are another fingerprint and other vectors.
    """

    dimension, most_tokens = 32, 512

    def __init__(self, name: str = "fake", kind: str = "") -> None:
        self.name = name
        self.fingerprint = f"{name}{kind}"
        self.encoded = 0

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text) for text in texts]

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        self.encoded += len(texts)
        return self.encode_queries(texts)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        window = "\n".join([self.fingerprint, *texts])
        rows = [_drawn(f"{window}\n\n{text}", self.dimension) for text in texts]
        return unit(np.asarray(rows, np.float32).reshape(len(texts), self.dimension))


def _drawn(text: str, dimension: int) -> Vectors:
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little")
    return np.random.default_rng(seed).standard_normal(dimension).astype(np.float32)


def note(texts: Sequence[str]) -> None:
    """Leave this process's id, and how many passages it was given."""
    if folder := os.environ.get(PIDS):
        with (Path(folder) / str(os.getpid())).open("a", encoding="utf-8") as file:
            file.write(f"{len(texts)}\n")


def perish(texts: Sequence[str]) -> None:
    """Kill this process, if one of the texts holds the word that kills.

    The file that ``KILL`` names holds the word, and is gone after the first kill but for ``always``.
    """
    deadly = Path(os.environ.get(KILL, os.devnull))
    word, _, always = deadly.read_text("utf-8").partition(" ") if deadly.exists() else [""] * 3
    if word and any(word in text for text in texts):
        if not always:
            deadly.unlink()
        os.kill(os.getpid(), signal.SIGKILL)


class DeadlyEncoder(WindowEncoder):
    """One that notes what it encodes, and perishes."""

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        note(texts)
        perish(texts)
        return super().encode_passages(texts)


class SlowEncoder(WindowEncoder):
    """One that notes what it encodes, and takes its time."""

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        note(texts)
        time.sleep(2)
        return super().encode_passages(texts)


class DeadlyPackagedEncoder(PackagedEncoder):
    """The packaged one, that notes what it encodes, and perishes."""

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        note(texts)
        perish(texts)
        return super().encode_passages(texts)


def load_deadly(name: str) -> WindowEncoder:
    return DeadlyEncoder(name)


def load_slow(name: str) -> WindowEncoder:
    return SlowEncoder(name)


def load_other(name: str) -> WindowEncoder:
    return WindowEncoder(name, kind="other")


def load_deadly_packaged(name: str) -> PackagedEncoder:
    return DeadlyPackagedEncoder()


def load_nothing(name: str) -> WindowEncoder:
    raise EncoderError(f"there is no model {name!r} here", f"此处没有模型 {name!r}")


def load_broken(name: str) -> WindowEncoder:
    raise ZeroDivisionError(f"in {name}")


def load_window(name: str) -> WindowEncoder:
    return WindowEncoder(name)
