"""What the indexing pipeline costs over the bare encoder, on the same passages in one run.

    python -m eval.benchmarks.indexing ARTICLES.json [--articles 60] [--rounds 3]

Each round encodes the passages with the bare sentence-transformers model and then indexes their
articles into a new library, so that noise of the machine falls on both. Printed are the passages a
second of both, the best of the rounds, their ratio, and the process's peak memory; and the share of the
cores' arithmetic that the bare encoder uses: two operations for each weight of a linear layer and
token (padding, attention and all else left out), against what products of large square matrices of the
model's own number type reach in the same process.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from index.build import index_raw
from index.chunk import chunk_article
from index.cleaning.clean import clean
from index.embedding.encoder import passage_text
from index.embedding.sentence_transformer import SentenceTransformerEncoder
from index.readers.load import read_articles
from index.records import RawArticle

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("articles", type=Path, help="an export, as `juwen index` takes it")
    parser.add_argument("--articles", dest="most", type=int, default=60, help="take only the first")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()

    received = [item for item in read_articles([options.articles]) if isinstance(item, RawArticle)]
    received = received[: options.most]
    passages = unique_passages(received)
    encoder = SentenceTransformerEncoder("packaged")
    encoder.encode_passages(passages[:8])  # the model is loaded before any clock starts
    model = encoder.model
    before = peak_memory()

    tokens = sum(encoder.count_tokens(passages))
    bare, whole, peaks = [], [], []
    for _ in range(options.rounds):
        peaks.append(matrix_operations(model))
        started = time.perf_counter()
        model.encode_document(passages, batch_size=32, show_progress_bar=False)
        bare.append(time.perf_counter() - started)
        with tempfile.TemporaryDirectory() as folder:
            started = time.perf_counter()
            summary = index_raw(received, Path(folder) / "library", encoder=encoder)
            whole.append(time.perf_counter() - started)
    assert summary.embedded == len(passages)

    print(f"{len(received)} articles, {len(passages)} passages, {options.rounds} rounds")
    print(f"bare encoder   {len(passages) / min(bare):7.1f} passages/s")
    print(f"juwen index    {len(passages) / min(whole):7.1f} passages/s")
    reached = tokens * operations_a_token(model) / min(bare)
    print(f"arithmetic     {reached / 1e9:7.0f} of {max(peaks) / 1e9:.0f} GFLOP/s", end=" ")
    print(f"({reached / max(peaks):.0%}; {tokens / len(passages):.0f} tokens a passage)")
    print(f"cost over bare {min(whole) / min(bare) - 1:7.1%}")
    print(f"peak memory    {peak_memory():7.0f} MiB (model loaded: {before:.0f} MiB)")


def unique_passages(received: list[RawArticle]) -> list[str]:
    """What the encoder reads for these articles; the same passage is encoded once."""
    articles = [clean(raw).article for raw in received]
    texts = [passage_text(a, chunk) for a in articles for chunk in chunk_article(a)]
    return list(dict.fromkeys(texts))


def operations_a_token(model: SentenceTransformer) -> int:
    """Multiplications and additions in the linear layers, for one token."""
    import torch

    layers = (part for part in model.modules() if isinstance(part, torch.nn.Linear))
    return 2 * sum(layer.weight.numel() for layer in layers)


def matrix_operations(model: SentenceTransformer, size: int = 2048) -> float:
    """Operations a second in products of matrices of the model's number type, the best of some."""
    import torch

    square = torch.randn(size, size).to(next(model.parameters()).dtype)
    seconds = []
    for _ in range(6):
        started = time.perf_counter()
        square @ square
        seconds.append(time.perf_counter() - started)
    return 2 * size**3 / min(seconds)


def peak_memory() -> float:
    """Largest resident size of this process so far, in MiB (Linux counts in KiB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
