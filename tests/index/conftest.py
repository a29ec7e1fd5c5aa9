"""A packed model small enough to make by hand, and the checkpoint that is decoded from it."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from index.embedding.packaged_model import write_checkpoint
from index.embedding.packed_file import read_packed

HIDDEN, LAYERS, HEADS, FEED_FORWARD, POSITIONS, TOKEN_TYPES = 32, 2, 4, 64, 48, 1
PIECES = (
    *(("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)),
    *(("▁", -3.0), (":", -4.0), ("▁query", -2.0), ("▁passage", -2.5), ("大桥", -5.0)),
    *((piece, -8.0) for piece in "大桥通车学校abcdefg。，"),
)
BOS, PAD, EOS, UNK = 0, 1, 2, 3


def packed_file_bytes(
    tensors: Mapping[str, bytes] | None = None,
    kinds: Mapping[str, tuple[int, int]] | None = None,
    *,
    magic: bytes = b"E5S1",
    block: int = 32,
) -> bytes:
    """A packed file of ``tensors``; ``kinds`` gives each its type (0 f32, 1 4-bit) and its count."""
    tensors, kinds = tensors or {}, kinds or {}
    shape = (HIDDEN, LAYERS, HEADS, FEED_FORWARD, len(PIECES), POSITIONS, TOKEN_TYPES)
    blobs = [piece.encode() for piece, _ in PIECES]
    head = magic + struct.pack("<I7ifi", 1, *shape, 1e-12, block)
    head += struct.pack("<5iQ", len(PIECES), BOS, EOS, PAD, UNK, sum(map(len, blobs)))
    ends = np.cumsum([0, *map(len, blobs)])
    head += ends.astype("<u4").tobytes()
    head += np.asarray([score for _, score in PIECES], "<f4").tobytes() + b"".join(blobs)
    head += struct.pack("<iI", 2, 5) + b"12345"
    table_bytes = 4 + sum(2 + len(name.encode()) + 21 for name in tensors)
    offset = len(head) + table_bytes
    table, data = struct.pack("<i", len(tensors)), b""
    for name, values in tensors.items():
        kind, count = kinds[name]
        encoded = name.encode()
        table += struct.pack("<H", len(encoded)) + encoded
        table += struct.pack("<BIQQ", kind, count, offset + len(data), len(values))
        data += values
    return head + table + data


def _tiny_file() -> bytes:
    random = np.random.default_rng(5)
    tensors: dict[str, bytes] = {}
    kinds: dict[str, tuple[int, int]] = {}

    def add(name: str, count: int, *, floats: float | None = None) -> None:
        if floats is not None:
            tensors[name] = np.full(count, floats, "<f4").tobytes()
        else:
            blocks = []
            for _ in range(count // 32):
                blocks.append(np.float16(0.05).tobytes() + random.bytes(16))
            tensors[name] = b"".join(blocks)
        kinds[name] = (int(floats is None), count)

    add("emb.word", len(PIECES) * HIDDEN)
    add("emb.pos", POSITIONS * HIDDEN)
    add("emb.type", TOKEN_TYPES * HIDDEN)
    norms = ["emb.ln", *(f"l{layer}.{part}" for layer in range(LAYERS) for part in ("aln", "oln"))]
    for norm in norms:
        add(f"{norm}.w", HIDDEN, floats=1.0)
        add(f"{norm}.b", HIDDEN, floats=0.0)
    for layer in range(LAYERS):
        for part, size in (("q", HIDDEN), ("k", HIDDEN), ("v", HIDDEN), ("ao", HIDDEN)):
            add(f"l{layer}.{part}.w", size * HIDDEN)
            add(f"l{layer}.{part}.b", size, floats=0.01)
        add(f"l{layer}.fi.w", FEED_FORWARD * HIDDEN)
        add(f"l{layer}.fi.b", FEED_FORWARD, floats=0.0)
        add(f"l{layer}.fo.w", HIDDEN * FEED_FORWARD)
        add(f"l{layer}.fo.b", HIDDEN, floats=0.0)
    return packed_file_bytes(tensors, kinds)


@pytest.fixture(scope="session")
def tiny_file() -> bytes:
    """A whole packed model file: two layers of 32, some twenty pieces."""
    return _tiny_file()


@pytest.fixture(scope="session")
def tiny_model(tiny_file: bytes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of ``tiny_file`` as a sentence-transformers model."""
    folder = tmp_path_factory.mktemp("models") / "tiny"
    write_checkpoint(read_packed(tiny_file), folder)
    return folder
