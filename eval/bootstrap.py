"""Confidence intervals by resampling questions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from eval.records import Estimate

RESAMPLES = 1000
_AT_ONCE = 2_000_000
"""Most numbers that are drawn at once, to bound the memory."""


def estimate(values: Sequence[float], *, seed: int = 0, resamples: int = RESAMPLES) -> Estimate:
    """Mean with the 95 % percentile bootstrap interval over questions (Efron & Tibshirani, 1993).

    The values' order does not matter. Their number must not be 0.

    >>> estimate([1.0, 1.0])
    Estimate(mean=1.0, low=1.0, high=1.0, n=2)
    """
    ordered = np.sort(np.asarray(values, float))
    means = _resampled_means(ordered, seed, resamples)
    low, high = np.percentile(means, [2.5, 97.5])
    mean = float(ordered.mean())
    # Rounding of sums must not put the mean outside its own interval.
    return Estimate(mean, min(float(low), mean), max(float(high), mean), len(ordered))


def paired_difference(
    before: Sequence[float],
    after: Sequence[float],
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Estimate:
    """Mean of ``after - before`` with its paired bootstrap interval.

    The two runs answered the same questions; resampling the differences keeps each question's two
    scores together (Koehn, 2004).
    """
    return estimate(
        [b - a for a, b in zip(before, after, strict=True)], seed=seed, resamples=resamples
    )


def _resampled_means(values: NDArray[np.float64], seed: int, resamples: int) -> NDArray[np.float64]:
    if values[0] == values[-1]:
        return np.full(resamples, values[0])
    generator = np.random.default_rng(seed)
    rows = max(1, _AT_ONCE // len(values))
    parts = []
    for start in range(0, resamples, rows):
        size = (min(rows, resamples - start), len(values))
        parts.append(values[generator.integers(len(values), size=size)].mean(axis=1))
    return np.concatenate(parts)
