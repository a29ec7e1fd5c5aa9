"""Both retrievers' scores of a passage made one, whatever language it is in.

Each retriever's is put on a scale of its own that means the same for every question: a cosine as its
distance, in standard deviations, from the question's cosines with all passages; a BM25 score
against the root of what the question's terms could at most give, which lets a question of many rare
words count more than one of few. A passage in another language shares next to no words with the
question and is not to lose for that against one of the question's language that shares but a few:
it gets an allowance for the words that it cannot share, the whole of it only where it is near in
meaning. The weights are fitted on public question sets by ``eval/benchmarks/retrieval.py --fit``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.library.library import Candidates
from index.text.language import Language


@dataclass(frozen=True, slots=True)
class Weights:
    """What the parts of a score count, in standard deviations of the cosine.

    Attributes:
        lexical: A standardised lexical score of a passage in the question's language.
        foreign: The same of a passage in another language: names and numbers.
        allowance: What a near passage in another language gets for the words it cannot share.
        near: The standardised cosine from which on the allowance grows; 1.5 more give all of it.
    """

    lexical: float
    foreign: float
    allowance: float
    near: float


WEIGHTS = Weights(lexical=5.0, foreign=4.0, allowance=5.0, near=1.5)

_GROWING = 1.5
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


def fuse(
    candidates: Candidates, language: str, weights: Weights = WEIGHTS, shared: float = 0.0
) -> NDArray[np.float32]:
    """One score for each candidate, shape (n,); only their differences mean something.

    Args:
        language: Of the question.
        shared: The share of its words that Chinese passages can share with it although it is in another
            language, 0 to 1; for these nothing is allowed.
    """
    dense, lexical = standard_cosines(candidates), standard_lexical(candidates)
    same = np.asarray([own == language for own in candidates.languages], bool)
    chinese = np.asarray([own == Language.CHINESE for own in candidates.languages], bool)
    allowance = np.where(chinese, 1 - shared, 1) * weights.allowance
    allowed = allowance * np.clip((dense - weights.near) / _GROWING, 0, 1)
    worded = np.where(same, weights.lexical * lexical, weights.foreign * lexical + allowed)
    fused: NDArray[np.float32] = (dense + worded).astype(np.float32)
    return fused
