"""ONNX Runtime for the packaged graphs: how a session is opened, and how this machine multiplies fastest."""

from __future__ import annotations

import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from index.embedding.graph import write_encoder
from index.embedding.packed_file import PackedModel

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

EXACT, ROUNDED = 0, 4
"""``accuracy`` of ``index.embedding.graph.GraphBuilder``."""

_WORTH_IT = 0.8
_ALIKE = 0.9995
"""Cosine from which on vectors count as the same."""

_TEXTS, _LENGTH, _ROUNDS = 4, 96, 3


@dataclass(frozen=True, slots=True)
class Engine:
    """What was measured when the graph was made.

    Attributes:
        accuracy: Which of the two ways the graphs multiply by.
        seconds: Processor time of some texts, by accuracy.
        cosine: The least between the two ways' vectors.
    """

    accuracy: int
    seconds: dict[str, float]
    cosine: float

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def choose_engine(packed: PackedModel, folder: Path) -> Engine:
    """Write the encoder's graph into ``folder`` as this machine runs it fastest.

    Activations are rounded to 8 bits only where that takes a fifth less time, and the vectors of
    made-up texts stay the same.
    """
    random = np.random.default_rng(0)
    tokens = random.integers(4, packed.vocabulary, (_TEXTS, min(_LENGTH, packed.positions)))
    seconds: dict[int, float] = {}
    vectors: dict[int, NDArray[np.float32]] = {}
    for accuracy in (EXACT, ROUNDED):
        path = folder / f"encoder-{accuracy}.onnx"
        write_encoder(packed, path, accuracy)
        session = open_session(path)
        times = []
        for _ in range(_ROUNDS):
            started = time.process_time()
            (vectors[accuracy],) = run(session, tokens, np.ones_like(tokens, np.int32), most=1)
            times.append(time.process_time() - started)
        seconds[accuracy] = min(times)
    cosine = float((vectors[EXACT] * vectors[ROUNDED]).sum(axis=1).min())
    rounded = cosine >= _ALIKE and seconds[ROUNDED] < _WORTH_IT * seconds[EXACT]
    chosen = ROUNDED if rounded else EXACT
    (folder / f"encoder-{chosen}.onnx").rename(folder / "encoder.onnx")
    (folder / f"encoder-{ROUNDED if chosen == EXACT else EXACT}.onnx").unlink()
    return Engine(chosen, {str(way): round(took, 5) for way, took in seconds.items()}, cosine)


def chosen_accuracy(folder: Path) -> int:
    """What was chosen when the graph in ``folder`` was made."""
    return int(json.loads((folder / "engine.json").read_text("utf-8"))["accuracy"])


def open_session(path: Path) -> InferenceSession:
    """A graph, ready to run; its threads sleep while they wait, so that other jobs get the cores."""
    onnxruntime = silent_runtime()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = int(os.environ.get("OMP_NUM_THREADS", "0"))
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    options.enable_mem_pattern = False  # of each shape: half as much again, and kept for ever
    session: InferenceSession = onnxruntime.InferenceSession(
        str(path), options, providers=["CPUExecutionProvider"]
    )
    return session


def silent_runtime() -> Any:
    """ONNX Runtime, which reports its use to its maker unless it is told not to."""
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    return onnxruntime


def run(
    session: InferenceSession,
    tokens: NDArray[np.integer[Any]],
    mask: NDArray[np.int32],
    *,
    most: int | None = None,
    **more: NDArray[Any],
) -> list[NDArray[np.float32]]:
    """The graph's outputs for tokens and mask of shape (texts, length), the first so many of them."""
    names = [one.name for one in session.get_outputs()[:most]]
    given: list[NDArray[np.float32]] = session.run(
        names, {"tokens": tokens.astype(np.int64), "mask": mask, **more}
    )
    return given
