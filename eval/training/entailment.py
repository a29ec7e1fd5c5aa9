"""Trains the verifier's network: does a claim follow from the words that it is held against?

    python -m eval.training.entailment DATA WORK --claims WRITTEN.jsonl --minutes 40

The network is the reader's with low-rank additions to its trained layers (Hu et al. 2021,
arXiv:2106.09685) and a head of its own; the claim stands where the reader has a question. It learns
from claims that people wrote and from claims that are made of news sentences
(``eval.training.claims``), half of which follow. docs/verifier.md tells what came of it.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
import torch
from torch import Tensor, nn

from eval.training.claims import Claim, claims_of
from eval.training.examples import is_held_out
from eval.training.network import ReaderNetwork, open_network, pack, tensors, unpacked
from eval.training.public_sets import Text, read_articles
from eval.training.public_sets import without as left
from rag.extractive.reader_input import Pair, make_pairs

if TYPE_CHECKING:
    from index.embedding.tokenizer import PackagedTokenizer

RANK = 16
_RATE = 6e-4
_WARM_UP = 20
_FALLING = 0.4
"""Share of the time over which the rate falls to nothing."""

_EMA = 0.98
_STEP, _MICRO = 32, 8
_WRITTEN = 0.8
"""Share of a step's claims that people wrote."""


class LowRank(nn.Module):
    """A linear layer with a trained product of two thin matrices added to its own, which stays."""

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        self.linear = linear.requires_grad_(False)
        self.down = nn.Parameter(torch.randn(RANK, linear.in_features) / linear.in_features**0.5)
        self.up = nn.Parameter(torch.zeros(linear.out_features, RANK))

    def forward(self, states: Tensor) -> Tensor:
        added: Tensor = nn.functional.linear(states @ self.down.T, self.up)
        out: Tensor = self.linear(states) + added
        return out


def add_low_rank(network: ReaderNetwork) -> list[LowRank]:
    """Put low-rank additions beside every matrix of the upper layers, in the order of their names."""
    added: list[LowRank] = []
    for name, module in sorted(network.upper.named_modules()):
        if isinstance(module, nn.Linear):
            parent, _, leaf = name.rpartition(".")
            added.append(LowRank(module))
            setattr(network.upper.get_submodule(parent), leaf, added[-1])
    for parameter in network.upper.parameters():
        parameter.requires_grad_(False)
    for one in added:
        one.down.requires_grad_(True)
        one.up.requires_grad_(True)
    network.span.requires_grad_(False)
    return added


@dataclass(frozen=True, slots=True)
class Material:
    """What is learned from."""

    written: Sequence[Claim]
    texts: Sequence[Text]

    def step(self, seed: int, number: int) -> list[Claim]:
        """The claims of one step, by its number alone."""
        rng = random.Random(f"{seed}:{number}")
        count = round(_STEP * _WRITTEN) if self.texts else _STEP
        found = rng.sample(self.written, k=min(count, len(self.written)))
        while self.texts and len(found) < _STEP:
            found += claims_of(rng.choice(self.texts), rng)
        return found


def read_written(path: Path) -> list[Claim]:
    """Claims that people wrote, as lines of JSON with the fields of ``Claim``."""
    with path.open(encoding="utf-8") as file:
        return [Claim(**json.loads(line)) for line in file]


def train(
    network: ReaderNetwork,
    tokenizer: PackagedTokenizer,
    material: Material,
    held: Sequence[Claim],
    minutes: float,
    seed: int,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[str]:
    """Train for some minutes by a clock in seconds; a line of what was reached now and then. The mean of
    the weights stays."""
    parameters: list[Tensor] = [p for p in network.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=_RATE, weight_decay=0.01)
    mean = [p.detach().clone() for p in parameters]
    kept = _Kept(network, frozenset(material.written))
    began, step = clock(), 0
    losses: list[float] = []
    while (spent := clock() - began) < minutes * 60:
        rate = min(1.0, (step + 1) / _WARM_UP)
        rate *= min(1.0, (1 - spent / (minutes * 60)) / _FALLING)
        for group in optimizer.param_groups:
            group["lr"] = _RATE * rate
        losses.append(_one_step(tokenizer, material.step(seed, step), optimizer, kept))
        step += 1
        keep = min(_EMA, (1 + step) / (10 + step))
        with torch.no_grad():
            torch._foreach_lerp_(mean, parameters, 1 - keep)
        if step % 25 == 0:
            some = losses[-50:]
            yield f"step {step}, {spent / 60:.1f} min, loss {sum(some) / len(some):.3f}"
        if step % 150 == 0 and held:
            yield f"held out: AUROC {auroc(held, logits(network, tokenizer, held)):.3f}"
    with torch.no_grad():
        for mine, value in zip(parameters, mean, strict=True):
            mine.copy_(value)


def _one_step(
    tokenizer: PackagedTokenizer,
    claims: Sequence[Claim],
    optimizer: torch.optim.Optimizer,
    kept: _Kept,
) -> float:
    optimizer.zero_grad(set_to_none=True)
    total = 0.0
    for some, pairs in _batches(tokenizer, claims, _MICRO):
        gold = torch.tensor([float(claims[at].follows) for at in some])
        loss = nn.functional.binary_cross_entropy_with_logits(
            kept.read([claims[at] for at in some], pairs), gold, reduction="sum"
        )
        (loss / len(claims)).backward()  # type: ignore[no-untyped-call]
        total += loss.item()
    nn.utils.clip_grad_norm_([p for g in optimizer.param_groups for p in g["params"]], 1.0)
    optimizer.step()
    return total / len(claims)


class _Kept:
    """Reads claims; what the frozen layers make of those that come again is kept, in half precision."""

    def __init__(self, network: ReaderNetwork, again: Collection[Claim]) -> None:
        self._network, self._again = network, again
        self._states: dict[Claim, Tensor] = {}

    def read(self, claims: Sequence[Claim], pairs: Sequence[Pair]) -> Tensor:
        """Logits that the claims follow, shape (claims,)."""
        found = dict(
            self._fresh(
                [(c, p) for c, p in zip(claims, pairs, strict=True) if c not in self._states]
            )
        )
        some = [found[c] if c in found else self._states[c].float() for c in claims]
        states = nn.utils.rnn.pad_sequence(some, batch_first=True)
        lengths = torch.tensor([len(pair.ids) for pair in pairs])
        passages = torch.tensor([pair.passage for pair in pairs])
        answers: Tensor = self._network.read_states(states, lengths, passages).answers
        return answers

    def _fresh(self, some: Sequence[tuple[Claim, Pair]]) -> Iterator[tuple[Claim, Tensor]]:
        if not some:
            return
        pairs = [pair for _, pair in some]
        tokens, lengths, _ = tensors([p.ids for p in pairs], [p.passage for p in pairs])
        states = self._network.lower_states(tokens, lengths)
        for row, (claim, pair) in enumerate(some):
            own = states[row, : len(pair.ids)]
            if claim in self._again:
                self._states[claim] = own.half()
            yield claim, own


def _read(network: ReaderNetwork, pairs: Sequence[Pair]) -> Tensor:
    reading = network(*tensors([pair.ids for pair in pairs], [pair.passage for pair in pairs]))
    answers: Tensor = reading.answers
    return answers


def _batches(
    tokenizer: PackagedTokenizer, claims: Sequence[Claim], size: int
) -> Iterator[tuple[list[int], list[Pair]]]:
    pairs = [make_pairs(tokenizer, c.text, [(c.title, c.evidence)])[0] for c in claims]
    order = sorted(range(len(pairs)), key=lambda at: len(pairs[at].ids))
    for at in range(0, len(order), size):
        yield order[at : at + size], [pairs[i] for i in order[at : at + size]]


@torch.no_grad()
def logits(
    network: ReaderNetwork, tokenizer: PackagedTokenizer, claims: Sequence[Claim]
) -> list[float]:
    """That each claim follows, shape (claims,)."""
    found: dict[int, float] = {}
    for some, pairs in _batches(tokenizer, claims, 16):
        found |= zip(some, _read(network, pairs).tolist(), strict=True)
    return [found[at] for at in range(len(claims))]


def auroc(claims: Sequence[Claim], values: Sequence[float]) -> float:
    """How often a claim that follows has more than one that does not."""
    true = [v for c, v in zip(claims, values, strict=True) if c.follows]
    false = [v for c, v in zip(claims, values, strict=True) if not c.follows]
    more = sum((t > f) + 0.5 * (t == f) for t in true for f in false)
    return more / max(1, len(true) * len(false))


def write_additions(network: ReaderNetwork, added: Sequence[LowRank], path: Path) -> None:
    """Write what was trained, tied to the reader that it adds to."""
    from safetensors.torch import save_file

    from rag.extractive.reader import weights_file
    from rag.extractive.reader_graph import digest

    packed = pack(_state(network, added))
    save_file(packed, str(path), metadata={"reader": digest(weights_file())})


def read_additions(network: ReaderNetwork, added: Sequence[LowRank], path: Path) -> None:
    """Put what was trained before into a network, to train on from it.

    Raises:
        SafetensorError, KeyError: the file is damaged or another network's.
    """
    from safetensors.torch import load_file

    saved = unpacked(load_file(str(path)))
    with torch.no_grad():
        for name, value in _state(network, added).items():
            value.copy_(saved[name])


def _state(network: ReaderNetwork, added: Sequence[LowRank]) -> dict[str, Tensor]:
    named = {one: name for name, one in network.upper.named_modules() if isinstance(one, LowRank)}
    state = {
        f"upper.{named[one]}.{part}": getattr(one, part) for one in added for part in ("up", "down")
    }
    state |= {
        f"answerable.{name}": value for name, value in network.answerable.state_dict().items()
    }
    return state


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("work", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--claims", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True
)
@click.option("--without", type=click.Path(exists=True, path_type=Path), help="JSON list of ids.")
@click.option("--start", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--minutes", default=40.0)
@click.option("--seed", default=1)
def main(
    data: Path,
    work: Path,
    claims: Path,
    without: Path | None,
    start: Path | None,
    minutes: float,
    seed: int,
) -> None:
    """Train on the news in DATA and on written claims; WORK/entailment.safetensors is what ships."""
    from eval.training.export import read_weights
    from index.embedding.packaged_model import (
        packaged_checkpoint,
        packaged_graph,
        quiet_transformers,
    )
    from index.embedding.tokenizer import PackagedTokenizer
    from rag.extractive.reader import weights_file

    ids = frozenset(json.loads(without.read_text("utf-8"))) if without else frozenset()
    texts = left(read_articles(data / "scale" / "articles.json.gz"), ids)
    written = read_written(claims)
    held = [one for one in written if is_held_out(one.group)]
    material = Material(
        [one for one in written if not is_held_out(one.group)],
        [text for text in texts if not is_held_out(text.article_id)],
    )
    torch.manual_seed(seed)
    with quiet_transformers():
        network = open_network(packaged_checkpoint())
    read_weights(network, weights_file())
    added = add_low_rank(network)
    if start:
        read_additions(network, added, start)
    work.mkdir(parents=True, exist_ok=True)
    tokenizer = PackagedTokenizer(packaged_graph())
    click.echo(
        f"{len(material.written)} written claims, {len(held)} held out, {len(texts)} articles"
    )
    try:
        for line in train(network, tokenizer, material, held, minutes, seed):
            click.echo(line)
    finally:
        write_additions(network, added, work / "entailment.safetensors")
    if held:
        values = logits(network, tokenizer, held)
        click.echo(f"held out: AUROC {auroc(held, values):.3f}")
        rows = [
            {"kind": c.kind, "follows": c.follows, "logit": v, "text": c.text}
            for c, v in zip(held, values, strict=True)
        ]
        (work / "held_out.json").write_text(json.dumps(rows, ensure_ascii=False), "utf-8")


if __name__ == "__main__":
    main()
