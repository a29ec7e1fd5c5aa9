"""A reader small enough to be made in a test: a tiny encoder's checkpoint, and weights for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PIECES = ("<s>", "<pad>", "</s>", "<unk>", "▁", "大桥", "通车", "▁bridge", "▁the")
CHARACTERS = (
    "东岸大桥将于月日通车全长公里总投资亿元海棠小学今年招收新生名校长温如玉介绍开了木工课云杉机械厂产器人台用的国产零件是陈放"
    "什么时候多少谁在哪问标题。，？、：0123456789.%abcdefghijklmnopqrstuvwxyz"
)


def write_tiny_checkpoint(folder: Path) -> Path:
    """A BERT of eight layers with a tokenizer of characters, as ``packaged_checkpoint`` gives one."""
    import torch
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertModel

    from index.embedding.packaged_model import quiet_transformers

    pieces = [*PIECES, *dict.fromkeys(CHARACTERS)]
    scores = [(one, 0.0 if at < 4 else -2.0 - len(one) % 2 * 3) for at, one in enumerate(pieces)]
    tokenizer = Tokenizer(models.Unigram(scores, unk_id=3, byte_fallback=False))
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokenizer.add_special_tokens(["<s>", "<pad>", "</s>", "<unk>"])
    config = BertConfig(
        vocab_size=len(pieces),
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
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


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

    from rag.extractive.reader_network import open_network

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

    from index.embedding.packaged_model import FILE_SHA256
    from rag.extractive.reader_network import pack

    save_file(pack(network), str(path), metadata={"encoder": FILE_SHA256, **metadata})
    return path
