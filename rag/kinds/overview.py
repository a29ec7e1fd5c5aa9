"""What the articles say on a subject, story by story, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from index.library.reader import Library
from index.records import Article, Kind
from index.text.language import Language
from index.text.terms import content_terms, terms
from rag.extractive.answer import Draft
from rag.kinds.pieces import Piece, draft_of, telling
from rag.question.subject import subject_of
from rag.records import Found, RankedPassage
from rag.retrieval.find import filters_of

STORIES = 8
"""How many are shown at most."""

_UNRELATED = 2.5
"""The score (``rag.retrieval.fuse``) that the best passages have of articles on anything else."""

_LEAST = 4.0
"""The score below which the best article is not about the subject either."""

_BEHIND = 0.4
"""Share of the best article's lead over the unrelated ones that an article has to have."""

_ALIKE = 0.45
"""Share of common terms from which on two titles tell one story."""

_LEAD = 240
_NEWEST = 60


@dataclass(frozen=True, slots=True)
class Story:
    """What is told once, and by how many articles."""

    article: Article
    articles: int = 1


def overview(found: Found, library: Library, language: Language) -> Draft | None:
    """The stories on what a question is about, or the newest where it is about nothing in particular;
    ``None`` where no article is about it."""
    subject = subject_of(found.question)
    fitting = fitting_articles(found.articles) if subject else _newest(found, library)
    if not fitting:
        return None
    stories = stories_of(fitting)
    shown = sorted(stories[:STORIES], key=lambda story: str(story.article.date or ""), reverse=True)
    wanted = frozenset(content_terms(subject))
    pieces = [
        Piece(story.article, telling(story.article, wanted), heading=heading_of(story.article))
        for story in shown
    ]
    pieces = [
        piece if piece.span.end else Piece(piece.article, text=piece.article.title)
        for piece in pieces
        if piece.article
    ]
    return draft_of(pieces, notice=_notice(len(fitting), len(stories), len(shown), language))


def fitting_articles(ranked: Sequence[Sequence[RankedPassage]]) -> list[Article]:
    """The articles that are about what was searched, best first."""
    best = max((hits[0].score for hits in ranked), default=0.0)
    if best < _LEAST:
        return []
    least = _UNRELATED + _BEHIND * (best - _UNRELATED)
    return [hits[0].passage.article for hits in ranked if hits[0].score >= least]


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
        for at, story in enumerate(stories):
            if _is_same(story.article, article):
                stories[at] = Story(story.article, story.articles + 1)
                break
        else:
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


def _notice(articles: int, stories: int, shown: int, language: Language) -> str:
    more = shown < stories
    if language is Language.ENGLISH:
        said = f"{articles} {'article' if articles == 1 else 'articles'} in the library"
        said += f"; {shown} stories of {stories}" if more else f"; {shown} stories"
        return f"{said}, newest first."
    said = f"文章库中有 {articles} 篇文章与此有关，"
    return said + (
        f"以下是其中 {stories} 件事里的 {shown} 件，从新到旧。"
        if more
        else f"共 {shown} 件事，从新到旧。"
    )
