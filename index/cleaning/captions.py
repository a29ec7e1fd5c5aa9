"""Captions, photo credits and promotion that stand inside a newspaper article's text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from index.cleaning.draft import Draft, Edit
from index.cleaning.page_lines import Line, is_aside, is_credit, lines_of, may_be_caption
from index.records import Span


def move_captions(draft: Draft) -> Draft:
    """Move captions, photo credits and promotion to the end of the text, in their order.

    A caption is a short sentence without clauses that more blank lines than usual set apart, or
    above a credit. Where all of them already stand at the end nothing is done.
    """
    rule = move_captions.__name__
    # Again while there are some, because what is usual can change with the lines that leave.
    while True:
        lines = lines_of(draft.text)
        moved = _asides(lines)
        if not moved or moved[0] == len(lines) - len(moved):
            return draft
        draft = draft.edit(rule, _gaps_closed(lines, set(moved)))
        lines = lines_of(draft.text)
        draft = draft.reorder(rule, (Span(lines[at].start, lines[at].end) for at in moved))


def _asides(lines: Sequence[Line]) -> list[int]:
    """The lines that are captions and their like, and all short ones at the end if one of them is."""
    usual = Counter(line.above for line in lines[1:]).most_common(1)[0][0] if lines[1:] else 0
    found: list[int] = []
    for at, line in enumerate(lines):
        below = lines[at + 1] if at + 1 < len(lines) else None
        apart = max(line.above, below.above if below else 0) >= max(2, usual + 1)
        credited = below is not None and is_credit(below.text)
        if is_aside(line.text) or (may_be_caption(line.text) and (apart or credited)):
            found.append(at)
    tail = len(lines)
    while tail and (is_aside(lines[tail - 1].text) or may_be_caption(lines[tail - 1].text)):
        tail -= 1
    if any(is_aside(line.text) for line in lines[tail:]):
        found = [*(at for at in found if at < tail), *range(tail, len(lines))]
    return found


def _gaps_closed(lines: Sequence[Line], moved: set[int]) -> Iterator[Edit]:
    """Close the gaps around lines that will leave, so that what is left keeps the smallest of them."""
    smallest: int | None = None
    for at, line in enumerate(lines):
        above, begin = line.above, lines[at - 1].end if at else 0
        if at in moved or at - 1 in moved:
            smallest = above if smallest is None else min(smallest, above)
            ends = 1 if at in moved else 1 + smallest
            yield begin, line.start, "\n" * (ends if at else 0)
        if at not in moved:
            smallest = None
