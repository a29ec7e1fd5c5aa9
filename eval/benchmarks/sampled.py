"""An encoder that encodes nothing: vectors sampled around those of a library that is there.

For measuring everything else at sizes that would take days to embed. A text's vector depends on the
text alone: two real vectors are chosen by its hash, their residuals (what is left of a vector when
the mean of all is taken off) are mixed, noise of a third of their length is added, and the mean put
back. So neighbours are about as near, and languages about as narrow, as they are with real vectors.
Search results by meaning are not meaningful.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from index.database.database import DATABASE
from index.embedding.encoder import Vectors, unit
from index.search.dense_vectors import unpack

_NOISE = 0.33


class SampledEncoder:
    """An ``index.embedding.encoder.Encoder`` whose vectors are sampled around those of the library ``folder``."""

    name = "sampled"
    fingerprint = "sampled-1"
    most_tokens = 512

    def __init__(self, folder: Path) -> None:
        connection = sqlite3.connect(f"{(folder / DATABASE).resolve().as_uri()}?mode=ro", uri=True)
        rows = connection.execute("SELECT vector FROM chunk ORDER BY id").fetchall()
        connection.close()
        vectors = np.stack([unpack(vector) for (vector,) in rows])
        self.dimension = vectors.shape[1]
        self.mean = vectors.mean(axis=0)
        self._residuals = vectors - self.mean

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [1] * len(texts)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        seeds = [hashlib.blake2b(t.encode("utf-8", "replace"), digest_size=8) for t in texts]
        return self.sample([int.from_bytes(seed.digest(), "little") for seed in seeds])

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self.encode_passages([f"question: {text}" for text in texts])

    def sample(self, seeds: Sequence[int]) -> Vectors:
        """One vector a seed, shape (n, dimension)."""
        vectors = np.empty((len(seeds), self.dimension), np.float32)
        for row, seed in enumerate(seeds):
            chosen = np.random.default_rng(seed)
            one, other = self._residuals[chosen.integers(len(self._residuals), size=2)]
            share = chosen.uniform(0.5, 1)
            mixed = share * one + (1 - share) * other
            noise = chosen.standard_normal(self.dimension, np.float32)
            noise *= float(_NOISE * np.linalg.norm(mixed) / np.linalg.norm(noise))
            vectors[row] = self.mean + mixed + noise
        return unit(vectors)
