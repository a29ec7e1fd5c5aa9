"""Damaged files for the fuzz tests: what happens to files, and what somebody might do to one."""

from __future__ import annotations

import gzip
import random
import zlib

from .samples import unzipped, zipped

_ODD = (
    b"\0", b"\xff", b"\xef\xbb\xbf", b"\xff\xfe", b'"', b"\\", b"\\ud800", b"\\u0000", b"\n", b"\r", b",",
    b"[" * 500, b"{" * 500, b"]", b"}", b"NaN", b"1" * 5000, b"-", b"1e999", b"<", b">", b"<!DOCTYPE x>",
    b"<div>" * 300, b"</", b"&#xD800;", b"&#0;", b"<!--", b"<![CDATA[", b"..", b"../", b"/Length 99999999",
    b"/Count 999999999", b"/Kids [2 0 R]", b"/Filter /FlateDecode", b"5 0 R", b"endobj", b"stream\n",
    b"PK\5\6", b"PK\1\2", b"\xff" * 8, b"\x7f\xff\xff\xff", b"\xd0\xc2", "桥".encode(), "桥".encode("gbk"),
)  # fmt: skip


def mutated(rng: random.Random, name: str, data: bytes) -> bytes:
    """``data`` with one to eight things done to it, under its compression as often as on it."""
    if rng.random() < 0.5:
        if name.endswith(".gz"):
            return gzip.compress(_mutated(rng, gzip.decompress(data)), 1)
        if data.startswith(b"PK"):  # documents, books and archives
            parts = unzipped(data)
            for _ in range(rng.randint(1, 3)):
                part = rng.choice(list(parts))
                parts[part] = _mutated(rng, parts[part])
            return zipped(parts)
        if name.endswith(".pdf"):
            return _packed_stream(rng, data)
    return _mutated(rng, data)


def noise(rng: random.Random, sample: bytes) -> bytes:
    """Bytes of no kind, or the beginning of the right one and then any."""
    start = sample[: rng.randint(0, 40)] if rng.random() < 0.5 else b""
    return start + rng.randbytes(rng.choice((0, 1, 5, 50, 2000)))


def _mutated(rng: random.Random, data: bytes) -> bytes:
    for _ in range(rng.choice((1, 1, 2, 3, 8))):
        at = rng.randint(0, len(data))
        end = min(len(data), at + rng.choice((1, 1, 4, 50)))
        match rng.randrange(7):
            case 0:
                data = data[:at]
            case 1:
                data = data[:at] + data[end:]
            case 2:
                data = data[:at] + rng.randbytes(end - at) + data[end:]
            case 3:
                data = data[:at] + rng.choice(_ODD) + data[at:]
            case 4:
                data = data[:at] + data[at:end] * rng.choice((2, 100)) + data[end:]
            case 5:
                other = rng.randint(0, len(data))
                data = data[:at] + data[other : other + 200] + data[at:]
            case _:
                data = data[:at] + rng.choice(_ODD) + data[end:]
    return data


def _packed_stream(rng: random.Random, data: bytes) -> bytes:
    """A PDF in which a stream is packed, and damaged before or after that."""
    head, mark, rest = data.rpartition(b">>\nstream\n")
    content, end, tail = rest.partition(b"\nendstream")
    packed = zlib.compress(_mutated(rng, content))
    if rng.random() < 0.3:
        packed = _mutated(rng, packed)
    return head + b"/Filter /FlateDecode " + mark + packed + end + tail
