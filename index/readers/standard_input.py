"""Standard input, given as the path ``-``: JSON or plain text, told apart by how it begins."""

from __future__ import annotations

import io
import re
import sys
from typing import IO

from index.errors import ArticleError
from index.readers.limits import PIECE_BYTES
from index.readers.source import Source

NAME = "stdin"
"""What messages call it, and the id of an article that comes as plain text."""

_MARKS = b"\xef\xbb\xbf\xff\xfe"
_ARRAY = re.compile(rb"\[\s*[{\]]")
_OBJECT = re.compile(rb"\{\s*[\"}]")


def standard_input() -> Source:
    """What comes on standard input, named by its kind: ``stdin.json``, ``.jsonl`` or ``.txt``.

    Raises:
        ArticleError: there is no standard input, or nothing on it.
    """
    stream: IO[bytes] | None = getattr(sys.stdin, "buffer", None)
    if stream is None or sys.stdin.closed:
        raise ArticleError(
            "there is no standard input to read; give the path of a file instead of '-'",
            "没有可读取的标准输入；请提供文件路径，不要使用 '-'",
        )
    try:
        head = stream.read(PIECE_BYTES)
    except (OSError, ValueError) as error:
        raise ArticleError(
            f"standard input cannot be read ({error}); give the path of a file instead of '-'",
            f"无法读取标准输入（{error}）；请提供文件路径，不要使用 '-'",
        ) from error
    if not head:  # also when it was given twice: the second time nothing is left
        raise ArticleError(
            "standard input is empty; pipe JSON, JSON lines or plain text into it",
            "标准输入为空；请通过管道传入 JSON、JSON Lines 或纯文本",
        )
    rest = _Rest(head, stream)
    return Source(NAME, f"{NAME}{_suffix(head)}", lambda: io.BufferedReader(rest, PIECE_BYTES))


def _suffix(head: bytes) -> str:
    start = head[:4096].replace(b"\0", b"").lstrip(_MARKS).lstrip()
    if _ARRAY.match(start):  # a text may begin with a bracket, too
        return ".json"
    return ".jsonl" if _OBJECT.match(start) else ".txt"


class _Rest(io.RawIOBase):
    """What was read already, then what is left. Closing it leaves standard input open."""

    def __init__(self, head: bytes, stream: IO[bytes]) -> None:
        super().__init__()
        self._head = head
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        part = self._head[: len(buffer)] or self._stream.read(len(buffer))
        self._head = self._head[len(part) :] if self._head else b""
        buffer[: len(part)] = part
        return len(part)
