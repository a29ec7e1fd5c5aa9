"""Where articles give different figures or days for the same thing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from index.text.dates import moments
from index.text.numbers import quantities
from index.text.numbers.units import comparable
from rag.extractive.candidates import Candidate

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
    if best is None or _coverage(best) < _MUCH:
        return None
    for other in candidates[1:]:
        as_much = _coverage(other) >= _AS_MUCH * _coverage(best)
        # What is only in the other's title, its sentence may tell another figure of: when a bridge is
        # to open, under a sentence on the day that its tower was topped out.
        itself = other.features.own >= _AS_MUCH * best.features.own
        if (
            as_much
            and itself
            and _apart(best, other)
            and _differ(best, other)
            and _differ(other, best)
        ):
            return other, (
                Said(best.short, best.passage.article.date),
                Said(other.short, other.passage.article.date),
            )
    return None


def _coverage(candidate: Candidate) -> float:
    """Share of the question's terms that a sentence and its heading have."""
    return candidate.features.own + candidate.features.title


def _differ(one: Candidate, other: Candidate) -> bool:
    """Whether the words of the one are a figure or a day of a month, those of the other another one
    of the same kind, and its sentence nowhere tells the same."""
    said, theirs = _days(one.short, one), _days(other.short, other)
    if said or theirs:
        told = _days(other.text, other)
        return len(said) == len(theirs) == 1 and not any(
            moments.agrees(said[0], day) or moments.agrees(day, said[0]) for day in told
        )
    figures, others = _figures(one.short), _figures(other.short)
    if len(figures) != 1 or len(others) != 1 or not comparable(figures[0].unit, others[0].unit):
        return False
    return not any(
        quantities.agrees(figures[0], figure) or quantities.agrees(figure, figures[0])
        for figure in _figures(other.text)
    )


def _days(text: str, of: Candidate) -> list[moments.Moment]:
    """The days of a month that a text names, completed by the day that its article was published on."""
    published = of.passage.article.date
    found = [moments.complete(moment, published) for moment in moments.find_moments(text)]
    return [moment for moment in found if moment.parts[1:] == (True, True)]


def _figures(text: str) -> list[quantities.Quantity]:
    dates = moments.find_moments(text)
    return [
        one for one in quantities.find_quantities(moments.blank(text, dates)) if not one.passing
    ]


def _apart(one: Candidate, other: Candidate) -> bool:
    """Whether they stand in two articles of which neither copies the other."""
    first, second = one.passage.article, other.passage.article
    return (
        first.article_id != second.article_id
        and second.article_id not in first.originals
        and first.article_id not in second.originals
    )
