"""How something went: the sentences that tell its steps, in the order of their days.

Which do is told by a logistic regression over an article's sentences, fitted by
``eval/benchmarks/overviews.py`` on courses that people asked for and whose steps they chose;
``docs/kinds.md`` has the figures.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from index.records import Article, Span
from index.text.dates.moments import Moment, blank, complete, day_named, find_moments
from index.text.language import Language
from index.text.rules import load_patterns
from index.text.sentences import split_sentences
from index.text.terms import terms
from rag.extractive.answer import Draft
from rag.extractive.certainty import weighed
from rag.kinds.overview import heading_of, stories_of
from rag.kinds.pieces import Piece, draft_of, quote_of
from rag.kinds.relevance import certainty_of, rated, support_of
from rag.kinds.telling import LONGEST, Telling, features_of, first_of, shortened
from rag.question.glossary import terms_for
from rag.records import Found
from rag.verification.align import Similarity

STEPS = 12
_STORIES = 12
OF_AN_ARTICLE, _OF_ALL = 60, 100
"""Sentences that are looked at; each is encoded."""

_DATED, _UNDATED, _UNDATED_BESIDE = 0.3, 0.4, 0.6
"""How likely a sentence that names a day, and one that names none, has to be a step, against the likeliest; the
last where some are told that name one: with days enough, what has none is mostly beside the point."""

_ENOUGH = 3
"""Days, or sentences that name one, by which a course is told; of fewer the articles' own order says more."""

_ALIKE = 0.4
"""Share of common terms from which on two sentences of a day tell the same."""

_SAME_YEAR = load_patterns("rag.question", "course")["same_year"]

_NO_MONTH = 13
"""Stands for the month where only a year is named: behind what is told of its months."""

_OPENING = 2
"""Characters before a day with which a sentence begins."""

_AROUND = 2

_LITTLE = 0.02
"""Of a cosine, so that sentences which are all as near differ little."""

Day = tuple[int, int, int]
"""Year, month and day; 0 for a day that is not named, ``_NO_MONTH`` for such a month."""


@dataclass(frozen=True, slots=True)
class Step:
    """What says, beside what makes it worth telling at all, that a sentence tells a step of what was asked
    for; as weights, what each counts.

    Attributes:
        near: How near it is to the question in meaning, in standard deviations of its article's sentences.
        around: The mean of the same of it and of the two before and behind it.
        through: How far on in its article it stands, 0 to 1.
        many: The logarithm of how many sentences that has.
        fits: The logarithm of how likely its article is to be the one, against the likeliest.
        base: 1; as a weight, the intercept.
    """

    near: float
    around: float
    through: float
    many: float
    fits: float
    base: float = 1.0


WEIGHTS = Step(near=0.75, around=1.04, through=-3.28, many=-1.6, fits=2.14, base=-2.86)
TOLD = Telling(
    later=1.39,
    title=-0.29,
    subject=-0.56,
    beyond=0.45,
    fresh=0.34,
    dated=0.54,
    ends=3.63,
    short=-0.6,
    long=0.57,
    figures=0.44,
    central=-1.46,
)
"""What makes a sentence worth telling, as it counts here."""


@dataclass(frozen=True, slots=True)
class _Told:
    """A sentence that tells a step.

    Attributes:
        when: The day by which it is put in order.
        heading: That day, or its article where it is told of none.
        place: Of its article, and of it in that.
        dated: Whether it names a day, or stands under one.
        likely: That it is a step, 0 to 1.
    """

    when: Day
    heading: str
    place: tuple[int, int]
    dated: bool
    article: Article
    span: Span
    likely: float


def course(
    found: Found, language: Language, similarity: Similarity, most_sources: int | None = None
) -> Draft | None:
    """What the articles tell of how something went, earliest first; ``None`` where they are not about it.

    Args:
        most_sources: How many articles may be cited; at most ``_STORIES`` are.
    """
    fitting = rated(found.articles, found.topic or found.question, language)
    if not fitting:
        return None
    likely = {article.article_id: chance for chance, article in fitting}
    stories = [story.article for story in stories_of([article for _, article in fitting])]
    stories = stories[: min(most_sources or _STORIES, _STORIES)]
    best = max(likely[one.article_id] for one in stories)
    steps: list[_Told] = []
    left = _OF_ALL
    for rank, article in enumerate(stories):
        spans = split_sentences(article.text)[:OF_AN_ARTICLE]
        if (left := left - len(spans)) < 0:
            break  # an article is judged by all of its sentences or not at all
        fits = math.log(likely[article.article_id] / best)
        steps += _steps(article, spans, rank, found, similarity, fits)
    told = _likeliest(steps)
    if not told:
        return None
    in_days = len({one.when for one in told if one.dated}) >= _ENOUGH
    told.sort(key=lambda one: (one.when if in_days else _of(one.article.date), one.place))
    pieces = [
        Piece(
            one.article,
            one.span,
            heading=one.heading if in_days else heading_of(one.article),
            support=support_of(likely[one.article.article_id]),
        )
        for one in told
    ]
    notice = _notice(language, in_days=in_days)
    return draft_of(pieces, notice=notice, certainty=certainty_of(likely.values()))


def _notice(language: Language, *, in_days: bool) -> str:
    """In what order it is told."""
    if not in_days:
        return (
            "In the order in which the articles were published and tell it."
            if language is Language.ENGLISH
            else "按文章发布日期与文中的先后排列。"
        )
    return (
        "In the order of the days that the articles name; what names none stands beside its neighbours there."
        if language is Language.ENGLISH
        else "按文中所说的日期先后排列；没有写明日期的，随文中相邻的句子排列。"
    )


def _steps(
    article: Article,
    spans: Sequence[Span],
    rank: int,
    found: Found,
    similarity: Similarity,
    fits: float,
) -> Iterator[_Told]:
    """The sentences of an article, each with how likely it is to tell a step.

    Args:
        rank: The article's, among the stories.
        fits: ``Step.fits``.
    """
    if not spans:
        return
    about = found.topic or found.question
    wanted = terms_for(blank(about, find_moments(about)), article)
    texts = [span.of(article.text) for span in spans]
    cosines = similarity(found.question, [text[:LONGEST] for text in texts])
    signs = zip(steps_of(cosines, fits), features_of(article, spans, wanted), strict=True)
    moments = [find_moments(text) for text in texts]
    days = _days(article, texts, moments)
    opened = 0
    for at, (step, told) in enumerate(signs):
        if _is_a_day(texts[at], moments[at]):
            continue  # on a line of its own, over what happened then
        likely = 1 / (1 + math.exp(-weighed(WEIGHTS, step) - weighed(TOLD, told)))
        kept = _kept(texts[at], moments[at], wanted).moved(spans[at].start - spans[opened].start)
        quoted = shortened(article, Span(spans[opened].start, spans[at].end), kept)
        dated = opened < at or bool(moments[at])
        yield _Told(*days[at], (rank, at), dated, article, quoted, likely)
        opened = at + 1


def steps_of(cosines: NDArray[np.floating], fits: float) -> list[Step]:
    """What says of each sentence of an article that it tells a step.

    Args:
        cosines: How near each is to the question, shape (sentences,).
        fits: ``Step.fits``.
    """
    near = (cosines - cosines.mean()) / (cosines.std() + _LITTLE)
    return [
        Step(
            near=float(near[at]),
            around=float(near[max(0, at - _AROUND) : at + _AROUND + 1].mean()),
            through=at / len(near),
            many=math.log(len(near)),
            fits=fits,
        )
        for at in range(len(near))
    ]


def _is_a_day(text: str, moments: Sequence[Moment]) -> bool:
    return bool(moments) and moments[-1].end - moments[0].start >= len(text.strip("。 "))


def _kept(text: str, moments: Sequence[Moment], wanted: Collection[str]) -> Span:
    """What of a sentence is quoted however long it is: the day that it names first, else the first of the
    subject's terms."""
    return Span(moments[0].start, moments[0].end) if moments else first_of(text, wanted)


def _days(
    article: Article, texts: Sequence[str], moments: Sequence[Sequence[Moment]]
) -> list[tuple[Day, str]]:
    """Of each sentence the day by which it is put in order, and what stands over it: one under a line that is
    a day is of that day, one that names none stands under that of the sentence before it, or under its
    article's title where there is none."""
    named = _named(article, texts, moments)
    first = next((day for day in named if day), None)
    over = heading_of(article) if first is None else article.title or article.article_id
    found: list[tuple[Day, str]] = []
    last: Day | None = None
    opened = False
    for text, here, day in zip(texts, moments, named, strict=True):
        last = last if opened else day or last
        opened = day is not None and _is_a_day(text, here)
        last = day if opened else last
        found.append((last, _written(last)) if last else (first or _of(article.date), over))
    return found


def _named(
    article: Article, texts: Sequence[str], moments: Sequence[Sequence[Moment]]
) -> list[Day | None]:
    """The day, month or year that each sentence names first."""
    named: list[Day | None] = []
    year: int | None = None
    for text, here in zip(texts, moments, strict=True):
        if not here:
            named.append(None)
            continue
        opens = here[0].start <= _OPENING
        goes_on = opens or _SAME_YEAR.search(text) is not None
        named.append(_when(_completed(here[0], year if goes_on else None, article.date)))
        year = next((one.year for one in here if one.year), year if goes_on else None)
    return named


def _completed(moment: Moment, year: int | None, published: date | None) -> Moment:
    """A day without a year is of the year of the sentence before, where it begins with its day as in a
    chronicle or says that it is of that year."""
    if year and moment.year is None and moment.month and moment.away is None:
        return replace(moment, year=year)
    if moment.away is not None and moment.month is None and moment.day is None:
        return replace(moment, year=None)  # 去年 says too little
    return complete(moment, published)


def _when(moment: Moment) -> Day | None:
    if moment.year is None:
        return None
    if moment.day and day_named(moment) is None:
        return None  # 6月31日
    return moment.year, moment.month or _NO_MONTH, (moment.month and moment.day) or 0


def _of(day: date | None) -> Day:
    return (day.year, day.month, day.day) if day else (0, 0, 0)


def _written(day: Day) -> str:
    year, month, number = day
    if month == _NO_MONTH:
        return f"{year:04d}"
    return date(year, month, number).isoformat() if number else f"{year:04d}-{month:02d}"


def _likeliest(steps: Sequence[_Told]) -> list[_Told]:
    """The likeliest steps, as many as are told; of those that tell the same of a day the likeliest."""
    likely = likely_steps([one.likely for one in steps], [one.dated for one in steps])
    kept: list[tuple[_Told, set[str]]] = []
    for one in (steps[at] for at in likely):
        if len(kept) == STEPS:
            break
        own = set(terms(quote_of(one.article, one.span)))
        if not any(one.when == other.when and _alike(own, theirs) for other, theirs in kept):
            kept.append((one, own))
    return [one for one, _ in kept]


def likely_steps(likely: Sequence[float], dated: Sequence[bool]) -> list[int]:
    """Which sentences are steps, likeliest first, by how likely each is and whether it names a day."""
    most = max(likely, default=0.0)
    days = sum(of_day and one >= _DATED * most for one, of_day in zip(likely, dated, strict=True))
    least = _UNDATED_BESIDE if days >= _ENOUGH else _UNDATED
    enough = [at for at, one in enumerate(likely) if one >= (_DATED if dated[at] else least) * most]
    return sorted(enough, key=lambda at: -likely[at])


def _alike(own: set[str], theirs: set[str]) -> bool:
    return len(own & theirs) >= _ALIKE * min(len(own), len(theirs))
