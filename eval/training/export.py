"""The trained weights as the installation ships them: 8-bit matrices, one scale a row."""

from __future__ import annotations

from pathlib import Path

from eval.training.network import ReaderNetwork, pack, unpack


def write_weights(network: ReaderNetwork, path: Path) -> None:
    """Write what was trained, tied to the packaged encoder by its hash.

    Raises:
        SafetensorError: the file cannot be written.
    """
    from safetensors.torch import save_file

    from index.embedding.packed_file import FILE_SHA256

    save_file(pack(network.trained().state_dict()), str(path), metadata={"encoder": FILE_SHA256})


def read_weights(network: ReaderNetwork, path: Path) -> None:
    """Put written weights into a network, to train on from them.

    Raises:
        SafetensorError: the file is damaged.
        RuntimeError, KeyError: they are another network's.
    """
    from safetensors.torch import load_file

    unpack(network, load_file(str(path)))
