"""Where a question takes for granted a figure that the article on it gives otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.text.dates import moments
from index.text.language import Language
from index.text.numbers import quantities
from index.text.numbers.units import ANY, NONE, ORDINAL, RATIO
from rag.extractive.candidates import Candidate

_LOOKED_AT = 6
_MUCH = 0.4
"""Share of the question's terms that a sentence and its title have to have to be on the same thing."""

_LOOSE = frozenset({ANY, NONE, ORDINAL, RATIO})
"""Units that say too little of what is counted."""


@dataclass(frozen=True, slots=True)
class Contradicted:
    """A figure of the question and the sentence that gives another one for the same."""

    asked: str
    told: str
    by: Candidate


def contradicted(question: str, candidates: Sequence[Candidate]) -> Contradicted | None:
    """The figure that the question takes for granted and the likeliest article gives otherwise.

    Only where that article has the question's figure nowhere: it may tell of several things.

    Args:
        candidates: The sentences that were read, likeliest first.
    """
    for asked in (one for one in _figures(question) if one.unit not in _LOOSE):
        for one in candidates[:_LOOKED_AT]:
            if one.features.own + one.features.title < _MUCH:
                continue
            others = [told for told in _figures(one.text) if told.unit == asked.unit]
            if len(others) != 1:
                continue
            whole = _figures(one.passage.article.text)
            if not any(quantities.agrees(asked, told) for told in whole):
                said, told = asked, others[0]
                return Contradicted(
                    question[said.start : said.end], one.text[told.start : told.end], one
                )
    return None


def _figures(text: str) -> Iterator[quantities.Quantity]:
    dates = moments.find_moments(text)
    for one in quantities.find_quantities(moments.blank(text, dates)):
        if not one.passing:
            yield one


def corrected(found: Contradicted, language: Language) -> str:
    """What is said first of a question that takes another figure for granted."""
    if language is Language.ENGLISH:
        return f"The question says “{found.asked}”; the article has “{found.told}”."
    return f"问题里说的是“{found.asked}”，文章写的是“{found.told}”。"
