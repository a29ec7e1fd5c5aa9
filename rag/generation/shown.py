"""What a chat model is shown: ranked articles and what the reader makes of them in, passages out.

The passages that likeliest answer come first, whichever article they are of; then the best article,
whole where there is room for it, or from its likeliest passages outwards, and the one that retrieval
has first, where that is another; then the best passage of each of the others, and last what stands
beside these. Passages of one article that meet are one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from index.chunk import count_tokens
from index.records import Article, Passage, Span
from index.text.sentences import split_sentences
from rag.extractive.candidates import Candidate
from rag.generation.quotation import Quotation
from rag.records import RankedPassage, has_room

_LIKELY = 0.03
"""Probability from which on a sentence's passage is shown before all that is not as likely."""

_BREADTH = 0.25
"""Share of the room that the likeliest passages may take before the best article has its turn."""

_DEPTH = 0.8
"""Share of the room that may be taken once the best article has had its turn."""

_BESIDE = 1
"""Sentences on either side of a passage."""

_GROWTH = 80
"""Characters by which a part of the best article grows at a time, to the end of a sentence."""


def choose_passages(
    articles: Sequence[Sequence[RankedPassage]],
    candidates: Sequence[Candidate],
    budget: int,
    most_sources: int | None = None,
) -> list[Passage]:
    """The passages that answer likeliest, as many as fit ``budget`` tokens (tiktoken) as quotations.

    At least one is chosen, and of no more than ``most_sources`` articles. A reprint or digest is left
    out where the article that it copies is there. Those of one article stand together, in the order
    of its text; the article that answers likeliest comes first.

    Args:
        articles: Ranked, each with its ranked passages (``rag.retrieval.retrieve``).
        candidates: The sentences that may answer, likeliest first; none where nothing was read.
    """
    ranked = _without_copies(articles)
    if not ranked:
        return []
    room = _Room(budget, most_sources)
    likely = list(_likely_passages(ranked, candidates))
    for passage in likely or [ranked[0].passage]:
        room.take(passage, _BREADTH)
    nearest = ranked[0].passage.article
    best = _likeliest_article(candidates) or nearest
    if not room.take(_whole(best), _DEPTH):
        room.grow(best, _DEPTH)
    if nearest.article_id != best.article_id and not room.take(_whole(nearest), _DEPTH):
        room.grow(nearest, _DEPTH)
    each = {hit.passage.article.article_id: hit.passage for hit in reversed(ranked)}
    firsts = sorted(each.values(), key=[hit.passage for hit in ranked].index)
    for passage in [*firsts, *(hit.passage for hit in ranked)]:
        room.take(passage, 1.0)
    for passage in [*likely, *firsts]:
        room.take(_with_neighbours(passage), 1.0)
    return room.passages(first=best)


def choose_stories(stories: Sequence[Article], budget: int) -> list[Passage]:
    """Of each story its beginning, as much as there is room for, in the order given."""
    room = _Room(budget, None)
    for article in stories:
        opening = next(iter(split_sentences(article.text)), None)
        if opening:
            room.take(Passage(0, article, opening, article.language), 1.0)
    grows = True
    while grows:  # a sentence each in turn, so that all have their share
        grown = [room.grow_once(article) for article in stories]
        grows = any(grown)
    return room.passages()


def newest_first(passages: Sequence[Passage]) -> list[Passage]:
    """The same passages by the day that their articles were published on."""
    return sorted(passages, key=lambda one: one.article.date or date.min, reverse=True)


class _Room:
    """Spans of articles, as many as fit a number of tokens as quotations."""

    def __init__(self, budget: int, most_sources: int | None) -> None:
        self._budget = budget
        self._most_sources = most_sources
        self._spans: dict[str, list[Span]] = defaultdict(list)
        self._articles: dict[str, Article] = {}
        self._costs: dict[str, int] = {}

    def take(self, passage: Passage, share: float) -> bool:
        """Whether a passage is among what is shown, now or already, within a share of the room."""
        article, name = passage.article, passage.article.article_id
        if passage.span.start >= passage.span.end:
            return False
        spans = _merged(article, [*self._spans[name], passage.span])
        if spans == self._spans[name]:
            return True
        if not has_room(name, self._articles, self._most_sources):
            return False
        cost = sum(map(_cost, _passages(article, spans)))
        others = sum(self._costs.values()) - self._costs.get(name, 0)
        if self._articles and others + cost > share * self._budget:
            return False
        self._articles[name], self._spans[name], self._costs[name] = article, spans, cost
        return True

    def grow(self, article: Article, share: float) -> None:
        """Make the parts of an article that are shown longer at both ends, while there is room."""
        grows = True
        while grows:
            spans = tuple(self._spans[article.article_id])
            parts = [
                part
                for one in spans
                for part in (_before(article, one.start), _behind(article, one.end))
            ]
            grown = [self._adds(article, part, share) for part in parts]
            grows = any(grown)

    def grow_once(self, article: Article) -> bool:
        """Whether the first part of an article has become longer by some sentences at its end."""
        spans = self._spans[article.article_id]
        return bool(spans) and self._adds(article, _behind(article, spans[0].end), 1.0)

    def _adds(self, article: Article, part: Span | None, share: float) -> bool:
        """Whether something of an article is shown now that was not."""
        before = self._costs.get(article.article_id, 0)
        if part:
            self.take(_passage(article, part), share)
        return self._costs.get(article.article_id, 0) > before

    def passages(self, first: Article | None = None) -> list[Passage]:
        names = sorted(self._articles, key=lambda name: bool(first and name != first.article_id))
        return [
            passage
            for name in names
            for passage in _passages(self._articles[name], self._spans[name])
        ]


def _without_copies(articles: Sequence[Sequence[RankedPassage]]) -> list[RankedPassage]:
    """The passages with text, best first, without those of articles that copy one that is here."""
    here = {hits[0].passage.article.article_id for hits in articles}
    hits = (
        hit
        for of_article in articles
        if not here.intersection(of_article[0].passage.article.originals)
        for hit in of_article
        if hit.passage.text
    )
    return sorted(hits, key=lambda hit: -hit.score)


def _likely_passages(
    ranked: Sequence[RankedPassage], candidates: Iterable[Candidate]
) -> Iterator[Passage]:
    """The passages of the sentences that are likely to answer, likeliest first."""
    seen: set[tuple[str, Span]] = set()
    for one in candidates:
        if one.probability < _LIKELY:
            return
        article = one.passage.article
        around = (
            hit.passage
            for hit in ranked
            if hit.passage.article.article_id == article.article_id
            and hit.passage.span.start <= one.span.start < hit.passage.span.end
        )
        passage = next(around, one.passage)
        if (key := (article.article_id, passage.span)) not in seen:
            seen.add(key)
            yield passage


def _likeliest_article(candidates: Iterable[Candidate]) -> Article | None:
    """The article that the answer is likeliest in."""
    likely: dict[str, float] = defaultdict(float)
    articles: dict[str, Article] = {}
    for one in candidates:
        name = one.passage.article.article_id
        likely[name] += one.probability
        articles[name] = one.passage.article
    return articles[max(likely, key=likely.__getitem__)] if likely else None


def _whole(article: Article) -> Passage:
    return _passage(article, Span(0, len(article.text)))


def _passage(article: Article, span: Span) -> Passage:
    return Passage(0, article, span, article.language)


def _passages(article: Article, spans: Sequence[Span]) -> list[Passage]:
    return [_passage(article, span) for span in spans]


def _cost(passage: Passage) -> int:
    """Tokens of a quotation; the two digits of its number count as any."""
    return count_tokens(Quotation.of(passage.article, passage.text).numbered(10)) + 1


def _with_neighbours(passage: Passage) -> Passage:
    span = passage.span
    for _ in range(_BESIDE):
        before, behind = _before(passage.article, span.start), _behind(passage.article, span.end)
        span = Span(before.start if before else span.start, behind.end if behind else span.end)
    return replace(passage, span=span)


def _behind(article: Article, end: int) -> Span | None:
    """The sentences that follow, some of them; ``None`` at the end of the text."""
    window = article.text[end : end + 4 * _GROWTH]
    sentences = split_sentences(window)
    if not sentences:
        return None
    last = next((one for one in sentences if one.end >= _GROWTH), sentences[-1])
    return Span(end, end + last.end)


def _before(article: Article, start: int) -> Span | None:
    """The sentences that come before, some of them; ``None`` at the beginning of the text."""
    window = article.text[max(0, start - 4 * _GROWTH) : start]
    sentences = split_sentences(window)
    if not sentences:
        return None
    far_enough = (one for one in reversed(sentences) if len(window) - one.start >= _GROWTH)
    first = next(far_enough, sentences[0])
    return Span(start - len(window) + first.start, start)


def _merged(article: Article, spans: Sequence[Span]) -> list[Span]:
    """Spans in order; those that overlap, or have only white space between them, as one."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda one: (one.start, one.end)):
        if merged and not article.text[merged[-1].end : span.start].strip():
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged
