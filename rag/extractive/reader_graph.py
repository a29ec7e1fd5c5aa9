"""The reader's network as a graph for ONNX Runtime, on the packaged encoder's embeddings and lower layers.

Question and passage go in as one sequence, ``<s> question </s></s> title </s> passage </s>``, so that
every layer sees both (a cross-encoder; Nogueira and Cho 2019, arXiv:1901.04085). The heads are those
of extractive reading with a null answer (Devlin et al. 2019, arXiv:1810.04805, for SQuAD 2.0): a
start and an end for each token, the null answer at ``<s>``, and the probability that the passage
answers, from ``<s>`` and the greatest value over the passage's tokens. ``eval.training.network`` is
the same for torch, and trains it.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from index.embedding.graph import GraphBuilder, Layer, Matrix, packed_layer
from index.embedding.packed_file import FILE_SHA256, PackedModel

FROZEN_LAYERS = 6
"""Layers that stay as the encoder has them."""

_NEVER = -1e4
_LINEAR = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
}
_NORMS = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}
_HEADS = ("span", "answerable.0", "answerable.2")

Weights = Mapping[str, NDArray[np.float32] | NDArray[np.int8]]


def reader_graph(weights: Path, folder: Path, packed: PackedModel | None, accuracy: int) -> Path:
    """The graph of some weights, in the folder of the encoder's graph; written if it is not there.

    Args:
        packed: The encoder; ``None`` to learn whether the graph is there already.

    Raises:
        OSError, ValueError, KeyError, SafetensorError: the weights are missing, damaged, or another
            encoder's.
        LookupError: the graph is not there and ``packed`` is ``None``.
    """
    signature = hashlib.sha256(weights.read_bytes() + str(accuracy).encode()).hexdigest()[:16]
    target = folder / f"reader-{signature}.onnx"
    if target.exists():
        return target
    if packed is None:
        raise LookupError(f"{str(target)!r} has yet to be written")
    with FileLock(f"{target}.lock"):
        if not target.exists():
            handle, made = tempfile.mkstemp(dir=folder, prefix=f"{target.name}.")
            os.close(handle)
            try:
                write_reader(packed, read_weights(weights), Path(made), accuracy)
                Path(made).rename(target)
            finally:
                Path(made).unlink(missing_ok=True)
    return target


def read_weights(path: Path) -> Weights:
    """The weights as ``eval.training.network.pack`` wrote them."""
    from safetensors import safe_open

    with safe_open(str(path), framework="np") as file:
        if (file.metadata() or {}).get("encoder") != FILE_SHA256:
            raise ValueError("they were trained on another encoder")
        return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118


def write_reader(packed: PackedModel, weights: Weights, path: Path, accuracy: int) -> None:
    """Write the graph: outputs ``spans`` of shape (pairs, tokens, 2) and ``answers`` of (pairs, 1);
    beside tokens and mask it takes ``passage``, true where a token is the passage's.
    """
    from onnx import TensorProto, helper

    trained = packed.layers - FROZEN_LAYERS
    if set(weights) != set(_names(trained)):
        raise ValueError("they are of a network of another shape")
    builder = GraphBuilder(packed, accuracy)
    states = builder.embeddings()
    for number in range(FROZEN_LAYERS):
        states = builder.layer(states, packed_layer(packed, number))
    for number in range(trained):
        states = builder.layer(states, _trained_layer(weights, f"upper.{number}"))
    spans = builder.linear(states, *_head(weights, "span"))
    last = builder.constant(np.asarray([-1]))
    highest = builder.node(
        "ReduceMax",
        builder.node(
            "Where",
            builder.node("Unsqueeze", "passage", last),
            states,
            builder.constant(np.float32(_NEVER)),
        ),
        builder.constant(np.asarray([1])),
        keepdims=0,
    )
    first = builder.node("Gather", states, builder.constant(np.int64(0)), axis=1)
    both = builder.node("Concat", first, highest, axis=-1)
    hidden = builder.node("Tanh", builder.linear(both, *_head(weights, "answerable.0")))
    answers = builder.linear(hidden, *_head(weights, "answerable.2"))
    passage = helper.make_tensor_value_info("passage", TensorProto.BOOL, ["texts", "length"])
    builder.save(path, [spans, answers], [passage])


def _names(layers: int) -> list[str]:
    """The names of all weights of a network with so many trained layers."""
    parts = [f"upper.{at}.{part}" for at in range(layers) for part in _LINEAR.values()]
    norms = [f"upper.{at}.{part}" for at in range(layers) for part in _NORMS.values()]
    return [
        *(
            f"{part}.{kind}"
            for part in [*parts, *_HEADS]
            for kind in ("weight", "weight.scale", "bias")
        ),
        *(f"{norm}.{kind}" for norm in norms for kind in ("weight", "bias")),
    ]


def _trained_layer(weights: Weights, name: str) -> Layer:
    linear: dict[str, tuple[Matrix | NDArray[np.float32], NDArray[np.float32]]] = {}
    for part, called in _LINEAR.items():
        rows, scales = weights[f"{name}.{called}.weight"], weights[f"{name}.{called}.weight.scale"]
        bias = weights[f"{name}.{called}.bias"].astype(np.float32)
        linear[part] = (Matrix.of_rows(rows.astype(np.int8), scales.astype(np.float32)), bias)
    norms = {
        part: (
            weights[f"{name}.{called}.weight"].astype(np.float32),
            weights[f"{name}.{called}.bias"].astype(np.float32),
        )
        for part, called in _NORMS.items()
    }
    return Layer(linear, norms)


def _head(weights: Weights, name: str) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    rows = weights[f"{name}.weight"].astype(np.float32)
    scales = weights[f"{name}.weight.scale"].astype(np.float32)
    return rows * scales[:, None], weights[f"{name}.bias"].astype(np.float32)
