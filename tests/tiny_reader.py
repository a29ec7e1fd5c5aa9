"""A reader small enough to be made in a test: a tiny encoder's checkpoint, and weights for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from index.embedding.packaged_model import _names
from index.embedding.packed_file import PackedModel

PIECES = ("<s>", "<pad>", "</s>", "<unk>", "▁", "大桥", "通车", "▁bridge", "▁the")
CHARACTERS = (
    "东岸大桥将于月日通车全长公里总投资亿元海棠小学今年招收新生名校长温如玉介绍开了木工课云杉机械厂产器人台用的国产零件是陈放"
    "什么时候多少谁在哪问标题。，？、：0123456789.%abcdefghijklmnopqrstuvwxyz"
)


def write_tiny_checkpoint(folder: Path) -> Path:
    """A BERT of eight layers with a tokenizer of characters: the folder is a checkpoint for torch, and
    has what the packaged graph's folder has beside the encoder itself."""
    import torch
    from transformers import BertConfig, BertModel

    from index.embedding.packaged_model import quiet_transformers
    from index.embedding.pieces import write_pieces

    config = BertConfig(
        vocab_size=len(_pieces()),
        hidden_size=32,
        num_hidden_layers=8,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=330,
        type_vocab_size=1,
        pad_token_id=1,
        initializer_range=0.2,
    )
    with torch.random.fork_rng(), quiet_transformers():
        torch.manual_seed(3)
        BertModel(config, add_pooling_layer=False).half().save_pretrained(folder)
    packed = tiny_packed(folder)
    write_pieces(packed.pieces, packed.unk, folder)
    (folder / "engine.json").write_text('{"accuracy": 0}')
    return folder


def _pieces() -> tuple[tuple[str, float], ...]:
    pieces = [*PIECES, *dict.fromkeys(CHARACTERS)]
    return tuple((one, 0.0 if at < 4 else -2.0 - len(one) % 2 * 3) for at, one in enumerate(pieces))


def tiny_packed(folder: Path) -> PackedModel:
    """The tiny checkpoint as what the packed file would hold, its weights in float32."""
    from safetensors.numpy import load_file

    state = load_file(folder / "model.safetensors")
    tensors = {packed: state[name].astype(np.float32).ravel() for name, packed in _names(8)}
    return PackedModel(
        hidden=32,
        layers=8,
        heads=2,
        feed_forward=64,
        vocabulary=len(_pieces()),
        positions=330,
        token_types=1,
        epsilon=1e-12,
        bos=0,
        eos=2,
        pad=1,
        unk=3,
        pieces=_pieces(),
        tensors=tensors,
    )


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute in one thread: with so little to compute, more only wait for each other."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def decided_network(checkpoint: Path, seed: int = 5):
    """The network on a checkpoint, its heads random but far from indifferent."""
    import torch

    from eval.training.network import open_network

    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = open_network(checkpoint)
        with torch.no_grad():
            for name, parameter in network.trained().named_parameters():
                if not name.startswith("upper"):
                    parameter.normal_(std=1.0)
    return network


def save_weights(network, path: Path, **metadata: str) -> Path:
    """Weights as the installation ships them; by default the packaged encoder's."""
    from safetensors.torch import save_file

    from eval.training.network import pack
    from index.embedding.packed_file import FILE_SHA256

    save_file(
        pack(network.trained().state_dict()),
        str(path),
        metadata={"encoder": FILE_SHA256, **metadata},
    )
    return path
