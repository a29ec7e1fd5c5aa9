"""The part of a long sentence that answers: whole clauses next to each other, word for word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from index.language import Language, detect_language
from index.records import Span
from index.terms import terms
from rag.asked import Wanted
from rag.score import WEIGHTS

LONGEST = 80
"""Characters of a Chinese sentence that are quoted as a rule; one clause alone may be longer."""

LONGEST_FOREIGN = 160
"""The same of a sentence in letters, which take twice the room."""

_ENDS = "，；：;,:—"
_OPEN = dict(zip("“《（(「『【[", "”》）)」』】]", strict=True))


@dataclass(frozen=True, slots=True)
class _Clause:
    span: Span
    held: frozenset[str]
    holds: bool
    exactly: bool


def excerpt(
    text: str, share: Mapping[str, float], asked: Wanted, longest: int | None = None
) -> Span:
    """The clauses of a sentence that answer best, in characters of ``text``.

    A sentence that is not longer than ``longest`` stays whole. Clauses are weighed as sentences are
    (``rag.score``); what room is left goes to the clauses after, then to those before.

    Args:
        share: The question's terms with their weights (``rag.score.term_shares``).
        asked: What would answer.
        longest: Characters; by default as many as suit the language.

    >>> from rag.asked import wanted
    >>> text = "本市近日公布了名单，新工厂共有120台机器人，另有两条生产线"
    >>> excerpt(text, {"机器": 1.0}, wanted("有多少台机器人？"), 14).of(text)
    '新工厂共有120台机器人'
    """
    if longest is None:
        chinese = detect_language(text) is Language.CHINESE
        longest = LONGEST if chinese else LONGEST_FOREIGN
    if len(text) <= longest:
        return Span(0, len(text))
    clauses = [_read(text, span, share, asked) for span in clauses_of(text)]
    first, last = _best(clauses, share, asked, longest)
    while True:
        start, end = clauses[first].span.start, clauses[last].span.end
        if last + 1 < len(clauses) and clauses[last + 1].span.end - start <= longest:
            last += 1
        elif first and end - clauses[first - 1].span.start <= longest:
            first -= 1
        else:
            break
    kept = text[start:end].rstrip(_ENDS + "、 ")
    return Span(start, start + len(kept))


def clauses_of(text: str) -> list[Span]:
    """Clauses with the mark that ends them; never cut within quotes or brackets that are closed.

    >>> text = "他说“好，走”，就走了"
    >>> [span.of(text) for span in clauses_of(text)]
    ['他说“好，走”，', '就走了']
    """
    cuts, closing = [0], ""
    for at, letter in enumerate(text):
        if not closing and letter in _OPEN and text.find(_OPEN[letter], at) >= 0:
            closing = _OPEN[letter]
        elif letter == closing:
            closing = ""
        elif not closing and letter in _ENDS and _ends_clause(text, at):
            cuts.append(at + 1)
    return [
        Span(start, end)
        for start, end in zip(cuts, [*cuts[1:], len(text)], strict=True)
        if end > start
    ]


def _ends_clause(text: str, at: int) -> bool:
    """Not the comma or colon of a figure or an address; of marks in a row the last."""
    following = text[at + 1 : at + 2]
    if following and following in _ENDS:
        return False
    return text[at] not in ",:;" or not following or following.isspace() or following > "\u3000"


def _read(text: str, span: Span, share: Mapping[str, float], asked: Wanted) -> _Clause:
    words = span.of(text)
    return _Clause(
        span,
        frozenset(terms(words)),
        asked.is_in(words),
        asked.is_exactly_in(words),
    )


def _best(
    clauses: Sequence[_Clause], share: Mapping[str, float], asked: Wanted, longest: int
) -> tuple[int, int]:
    """First and last of the clauses that weigh most, the fewest of those that weigh alike."""
    focus = asked.focus_terms
    windows = list(_windows(clauses, longest))
    scores = [
        (_weight(clauses[first : last + 1], share, focus), first - last) for first, last in windows
    ]
    return windows[max(range(len(windows)), key=scores.__getitem__)]


def _windows(clauses: Sequence[_Clause], longest: int) -> Iterator[tuple[int, int]]:
    for first, clause in enumerate(clauses):
        for last in range(first, len(clauses)):
            if last > first and clauses[last].span.end - clause.span.start > longest:
                break
            yield first, last


def _weight(clauses: Sequence[_Clause], share: Mapping[str, float], focus: frozenset[str]) -> float:
    held = frozenset().union(*(clause.held for clause in clauses))
    return (
        WEIGHTS.own * sum(weight for term, weight in share.items() if term in held)
        + WEIGHTS.holds * any(clause.holds for clause in clauses)
        + WEIGHTS.exactly * any(clause.exactly for clause in clauses)
        + WEIGHTS.focus * (len(focus & held) / len(focus) if focus else 0)
    )
