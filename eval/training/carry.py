"""Carries the verifier's network over to a reader that was trained further.

    python -m eval.training.carry OLD_READER OLD_ADDITIONS NEW_READER TARGET [--rank 48]

The verifier's network is a reader with low-rank additions. Of another reader the same additions make
another network; what has to be added to it for the old one is the difference of all matrices, of which
the largest singular values are kept (the best approximation of its rank; Eckart and Young 1936). Biases
and norms, which are small, are carried over as they are.
"""

from __future__ import annotations

from pathlib import Path

import click
import torch
from torch import Tensor

from eval.training.network import pack, unpacked
from rag.extractive.reader_graph import Weights, digest, read_weights, with_additions


def carried(old: Weights, new: Weights, rank: int) -> dict[str, Tensor]:
    """What makes the network of the weights ``old`` of the reader ``new``, in 8 bits a number.

    Args:
        rank: Of what is added to each matrix.
    """
    wanted, reader = (
        unpacked({name: torch.from_numpy(value) for name, value in weights.items()})
        for weights in (old, new)
    )
    found: dict[str, Tensor] = {}
    for name, value in wanted.items():
        if value.ndim < 2 or not name.startswith("upper."):
            found[name] = value
            continue
        left, values, right = torch.linalg.svd(value - reader[name], full_matrices=False)
        root, added = values[:rank].sqrt(), name.removesuffix(".weight")
        found[f"{added}.up"] = left[:, :rank] * root
        found[f"{added}.down"] = root[:, None] * right[:rank]
    halves = {name: value.half() for name, value in found.items() if value.ndim < 2}
    return pack(found) | halves


@click.command()
@click.argument("old_reader", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("old_additions", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("new_reader", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--rank", default=48)
def main(old_reader: Path, old_additions: Path, new_reader: Path, target: Path, rank: int) -> None:
    """Write to TARGET what makes of NEW_READER the network that OLD_ADDITIONS make of OLD_READER."""
    from safetensors.torch import save_file

    old = with_additions(read_weights(old_reader), old_additions, digest(old_reader))
    found = carried(old, read_weights(new_reader), rank)
    save_file(found, str(target), metadata={"reader": digest(new_reader)})


if __name__ == "__main__":
    main()
