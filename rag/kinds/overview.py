"""What the articles say on a subject, story by story, newest first."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from index.library.library import Library
from index.records import Article, Kind, Span
from index.text.language import Language
from index.text.terms import terms
from rag.extractive.answer import Draft
from rag.kinds.pieces import NOWHERE, Piece, draft_of, quote_of
from rag.kinds.relevance import certainty_of, rated, support_of
from rag.kinds.telling import telling, tellings
from rag.question.glossary import terms_for
from rag.records import Certainty, Found
from rag.retrieval.find import filters_of

STORIES = 8
"""How many are shown at most."""

_ALIKE = 0.6
"""Share of common terms from which on two titles tell one story."""

_LEAD = 240
_NEWEST = 60

_SENTENCES, _OF_A_STORY = 8, (2, 7)
"""How many sentences an overview has, and a story of it at least and at most: of few stories more is told."""


_MAIN = 0.8
"""How likely a story is to be the one that is asked for, against the likeliest, to be told as fully."""


@dataclass(frozen=True, slots=True)
class Story:
    """What is told once, however many articles tell it."""

    article: Article


def overview(
    found: Found, library: Library, language: Language, most_sources: int | None = None
) -> Draft | None:
    """The stories on what a question is about, or the newest where it is about nothing in particular;
    ``None`` where no article is about it.

    Args:
        most_sources: How many articles may be cited; ``None`` for as many as are shown.
    """
    subject = found.topic
    fitting = _likely_on(found, library, language)
    if not fitting:
        return None
    stories = stories_of([article for _, article in fitting])
    likely = {article.article_id: chance for chance, article in fitting}
    beside = _told_beside(stories, likely)
    shown = newest_stories(stories[:most_sources])
    main = sum(one.article.article_id not in beside for one in shown)
    pieces: list[Piece] = []
    said: set[str] = set()
    for story in shown:
        article, heading = story.article, heading_of(story.article)
        support = support_of(likely[article.article_id])
        wanted = terms_for(subject, article)
        if article.article_id in beside:
            spans = [span for span in [telling(article, wanted, said)] if span != NOWHERE]
        else:
            spans = told_of(article, main, wanted, said)
        said.update(quote_of(article, span) for span in spans)
        pieces += [Piece(article, span, heading=heading, support=support) for span in spans]
        if not spans:
            pieces.append(Piece(article, text=article.title, heading=heading, support=support))
    if not subject:
        articles = library.counts(filters_of(found.filters)).articles
        return draft_of(pieces, notice=_of_newest(articles, len(shown), language))
    certainty = certainty_of(likely.values())
    if certainty is not Certainty.DIRECT:
        return draft_of(pieces, notice=_of_likely(len(shown), language), certainty=certainty)
    capped = len(fitting) == len(found.articles)
    notice = _notice(len(fitting), len(stories), len(shown), language, at_least=capped)
    return draft_of(pieces, notice=notice)


def _told_beside(stories: Sequence[Story], likely: Mapping[str, float]) -> frozenset[str]:
    """The ids of the stories that are far less likely to be the one that is asked for than the likeliest."""
    chances = {one.article.article_id: likely[one.article.article_id] for one in stories}
    least = _MAIN * max(chances.values())
    return frozenset(name for name, chance in chances.items() if chance < least)


def told_of(
    article: Article, stories: int, subject: Collection[str], said: Collection[str] = ()
) -> list[Span]:
    """What is quoted of one of so many stories; at least what says best what its article tells."""
    least, most = _OF_A_STORY
    return tellings(article, subject, said, max(least, min(most, _SENTENCES // stories)))


def articles_on(found: Found, library: Library, language: Language) -> list[Article]:
    """The articles on what a question is about, best first; the newest where it is about nothing in
    particular."""
    return [article for _, article in _likely_on(found, library, language)]


def _likely_on(found: Found, library: Library, language: Language) -> list[tuple[float, Article]]:
    """The same, each with the probability that it is about that; of the newest one is as likely as another."""
    if found.topic:
        return rated(found.articles, found.topic, language)
    return [] if found.filters.dropped else [(1.0, one) for one in _newest(found, library)]


def newest_stories(stories: Sequence[Story]) -> list[Story]:
    """The best of some stories, as many as are shown, newest first."""
    return sorted(stories[:STORIES], key=lambda story: str(story.article.date or ""), reverse=True)


def fitting_articles(found: Found, subject: str, language: Language) -> list[Article]:
    """The articles that are about a subject, of those that were found for it, likeliest first."""
    return [article for _, article in rated(found.articles, subject, language)]


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


def _of_likely(shown: int, language: Language) -> str:
    if language is Language.ENGLISH:
        stories = "1 story that may be" if shown == 1 else f"{shown} stories that may be"
        return f"No article is surely on this; {stories}, newest first."
    return f"没有一篇文章确定与此有关；以下 {shown} 件事可能有关，从新到旧。"


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
