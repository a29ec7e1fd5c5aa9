"""Examples in, groups of question-passage pairs out: one that is answered, and near misses of it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

from eval.training.examples import Example
from eval.training.near_misses import (
    Names,
    Neighbours,
    occurrences,
    place_of,
    window,
    without_clause,
)
from index.records import Span
from index.text.language import Language, detect_language
from index.text.sentences import split_sentences
from index.text.terms import content_terms

_ROOM = (50, 300)
"""Least and most characters of a passage; of one in letters two and a half times as many."""

_WHOLE = 0.5
"""Share of the short texts that are read whole, whether they answer or not."""

_LETTERS = 2.5


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and a passage, with where the passage answers.

    Attributes:
        answers: Spans of ``text``; none where it does not answer.
        way: How a near miss was made; ``""`` of one that answers.
        background: What was asked before, where the question leans on that.
    """

    question: str
    title: str
    text: str
    answers: tuple[Span, ...]
    way: str = ""
    background: str = ""


def group_of(
    example: Example, names: Names, neighbours: Neighbours, rng: random.Random, most: int = 2
) -> list[Asked]:
    """The pairs of one example: the passage that answers, and up to ``most`` near misses."""
    return [
        replace(one, background=example.background)
        for one in _group_of(example, names, neighbours, rng, most)
    ]


def _group_of(
    example: Example, names: Names, neighbours: Neighbours, rng: random.Random, most: int
) -> list[Asked]:
    at = place_of(example) if example.answers else _nearest(example, rng)
    room = _room(example.text, rng)
    short = len(example.text) <= 1.5 * _ROOM[1] and rng.random() < _WHOLE
    span = Span(0, len(example.text)) if short else window(example.text, at, room, rng)
    if not example.answers:
        text = span.of(example.text)
        return [Asked(example.question, example.title, text, (), "asked so")]
    text = span.of(example.text)
    answers = tuple(
        Span(start, start + len(answer))
        for answer in example.answers
        for start in occurrences(text, answer)
    )
    if not answers:
        return []
    title = example.title if rng.random() < 0.9 else ""
    positive = Asked(example.question, title, text, answers)
    misses = list(_near_misses(example, positive, span, at, names, neighbours, rng))
    rng.shuffle(misses)
    return [positive, *(_untold(example, positive) + misses)[:most]]


def _untold(example: Example, positive: Asked) -> list[Asked]:
    """The passage that answers, asked what it does not: the untold question nearest to the one it does."""
    if example.background:
        return []
    terms = set(content_terms(example.question))
    near = max(
        example.untold, key=lambda one: len(terms.intersection(content_terms(one))), default=None
    )
    return [replace(positive, question=near, answers=(), way="asked beside")] if near else []


def _nearest(example: Example, rng: random.Random) -> int:
    """Where the sentence begins that shares most with a question which nothing answers, by and large."""
    asked = set(content_terms(example.question))
    places = [
        (len(asked.intersection(content_terms(span.of(example.text)))) + rng.random(), span.start)
        for span in split_sentences(example.text)
    ]
    return max(places, default=(0.0, 0))[1] if rng.random() < _BY_WORDS else rng.choice(places)[1]


_BY_WORDS = 0.7
"""Share of those that are read where most of their words are, and not anywhere."""


def _room(text: str, rng: random.Random) -> int:
    room = rng.randint(*_ROOM)
    return room if detect_language(text) is Language.CHINESE else int(room * _LETTERS)


def _near_misses(
    example: Example,
    positive: Asked,
    span: Span,
    at: int,
    names: Names,
    neighbours: Neighbours,
    rng: random.Random,
) -> Iterator[Asked]:
    question, title = positive.question, positive.title
    spelled = example.answers

    def missing(text: str, way: str) -> Iterator[Asked]:
        if len(text) > 15 and not any(answer in text for answer in spelled):
            yield Asked(question, title, text, (), way)

    sentences = [
        s for s in split_sentences(example.text) if s.end > span.start and s.start < span.end
    ]
    here = next((s for s in sentences if s.end > at), sentences[-1])
    before, behind = example.text[span.start : here.start], example.text[here.end : span.end]
    yield from missing((before + behind.lstrip()).strip(), "sentence cut")
    for answer in positive.answers[:1]:
        inside = Span(answer.start + span.start - here.start, answer.end + span.start - here.start)
        whole = here.of(example.text)
        if inside.start >= 0 and inside.end <= len(whole):
            cut = without_clause(whole, inside)
            if cut:
                yield from missing(before + cut + behind, "clause cut")
    elsewhere = rng.randrange(len(example.text))
    if not span.start <= elsewhere < span.end:
        other = window(example.text, elsewhere, _room(example.text, rng), rng)
        yield from missing(other.of(example.text), "same article")
    text = neighbours.near(question, example.group, rng)
    if text:
        other = window(text.text, rng.randrange(len(text.text)), _room(text.text, rng), rng)
        for near in missing(other.of(text.text), "other article"):
            yield Asked(question, text.title, near.text, (), near.way)
    if exchanged := names.exchanged(question, f"{title}\n{positive.text}", rng):
        yield Asked(exchanged, title, positive.text, (), "exchanged")
    if exchanged := names.exchanged(question, f"{title}\n{positive.text}", rng):
        yield Asked(exchanged, title, positive.text, (), "exchanged")
