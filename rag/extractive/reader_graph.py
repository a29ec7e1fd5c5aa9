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
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from index.embedding.graph import LINEAR, NORMS, GraphBuilder, Layer, Matrix, packed_layer
from index.embedding.packed_file import FILE_SHA256, PackedModel

FROZEN_LAYERS = 6
"""Layers that stay as the encoder has them."""

NEVER = -1e4
"""Logit of what is never chosen, and the value of what is left out of a maximum."""

_ANSWERABLE = ("answerable.0", "answerable.2")
_HEADS = ("span", *_ANSWERABLE)

Weights = Mapping[str, NDArray[np.float32] | NDArray[np.int8]]


def reader_graph(
    weights: Path,
    folder: Path,
    accuracy: int,
    open_encoder: Callable[[], PackedModel],
    additions: Path | None = None,
) -> Path:
    """The graph of some weights, in the folder of the encoder's graph; written if it is not there.

    Args:
        additions: What makes another network of the reader (``with_additions``).
        open_encoder: Gives the encoder; called only where the graph has yet to be written.

    Raises:
        OSError, ValueError, KeyError, SafetensorError: the weights are missing, damaged, or another
            encoder's.
    """
    parts = [weights.read_bytes(), additions.read_bytes() if additions else b"", b"%d" % accuracy]
    signature = hashlib.sha256(b"".join(parts)).hexdigest()[:16]
    target = folder / f"reader-{signature}.onnx"
    if target.exists():
        return target
    with FileLock(f"{target}.lock"):
        if not target.exists():
            partial = target.with_name(f".{target.name}.{os.getpid()}.tmp")
            try:
                found = read_weights(weights)
                if additions:
                    found = with_additions(found, additions, digest(weights))
                write_reader(open_encoder(), found, partial, accuracy)
                partial.replace(target)
            finally:
                partial.unlink(missing_ok=True)
    return target


def read_weights(path: Path) -> Weights:
    """The weights as ``eval.training.network.pack`` wrote them."""
    from safetensors import safe_open

    with safe_open(str(path), framework="np") as file:
        if (file.metadata() or {}).get("encoder") != FILE_SHA256:
            raise ValueError("they were trained on another encoder")
        return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118


def digest(weights: Path) -> str:
    """What tells the weights of one reader from another's."""
    return hashlib.sha256(weights.read_bytes()).hexdigest()[:16]


def with_additions(weights: Weights, additions: Path, reader: str) -> Weights:
    """The reader's weights with low-rank additions to its trained layers, and other heads; where the
    file has biases and norms, with these.

    What the additions change is the product of two thin matrices for each of the reader's (Hu et al.
    2021, arXiv:2106.09685); put together once, the network runs like the reader's.

    Args:
        reader: ``digest`` of the reader's file.

    Raises:
        OSError, ValueError, KeyError, SafetensorError: the file is missing, damaged, or was trained
            on another reader.
    """
    from safetensors import safe_open

    with safe_open(str(additions), framework="np") as file:
        if (file.metadata() or {}).get("reader") != reader:
            raise ValueError("they were trained on another reader")
        kept = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    added = {
        name: value * kept[f"{name}.scale"][:, None] if value.dtype == np.int8 else value
        for name, value in kept.items()
        if not name.endswith(".scale")
    }
    changed = dict(weights)
    for name in [key.removesuffix(".up") for key in added if key.endswith(".up")]:
        scales = weights[f"{name}.weight.scale"].astype(np.float32)
        whole = weights[f"{name}.weight"].astype(np.float32) * scales[:, None]
        changed |= _packed(name, whole + added[f"{name}.up"] @ added[f"{name}.down"])
    for name in _ANSWERABLE:
        changed |= _packed(name, added[f"{name}.weight"])
        changed[f"{name}.bias"] = added[f"{name}.bias"]
    vectors = {name: value for name, value in added.items() if value.ndim == 1}
    return changed | {name: value.astype(np.float32) for name, value in vectors.items()}


def _packed(name: str, matrix: NDArray[np.float32]) -> dict[str, NDArray[Any]]:
    """A matrix as the reader's are kept: 8 bits a number, one scale a row."""
    scales = (np.maximum(np.abs(matrix).max(axis=1), 1e-12) / 127).astype(np.float32)
    rows = np.round(matrix / scales[:, None]).astype(np.int8)
    return {f"{name}.weight": rows, f"{name}.weight.scale": scales}


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
            builder.constant(np.float32(NEVER)),
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
    parts = [f"upper.{at}.{part}" for at in range(layers) for part in LINEAR.values()]
    norms = [f"upper.{at}.{part}" for at in range(layers) for part in NORMS.values()]
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
    for part, called in LINEAR.items():
        rows, scales = weights[f"{name}.{called}.weight"], weights[f"{name}.{called}.weight.scale"]
        bias = weights[f"{name}.{called}.bias"].astype(np.float32)
        linear[part] = (Matrix.of_rows(rows.astype(np.int8), scales.astype(np.float32)), bias)
    norms = {
        part: (
            weights[f"{name}.{called}.weight"].astype(np.float32),
            weights[f"{name}.{called}.bias"].astype(np.float32),
        )
        for part, called in NORMS.items()
    }
    return Layer(linear, norms)


def _head(weights: Weights, name: str) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    rows = weights[f"{name}.weight"].astype(np.float32)
    scales = weights[f"{name}.weight.scale"].astype(np.float32)
    return rows * scales[:, None], weights[f"{name}.bias"].astype(np.float32)
