"""The reader's network: the packaged encoder's transformer with trained upper layers and three heads.

Question and passage go in as one sequence, ``<s> question </s></s> title, passage </s>``, so that
every layer sees both (a cross-encoder; Nogueira and Cho 2019, arXiv:1901.04085). The heads are those
of extractive reading with a null answer (Devlin et al. 2019, arXiv:1810.04805, for SQuAD 2.0): a
start and an end for each token, the null answer at ``<s>``, and the probability that the passage
answers. The embeddings and lower layers are the encoder's own and are never trained, so that they
need not be shipped.

``rag.extractive.reader_graph`` is the same network for ONNX Runtime, which answers run in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor, nn

from index.embedding.tokenizer import PADDING
from rag.extractive.reader_graph import FROZEN_LAYERS, NEVER

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class Reading(NamedTuple):
    """What the network says of each pair of a batch.

    Attributes:
        start: Logits of the answer's first token, shape (pairs, tokens); the null answer at 0, and
            tokens that are no part of the passage at -10,000.
        end: The same of its last token.
        answers: Logits that the passage answers, shape (pairs,).
    """

    start: Tensor
    end: Tensor
    answers: Tensor


class ReaderNetwork(nn.Module):
    """Transformer and heads.

    Args:
        transformer: A BERT model as ``transformers`` loads it; its embeddings and its first
            ``FROZEN_LAYERS`` layers are used as they are.
    """

    def __init__(self, transformer: nn.Module) -> None:
        super().__init__()
        layers = list(transformer.encoder.layer)  # type: ignore[union-attr, arg-type]
        hidden = int(transformer.config.hidden_size)  # type: ignore[union-attr, arg-type]
        self.embeddings = transformer.embeddings
        self.lower = nn.ModuleList(layers[:FROZEN_LAYERS])
        self.upper = nn.ModuleList(layers[FROZEN_LAYERS:])
        self.span = nn.Linear(hidden, 2)
        self.answerable = nn.Sequential(
            nn.Linear(2 * hidden, hidden), nn.Tanh(), nn.Linear(hidden, 1)
        )
        for frozen in (self.embeddings, self.lower):
            frozen.requires_grad_(False)

    def trained(self) -> nn.ModuleDict:
        """What is trained, and shipped."""
        return nn.ModuleDict(
            {"upper": self.upper, "span": self.span, "answerable": self.answerable}
        )

    def forward(self, tokens: Tensor, lengths: Tensor, passage: Tensor) -> Reading:
        """Read a batch.

        Args:
            tokens: Ids, padded, shape (pairs, tokens).
            lengths: Tokens of each pair without padding, shape (pairs,).
            passage: The first token of each passage's text; it ends before the last ``</s>``.
        """
        return self.read_states(self.lower_states(tokens, lengths), lengths, passage)

    @torch.no_grad()
    def lower_states(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        """What the layers that are never trained make of a batch, shape (pairs, tokens, hidden)."""
        mask = _real(tokens, lengths)[:, None, None, :]
        states: Tensor = self.embeddings(input_ids=tokens)  # type: ignore[operator]
        for layer in self.lower:
            states = _through(layer, states, mask)
        return states

    def read_states(self, states: Tensor, lengths: Tensor, passage: Tensor) -> Reading:
        """``forward`` from ``lower_states`` on."""
        real = _real(states, lengths)
        for layer in self.upper:
            states = _through(layer, states, real[:, None, None, :])
        places = torch.arange(states.shape[1], device=states.device)[None, :]
        text = (places >= passage[:, None]) & (places < lengths[:, None] - 1)
        return self._heads(states, text)

    def _heads(self, states: Tensor, text: Tensor) -> Reading:
        logits = self.span(states).float()
        may = text.clone()
        may[:, 0] = True
        logits = logits.masked_fill(~may[..., None], NEVER)
        highest = states.masked_fill(~text[..., None], NEVER).amax(dim=1)
        answers = self.answerable(torch.cat([states[:, 0], highest], dim=-1)).float()[:, 0]
        return Reading(logits[..., 0], logits[..., 1], answers)


def _real(batch: Tensor, lengths: Tensor) -> Tensor:
    """Which places of a padded batch hold a token, shape (pairs, tokens)."""
    return torch.arange(batch.shape[1], device=batch.device)[None, :] < lengths[:, None]


def _through(layer: nn.Module, states: Tensor, mask: Tensor) -> Tensor:
    """One layer; an older ``transformers`` gives a tuple."""
    given = layer(states, attention_mask=mask)
    out: Tensor = given[0] if isinstance(given, tuple) else given
    return out


def open_network(checkpoint: Path) -> ReaderNetwork:
    """The network on the encoder's transformer, in float32, its heads untrained.

    The table of word embeddings stays on disk, of which a text touches a few hundred rows.
    """
    from safetensors import safe_open
    from transformers import BertConfig, BertModel

    config = BertConfig.from_pretrained(str(checkpoint))
    config._attn_implementation = "sdpa"
    path = str(checkpoint / "model.safetensors")
    with torch.device("meta"):
        transformer = BertModel(config, add_pooling_layer=False)
    with safe_open(path, framework="pt") as file:
        state = {
            name: file.get_tensor(name).float()
            for name in transformer.state_dict()
            if name != _WORDS
        }
    transformer.load_state_dict(state, strict=False, assign=True)
    transformer.embeddings = Embeddings(transformer.embeddings, path)
    return ReaderNetwork(transformer).eval()


_WORDS = "embeddings.word_embeddings.weight"


class Embeddings(nn.Module):
    """The encoder's embeddings, with the table of words left on disk."""

    def __init__(self, embeddings: nn.Module, path: str) -> None:
        super().__init__()
        self.places: nn.Embedding = embeddings.position_embeddings  # type: ignore[assignment]
        self.kind: nn.Embedding = embeddings.token_type_embeddings  # type: ignore[assignment]
        self.norm: nn.LayerNorm = embeddings.LayerNorm  # type: ignore[assignment]
        self._words = _on_disk(path)

    def forward(self, input_ids: Tensor) -> Tensor:
        words = self._words[input_ids].to(self.norm.weight.dtype)
        places = torch.arange(input_ids.shape[1])
        summed: Tensor = self.norm(words + self.places(places) + self.kind.weight[0])
        return summed


def _on_disk(path: str) -> Tensor:
    """The table of words as a tensor over the file itself, in half precision."""
    from safetensors import safe_open

    with safe_open(path, framework="pt") as file:
        table: Tensor = file.get_tensor(_WORDS)
    return table


def tensors(ids: Sequence[Sequence[int]], passages: Sequence[int]) -> tuple[Tensor, Tensor, Tensor]:
    """What ``forward`` takes: ids padded, lengths, and where the passages begin."""
    padded = torch.full((len(ids), max(map(len, ids))), PADDING)
    for row, some in enumerate(ids):
        padded[row, : len(some)] = torch.tensor(some)
    return padded, torch.tensor([len(some) for some in ids]), torch.tensor(passages)


def pack(network: ReaderNetwork) -> dict[str, Tensor]:
    """What was trained: matrices as int8 with one float32 scale a row, the rest as float32."""
    packed: dict[str, Tensor] = {}
    for name, value in network.trained().state_dict().items():
        if value.ndim < 2:
            packed[name] = value.float().contiguous()
            continue
        scale = value.float().abs().amax(dim=1).clamp_min(1e-12) / 127
        packed[name] = (value.float() / scale[:, None]).round().to(torch.int8).contiguous()
        packed[f"{name}.scale"] = scale.contiguous()
    return packed


def unpack(network: ReaderNetwork, packed: dict[str, Tensor]) -> None:
    """Put packed weights into a network.

    Raises:
        RuntimeError, KeyError: they are another network's.
    """
    state = {
        name: value.float() * packed[f"{name}.scale"][:, None]
        if value.dtype == torch.int8
        else value
        for name, value in packed.items()
        if not name.endswith(".scale")
    }
    network.trained().load_state_dict(state)
