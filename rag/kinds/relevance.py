"""Whether an article is about a subject: logistic regressions on what retrieval says of it.

Fitted by ``eval/benchmarks/overviews.py`` on subjects whose articles were told apart by reading;
``docs/kinds.md`` has the figures. An article in another language than the question shares no words
with its subject but names (``rag.question.spelling``).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from index.records import Article
from index.text.language import Language
from index.text.terms import terms
from rag.extractive.certainty import probability
from rag.kinds.pieces import share
from rag.records import RankedPassage

_ABOUT = 0.25
"""Probability from which on an article counts as about the subject: a story too many costs a look, one
that is missing is not seen."""

_AS_LIKELY = 0.4
"""How likely an article has to be, against the likeliest: a question about one event is about no other."""

_OPENING = 200
"""Characters of an article's text that say with its title what it is about."""


@dataclass(frozen=True, slots=True)
class Relevance:
    """What says that an article is about a subject; as weights, what each counts.

    Attributes:
        cosine: Its best passage's, after centring by language.
        lexical: Its best passage's BM25 score, against what the subject's terms could give.
        opening: Share of the subject's terms in its title and its beginning, 0 to 1.
        behind: How far its cosine is behind that of the nearest article.
        base: 1; as a weight, the intercept.
    """

    cosine: float
    lexical: float = 0.0
    opening: float = 0.0
    behind: float = 0.0
    base: float = 1.0


OWN = Relevance(cosine=14.05, lexical=2.64, opening=4.06, base=-9.23)
"""Of articles in the question's language. These weights and those below lie between two fits, on the
subjects of two libraries."""

FOREIGN = Relevance(cosine=22.22, lexical=0.18, opening=2.93, behind=-4.72, base=-7.51)
"""Of articles in another."""


def about(
    articles: Sequence[Sequence[RankedPassage]], subject: Collection[str], language: Language
) -> list[Article]:
    """Those of some ranked articles that are about a subject, likeliest first.

    Args:
        subject: Its terms.
        language: Of the question.
    """
    nearest = max((hits[0].cosine for hits in articles), default=0.0)
    likely = [(likelihood(hits[0], subject, language, nearest), hits[0]) for hits in articles]
    least = max(_ABOUT, _AS_LIKELY * max((one for one, _ in likely), default=0.0))
    fitting = sorted((one for one in likely if one[0] >= least), key=lambda one: -one[0])
    return [hit.passage.article for _, hit in fitting]


def likelihood(
    hit: RankedPassage, subject: Collection[str], language: Language, nearest: float
) -> float:
    """The probability that an article, by the passage that fits best, is about a subject.

    Args:
        nearest: The cosine of the nearest article.
    """
    weights = OWN if hit.passage.language == language else FOREIGN
    return probability(weights, relevance(hit, subject, nearest))


def relevance(hit: RankedPassage, subject: Collection[str], nearest: float) -> Relevance:
    """What says that an article is about a subject."""
    article = hit.passage.article
    opening = frozenset(terms(f"{article.heading} {article.text[:_OPENING]}"))
    return Relevance(hit.cosine, hit.lexical, share(opening, subject), nearest - hit.cosine)
