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
from index.text.script import fold, fold_characters

MOST_SIDES = 4
"""How many are answered."""

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
    spans = _alike(question, spans)
    places: dict[str, list[Span]] = {}
    for span in spans:
        places.setdefault(fold(span.of(question)), []).append(span)
    if len(places) < 2:
        return []
    joining = [
        joined for one, other in pairwise(spans) if (joined := _joining(question, one, other))
    ]
    whole = dict(zip(spans, _with_what_both_have(question, spans), strict=True))
    return [
        Side(
            own[0].of(question),
            _without(question, [*(whole[s] for s in spans if s not in own), *joining]),
        )
        for own in [*places.values()][:MOST_SIDES]
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
        meets = starts.intersection(range(span.end, whole.end))
        twice = span.of(question).endswith(behind)  # 2023年 before 年均
        found.append(span if meets or twice else whole)
    return found


def _with_what_both_have(question: str, spans: Sequence[Span]) -> list[Span]:
    """Sides, each with the words that stand behind it, before the next one is joined, and behind the next
    one: 渡轮 of 青屿渡轮和望汀渡轮."""
    found = list(spans)
    for at, (one, other) in enumerate(pairwise(spans)):
        joined = _joining(question, one, other)
        common = question[one.end : joined.start] if joined else ""
        if common.strip() and question.startswith(common.rstrip(), other.end):
            length = len(common.rstrip())
            found[at] = Span(one.start, max(found[at].end, one.end + length))
            found[at + 1] = Span(other.start, other.end + length)
    return found


def _joining(question: str, one: Span, other: Span) -> Span | None:
    """Where the word stands that joins two sides."""
    between = fold_characters(question)[one.end : other.start]
    match = _BESIDE.search(between) if len(between) <= _BETWEEN else None
    return Span(one.end + match.start(), other.start) if match else None


def _without(question: str, spans: Sequence[Span]) -> str:
    """A question less what stands at some places."""
    left, at = "", 0
    for span in sorted(spans, key=lambda one: one.start):
        left += question[at : span.start]
        at = max(at, span.end)
    return left + question[at:]
