"""From data to weights, by one command."""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("work", type=click.Path(file_okay=False, path_type=Path))
@click.option("--minutes", default=150.0, help="Time to train, all runs in this folder together.")
@click.option("--seed", default=1)
@click.option("--without", type=click.Path(exists=True, path_type=Path), help="JSON list of ids.")
@click.option(
    "--questions",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Further questions with their texts, as people ask them, in the shape of SQuAD's paragraphs.",
)
@click.option("--every", default=20.0, help="Minutes from measuring to measuring.")
@click.option("--most", default=60, help="Questions of a set that are measured.")
@click.option(
    "--stable", is_flag=True, help="Go on from before the rate fell, with more --minutes."
)
@click.option(
    "--start",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Weights to begin with, such as those that are shipped; give another --seed, too.",
)
def main(
    data: Path,
    work: Path,
    minutes: float,
    seed: int,
    without: Path | None,
    questions: Path | None,
    every: float,
    most: int,
    stable: bool,
    start: Path | None,
) -> None:
    """Train the reader on the question sets and news articles in DATA, keeping its state in WORK.

    A run that was stopped goes on where its last measuring was. At the end, and whenever it is
    stopped with Ctrl + C, WORK/reader.safetensors is what the installation ships. Weights to start
    from count for a new run alone.
    """
    import json

    import torch

    from eval.training.export import read_weights, write_weights
    from eval.training.network import open_network
    from eval.training.public_sets import read_articles, read_paragraphs, read_sets
    from eval.training.public_sets import without as left
    from eval.training.train import PEOPLE, Trainer, held_out_measure, material_of
    from index.embedding.packaged_model import (
        packaged_checkpoint,
        packaged_graph,
        quiet_transformers,
    )
    from index.embedding.tokenizer import PackagedTokenizer

    if stable and not (work / "stable.pt").exists():
        raise click.UsageError(
            f"{str(work)!r} has no stable.pt: its rate never fell; leave out --stable"
        )
    work.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)
    examples = read_sets(data)
    if questions:
        examples += read_paragraphs(questions, PEOPLE)
    ids = frozenset(json.loads(without.read_text("utf-8"))) if without else frozenset()
    scale = data / "scale" / "articles.json.gz"
    texts = left(read_articles(scale), ids) if scale.exists() else []
    material = material_of(examples, texts)
    if not material.examples and not material.texts:
        raise click.UsageError(f"{str(data)!r} holds neither question sets nor articles")
    click.echo(f"{len(material.examples)} examples, {len(material.texts)} articles")
    checkpoint = packaged_checkpoint()
    with quiet_transformers():
        network = open_network(checkpoint)
    if start:
        read_weights(network, start)
    trainer = Trainer(network, PackagedTokenizer(packaged_graph()), work, seed)
    if stable:
        (work / "stable.pt").replace(work / "state.pt")
    trainer.resume("state.pt")
    measure = held_out_measure(trainer, examples, material, most)
    try:
        for line in trainer.train(material, minutes, measure, every):
            click.echo(line)
            sys.stdout.flush()
    except KeyboardInterrupt:
        trainer.save("state.pt")
    with trainer.averaged():
        write_weights(network, work / "reader.safetensors")
    click.echo(f"{work / 'reader.safetensors'} is written")


if __name__ == "__main__":
    main()
