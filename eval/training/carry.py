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
import numpy as np
from numpy.typing import NDArray

from rag.extractive.reader_graph import Weights, digest, read_weights, with_additions

_SCALE = ".weight.scale"


def carried(old: Weights, new: Weights, rank: int) -> dict[str, NDArray[np.generic]]:
    """What makes the network of the weights ``old`` of the reader ``new``, in 8 bits a number.

    Args:
        rank: Of what is added to each matrix.
    """
    found: dict[str, NDArray[np.generic]] = {}
    for name in (key.removesuffix(_SCALE) for key in old if key.endswith(_SCALE)):
        if not name.startswith("upper."):
            found[f"{name}.weight"] = old[f"{name}.weight"]
            found[f"{name}{_SCALE}"] = old[f"{name}{_SCALE}"].astype(np.float32)
            continue
        left, values, right = np.linalg.svd(_matrix(old, name) - _matrix(new, name), False)
        root = np.sqrt(values[:rank])
        for part, matrix in (
            ("up", left[:, :rank] * root),
            ("down", root[:, None] * right[:rank]),
        ):
            found |= _packed(f"{name}.{part}", matrix)
    return found | {
        name: value.astype(np.float16)
        for name, value in old.items()
        if value.ndim == 1 and not name.endswith(_SCALE)
    }


def _matrix(weights: Weights, name: str) -> NDArray[np.float32]:
    scales = weights[f"{name}{_SCALE}"].astype(np.float32)
    return weights[f"{name}.weight"].astype(np.float32) * scales[:, None]


def _packed(name: str, matrix: NDArray[np.float32]) -> dict[str, NDArray[np.generic]]:
    scales = (np.maximum(np.abs(matrix).max(axis=1), 1e-12) / 127).astype(np.float32)
    return {
        name: np.round(matrix / scales[:, None]).astype(np.int8),
        f"{name}.scale": scales,
    }


@click.command()
@click.argument("old_reader", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("old_additions", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("new_reader", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--rank", default=48)
def main(old_reader: Path, old_additions: Path, new_reader: Path, target: Path, rank: int) -> None:
    """Write to TARGET what makes of NEW_READER the network that OLD_ADDITIONS make of OLD_READER."""
    from safetensors.numpy import save_file

    old = with_additions(read_weights(old_reader), old_additions, digest(old_reader))
    found = carried(old, read_weights(new_reader), rank)
    save_file(found, str(target), metadata={"reader": digest(new_reader)})


if __name__ == "__main__":
    main()
