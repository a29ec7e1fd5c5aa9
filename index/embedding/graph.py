"""BERT as a graph for ONNX Runtime, its weights in the 4-bit blocks that the packed file has.

Nothing is decoded or rounded anew: ``MatMulNBits`` and ``GatherBlockQuantized`` of ONNX Runtime read
the same blocks of 32 weights with one scale each. Attention, the sum with layer normalisation and
GELU are its fused operators.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from index.embedding.packed_file import Blocks, PackedModel

if TYPE_CHECKING:
    from onnx import NodeProto, TensorProto, ValueInfoProto

WORDS_FILE = "words.bin"
"""The table of word embeddings, beside the graphs that share it; processes share what is mapped."""

LINEAR = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
}
"""The linear parts of a layer: their names in the packed file, and in a BERT checkpoint."""

NORMS = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}
"""The same of its normalisations."""

_FUSED = "com.microsoft"
_ROW_BLOCK = 128


@dataclass(frozen=True, slots=True, eq=False)
class Matrix:
    """Quantised weights of a linear layer, as ``MatMulNBits`` takes them.

    Attributes:
        packed: uint8, shape (outputs, blocks a row, bytes a block); two weights a byte, or one.
        scales: float32, shape (outputs * blocks a row,).
    """

    bits: int
    block: int
    outputs: int
    inputs: int
    packed: NDArray[np.uint8]
    scales: NDArray[np.float32]

    @classmethod
    def of_blocks(cls, blocks: Blocks, outputs: int, inputs: int) -> Matrix:
        packed = blocks.pairs().reshape(outputs, inputs // 32, 16)
        return cls(4, 32, outputs, inputs, packed, blocks.scales.astype(np.float32))

    @classmethod
    def of_rows(cls, rows: NDArray[np.int8], scales: NDArray[np.float32]) -> Matrix:
        """8-bit weights of shape (outputs, inputs) with one scale a row."""
        outputs, inputs = rows.shape
        block = _ROW_BLOCK
        while inputs % block:
            block //= 2
        packed = (rows.astype(np.int16) + 128).astype(np.uint8).reshape(outputs, -1, block)
        return cls(8, block, outputs, inputs, packed, np.repeat(scales, inputs // block))


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """The parameters of one transformer layer by the names of the packed file (``q``, ``fi``, ``aln`` …)."""

    linear: Mapping[str, tuple[Matrix | NDArray[np.float32], NDArray[np.float32]]]
    norms: Mapping[str, tuple[NDArray[np.float32], NDArray[np.float32]]]


def packed_layer(packed: PackedModel, number: int) -> Layer:
    """A layer as the packed file has it."""
    wide = {"fi": (packed.feed_forward, packed.hidden), "fo": (packed.hidden, packed.feed_forward)}
    linear: dict[str, tuple[Matrix | NDArray[np.float32], NDArray[np.float32]]] = {}
    for part in LINEAR:
        outputs, inputs = wide.get(part, (packed.hidden, packed.hidden))
        weights = packed.tensors[f"l{number}.{part}.w"]
        matrix = (
            Matrix.of_blocks(weights, outputs, inputs)
            if isinstance(weights, Blocks)
            else weights.reshape(outputs, inputs)
        )
        linear[part] = (matrix, packed.dense(f"l{number}.{part}.b"))
    norms = {
        part: (packed.dense(f"l{number}.{part}.w"), packed.dense(f"l{number}.{part}.b"))
        for part in NORMS
    }
    return Layer(linear, norms)


class GraphBuilder:
    """Puts a graph together; every method gives the name of what it computes.

    Inputs of the graph are ``tokens`` (int64) and ``mask`` (int32, 1 for tokens and 0 for padding),
    both of shape (texts, tokens).

    Args:
        accuracy: 0 to multiply in float32, 4 to round activations to 8 bits, block by block, which
            is faster where the processor multiplies bytes.
    """

    def __init__(self, packed: PackedModel, accuracy: int = 0) -> None:
        self._packed = packed
        self._accuracy = accuracy
        self._nodes: list[NodeProto] = []
        self._constants: list[TensorProto] = []

    def constant(self, values: NDArray[Any] | np.generic) -> str:
        from onnx import numpy_helper

        name = f"constant{len(self._constants)}"
        array = np.asarray(values)
        self._constants.append(numpy_helper.from_array(array.copy(order="C"), name))
        return name

    def node(self, operator: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        from onnx import helper

        name = f"{operator}{len(self._nodes)}"
        self._nodes.append(
            helper.make_node(operator, list(inputs), [name], domain=domain, **attributes)
        )
        return name

    def linear(
        self, states: str, weights: Matrix | NDArray[np.float32], bias: NDArray[np.float32]
    ) -> str:
        """``states`` times weights of shape (outputs, inputs), and the bias."""
        if isinstance(weights, Matrix):
            product = self.node(
                "MatMulNBits",
                states,
                self.constant(weights.packed),
                self.constant(weights.scales),
                domain=_FUSED,
                K=weights.inputs,
                N=weights.outputs,
                bits=weights.bits,
                block_size=weights.block,
                accuracy_level=self._accuracy,
            )
        else:
            product = self.node("MatMul", states, self.constant(weights.T))
        return self.node("Add", product, self.constant(bias))

    def embeddings(self) -> str:
        """Words, places and the one kind of text, summed and normalised."""
        packed = self._packed
        length = self.node(
            "Slice",
            self.node("Shape", "tokens"),
            self.constant(np.asarray([1])),
            self.constant(np.asarray([2])),
        )
        table = packed.dense("emb.pos").reshape(-1, packed.hidden)
        table = table + packed.dense("emb.type").reshape(-1, packed.hidden)[0]
        start = self.constant(np.asarray([0]))
        places = self.node("Slice", self.constant(table), start, length, start)
        return self.node(
            "LayerNormalization",
            self.node("Add", self._words(), places),
            self.constant(packed.dense("emb.ln.w")),
            self.constant(packed.dense("emb.ln.b")),
            epsilon=packed.epsilon,
            axis=-1,
        )

    def _words(self) -> str:
        words = self._packed.tensors["emb.word"]
        if not isinstance(words, Blocks):
            table = self.constant(words.reshape(-1, self._packed.hidden))
            return self.node("Gather", table, "tokens")
        return self.node(
            "GatherBlockQuantized",
            *self._mapped(words),
            domain=_FUSED,
            gather_axis=0,
            quantize_axis=1,
            block_size=32,
        )

    def _mapped(self, words: Blocks) -> tuple[str, str, str, str]:
        """The table's three parts, which lie in ``WORDS_FILE``."""
        from onnx import TensorProto

        rows, hidden = self._packed.vocabulary, self._packed.hidden
        per_row = hidden // 32
        offset = 0
        for name, kind, shape, size in (
            ("words", TensorProto.UINT4, (rows, hidden), rows * hidden // 2),
            ("scales", TensorProto.FLOAT, (rows, per_row), 4 * rows * per_row),
            ("zeros", TensorProto.UINT4, (rows, per_row), (rows * per_row + 1) // 2),
        ):
            tensor = TensorProto(name=name, data_type=kind, dims=shape)
            tensor.data_location = TensorProto.EXTERNAL
            for key, value in (("location", WORDS_FILE), ("offset", offset), ("length", size)):
                tensor.external_data.add(key=key, value=str(value))
            self._constants.append(tensor)
            offset += _aligned(size)
        return "words", "tokens", "scales", "zeros"

    def layer(self, states: str, layer: Layer) -> str:
        """One transformer layer."""
        queries, keys, values = (self.linear(states, *layer.linear[part]) for part in "qkv")
        attended = self.node(
            "MultiHeadAttention",
            *(queries, keys, values, "", "mask"),
            domain=_FUSED,
            num_heads=self._packed.heads,
        )
        states = self._normalised(
            states, self.linear(attended, *layer.linear["ao"]), layer.norms["aln"]
        )
        wide = self.node("Gelu", self.linear(states, *layer.linear["fi"]), domain=_FUSED)
        return self._normalised(states, self.linear(wide, *layer.linear["fo"]), layer.norms["oln"])

    def _normalised(
        self, states: str, added: str, norm: tuple[NDArray[np.float32], NDArray[np.float32]]
    ) -> str:
        return self.node(
            "SkipLayerNormalization",
            *(states, added, *map(self.constant, norm)),
            domain=_FUSED,
            epsilon=self._packed.epsilon,
        )

    def save(self, path: Path, outputs: Sequence[str], more: Sequence[ValueInfoProto] = ()) -> None:
        """Write the graph.

        Args:
            more: Inputs beside tokens and mask.
        """
        import onnx
        from onnx import TensorProto, helper

        inputs = [
            helper.make_tensor_value_info("tokens", TensorProto.INT64, ["texts", "length"]),
            helper.make_tensor_value_info("mask", TensorProto.INT32, ["texts", "length"]),
            *more,
        ]
        given = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs]
        graph = helper.make_graph(self._nodes, "juwen", inputs, given, self._constants)
        versions = [helper.make_opsetid("", 21), helper.make_opsetid(_FUSED, 1)]
        path.write_bytes(
            onnx.ModelProto.SerializeToString(
                helper.make_model(graph, opset_imports=versions, ir_version=10)
            )
        )


def write_words(packed: PackedModel, folder: Path) -> None:
    """The table of word embeddings as ``GraphBuilder`` refers to it."""
    words = packed.tensors["emb.word"]
    if not isinstance(words, Blocks):
        return
    count = (words.scales.size + 1) // 2
    with (folder / WORDS_FILE).open("wb") as file:
        for part in (
            words.pairs().tobytes(),
            words.scales.astype("<f4").tobytes(),
            b"\x88" * count,  # 8 is zero
        ):
            file.write(part.ljust(_aligned(len(part)), b"\0"))


def _aligned(size: int) -> int:
    return -(-size // 4096) * 4096


def write_encoder(packed: PackedModel, path: Path, accuracy: int = 0) -> None:
    """The encoder: ``vectors``, the mean over each text's tokens, scaled to length 1; and behind them
    the states of every token after two thirds of the layers and after all, of shape (texts, tokens,
    hidden) each, which nothing is computed for where they are not asked for."""
    builder = GraphBuilder(packed, accuracy)
    states = builder.embeddings()
    between = ""
    for number in range(packed.layers):
        states = builder.layer(states, packed_layer(packed, number))
        between = states if 3 * (number + 1) <= 2 * packed.layers else between
    from onnx import TensorProto

    real = builder.node(
        "Unsqueeze",
        builder.node("Cast", "mask", to=TensorProto.FLOAT),
        builder.constant(np.asarray([-1])),
    )
    over = builder.constant(np.asarray([1]))
    total = builder.node("ReduceSum", builder.node("Mul", states, real), over, keepdims=0)
    mean = builder.node("Div", total, builder.node("ReduceSum", real, over, keepdims=0))
    vectors = builder.node("LpNormalization", mean, axis=-1, p=2)
    builder.save(path, [vectors, between or states, states])
