"""Whether an article is about a subject: logistic regressions on what retrieval says of it.

Fitted by ``eval/benchmarks/overviews.py`` on subjects whose articles were told apart by reading;
``docs/kinds.md`` has the figures. An article in another language than the question shares of the words
of its subject names (``rag.question.spelling``), and a Chinese one what English words are called
(``rag.question.glossary``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from index.records import Article
from index.text.language import Language
from index.text.terms import terms
from rag.extractive.certainty import probability
from rag.kinds.pieces import share
from rag.question.glossary import terms_for
from rag.records import Certainty, RankedPassage, Support

_ABOUT = 0.2
"""Probability from which on an article counts as about the subject: a story too many costs a look, one
that is missing is not seen."""

_AS_LIKELY = 0.3
"""How likely an article has to be, against the likeliest: a question about one event is about no other."""

_SURE = 0.5
"""The same from which on it surely is: of 778 requests for an overview or a course whose article is the
likeliest .91 reach it, and .23 of 930 once what they are on is taken out of the library."""

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
        score: Of both retrievers together.
        outscored: How far that is behind the best article's.
        base: 1; as a weight, the intercept.
    """

    cosine: float
    lexical: float
    opening: float
    behind: float
    score: float
    outscored: float
    base: float = 1.0


OWN = Relevance(
    cosine=-0.158,
    lexical=0.898,
    opening=1.489,
    behind=-3.177,
    score=0.198,
    outscored=-0.366,
    base=-3.414,
)
"""Of articles in the question's language."""

FOREIGN = Relevance(
    cosine=14.414,
    lexical=6.468,
    opening=4.369,
    behind=-18.337,
    score=-0.036,
    outscored=-0.05,
    base=-5.41,
)
"""Of articles in another, which share no words with the question but names."""

CALLED = Relevance(
    cosine=0.601,
    lexical=4.916,
    opening=4.144,
    behind=-12.703,
    score=0.044,
    outscored=-0.263,
    base=-3.307,
)
"""Of Chinese articles, for an English question, whose words are looked for by what they are called."""


def rated(
    articles: Sequence[Sequence[RankedPassage]], subject: str, language: Language
) -> list[tuple[float, Article]]:
    """Those of some ranked articles that are about a subject, each with the probability that it is, likeliest
    first.

    Args:
        language: Of the question.
    """
    best = Best.of(articles)
    likely = [(likelihood(hits[0], subject, language, best), hits[0]) for hits in articles]
    least = max(_ABOUT, _AS_LIKELY * max((one for one, _ in likely), default=0.0))
    fitting = sorted((one for one in likely if one[0] >= least), key=lambda one: -one[0])
    return [(likely, hit.passage.article) for likely, hit in fitting]


def support_of(likely: float) -> Support:
    """How far what an article tells carries an answer on a subject that it is so likely to be about."""
    return Support.SUPPORTED if likely >= _SURE else Support.PARTIAL


def certainty_of(likely: Iterable[float]) -> Certainty:
    """Of an answer on a subject that articles are so likely to be about."""
    return Certainty.DIRECT if max(likely) >= _SURE else Certainty.LIKELY


@dataclass(frozen=True, slots=True)
class Best:
    """The highest cosine and the highest score of some articles; 0 where there are none."""

    cosine: float
    score: float

    @classmethod
    def of(cls, articles: Sequence[Sequence[RankedPassage]]) -> Best:
        return cls(
            max((hits[0].cosine for hits in articles), default=0.0),
            max((hits[0].score for hits in articles), default=0.0),
        )


def likelihood(hit: RankedPassage, subject: str, language: Language, best: Best) -> float:
    """The probability that an article, by the passage that fits best, is about a subject.

    Args:
        best: Of all articles that were found with it.
    """
    return probability(weights_of(hit.passage.language, language), relevance(hit, subject, best))


def weights_of(article: str, question: Language) -> Relevance:
    """The weights of articles in a language, for questions in one."""
    if article == question:
        return OWN
    return CALLED if question is Language.ENGLISH and article == Language.CHINESE else FOREIGN


def relevance(hit: RankedPassage, subject: str, best: Best) -> Relevance:
    """What says that an article is about a subject."""
    article = hit.passage.article
    opening = frozenset(terms(f"{article.heading} {article.text[:_OPENING]}"))
    return Relevance(
        hit.cosine,
        hit.lexical,
        share(opening, terms_for(subject, article)),
        best.cosine - hit.cosine,
        hit.score,
        best.score - hit.score,
    )
