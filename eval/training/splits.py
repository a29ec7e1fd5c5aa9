"""Trains what tells where a message falls into questions (``rag.question.splits``).

    python -m eval.training.splits [--check]

``data/splits.jsonl`` has a message a line, ``{"marked", "part"}``, with ``|`` where a further question
starts; those of the part ``held_out`` are never trained on. The examples of kinds that ask one thing
(``data/kinds.jsonl``) are messages of one question, so that it learns how rarely one falls apart. Prints how many of these fall into just the
questions that were marked, and writes the weights into ``rag/question/data``.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import click

from eval.training.field import train
from eval.training.kinds import read_examples
from rag.question.field import TokenField, field_file
from rag.question.parts import SEVERAL, SURELY
from rag.question.splits import cut, starts_in, told_of, visible
from rag.question.subject import tokens_in

DATA = Path(__file__).parent / "data" / "splits.jsonl"
_MARK = "|"
_PENALTY = 0.2
_OF_ONE = ("fact", "list", "overview", "comparison", "library")
"""Kinds of message that ask one thing."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message cut where its questions start; ``part`` is ``trained`` or ``held_out``."""

    parts: tuple[str, ...]
    part: str

    @property
    def text(self) -> str:
        return "".join(self.parts)

    @property
    def shown(self) -> str:
        """As its tokens are told apart."""
        return visible(self.text)

    def labels(self) -> list[bool]:
        """Whether each token is the first of a further question."""
        starts, at = set(), 0
        for part in self.parts[:-1]:
            at += len(part)
            starts.add(at + len(self.text[at:]) - len(self.text[at:].lstrip()))
        return [start in starts for start, _, _ in tokens_in(self.shown)]


def read_messages() -> list[Message]:
    with DATA.open(encoding="utf-8") as lines:
        rows = map(json.loads, lines)
        return [Message(tuple(row["marked"].split(_MARK)), row["part"]) for row in rows]


def messages_of_one() -> list[Message]:
    """The examples of kinds that ask one thing, but for those that are never trained on."""
    return [
        Message((one.question,), "trained")
        for one in read_examples("kinds")
        if one.label in _OF_ONE and not one.is_held_out
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="measure only; write nothing")
    options = parser.parse_args()
    messages = read_messages()
    trained = [one for one in messages if one.part != "held_out"] + messages_of_one()
    held = [one for one in messages if one.part == "held_out"]
    labels = [one.labels() for one in trained]
    model = train([one.shown for one in trained], labels, told_of, _PENALTY)
    click.echo(f"{len(trained)} messages trained on, {len(held)} held out")
    for leans in (SURELY, SEVERAL):
        told = partial(_cut, model=model, leans=leans)
        click.echo(f"lean {leans}: {score(held, told)}")
    if not options.check:
        model.save(field_file("splits"))


def _cut(message: str, model: TokenField, leans: Sequence[float]) -> list[str]:
    return cut(message, starts_in(message, model, leans))


@dataclass(frozen=True, slots=True)
class Score:
    """Shares of messages told exactly: of those that are several questions, and of those that are one;
    and of all, whether it is one or several."""

    several: float
    one: float
    told_apart: float

    def __str__(self) -> str:
        return f"several cut exactly {self.several:.3f}, one left whole {self.one:.3f}, one or several told {self.told_apart:.3f}"


def score(messages: Sequence[Message], parts: Callable[[str], Sequence[str]]) -> Score:
    right: dict[bool, list[bool]] = {True: [], False: []}
    apart = []
    for one in messages:
        found = parts(one.text)
        exact = [part.strip() for part in found] == [part.strip() for part in one.parts]
        right[len(one.parts) > 1].append(exact)
        apart.append((len(found) > 1) == (len(one.parts) > 1))
    return Score(*(sum(some) / max(1, len(some)) for some in (right[True], right[False], apart)))


if __name__ == "__main__":
    main()
