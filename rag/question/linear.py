"""A text's label by a multinomial logistic regression on its vector and on runs of its tokens.

The vector tells what a text is about, the runs how it is put. Only runs that several of the trained
examples have are looked at: those that name a subject say nothing of how a question on it is put.
``eval.training.kinds`` trains one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.text.script import fold

LONGEST_RUN = 6
"""Tokens."""

TOKEN = re.compile(r"[a-z]+|\d+|\S")
"""A token of a folded text: a word in Latin letters, a number, or one character."""

_STOPS = re.compile(r"[?？。！!；;]+(?=.)")
_FIGURE = "0"
"""Stands for every number: which one it is tells nothing of how a text is put."""

VECTOR_WEIGHT, RUN_WEIGHT, SHAPE_WEIGHT = 4.0, 3.0, 0.3
"""What brings the three kinds of feature to like sizes before one penalty holds for all."""

_ARRAYS = ("rarity", "weights", "bias", "mean")


@dataclass(frozen=True, slots=True, eq=False)
class LinearModel:
    """Trained weights.

    Attributes:
        labels: What a text may be.
        runs: The place of each known run of tokens among the features.
        rarity: What each counts: the logarithm of how rare it is among the examples (its inverse
            document frequency), shape (runs,).
        weights: Of each feature for each label, shape (features, labels).
        bias: Shape (labels,).
        mean: Of the vectors it was trained on, shape (dimension,).
    """

    labels: tuple[str, ...]
    runs: Mapping[str, int]
    rarity: NDArray[np.float32]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    mean: NDArray[np.float32]

    @classmethod
    def load(cls, path: Path) -> LinearModel:
        with np.load(path, allow_pickle=False) as kept:
            rarity, weights, bias, mean = (kept[name].astype(np.float32) for name in _ARRAYS)
            runs = {run: at for at, run in enumerate(str(kept["runs"]).split("\n"))}
            return cls(tuple(map(str, kept["labels"])), runs, rarity, weights, bias, mean)

    def save(self, path: Path) -> None:
        halves = {name: getattr(self, name).astype(np.float16) for name in _ARRAYS}
        runs = np.asarray("\n".join(self.runs))
        np.savez_compressed(path, labels=np.asarray(self.labels), runs=runs, **halves)

    def probabilities(self, text: str, vector: NDArray[np.float32]) -> dict[str, float]:
        """How likely each label is.

        Args:
            vector: Of the text as a question, shape (dimension,).
        """
        told = features(text, vector - self.mean, self.runs, self.rarity)
        scores = told @ self.weights + self.bias
        likely = np.exp(scores - scores.max())
        return dict(zip(self.labels, (likely / likely.sum()).tolist(), strict=True))


def features(
    text: str,
    vector: NDArray[np.float32],
    known: Mapping[str, int],
    rarity: NDArray[np.float32],
) -> NDArray[np.float32]:
    """What is told of a text, shape (dimension + known runs + 3,).

    Args:
        vector: Less the mean.
    """
    tokens = tokens_of(text)
    found = np.zeros(len(known), np.float32)
    places = [known[run] for run in set(runs_of(tokens)) if run in known]
    found[places] = rarity[places]
    found /= max(1.0, float(np.linalg.norm(found)))
    pauses = sum(token in ",，、" for token in tokens)
    shape = [np.log1p(len(tokens)), pauses, len(_STOPS.findall(text))]
    parts = [
        VECTOR_WEIGHT * vector,
        RUN_WEIGHT * found,
        SHAPE_WEIGHT * np.asarray(shape, np.float32),
    ]
    return np.concatenate(parts).astype(np.float32)


def tokens_of(text: str) -> list[str]:
    """Characters of Chinese, words of the rest, numbers as one sign; width, case and script folded."""
    return [sign_of(token) for token in TOKEN.findall(fold(text))]


def sign_of(token: str) -> str:
    """What a token counts as."""
    return _FIGURE if token.isdigit() else token


def run_of(tokens: Sequence[str]) -> str:
    """Tokens as one run."""
    return "\x1f".join(tokens)


def runs_of(tokens: Sequence[str]) -> Iterator[str]:
    """Every run of up to six tokens, the beginning and the end of the text among them."""
    whole = ["^", *tokens, "$"]
    for size in range(1, LONGEST_RUN + 1):
        for at in range(len(whole) - size + 1):
            yield run_of(whole[at : at + size])
