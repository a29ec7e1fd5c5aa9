"""Times of answering, by stage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

import numpy as np

from eval.records import Latency, Reply, Stage

TOTAL = "total"


def latency(replies: Sequence[Reply]) -> Latency:
    """Median and 95th percentile of every stage, in seconds, as the answers report them.

    The first question pays for loading the model and is told apart (``cold``). Questions that
    failed have no times. Percentiles interpolate linearly (Hyndman & Fan, 1996, type 7).
    """
    times = [
        asdict(reply.answer.seconds)
        for reply in replies
        if reply.answer is not None and not reply.failure
    ]
    cold, warm = (times[0], times[1:]) if times else ({}, [])
    stages = {name: _stage([one.get(name, 0.0) for one in warm]) for name in cold} if warm else {}
    return Latency(stages, cold, tuple(_totals(warm)))


def _stage(seconds: Sequence[float]) -> Stage:
    p50, p95 = np.percentile(seconds, [50, 95])
    return Stage(round(float(p50), 4), round(float(p95), 4), len(seconds))


def _totals(times: Sequence[Mapping[str, float]]) -> list[float]:
    return [one[TOTAL] for one in times if TOTAL in one]
