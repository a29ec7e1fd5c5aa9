"""Text in, unit vectors out: the encoder.

The default is multilingual-e5-small as the installation brings it (``packaged_encoder``, by ONNX
Runtime); any local folder or hub name that sentence-transformers loads works as well
(``sentence_transformer``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index.records import Article, Chunk
from index.text.sentences import subject_of

Vectors = NDArray[np.float32]
"""A matrix of shape (texts, dimension); rows have length 1 unless said otherwise."""

PACKAGED = "packaged"
"""Name of the encoder that comes with the installation."""

_TITLE_CHARACTERS = 120


class Model(Protocol):
    """What tells an embedding model from others."""

    @property
    def name(self) -> str:
        """What it is loaded by: ``"packaged"``, a local folder or a hub name."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    @property
    def fingerprint(self) -> str:
        """Equal for the same weights and settings, on any machine."""


class Encoder(Model, Protocol):
    """What the rest of the project asks of an embedding model."""

    @property
    def most_tokens(self) -> int:
        """The longest passage that is read whole, in the model's own tokens."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """How many tokens each passage takes, prompts included."""

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Unit float32 vectors of shape (len(texts), dimension)."""

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Unit float32 vectors of shape (len(texts), dimension)."""


def passage_text(article: Article, chunk: Chunk) -> str:
    """What the encoder reads for a chunk: what its article is about, then the chunk's own text."""
    return f"{subject_of(article)[:_TITLE_CHARACTERS]}\n{chunk.span.of(article.text)}".strip()


def unit(vectors: Vectors) -> Vectors:
    """Rows scaled to length 1; a zero row stays zero."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: Vectors = vectors / np.maximum(lengths, 1e-12)
    return scaled
