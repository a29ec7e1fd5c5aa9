"""Both legs' scores of a passage made one, whatever language it is in.

Each leg is put on a scale of its own that means the same for every question: a cosine as its
distance, in standard deviations, from the question's cosines with all passages; a BM25 score
against the root of what the question's terms could at most give, which lets a question of many rare
words count more than one of few. A passage in another language shares next to no words with the
question. It is not to lose for that against a passage of the question's language that shares but a
few, so those pay a handicap before their words count. The weights are fitted on public question
sets by ``benchmarks/fusion.py``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.store import Candidates


@dataclass(frozen=True, slots=True)
class Weights:
    """What a standardised lexical score counts, in standard deviations of the cosine.

    Attributes:
        lexical: Of a passage in the question's language.
        handicap: What such a passage has to make up for.
        foreign: Of a passage in another language: names and numbers.
    """

    lexical: float
    handicap: float
    foreign: float


WEIGHTS = Weights(lexical=6.0, handicap=4.0, foreign=2.5)

_SCALE = 8.0
"""Keeps ``WEIGHTS.lexical`` near 1 to 10: about the ceiling of a question with two rare words."""


def standard_cosines(candidates: Candidates) -> NDArray[np.float32]:
    """Cosines in standard deviations from the mean of the question's cosines, shape (n,)."""
    scaled: NDArray[np.float32] = (candidates.cosines - candidates.mean) / candidates.deviation
    return scaled


def standard_lexical(candidates: Candidates) -> NDArray[np.float32]:
    """BM25 scores against the root of their ceiling, shape (n,)."""
    scaled: NDArray[np.float32] = candidates.lexical / np.sqrt(
        max(candidates.ceiling * _SCALE, 1e-6)
    )
    return scaled


def fuse(candidates: Candidates, language: str, weights: Weights = WEIGHTS) -> NDArray[np.float32]:
    """One score for each candidate, shape (n,); only their differences mean something.

    Args:
        language: Of the question.
    """
    lexical = standard_lexical(candidates)
    same = np.asarray([own == language for own in candidates.languages], bool)
    worded = np.where(same, weights.lexical * lexical - weights.handicap, weights.foreign * lexical)
    fused: NDArray[np.float32] = standard_cosines(candidates) + worded
    return fused
