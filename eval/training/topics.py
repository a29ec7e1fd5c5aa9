"""Trains what tells the topic of a wide question (``rag.question.topic``).

    python -m eval.training.topics [--check]

``data/topics.jsonl`` has a request a line, ``{"question", "topic": [its words], "part"}``; those of the
part ``held_out`` are never trained on. Prints how many of these have just the topic that was marked,
beside the words that the learned asking words leave, and writes the weights into ``rag/question/data``.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from eval.training.field import train
from index.records import Span
from rag.question.field import TokenField
from rag.question.subject import subject_of, tokens_in
from rag.question.topic import model_file, told_of, topic_spans

DATA = Path(__file__).parent / "data" / "topics.jsonl"
_PENALTY = 0.2
_QUOTED = 4
"""Of so many requests one is seen with its topic in quotation marks, too."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request with the words of it that are its topic; ``part`` is ``trained`` or ``held_out``."""

    question: str
    topic: tuple[str, ...]
    part: str

    def labels(self) -> list[bool]:
        """Whether each token is on the topic."""
        return labels_of(self.question, marked(self.question, self.topic))


def read_requests() -> list[Request]:
    with DATA.open(encoding="utf-8") as lines:
        rows = map(json.loads, lines)
        return [Request(row["question"], tuple(row["topic"]), row["part"]) for row in rows]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="measure only; write nothing")
    options = parser.parse_args()
    requests = read_requests()
    trained = [one for one in requests if one.part != "held_out"]
    held = [one for one in requests if one.part == "held_out"]
    seen = [*trained, *map(quoted, trained[::_QUOTED])]
    labels = [one.labels() for one in seen]
    model = train([one.question for one in seen], labels, told_of, _PENALTY)
    click.echo(f"{len(trained)} requests trained on, {len(held)} held out")
    click.echo(f"the field: {score(held, by_field(model))}")
    click.echo(f"in quotes: {score([*map(quoted, held)], by_field(model))}")
    click.echo(f"without the asking words: {score(held, by_asking_words)}")
    if not options.check:
        model.save(model_file())


def quoted(request: Request) -> Request:
    """A request with its topic in quotation marks, as names of projects and events often are."""
    question, at = "", 0
    for span in marked(request.question, request.topic):
        question += f"{request.question[at : span.start]}“{span.of(request.question)}”"
        at = span.end
    return Request(question + request.question[at:], request.topic, request.part)


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


def by_field(model: TokenField) -> Callable[[str], list[bool]]:
    """Labels by trained weights."""
    return lambda question: labels_of(question, topic_spans(question, model))


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
