"""Trains what tells a refusal from an answer (``rag.generation.no_answer``) from the project's examples.

    python -m eval.training.refusals [--check]

``data/refusals.jsonl`` has a sentence a line, ``{"label", "text", "part"}``; those of the part
``held_out`` are never trained on. Prints accuracy and the confusion table on these, and writes the
weights into ``rag/generation/data``.
"""

from __future__ import annotations

import argparse
import json

import click

from eval.training.kinds import DATA, Example, report, train
from index.embedding.packaged_encoder import PackagedEncoder
from rag.generation.no_answer import believed, refusals_file

_PENALTY = 1.0
"""Of the squared weights, in examples."""


def read_sentences() -> list[Example]:
    with (DATA / "refusals.jsonl").open(encoding="utf-8") as lines:
        rows = map(json.loads, lines)
        return [Example(row["label"], row["text"], row["part"]) for row in rows]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="measure only; write nothing")
    options = parser.parse_args()
    examples = read_sentences()
    vectors = PackagedEncoder().encode_queries([one.question for one in examples])
    trained = [at for at, one in enumerate(examples) if one.part != "held_out"]
    held = [at for at, one in enumerate(examples) if one.part == "held_out"]
    model = train([examples[at] for at in trained], vectors[trained], _PENALTY)
    likely = [model.probabilities(examples[at].question, vectors[at]) for at in held]
    said = ["refusal" if believed(one) else "answer" for one in likely]
    click.echo(f"{len(trained)} sentences trained on, {len(held)} held out")
    click.echo(report([examples[at].label for at in held], said, "answer"))
    if not options.check:
        model.save(refusals_file())


if __name__ == "__main__":
    main()
