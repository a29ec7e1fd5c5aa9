"""Trains what tells the topic of a wide question (``rag.question.topic``).

    python -m eval.training.topics [--check]

``data/topics.jsonl`` has a request a line, ``{"question", "topic": [its words], "part"}``; those of the
part ``held_out`` are never trained on. Prints how many of these have just the topic that was marked,
beside the words that the learned asking words leave, and writes the weights into ``rag/question/data``.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from index.records import Span
from rag.question.subject import subject_of, tokens_in
from rag.question.topic import TopicModel, model_file, told_of, topic_spans

DATA = Path(__file__).parent / "data" / "topics.jsonl"
_PENALTY = 0.2
_FEWEST = 2
"""Requests in which a feature has to be."""

_COMMON = 3
"""Requests in which a token has to be to be told from others."""

_QUOTED = 4
"""Of so many requests one is seen with its topic in quotation marks, too."""

_LEAST = 0.01
_STEPS = 80


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
    model = train([*trained, *map(quoted, trained[::_QUOTED])])
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


def by_field(model: TopicModel) -> Callable[[str], list[bool]]:
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


def train(requests: Sequence[Request], penalty: float = _PENALTY) -> TopicModel:
    """Weights that make the marked labels likeliest, less a penalty on their squares."""
    import torch

    tokens = Counter(t for one in requests for t in {t for _, _, t in tokens_in(one.question)})
    vocabulary = frozenset(token for token, count in tokens.items() if count >= _COMMON)
    told = [[set(token) for token in told_of(one.question, vocabulary)] for one in requests]
    counted = Counter(one for each in told for one in set().union(*each))
    often = sorted(one for one, count in counted.items() if count >= _FEWEST)
    known = {one: at for at, one in enumerate(often)}
    length = max(map(len, told))
    rows, columns, batch = [], [], len(requests)
    for at, each in enumerate(told):
        for place, token in enumerate(each):
            inside = [known[one] for one in token if one in known]
            rows += [at * length + place] * len(inside)
            columns += inside
    places, size = torch.tensor([rows, columns]), (batch * length, len(known))
    given = torch.sparse_coo_tensor(places, torch.ones(len(rows)), size, check_invariants=False)
    labels = torch.zeros((batch, length))
    mask = torch.zeros((batch, length))
    for at, one in enumerate(requests):
        on_topic = one.labels()
        labels[at, : len(on_topic)] = torch.tensor(on_topic, dtype=torch.float32)
        mask[at, : len(on_topic)] = 1
    weights = torch.zeros(len(known), requires_grad=True)
    rest = torch.zeros(2, requires_grad=True)
    search = torch.optim.LBFGS([weights, rest], max_iter=_STEPS, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        search.zero_grad()
        emitted = torch.sparse.mm(given, weights[:, None]).reshape(batch, length) + rest[1]
        stays = rest[0] * torch.eye(2)
        path = (emitted * labels * mask).sum()
        same = ((labels[:, 1:] == labels[:, :-1]) * mask[:, 1:]).sum()
        both = torch.stack([torch.zeros_like(emitted), emitted], dim=2)
        state = both[:, 0]
        for place in range(1, length):
            later = torch.logsumexp(state[:, :, None] + stays, dim=1) + both[:, place]
            state = torch.where(mask[:, place, None] > 0, later, state)
        all_paths = torch.logsumexp(state, dim=1).sum()
        total: torch.Tensor = all_paths - path - rest[0] * same + penalty * (weights**2).sum() / 2
        total.backward()  # type: ignore[no-untyped-call]
        return total

    search.step(loss)  # type: ignore[no-untyped-call]
    found = weights.detach().tolist()
    kept = {one: round(found[at], 3) for one, at in known.items() if abs(found[at]) >= _LEAST}
    stays, bias = rest.detach().tolist()
    return TopicModel(vocabulary, kept, round(stays, 4), round(bias, 4))


if __name__ == "__main__":
    main()
