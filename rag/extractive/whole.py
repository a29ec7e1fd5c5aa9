"""Words that answer, widened to the figure, day, hour or Latin word that they would cut apart."""

from __future__ import annotations

from collections.abc import Iterator

from index.records import Span
from index.text.dates.moments import Moment, find_moments
from index.text.numbers.quantities import Quantity, find_quantities
from index.text.rules import load_patterns

_ONE_THING = load_patterns("rag.extractive", "whole").values()


def whole(sentence: str, words: Span) -> Span:
    """Some words of a sentence with the rest of what stands at their edges and is one thing.

    >>> sentence = "末班船改到22点30分开。"
    >>> whole(sentence, Span(5, 8)).of(sentence)
    '22点30分'
    """
    for thing in sorted(_things(sentence), key=lambda one: one.end - one.start):
        if thing.start < words.start < thing.end:
            words = Span(thing.start, words.end)
        if thing.start < words.end < thing.end:
            words = Span(words.start, thing.end)
    return words


def _things(sentence: str) -> Iterator[Span]:
    for pattern in _ONE_THING:
        for match in pattern.finditer(sentence):
            yield Span(*match.span())
    measured: list[Moment | Quantity] = [*find_moments(sentence), *find_quantities(sentence)]
    yield from (Span(one.start, one.end) for one in measured)
