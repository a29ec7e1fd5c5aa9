"""Where articles give different figures or days for the same thing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rag import moments, quantities
from rag.score import Candidate

_AS_MUCH = 0.9
"""Share of what the best sentence tells of the question that another has to tell, too."""

_MUCH = 0.5


@dataclass(frozen=True, slots=True)
class Said:
    """A figure or day as an article gives it."""

    figure: str
    published: date | None


def disagreement(candidates: Sequence[Candidate]) -> tuple[Candidate, tuple[Said, Said]] | None:
    """The likeliest sentence of another article that tells as much of the question as the likeliest
    of all and answers with another figure, with what the two say; ``None`` where none does.

    A reprint or digest does not disagree with what it copies: its words may only be cut.

    Args:
        candidates: Likeliest first.
    """
    best = candidates[0] if candidates else None
    if best is None or _told(best) < _MUCH:
        return None
    for other in candidates[1:]:
        as_much = _told(other) >= _AS_MUCH * _told(best)
        if as_much and _apart(best, other) and _differ(best.short, other.short):
            return other, (
                Said(best.short, best.passage.article.date),
                Said(other.short, other.passage.article.date),
            )
    return None


def _told(candidate: Candidate) -> float:
    return candidate.signs.own + candidate.signs.title


def _differ(one: str, other: str) -> bool:
    """Whether both are one figure of the same unit, or a day of a month, and not the same.

    >>> _differ("132款", "135款"), _differ("132款", "约132款"), _differ("6月28日", "2025年6月28日")
    (True, False, False)
    """
    days = [moments.find_moments(text) for text in (one, other)]
    if all(len(found) == 1 and found[0].parts[1:] == (True, True) for found in days):
        return not moments.agrees(days[0][0], days[1][0])
    if any(days):
        return False
    figures = [quantities.find_quantities(text) for text in (one, other)]
    if not all(len(found) == 1 for found in figures):
        return False
    first, second = figures[0][0], figures[1][0]
    return first.unit == second.unit and not quantities.agrees(first, second)


def _apart(one: Candidate, other: Candidate) -> bool:
    """Whether they stand in two articles of which neither copies the other."""
    first, second = one.passage.article, other.passage.article
    return (
        first.article_id != second.article_id
        and second.article_id not in first.originals
        and first.article_id not in second.originals
    )
