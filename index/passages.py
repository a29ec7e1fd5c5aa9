"""Passages on their way through the encoder into the library, window by window."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.embedding.encoder import Vectors, passage_text
from index.embedding.workers import Embedding
from index.library.staging import StagedChunk, Writer
from index.records import Article, Change, Chunk, digest

WINDOW = 256
"""Chunks that are encoded together: enough to sort by length, few enough to lose little."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An article in its final form that waits for its chunks' vectors."""

    article: Article
    changes: tuple[Change, ...]
    version: str
    chunks: list[Chunk]


@dataclass(frozen=True, slots=True)
class _Window:
    """Articles whose passages are being embedded together.

    Attributes:
        keys: Hash of every chunk's passage, in order.
        known: Vectors that the library has already, by hash.
        new: Hashes of the passages that are being embedded, in the order of ``vectors``.
    """

    articles: list[Waiting]
    keys: list[str]
    known: Mapping[str, NDArray[np.float32]]
    new: list[str]
    vectors: Future[Vectors]


class Passages:
    """Articles go in, and are staged with their vectors in the order in which they came.

    Which passages are encoded together does not depend on who encodes them: a window is formed as
    if those before it were staged already.

    Attributes:
        chunks: How many chunks were staged.
        embedded: How many passages were encoded for them.
    """

    def __init__(self, writer: Writer, embedding: Embedding) -> None:
        self.chunks = self.embedded = 0
        self._writer = writer
        self._embedding = embedding
        self._waiting: list[Waiting] = []
        self._windows: deque[_Window] = deque()

    @property
    def under_way(self) -> int:
        """How many articles wait for vectors that others make."""
        waiting = len(self._waiting) if self._embedding.ahead else 0
        return waiting + sum(len(window.articles) for window in self._windows)

    def add(self, article: Waiting) -> None:
        self._waiting.append(article)
        if sum(len(waiting.chunks) for waiting in self._waiting) >= WINDOW:
            self._send()
            while len(self._windows) > self._embedding.ahead:
                self._stage(self._windows.popleft())

    def finish(self) -> Iterator[int]:
        """Stage all that is left; how many articles are still under way, where others embed them."""
        self._send()
        while self._windows:
            self._stage(self._windows.popleft())
            if self._embedding.ahead:
                yield self.under_way

    def _send(self) -> None:
        """Have the chunks that wait embedded, all together."""
        if not self._waiting:
            return
        articles, self._waiting = self._waiting, []
        texts = [passage_text(w.article, chunk) for w in articles for chunk in w.chunks]
        keys = [digest([text]) for text in texts]
        known = self._writer.vectors_of(keys)
        coming = {key for window in self._windows for key in window.new}
        new = {
            key: text
            for key, text in zip(keys, texts, strict=True)
            if key not in known and key not in coming
        }
        vectors: Future[Vectors] = Future()
        if new:
            vectors = self._embedding.submit(list(new.values()))
        else:
            vectors.set_result(np.empty((0, 0), np.float32))
        self._windows.append(_Window(articles, keys, known, list(new), vectors))

    def _stage(self, window: _Window) -> None:
        vectors = {**window.known, **dict(zip(window.new, window.vectors.result(), strict=True))}
        # What a window before it brought is staged by now.
        vectors |= self._writer.vectors_of([key for key in window.keys if key not in vectors])
        remaining = iter(window.keys)
        for waiting in window.articles:
            staged = [
                StagedChunk(chunk, key, vectors[key])
                for chunk, key in zip(waiting.chunks, remaining, strict=False)
            ]
            self._writer.stage(waiting.article, waiting.changes, waiting.version, staged)
        self.chunks += len(window.keys)
        self.embedded += len(window.new)
