"""The reader: a question and passages in; where each answers, and how sure that is, out.

One network reads question and passage together (``rag.extractive.reader_graph``). Its upper layers and heads
were trained by ``eval.training`` and come with the installation (``rag/extractive/data/reader.safetensors``);
the rest is the packaged encoder's own, whichever encoder a library was built with. docs/reader.md
says what it learned from, and what it is bad at.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError

from index.embedding.encoder import Encoder
from index.embedding.engine import chosen_accuracy, open_session, run
from index.embedding.packaged_encoder import PackagedEncoder, batches, padded
from index.embedding.packaged_model import open_packed, packaged_graph
from index.embedding.tokenizer import PackagedTokenizer
from index.errors import EncoderError
from index.records import Span
from rag.extractive.reader_graph import reader_graph
from rag.extractive.reader_input import Pair, make_pairs
from rag.extractive.turns import READINGS

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

SPANS = 8
"""How many spans a passage gives at most."""

_LONGEST_SPAN = 60
"""Tokens."""

_STARTS = 24


@dataclass(frozen=True, slots=True)
class FoundSpan:
    """Words of a passage that may answer.

    Attributes:
        span: In characters of the passage.
        score: Logit of these words less that of no answer at all; above 0 they are likelier.
    """

    span: Span
    score: float


@dataclass(frozen=True, slots=True)
class PassageReading:
    """What the reader makes of one passage.

    Attributes:
        answers: Logit that the passage answers the question.
        spans: Words that may answer, likeliest first; none overlap.
    """

    answers: float
    spans: tuple[FoundSpan, ...]


class Reader(Protocol):
    """What the answerer asks of a reader."""

    def read(
        self, question: str, passages: Sequence[tuple[str, str]], background: str = ""
    ) -> list[PassageReading]:
        """Read passages, given as (title, text), beside a question; shape (passages,).

        Args:
            background: What was asked before, where the question leans on that.
        """


def weights_file() -> Path:
    """The trained weights, as they come with the installation."""
    return Path(str(files("rag.extractive") / "data" / "reader.safetensors"))


class PackagedReader:
    """The reader that comes with the installation; its weights are loaded when it first reads.

    Args:
        encoder: The library's; where it is the packaged one, its tokenizer is used, too.
        additions: What makes another network of it (``rag.extractive.reader_graph.with_additions``).

    Raises:
        EncoderError: at first use, where the weights are missing, damaged, or another encoder's.
    """

    def __init__(
        self,
        encoder: Encoder | None = None,
        weights: Path | None = None,
        additions: Path | None = None,
    ) -> None:
        self._encoder = encoder
        self._weights = weights or weights_file()
        self._additions = additions
        self._lock = threading.Lock()

    def read(
        self, question: str, passages: Sequence[tuple[str, str]], background: str = ""
    ) -> list[PassageReading]:
        with self._lock:
            session, tokenizer = self._session, self._tokenizer
        pairs = make_pairs(tokenizer, question, passages, background)
        found: dict[int, PassageReading] = {}
        for batch in batches([pair.ids for pair in pairs]):
            with READINGS.one():
                found |= zip(batch, _read(session, [pairs[at] for at in batch]), strict=True)
        return [found[at] for at in range(len(pairs))]

    @cached_property
    def _tokenizer(self) -> PackagedTokenizer:
        if isinstance(self._encoder, PackagedEncoder):
            return self._encoder.tokenizer
        return PackagedTokenizer(packaged_graph())

    @cached_property
    def _session(self) -> InferenceSession:
        try:
            return open_session(self._graph())
        except (OSError, RuntimeError, KeyError, ValueError, SafetensorError) as error:
            reason = " ".join(f"{type(error).__name__}: {error}".split())[:200]
            raise EncoderError(
                f"the reader's weights {str(self._weights)!r} do not load ({reason}); "
                "reinstall with 'pip install --force-reinstall juwen'",
                f"阅读模型的权重 {str(self._weights)!r} 无法加载（{reason}）；"
                "请运行 pip install --force-reinstall juwen 重装",
            ) from error

    def _graph(self) -> Path:
        folder = packaged_graph()
        accuracy = chosen_accuracy(folder)
        return reader_graph(self._weights, folder, accuracy, open_packed, self._additions)


def _read(session: InferenceSession, pairs: Sequence[Pair]) -> list[PassageReading]:
    tokens, mask = padded([pair.ids for pair in pairs])
    places = np.arange(tokens.shape[1])[None, :]
    first = np.asarray([pair.passage for pair in pairs])[:, None]
    past = np.asarray([len(pair.ids) - 1 for pair in pairs])[:, None]
    spans, answers = run(session, tokens, mask, passage=(places >= first) & (places < past))
    return [
        PassageReading(float(logit), tuple(_spans(found[:, 0], found[:, 1], pair)))
        for found, logit, pair in zip(spans, answers[:, 0], pairs, strict=True)
    ]


def _spans(start: NDArray[np.float32], end: NDArray[np.float32], pair: Pair) -> list[FoundSpan]:
    """The best spans of one pair that do not overlap."""
    first, past = pair.passage, len(pair.ids) - 1
    if past <= first:
        return []
    width = past - first
    scores = start[first:past, None] + end[None, first:past]
    allowed = np.triu(np.ones((width, width), bool)) & ~np.triu(
        np.ones((width, width), bool), _LONGEST_SPAN
    )
    flat = np.where(allowed, scores, -np.inf).ravel()
    best = np.argpartition(-flat, min(_STARTS * SPANS, flat.size - 1))[: _STARTS * SPANS]
    null = float(start[0] + end[0])
    found: list[FoundSpan] = []
    for at in best[np.argsort(-flat[best])].tolist():
        if np.isinf(flat[at]) or len(found) == SPANS:
            break
        span = pair.characters(first + at // width, first + at % width)
        apart = (span.end <= one.span.start or span.start >= one.span.end for one in found)
        if span.start < span.end and all(apart):
            found.append(FoundSpan(span, float(flat[at]) - null))
    return found
