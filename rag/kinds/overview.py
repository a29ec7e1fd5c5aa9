"""What the articles say on a subject, story by story, newest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log

from index.library.library import Library
from index.records import Article, Kind
from index.text.language import Language
from index.text.terms import content_terms, terms
from rag.extractive.answer import Draft
from rag.kinds.pieces import Piece, draft_of, quote_of, telling
from rag.question.subject import subject_of
from rag.records import Found, RankedPassage
from rag.retrieval.find import filters_of

STORIES = 8
"""How many are shown at most."""

_UNRELATED, _UNRELATED_OF_FEW = 2.5, 1.0
"""The score (``rag.retrieval.fuse``) that the best passages have of articles on anything else, in a whole
library and within some days."""

_LEAST = 4.0
"""The score below which the best article is not about the subject either."""

_BEHIND = 0.4
"""Share of the best article's lead over the unrelated ones that an article has to have."""

_AS_NEAR, _AS_NEAR_FOREIGN = 0.45, 0.75
"""How near in meaning an article has to be against the nearest in its language; of those in another
language than the question nothing else tells."""

_TOLD = 0.2
"""Share of the subject's terms, by weight, that an article has to have, of those that any has."""

_ALIKE = 0.6
"""Share of common terms from which on two titles tell one story."""

_LEAD = 240
_NEWEST = 60


@dataclass(frozen=True, slots=True)
class Story:
    """What is told once, however many articles tell it."""

    article: Article


def overview(found: Found, library: Library, language: Language) -> Draft | None:
    """The stories on what a question is about, or the newest where it is about nothing in particular;
    ``None`` where no article is about it."""
    subject = subject_of(found.question)
    fitting = articles_on(found, library, language)
    if not fitting:
        return None
    stories = stories_of(fitting)
    shown = newest_stories(stories)
    wanted = frozenset(content_terms(subject))
    pieces: list[Piece] = []
    said: set[str] = set()
    for story in shown:
        article = story.article
        span = telling(article, wanted, said)
        said.add(quote_of(article, span))
        text = "" if span.end else article.title
        pieces.append(Piece(article, span, text, heading=heading_of(article)))
    if not subject:
        articles = library.counts(filters_of(found.filters)).articles
        return draft_of(pieces, notice=_of_newest(articles, len(shown), language))
    capped = len(fitting) == len(found.articles)
    notice = _notice(len(fitting), len(stories), len(shown), language, at_least=capped)
    return draft_of(pieces, notice=notice)


def articles_on(found: Found, library: Library, language: Language) -> list[Article]:
    """The articles on what a question is about, best first; the newest where it is about nothing in
    particular."""
    subject = subject_of(found.question)
    if not subject:
        return [] if found.filters.dropped else _newest(found, library)
    return fitting_articles(found, subject, language)


def newest_stories(stories: Sequence[Story]) -> list[Story]:
    """The best of some stories, as many as are shown, newest first."""
    return sorted(stories[:STORIES], key=lambda story: str(story.article.date or ""), reverse=True)


def fitting_articles(found: Found, subject: str, language: Language) -> list[Article]:
    """The articles that are about what was searched, best first: not far behind the best, near in
    meaning, and not without the subject's words."""
    best = [hits[0] for hits in found.articles]
    if max((hit.score for hit in best), default=0.0) < _LEAST:
        return []
    shares = _shares(subject, [hit.passage.article for hit in best])
    within_days = found.filters.date_from or found.filters.date_to
    floor = _UNRELATED_OF_FEW if within_days else _UNRELATED
    own = [hit for hit in best if hit.passage.language == language]
    foreign = [hit for hit in best if hit.passage.language != language]
    fitting = [hit for hit in _not_behind(own, floor, _AS_NEAR) if _told(hit, shares) >= _TOLD]
    fitting += _not_behind(foreign, floor, _AS_NEAR_FOREIGN)
    return [hit.passage.article for hit in sorted(fitting, key=lambda hit: -hit.score)]


def _not_behind(hits: Sequence[RankedPassage], floor: float, as_near: float) -> list[RankedPassage]:
    """Those that are not far behind the best of them, in score and in meaning."""
    best = max((hit.score for hit in hits), default=0.0)
    nearest = max((hit.dense for hit in hits), default=0.0)
    least = floor + _BEHIND * (best - floor)
    return [hit for hit in hits if hit.score >= least and hit.dense >= as_near * nearest]


def _told(hit: RankedPassage, shares: Mapping[str, float]) -> float:
    article = hit.passage.article
    own = frozenset(terms(f"{article.heading} {article.text}"))
    return sum(share for term, share in shares.items() if term in own)


def _shares(subject: str, articles: Sequence[Article]) -> dict[str, float]:
    """The subject's terms that any of the articles has, each with its share of the weight; rare ones
    weigh more."""
    having = [frozenset(terms(f"{one.heading} {one.text}")) for one in articles]
    counted = {term: sum(term in own for own in having) for term in set(content_terms(subject))}
    weights = {term: log(1 + len(articles) / n) for term, n in counted.items() if n}
    total = sum(weights.values())
    return {term: weight / total for term, weight in weights.items()}


def _newest(found: Found, library: Library) -> list[Article]:
    headings = library.headings(_NEWEST, filters=filters_of(found.filters))
    articles = (library.article(heading.article_id) for heading in headings)
    return [article for article in articles if article]


def stories_of(articles: Sequence[Article]) -> list[Story]:
    """Articles, best first, with those that tell a story again behind the first that tells it.

    A digest tells others' stories; it stands where nothing else does.
    """
    stories: list[Story] = []
    telling_own = [one for one in articles if one.kind is not Kind.DIGEST] or list(articles)
    for article in telling_own:
        if not any(_is_same(story.article, article) for story in stories):
            stories.append(Story(article))
    return stories


def _is_same(one: Article, other: Article) -> bool:
    if one.article_id in other.originals or other.article_id in one.originals:
        return True
    return any(
        _overlap(first, second) >= _ALIKE
        for first, second in (
            (one.title, other.title),
            (one.text[:_LEAD], other.text[:_LEAD]),
        )
    )


def _overlap(one: str, other: str) -> float:
    """Share of the terms of both that are common to them."""
    first, second = set(terms(one)), set(terms(other))
    return len(first & second) / len(first | second) if first and second else 0.0


def heading_of(article: Article) -> str:
    """The day and title of an article."""
    title = article.title or article.article_id
    return f"{article.date} · {title}" if article.date else title


def _of_newest(articles: int, shown: int, language: Language) -> str:
    if language is Language.ENGLISH:
        return f"The newest of {articles} articles: {shown} stories."
    return f"共有 {articles} 篇文章，以下是最新的 {shown} 件事。"


def _notice(articles: int, stories: int, shown: int, language: Language, *, at_least: bool) -> str:
    """How many articles and stories there are; at least so many where no more were looked at."""
    more = shown < stories
    if language is Language.ENGLISH:
        said = "At least " if at_least and articles > 1 else ""
        said += f"{articles} {'article' if articles == 1 else 'articles'} on this"
        said += f"; {shown} stories of {stories}" if more else f"; {shown} stories"
        return f"{said}, newest first."
    least = "至少" if at_least and articles > 1 else ""
    said = f"文章库中{least}有 {articles} 篇文章与此有关，"
    return said + (
        f"以下是其中 {stories} 件事里的 {shown} 件，从新到旧。"
        if more
        else f"共 {shown} 件事，从新到旧。"
    )
