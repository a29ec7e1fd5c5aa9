"""The packaged model as an ``Encoder``, by ONNX Runtime: neither torch nor sentence-transformers."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index.embedding.encoder import PACKAGED, Encoder, Vectors
from index.embedding.engine import open_session, run
from index.embedding.packaged_model import packaged_graph
from index.embedding.packed_file import FINGERPRINT
from index.embedding.tokenizer import BEGIN, END, PADDING, PackagedTokenizer

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

_QUESTION, _PASSAGE = "query: ", "passage: "
_MOST_TOKENS = 512
_BATCH_TOKENS = 1024
"""Of texts that are read together; more of them gain nothing on a few cores, and take longer."""


class PackagedEncoder:
    """The encoder that comes with the installation, opened when it first encodes.

    Args:
        folder: As ``packaged_graph`` makes it, by default in the user's cache.
    """

    name = PACKAGED

    def __init__(self, folder: Path | None = None) -> None:
        self._given = folder
        self._lock = threading.Lock()

    @property
    def fingerprint(self) -> str:
        return FINGERPRINT

    @property
    def dimension(self) -> int:
        return 384 if self._given is None else self.encode_queries([""]).shape[1]

    @property
    def most_tokens(self) -> int:
        return _MOST_TOKENS

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(found.ids) + 2 for found in self.tokenizer.encode(_prompted(_PASSAGE, texts))]

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        return self._encode(_prompted(_PASSAGE, texts))

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._encode(_prompted(_QUESTION, texts))

    def character_states(self, question: str) -> Vectors:
        """What the model makes of each character of a question in its place: the states of its token
        after two thirds of the layers and after all.

        Returns:
            Shape (characters, 2 * dimension); zeros behind what the model reads, and for characters
            that belong to no token.
        """
        (found,) = self.tokenizer.encode([_QUESTION + question])
        tokens, mask = padded([_begun(found.ids)])
        _, *states = run(self._opened(), tokens, mask)
        each = np.concatenate([one[0] for one in states], axis=1)
        characters = np.zeros((len(_QUESTION) + len(question), each.shape[1]), np.float32)
        for state, (start, end) in zip(each[1:-1], found.offsets, strict=False):
            characters[start:end] = state
        return characters[len(_QUESTION) :]

    def _opened(self) -> InferenceSession:
        with self._lock:
            return self._session

    @cached_property
    def tokenizer(self) -> PackagedTokenizer:
        """The model's tokenizer, which the reader shares."""
        return PackagedTokenizer(self._folder)

    @cached_property
    def _folder(self) -> Path:
        return self._given or packaged_graph()

    @cached_property
    def _session(self) -> InferenceSession:
        return open_session(self._folder / "encoder.onnx")

    def _encode(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        session = self._opened()
        ids = [_begun(found.ids) for found in self.tokenizer.encode(texts)]
        vectors: dict[int, Vectors] = {}
        for batch in batches(ids):
            tokens, mask = padded([ids[at] for at in batch])
            vectors |= zip(batch, run(session, tokens, mask, most=1)[0], strict=True)
        return np.stack([vectors[at] for at in range(len(texts))])


def packaged(encoder: Encoder) -> PackagedEncoder:
    """The packaged encoder for what was trained on it: a library's own, or else one beside it."""
    return encoder if isinstance(encoder, PackagedEncoder) else _beside()


@cache
def _beside() -> PackagedEncoder:
    return PackagedEncoder()


def _begun(ids: Sequence[int]) -> list[int]:
    """A text's tokens as the model reads them, as many as it can."""
    return [BEGIN, *ids[: _MOST_TOKENS - 2], END]


def _prompted(prompt: str, texts: Sequence[str]) -> list[str]:
    return [prompt + text for text in texts]


def batches(ids: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Places of texts that are read together, of like lengths."""
    batch: list[int] = []
    for at in sorted(range(len(ids)), key=lambda at: len(ids[at])):
        if batch and (len(batch) + 1) * len(ids[at]) > _BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(at)
    if batch:
        yield batch


def padded(ids: Sequence[Sequence[int]]) -> tuple[np.ndarray, np.ndarray]:
    """Tokens (int64) and mask (int32), each of shape (texts, tokens of the longest)."""
    lengths = np.asarray([len(some) for some in ids])
    mask = np.arange(lengths.max())[None, :] < lengths[:, None]
    tokens = np.full(mask.shape, PADDING, np.int64)
    tokens[mask] = np.concatenate([np.asarray(some) for some in ids])
    return tokens, mask.astype(np.int32)
