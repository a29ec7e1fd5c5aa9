"""What a comparison sets side by side, and the question of each side alone.

A field over tokens (``rag.question.field``), which ``eval.training.words`` trains on comparisons that
people wrote with their sides marked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.records import Span
from index.text.rules import load_patterns
from index.text.script import fold_characters

MOST_SIDES = 4
_BESIDE = load_patterns("rag.question", "parts")["beside"]
_BETWEEN = 12
"""Characters between two sides that are looked at for a word that joins them."""


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison: its name, and what is asked of it alone."""

    name: str
    question: str


def sides_in(question: str, spans: Sequence[Span]) -> list[Side]:
    """The sides that stand at some places of a question, each with the question without the others and
    the words that join them; none where it names only one.

    >>> sides_in("2024年和2023年的客流各是多少？", [Span(0, 5), Span(6, 11)])[1]
    Side(name='2023年', question='2023年的客流各是多少？')
    """
    spans = _alike(question, spans[:MOST_SIDES])
    if len({span.of(question) for span in spans}) < 2:
        return []
    joining = [
        joined for one, other in pairwise(spans) if (joined := _joining(question, one, other))
    ]
    return [
        Side(span.of(question), _without(question, [*(s for s in spans if s != span), *joining]))
        for span in spans
    ]


def _alike(question: str, spans: Sequence[Span]) -> list[Span]:
    """Sides, each with the words behind it that end another one: 西岸渡轮 where 东岸渡轮 and 西岸 are."""
    endings = {span.of(question)[at:] for span in spans for at in range(1, span.end - span.start)}
    longest = sorted(endings, key=len, reverse=True)
    starts = {span.start for span in spans}
    found = []
    for span in spans:
        behind = next((one for one in longest if question.startswith(one, span.end)), "")
        whole = Span(span.start, span.end + len(behind))
        found.append(span if starts.intersection(range(span.end, whole.end)) else whole)
    return found


def _joining(question: str, one: Span, other: Span) -> Span | None:
    """Where the word stands that joins two sides."""
    between = fold_characters(question)[one.end : other.start]
    match = _BESIDE.search(between) if len(between) <= _BETWEEN else None
    return Span(one.end + match.start(), other.start) if match else None


def _without(question: str, spans: Sequence[Span]) -> str:
    """A question less what stands at some places."""
    return "".join(
        letter
        for at, letter in enumerate(question)
        if not any(span.start <= at < span.end for span in spans)
    )
