"""The training loop: seeded, on the processor, stopped and taken up again where it was.

What a step learns from follows from the seed and the step's number alone, so that a run that was
stopped sees what an unbroken one would. The rate rises, stays, and falls over the last part of the
time given (warm-up, stable, decay; Hu et al. 2024, arXiv:2404.06395): a run that is given more time
later goes on from before the fall. What is kept is the mean of the weights over the last steps.
"""

from __future__ import annotations

import json
import math
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from eval.training.examples import Example, is_held_out
from eval.training.held_out import Held, Read, held_out
from eval.training.near_misses import Names, Neighbours
from eval.training.network import ReaderNetwork, Reading, tensors
from eval.training.news_questions import questions_of, reworded
from eval.training.pairs import Asked, group_of
from eval.training.public_sets import Text
from index.embedding.sentence_transformer import computes_bfloat16
from rag.extractive.reader_input import Pair, make_pairs

if TYPE_CHECKING:
    from index.embedding.tokenizer import PackagedTokenizer

QUESTIONS = 10
"""Of one step, with their near misses about 26 pairs."""

_MICRO = 7
"""Pairs that go through the network at once, of about one length."""

_RATE = 3e-4
_WARM_UP = 60
_FALLING = 0.35
"""Share of the time over which the rate falls to nothing."""

_EMA = 0.995
_LISTWISE = 0.5
SQUAD, PEOPLE = "squad2_zh", "people"
_SHARES = (
    ("public", 0.12),
    (SQUAD, 0.04),
    (PEOPLE, 0.72),
    ("news", 0.07),
    ("reworded", 0.05),
)
_DRAWS = 30
"""Examples of a kind that are drawn for one that makes a group."""

_TRIES = 6
"""Questions of an article that are made to find one whose answer is told twice."""

_LONGEST_ANSWER = 40
"""Tokens of a span."""


@dataclass(frozen=True, slots=True)
class Material:
    """What is learned from: examples of question sets, and articles to make questions of."""

    examples: Sequence[Example]
    texts: Sequence[Text]
    names: Names
    neighbours: Neighbours

    def groups(self, seed: int, step: int) -> list[list[Asked]]:
        """The groups of one step."""
        rng = random.Random(f"{seed}:{step}")
        shares = [(kind, share) for kind, share in _SHARES if self._has(kind)]
        found: list[list[Asked]] = []
        while len(found) < QUESTIONS:
            (kind,) = rng.choices([k for k, _ in shares], [s for _, s in shares])
            for _ in range(_DRAWS):  # of the same kind, or what is found seldom has a lesser share
                example = self._drawn(kind, rng)
                group = example and group_of(example, self.names, self.neighbours, rng)
                if group:
                    found.append(group)
                    break
        return found

    def _has(self, kind: str) -> bool:
        if kind in ("news", "reworded"):
            return bool(self.texts)
        return any(_kind(example) == kind for example in self.examples)

    def _drawn(self, kind: str, rng: random.Random) -> Example | None:
        if kind in ("news", "reworded"):
            text = rng.choice(self.texts)
            made = questions_of(text, rng, 1 if kind == "news" else _TRIES)
            if kind == "news":
                return made[0] if made else None
            return next(filter(None, map(reworded, made)), None)
        while True:
            example = rng.choice(self.examples)
            if _kind(example) == kind:
                return example


def _kind(example: Example) -> str:
    name = example.source.partition("/")[0]
    return name if name in (SQUAD, PEOPLE) else "public"


def material_of(examples: Sequence[Example], texts: Sequence[Text]) -> Material:
    """What is not held out of examples and articles."""
    texts = [text for text in texts if not is_held_out(text.article_id)]
    return Material(
        [one for one in examples if not is_held_out(one.group)],
        texts,
        Names([text.text for text in texts[:20000]]),
        Neighbours(texts[:20000]),
    )


class Trainer:
    """A reader in training. ``folder`` keeps its state and a line of ``curve.jsonl`` a measuring."""

    def __init__(
        self, network: ReaderNetwork, tokenizer: PackagedTokenizer, folder: Path, seed: int
    ) -> None:
        self.network = network
        self.folder = folder
        self.step = 0
        self.seconds = 0.0
        self._tokenizer = tokenizer
        self._seed = seed
        self._parameters: list[Tensor] = [
            p for p in network.trained().parameters() if p.requires_grad
        ]
        self._optimizer = torch.optim.AdamW(
            self._parameters, lr=_RATE, weight_decay=0.01, fused=True
        )
        self._mean = [p.detach().clone() for p in self._parameters]
        self._losses: list[tuple[float, float, float]] = []

    def train(
        self,
        material: Material,
        minutes: float,
        measure: Callable[[], dict[str, Held]],
        every: float = 20.0,
    ) -> Iterator[str]:
        """Train until ``minutes`` are spent in all, a line of what was reached at each measuring."""
        falls = minutes * 60 * (1 - _FALLING)
        measured = self.seconds
        while self.seconds < minutes * 60:
            began = time.perf_counter()
            rate = min(1.0, (self.step + 1) / _WARM_UP)
            if self.seconds > falls:
                if not (self.folder / "stable.pt").exists():
                    self.save("stable.pt")
                rate *= max(0.0, (minutes * 60 - self.seconds) / (minutes * 60 - falls))
            self._one(material.groups(self._seed, self.step), _RATE * rate)
            self.step += 1
            self.seconds += time.perf_counter() - began
            if self.seconds - measured > every * 60:
                measured = self.seconds
                self.save("state.pt")
                yield self.report(measure)
            elif self.step % 50 == 0:
                yield f"step {self.step}, {self.seconds / 60:.1f} min, losses {self._lately()}"
        self.save("state.pt")
        yield self.report(measure)

    def _one(self, groups: Sequence[Sequence[Asked]], rate: float) -> None:
        self.network.eval()  # each pair is seen about once: dropout would only slow it down
        asked = [one for group in groups for one in group]
        pairs = encode(self._tokenizer, asked)
        order = sorted(range(len(pairs)), key=lambda at: len(pairs[at].ids))
        answers: dict[int, Tensor] = {}
        spans: list[Tensor] = []
        for at in range(0, len(order), _MICRO):
            some = order[at : at + _MICRO]
            reading = self._read([pairs[i] for i in some])
            spans.append(_span_loss(reading, [pairs[i] for i in some], [asked[i] for i in some]))
            answers.update(zip(some, reading.answers, strict=True))
        logits = torch.stack([answers[i] for i in range(len(asked))])
        gold = torch.tensor([float(bool(one.answers)) for one in asked])
        sure = nn.functional.binary_cross_entropy_with_logits(logits, gold)
        listwise = _listwise(logits, groups)
        span = torch.cat(spans).mean()
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        self._optimizer.zero_grad(set_to_none=True)
        loss = span + sure + _LISTWISE * listwise
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self._parameters, 1.0)
        self._optimizer.step()
        keep = min(_EMA, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            torch._foreach_lerp_(self._mean, self._parameters, 1 - keep)
        self._losses.append((span.item(), sure.item(), listwise.item()))

    def _read(self, pairs: Sequence[Pair]) -> Reading:
        with torch.autocast("cpu", torch.bfloat16, enabled=computes_bfloat16()):
            reading: Reading = self.network(*_tensors(pairs))
        return reading

    def _lately(self) -> list[float]:
        some = self._losses[-100:]
        return [round(sum(one) / len(some), 3) for one in zip(*some, strict=True)]

    def report(self, measure: Callable[[], dict[str, Held]]) -> str:
        """Measure with the mean of the weights, and write it down."""
        with self.averaged():
            held = measure()
        line = {
            "step": self.step,
            "minutes": round(self.seconds / 60, 1),
            "losses": self._lately() if self._losses else [],
            "held_out": {name: asdict(one) for name, one in held.items()},
        }
        with (self.folder / "curve.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        said = ", ".join(f"{n} F1 {h.f1:.2f}" for n, h in held.items() if not math.isnan(h.f1))
        return f"step {self.step}, {self.seconds / 60:.1f} min, losses {line['losses']}: {said}"

    def averaged(self) -> _Swapped:
        """The network with the mean of its weights, for as long as the block runs."""
        return _Swapped(self._parameters, self._mean)

    def save(self, name: str) -> None:
        state = {
            "step": self.step,
            "seconds": self.seconds,
            "weights": self._parameters,
            "mean": self._mean,
            "optimizer": self._optimizer.state_dict(),
        }
        part = self.folder / f"{name}.part"
        torch.save(state, part)
        part.replace(self.folder / name)

    def resume(self, name: str) -> bool:
        """Take up what was saved; whether there was anything."""
        path = self.folder / name
        if not path.exists():
            return False
        state: dict[str, Any] = torch.load(path, weights_only=True)
        with torch.no_grad():
            for mine, saved in zip(self._parameters, state["weights"], strict=True):
                mine.copy_(saved)
        self._mean = list(state["mean"])
        self._optimizer.load_state_dict(state["optimizer"])
        self.step, self.seconds = state["step"], state["seconds"]
        return True

    def reads(self, asked: Sequence[Asked]) -> list[Read]:
        """What the network, as it is, says of pairs."""
        return read_all(self.network, self._tokenizer, asked)


class _Swapped:
    """Parameters that hold other values for as long as the block runs."""

    def __init__(self, parameters: Sequence[Tensor], values: Sequence[Tensor]) -> None:
        self._parameters, self._values = parameters, values

    def __enter__(self) -> None:
        with torch.no_grad():
            self._kept = [p.detach().clone() for p in self._parameters]
            for mine, value in zip(self._parameters, self._values, strict=True):
                mine.copy_(value)

    def __exit__(self, *_: object) -> None:
        with torch.no_grad():
            for mine, value in zip(self._parameters, self._kept, strict=True):
                mine.copy_(value)


def encode(tokenizer: PackagedTokenizer, asked: Sequence[Asked]) -> list[Pair]:
    return [
        make_pairs(tokenizer, one.question, [(one.title, one.text)], one.background)[0]
        for one in asked
    ]


def _tensors(pairs: Sequence[Pair]) -> tuple[Tensor, Tensor, Tensor]:
    return tensors([pair.ids for pair in pairs], [pair.passage for pair in pairs])


def _span_loss(reading: Reading, pairs: Sequence[Pair], asked: Sequence[Asked]) -> Tensor:
    """Cross-entropy of each pair's span, whichever of its places it is found at; shape (pairs,)."""
    start = reading.start.log_softmax(-1)
    end = reading.end.log_softmax(-1)
    losses = []
    for row, (pair, one) in enumerate(zip(pairs, asked, strict=True)):
        spans = [tokens for span in one.answers if (tokens := pair.tokens(span))]
        if one.answers and not spans:
            losses.append(start[row, 0] * 0)  # it was cut off
            continue
        first, last = zip(*(spans or [(0, 0)]), strict=True)
        both = start[row, list(first)] + end[row, list(last)]
        losses.append(-both.logsumexp(0))
    return torch.stack(losses)


def _listwise(logits: Tensor, groups: Sequence[Sequence[Asked]]) -> Tensor:
    """Cross-entropy of the passage that answers among its near misses."""
    losses, at = [], 0
    for group in groups:
        if group[0].answers and len(group) > 1:
            losses.append(-logits[at : at + len(group)].log_softmax(0)[0])
        at += len(group)
    return torch.stack(losses).mean() if losses else logits.sum() * 0


@torch.no_grad()
def read_all(
    network: ReaderNetwork, tokenizer: PackagedTokenizer, asked: Sequence[Asked]
) -> list[Read]:
    """The best span and the answerability of each pair."""
    network.eval()
    pairs = encode(tokenizer, asked)
    order = sorted(range(len(pairs)), key=lambda at: len(pairs[at].ids))
    found: dict[int, Read] = {}
    for at in range(0, len(order), 16):
        some = order[at : at + 16]
        with torch.autocast("cpu", torch.bfloat16, enabled=computes_bfloat16()):
            reading = network(*_tensors([pairs[i] for i in some]))
        for row, i in enumerate(some):
            pair = pairs[i]
            span = _best_span(reading.start[row], reading.end[row], pair)
            found[i] = Read(span.of(asked[i].text) if span else "", float(reading.answers[row]))
    return [found[i] for i in range(len(pairs))]


def _best_span(start: Tensor, end: Tensor, pair: Pair) -> Any:
    first, past = pair.passage, len(pair.ids) - 1
    if past <= first:
        return None
    scores = start[first:past, None] + end[None, first:past]
    allowed = torch.ones_like(scores).triu().tril(_LONGEST_ANSWER) > 0
    best = int(scores.masked_fill(~allowed, -1e9).argmax())
    width = past - first
    return pair.characters(first + best // width, first + best % width)


def held_out_measure(
    trainer: Trainer, examples: Sequence[Example], material: Material, most: int
) -> Callable[[], dict[str, Held]]:
    return lambda: held_out(examples, material.names, material.neighbours, trainer.reads, most)
