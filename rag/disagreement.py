"""Where articles give different figures or days for the same thing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from index.terms import fold
from rag.asked import Wanted, decisive
from rag.score import Candidate

_AS_MUCH = 0.9
"""Share of what the best sentence tells of the question that another has to tell, too."""

_MUCH = 0.5
_ABOUT = re.compile(r"[\s约近逾超多余几个,]")
_DAY = re.compile(r"(\d{1,2})月(\d{1,2})[日号]")


@dataclass(frozen=True, slots=True)
class Said:
    """A figure or day as an article gives it."""

    figure: str
    published: date | None


def disagreement(
    asked: Wanted, candidates: Sequence[Candidate]
) -> tuple[Candidate, tuple[Said, Said]] | None:
    """The likeliest sentence of another article that tells as much of the question as the likeliest
    of all and gives another figure, with what the two say; ``None`` where none does.

    A reprint or digest does not disagree with what it copies: its words may only be cut.

    Args:
        candidates: Likeliest first.
    """
    form = decisive(asked)
    if form is None or not candidates:
        return None
    best = candidates[0]
    figures = _figures(form, best.text)
    told = best.signs.own + best.signs.title
    if not figures or told < _MUCH:
        return None
    for other in candidates[1:]:
        theirs = _figures(form, other.text)
        as_much = other.signs.own + other.signs.title >= _AS_MUCH * told
        if as_much and theirs and _apart(best, other) and figures.keys().isdisjoint(theirs):
            first, second = next(iter(figures.values())), next(iter(theirs.values()))
            return other, (
                Said(first, best.passage.article.date),
                Said(second, other.passage.article.date),
            )
    return None


def _figures(form: re.Pattern[str], text: str) -> dict[str, str]:
    """The figures of a text as they stand there, by what they come to. Of days the year is left
    out, and only those that name a month and a day are compared.

    >>> _figures(re.compile(r"[约]?[0-9,]+ ?款"), "共有约1,320 款。")
    {'1320款': '约1,320 款'}
    """
    found = {}
    for match in form.finditer(text):
        said = fold(match.group())
        day = _DAY.search(said)
        if day:
            found[f"{int(day[1])}-{int(day[2])}"] = match.group().strip()
        elif not re.search(r"[年月]", said):
            found[_ABOUT.sub("", said)] = match.group().strip()
    return found


def _apart(one: Candidate, other: Candidate) -> bool:
    """Whether they stand in two articles of which neither copies the other."""
    first, second = one.passage.article, other.passage.article
    return (
        first.article_id != second.article_id
        and second.article_id not in first.originals
        and first.article_id not in second.originals
    )
