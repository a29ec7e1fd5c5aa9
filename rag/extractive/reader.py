"""The reader: a question and passages in; where each answers, and how sure that is, out.

One network reads question and passage together (``rag.extractive.reader_network``). Its upper layers and heads
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
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError

from index.embedding.encoder import PACKAGED, Encoder, computes_bfloat16
from index.embedding.packaged_model import FILE_SHA256, packaged_checkpoint
from index.errors import EncoderError
from index.records import Span
from rag.extractive.reader_input import Pair, make_pairs, open_tokenizer, own_tokenizer

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from rag.extractive.reader_network import ReaderNetwork

SPANS = 8
"""How many spans a passage gives at most."""

_LONGEST_SPAN = 60
"""Tokens."""

_STARTS = 24
_BATCH = 16


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

    def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[PassageReading]:
        """Read passages, given as (title, text), beside a question; shape (passages,)."""


def weights_file() -> Path:
    """The trained weights, as they come with the installation."""
    return Path(str(files("rag.extractive") / "data" / "reader.safetensors"))


class PackagedReader:
    """The reader that comes with the installation; its weights are loaded when it first reads.

    Args:
        encoder: The library's; where it is the packaged one, its tokenizer is used, too.

    Raises:
        EncoderError: at first use, where the weights are missing, damaged, or another encoder's.
    """

    def __init__(self, encoder: Encoder | None = None, weights: Path | None = None) -> None:
        self._encoder = encoder
        self._weights = weights or weights_file()
        self._lock = threading.Lock()

    def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[PassageReading]:
        with self._lock:
            network, tokenizer = self._network, self._tokenizer
            pairs = make_pairs(tokenizer, question, passages)
        order = sorted(range(len(pairs)), key=lambda at: len(pairs[at].ids))
        found: dict[int, PassageReading] = {}
        for at in range(0, len(order), _BATCH):
            some = order[at : at + _BATCH]
            found.update(zip(some, _read(network, [pairs[i] for i in some]), strict=True))
        return [found[at] for at in range(len(pairs))]

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        if self._encoder is not None and self._encoder.name == PACKAGED:
            shared: Any = getattr(self._encoder, "model", None)
            if shared is not None:
                return own_tokenizer(shared.tokenizer.backend_tokenizer)
        return open_tokenizer(packaged_checkpoint())

    @cached_property
    def _network(self) -> ReaderNetwork:
        try:
            return _load(self._weights)
        except (OSError, RuntimeError, KeyError, ValueError, SafetensorError) as error:
            reason = " ".join(f"{type(error).__name__}: {error}".split())[:200]
            raise EncoderError(
                f"the reader's weights {str(self._weights)!r} do not load ({reason}); "
                "reinstall with 'pip install --force-reinstall juwen'",
                f"阅读模型的权重 {str(self._weights)!r} 无法加载（{reason}）；"
                "请运行 pip install --force-reinstall juwen 重装",
            ) from error


def _load(weights: Path) -> ReaderNetwork:
    """The network with its trained weights, on the packaged encoder's lower layers."""
    import torch
    from safetensors import safe_open

    from rag.extractive.reader_network import open_network, unpack

    with safe_open(str(weights), framework="pt") as file:
        encoder = (file.metadata() or {}).get("encoder")
        if encoder != FILE_SHA256:
            raise ValueError("they were trained on another encoder")
        packed = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    network = open_network(packaged_checkpoint())
    unpack(network, packed)
    return network.to(torch.bfloat16) if computes_bfloat16() else network


def _read(network: ReaderNetwork, pairs: Sequence[Pair]) -> list[PassageReading]:
    import torch

    from rag.extractive.reader_network import tensors

    with torch.inference_mode():
        reading = network(*tensors([pair.ids for pair in pairs], [pair.passage for pair in pairs]))
    starts, ends = reading.start.float().numpy(), reading.end.float().numpy()
    return [
        PassageReading(float(answers), tuple(_spans(start, end, pair)))
        for start, end, answers, pair in zip(
            starts, ends, reading.answers.tolist(), pairs, strict=True
        )
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
