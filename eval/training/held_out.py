"""How well a reader reads what was kept from training: the answer, and whether there is one."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from eval.answers import token_f1
from eval.training.examples import Example, is_held_out
from eval.training.near_misses import Names, Neighbours
from eval.training.pairs import Asked, group_of

_ROUNDS = 2
"""How many times near misses of a question are drawn."""


@dataclass(frozen=True, slots=True)
class Read:
    """What a reader says of a pair: its best span, ``""`` for none, and how sure it is that one answers."""

    span: str
    answers: float


Reads = Callable[[Sequence[Asked]], Sequence[Read]]


@dataclass(frozen=True, slots=True)
class Held:
    """Measures of one set, 0 to 1.

    Attributes:
        f1: Overlap of the best span with the gold answer, in tokens, of passages that answer.
        exact: Share of those whose span is the gold answer.
        auroc: That a passage that answers is surer than a near miss, by how the near miss was made.
    """

    questions: int
    exact: float
    f1: float
    auroc: Mapping[str, float]


def held_out(
    examples: Sequence[Example],
    names: Names,
    neighbours: Neighbours,
    read: Reads,
    most: int,
    seed: int = 7,
) -> dict[str, Held]:
    """Measures by set, on up to ``most`` questions of each."""
    by_source: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        if is_held_out(example.group):
            by_source[example.source.replace("/unanswerable", "/answerable")].append(example)
    return {
        source: _measured(some, names, neighbours, read, most, random.Random(f"{seed}:{source}"))
        for source, some in sorted(by_source.items())
    }


def _measured(
    examples: Sequence[Example],
    names: Names,
    neighbours: Neighbours,
    read: Reads,
    most: int,
    rng: random.Random,
) -> Held:
    some = rng.sample(examples, min(most, len(examples)))
    pairs: list[Asked] = []
    for example in some:
        for _ in range(_ROUNDS if example.answers else 1):
            pairs.extend(group_of(example, names, neighbours, rng, most=5))
    said = read(pairs)
    right = [(one, pair) for one, pair in zip(said, pairs, strict=True) if pair.answers]
    misses: dict[str, list[float]] = defaultdict(list)
    for one, pair in zip(said, pairs, strict=True):
        if not pair.answers:
            misses[pair.way].append(one.answers)
    scores = [best_f1(one.span, _spelled(pair)) for one, pair in right]
    return Held(
        questions=len(some),
        exact=_mean([float(score == 1) for score in scores]),
        f1=_mean(scores),
        auroc={
            way: auroc([one.answers for one, _ in right], values)
            for way, values in sorted(misses.items())
        },
    )


def _spelled(pair: Asked) -> list[str]:
    return [span.of(pair.text) for span in pair.answers]


def best_f1(said: str, gold: Sequence[str]) -> float:
    """The greatest token F1 of a span against spellings of the answer.

    >>> round(best_f1("约3亿元", ["3亿元", "三亿"]), 2)
    0.86
    """
    return max((token_f1(said, one) for one in gold), default=0.0)


def auroc(right: Sequence[float], wrong: Sequence[float]) -> float:
    """The probability that one of ``right`` is greater than one of ``wrong``; ties count half."""
    wins = sum((r > w) + (r == w) / 2 for r in right for w in wrong)
    return wins / (len(right) * len(wrong)) if right and wrong else float("nan")


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else float("nan")
