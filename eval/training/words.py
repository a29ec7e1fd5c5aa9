"""Trains what tells which words of a question say what (``rag.question.words``): the topic of a wide
one, the sides of a comparison.

    python -m eval.training.words [--check] [topics | sides]

``data/topics.jsonl`` and ``data/sides.jsonl`` have a request a line, ``{"question", "words": [in their
order], "part"}``; those of the part ``held_out`` are never trained on. Prints how many of these have just
the words that were marked, and writes the weights into ``rag/question/data``.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from eval.training.field import train
from index.embedding.packaged_encoder import PackagedEncoder
from index.records import Span
from rag.question.field import States, TokenField, field_file
from rag.question.subject import subject_of, tokens_in
from rag.question.topic import marked_spans, told_of, topic_spans

TOPICS, SIDES = "topics", "sides"
_DATA = Path(__file__).parent / "data"
_PENALTY = 0.2
_QUOTED = 4
"""Of so many requests one is seen with its words in quotation marks, too."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request with those of its words that are marked; ``part`` is ``trained`` or ``held_out``."""

    question: str
    words: tuple[str, ...]
    part: str

    def labels(self) -> list[bool]:
        """Whether each token is marked."""
        return labels_of(self.question, marked(self.question, self.words))


def read_requests(name: str) -> list[Request]:
    with (_DATA / f"{name}.jsonl").open(encoding="utf-8") as lines:
        rows = map(json.loads, lines)
        return [Request(row["question"], tuple(row["words"]), row["part"]) for row in rows]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("name", nargs="?", choices=[TOPICS, SIDES], help="both by default")
    parser.add_argument("--check", action="store_true", help="measure only; write nothing")
    options = parser.parse_args()
    states = PackagedEncoder().character_states
    for name in [options.name] if options.name else [TOPICS, SIDES]:
        requests = read_requests(name)
        trained = [one for one in requests if one.part != "held_out"]
        held = [one for one in requests if one.part == "held_out"]
        seen = [*trained, *map(quoted, trained[::_QUOTED])]
        labels = [one.labels() for one in seen]
        model = train([one.question for one in seen], labels, told_of, _PENALTY, states)
        click.echo(f"{name}: {len(trained)} requests trained on, {len(held)} held out")
        told = by_field(name, model, states)
        click.echo(f"the field: {score(held, told)}")
        click.echo(f"in quotes: {score([*map(quoted, held)], told)}")
        if name == TOPICS:
            click.echo(f"without the asking words: {score(held, by_asking_words)}")
        if not options.check:
            model.save(field_file(name))


def quoted(request: Request) -> Request:
    """A request with its words in quotation marks, as names of projects and events often are."""
    question, at = "", 0
    for span in marked(request.question, request.words):
        question += f"{request.question[at : span.start]}“{span.of(request.question)}”"
        at = span.end
    return Request(question + request.question[at:], request.words, request.part)


def marked(question: str, words: Sequence[str]) -> list[Span]:
    """Where words stand in a question, one after the other."""
    found, at = [], 0
    for one in words:
        start = question.index(one, at)
        at = start + len(one)
        found.append(Span(start, at))
    return found


def labels_of(question: str, spans: Sequence[Span]) -> list[bool]:
    """Whether each token begins in one of the spans."""
    return [any(s.start <= start < s.end for s in spans) for start, _, _ in tokens_in(question)]


def by_field(name: str, model: TokenField, states: States) -> Callable[[str], list[bool]]:
    """Labels by trained weights."""
    spans = topic_spans if name == TOPICS else marked_spans
    return lambda question: labels_of(question, spans(question, model, states))


def by_asking_words(question: str) -> list[bool]:
    """Labels by what the words leave that only ask."""
    return labels_of(question, marked(question, subject_of(question).split()))


@dataclass(frozen=True, slots=True)
class Score:
    """The share of requests told exactly, and the F1 of their tokens."""

    exact: float
    f1: float

    def __str__(self) -> str:
        return f"{self.exact:.3f} told exactly, F1 of tokens {self.f1:.3f}"


def score(requests: Sequence[Request], told: Callable[[str], list[bool]]) -> Score:
    exact = right = said = wanted = 0
    for one in requests:
        labels, found = one.labels(), told(one.question)
        exact += labels == found
        right += sum(a and b for a, b in zip(labels, found, strict=True))
        said, wanted = said + sum(found), wanted + sum(labels)
    return Score(exact / len(requests), 2 * right / max(1, said + wanted))


if __name__ == "__main__":
    main()
