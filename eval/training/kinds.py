"""Trains the classifier of questions (``rag.question.kind``) from the project's examples.

    python -m eval.training.kinds [--check] [--only kinds]

``data/kinds.jsonl``, ``data/actions.jsonl`` and ``data/leaning.jsonl`` have an example a line, ``{"label",
"question", "part"}``, the last also the question ``before`` it; those of a part that is called ``held_out`` or
``held_out_people`` are never trained on. Prints accuracy and the confusion table on these, and writes the
weights into ``rag/question/data``.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from index.embedding.packaged_encoder import PackagedEncoder
from rag.question.kind import believed, model_file
from rag.question.limits import understand
from rag.question.linear import LinearModel, features, runs_of, tokens_of
from rag.question.subject import asking_file, asking_runs

DATA = Path(__file__).parent / "data"
_PENALTY = {"kinds": 0.33, "actions": 0.33, "leaning": 0.33}
"""Of the squared weights, in examples; chosen by leaving out one writer's examples at a time."""

_STEPS = 60
_TODAY = date(2025, 10, 15)
"""What days without a year are reckoned from; only the words that name them are looked at."""

_HELD_OUT = "held_out"
_PEOPLE = "people"
"""Who asked several questions of each of many articles."""

_OFTEN, _OFTEN_OF_PEOPLE = 3, 12
"""In how many examples a run has to be; of people's more, as those of one article name the same things."""

_ROUNDS = ((frozenset("123456"), 5), (frozenset("789"), 6))
"""The writers of each time that examples were written, and in how many examples of theirs a run has to
be: the later ones were told what the first had left out, so that they chose like subjects more often."""

_COUNTS = 0.4
"""What an example of people's counts against one of the others, most of which are for other kinds than a fact."""

_WRITERS = 3
_BROADLY = 0.79
_BROAD = ("overview", "course", "library", "list", "comparison")
_FALLBACK = {"kinds": "fact", "actions": "", "leaning": "alone"}


@dataclass(frozen=True, slots=True)
class Example:
    """A question with its label; ``part`` is who wrote it, or what it is held out for."""

    label: str
    question: str
    part: str

    @property
    def is_held_out(self) -> bool:
        return self.part.startswith(_HELD_OUT)


def read_examples(name: str) -> list[Example]:
    with (DATA / f"{name}.jsonl").open(encoding="utf-8") as lines:
        rows = map(json.loads, lines)
        return [Example(row["label"], row["question"], row["part"]) for row in rows]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="measure only; write nothing")
    parser.add_argument("--only", choices=_PENALTY, help="train one model alone")
    options = parser.parse_args()
    encoder = PackagedEncoder()
    for name in [options.only] if options.only else _PENALTY:
        penalty = _PENALTY[name]
        examples = read_examples(name)
        examples += without_limits(examples) if name == "kinds" else []
        vectors = encoder.encode_queries([one.question for one in examples])
        trained = [at for at, one in enumerate(examples) if not one.is_held_out]
        model = train([examples[at] for at in trained], vectors[trained], penalty)
        click.echo(f"{name}: {len(trained)} examples trained on")
        for part in sorted({one.part for one in examples if one.is_held_out}):
            held = [at for at, one in enumerate(examples) if one.part == part]
            likely = [model.probabilities(examples[at].question, vectors[at]) for at in held]
            said = [
                str(believed(one)) if name == "kinds" else max(one, key=one.__getitem__)
                for one in likely
            ]
            click.echo(f"{part}: {len(held)} held out")
            click.echo(report([examples[at].label for at in held], said, _FALLBACK[name]))
        if not options.check:
            model.save(model_file(name))
    if not options.check and options.only in (None, "kinds"):
        written = [one for one in read_examples("kinds") if not one.is_held_out]
        asking_file().write_text("\n".join(sorted(asking_words(written))) + "\n", "utf-8")


def without_limits(examples: Sequence[Example]) -> list[Example]:
    """Those that are trained on and name days, as they are told apart (``rag.question.read``): without
    the words that name them."""
    for_days = partial(understand, today=_TODAY, accounts=())
    read = [replace(one, question=for_days(one.question).without_limits) for one in examples]
    return [
        other
        for one, other in zip(examples, read, strict=True)
        if other.question != one.question and not one.is_held_out
    ]


def train(examples: Sequence[Example], vectors: NDArray[np.float32], penalty: float) -> LinearModel:
    """Weights that make the examples' labels likeliest, less a penalty on their squares.

    Args:
        vectors: Of the questions, shape (examples, dimension).
    """
    import torch

    labels = sorted({one.label for one in examples})
    mean = vectors.mean(axis=0)
    counted = known_runs(examples)
    known = {run: at for at, run in enumerate(counted)}
    often = np.asarray([*counted.values()], np.float32)
    rarity = (np.log((1 + len(examples)) / (1 + often)) + 1).astype(np.float32)
    given = np.stack(
        [
            features(one.question, vectors[at] - mean, known, rarity)
            for at, one in enumerate(examples)
        ]
    )
    told, wanted = (
        torch.from_numpy(given),
        torch.tensor([labels.index(one.label) for one in examples]),
    )
    counts = torch.tensor([_COUNTS if one.part.startswith(_PEOPLE) else 1.0 for one in examples])
    weights = torch.zeros((given.shape[1], len(labels)), requires_grad=True)
    bias = torch.zeros(len(labels), requires_grad=True)
    search = torch.optim.LBFGS([weights, bias], max_iter=_STEPS, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        search.zero_grad()
        wrong = torch.nn.functional.cross_entropy(told @ weights + bias, wanted, reduction="none")
        total: torch.Tensor = counts @ wrong + penalty * (weights**2).sum() / 2
        total.backward()  # type: ignore[no-untyped-call]
        return total

    search.step(loss)  # type: ignore[no-untyped-call]
    return LinearModel(
        tuple(labels),
        known,
        rarity,
        weights.detach().numpy().astype(np.float32),
        bias.detach().numpy().astype(np.float32),
        mean.astype(np.float32),
    )


def known_runs(examples: Sequence[Example]) -> dict[str, int]:
    """The runs of tokens that several examples have, in order, with how many do."""
    counted, of_people = (
        Counter(
            run
            for one in examples
            if one.part.startswith(_PEOPLE) is people
            for run in set(runs_of(tokens_of(one.question)))
        )
        for people in (False, True)
    )
    return {
        run: counted[run] + of_people[run]
        for run in sorted(counted | of_people)
        if counted[run] >= _OFTEN or of_people[run] >= _OFTEN_OF_PEOPLE
    }


def asking_words(examples: Sequence[Example]) -> set[str]:
    """Runs of tokens that ask for an overview, a list and the like, and name no subject: those that
    several writers of a round have, each of whom wrote on other subjects, and that are much more
    common in such examples than in others."""
    return {
        run
        for writers, least in _ROUNDS
        for run in _asking_words([one for one in examples if one.part in writers], least)
    }


def _asking_words(examples: Sequence[Example], least: int) -> Iterator[str]:
    used: dict[str, Counter[bool]] = {}
    by: dict[str, set[str]] = {}
    for one in examples:
        for run in set(asking_runs(one.question)):
            used.setdefault(run, Counter())[one.label in _BROAD] += 1
            by.setdefault(run, set()).add(one.part)
    of = Counter(one.label in _BROAD for one in examples)
    for run, counted in used.items():
        broad, other = (counted[is_broad] / max(of[is_broad], 1) for is_broad in (True, False))
        common = len(by[run]) >= _WRITERS and counted.total() >= least
        if common and broad >= _BROADLY * (broad + other):
            yield run


def report(labels: Sequence[str], told: Sequence[str], fallback: str) -> str:
    """Accuracy, how often the fallback is taken for something else, and the confusion table."""
    pairs = Counter(zip(labels, told, strict=True))
    names = sorted(set(labels))
    right = sum(pairs[name, name] for name in names) / len(labels)
    lines = [f"accuracy {right:.3f}"]
    if fallback:
        of = sum(label == fallback for label in labels)
        lines.append(
            f"{fallback} taken for another {1 - pairs[fallback, fallback] / of:.3f} of {of}"
        )
    lines += ["", "| is \\ told | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    for name in names:
        lines.append(f"| {name} | " + " | ".join(str(pairs[name, n] or "") for n in names) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
