"""A question in, passages out, best first: both retrievers, fused, copies behind their originals."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from index.embedding.encoder import Encoder
from index.library.library import Candidates, Library
from index.records import Passage, Span
from index.text.language import detect_language
from index.text.terms import index_terms
from rag.question.answer_type import is_question
from rag.question.glossary import called, share_called
from rag.records import EVIDENCE_ARTICLES, Evidence, Filters, RankedPassage, iso
from rag.retrieval.fuse import fuse, standard_cosines, standard_lexical
from rag.retrieval.rerank import Reranker

_FIRST_LOOK = 128
_PASSAGES_AN_ARTICLE = 3


def retrieve(
    library: Library,
    encoder: Encoder,
    question: str,
    filters: Filters,
    reranker: Reranker | None = None,
    most: int = EVIDENCE_ARTICLES,
) -> list[list[RankedPassage]]:
    """The ``most`` articles that fit best, best first, each by its best passages, best first.

    As many passages are looked at as it takes to see so many articles; one long article with many
    passages near the question does not crowd the others out. A ``reranker`` reorders what is found.
    """
    vector = encoder.encode_queries([question])
    language = detect_language(question)
    foreign = called(question, library)
    shared = share_called(question, foreign)
    renderings = " ".join(rendering for gloss in foreign for rendering in gloss.renderings)
    terms = [*index_terms(question), *dict.fromkeys(index_terms(renderings))]
    asks = is_question(question)

    def search() -> list[list[RankedPassage]]:
        limit = _FIRST_LOOK
        while True:
            candidates = library.candidates(vector, language, terms, limit, filters, asks=asks)
            scores = fuse(candidates, language, shared=shared)
            groups = _by_article(candidates, np.argsort(-scores, kind="stable")[:limit])
            if len(groups) >= most or len(candidates.ids) < limit:
                return _ranked(library, candidates, scores, groups[:most])
            limit *= 4

    found = library.read(search)
    if reranker:
        found = _reranked(question, found, reranker)
    return [join_neighbours(hits) for hits in originals_first(found)]


def _by_article(candidates: Candidates, best: NDArray[np.intp]) -> list[list[int]]:
    """Places of the candidates, best first, by article, a few of each."""
    articles: dict[int, list[int]] = {}
    for place in best.tolist():
        kept = articles.setdefault(candidates.articles[place], [])
        if len(kept) < _PASSAGES_AN_ARTICLE:
            kept.append(place)
    return list(articles.values())


def _ranked(
    library: Library,
    candidates: Candidates,
    scores: NDArray[np.float32],
    groups: Sequence[Sequence[int]],
) -> list[list[RankedPassage]]:
    dense, lexical = standard_cosines(candidates), standard_lexical(candidates)
    ids = [int(candidates.ids[place]) for group in groups for place in group]
    passages = {passage.chunk_id: passage for passage in library.passages(ids)}
    ranked = [
        [
            RankedPassage(
                passages[int(candidates.ids[place])],
                score=float(scores[place]),
                cosine=float(candidates.cosines[place]),
                dense=float(dense[place]),
                lexical=float(lexical[place]),
            )
            for place in group
            if int(candidates.ids[place]) in passages  # what is damaged is left out
        ]
        for group in groups
    ]
    return [passages for passages in ranked if passages]


def _reranked(
    question: str, articles: Sequence[Sequence[RankedPassage]], reranker: Reranker
) -> list[list[RankedPassage]]:
    """The same passages in the reranker's order; the scores go to the places, so that they still fall."""
    hits = sorted((hit for hits in articles for hit in hits), key=lambda hit: -hit.score)
    scores = [hit.score for hit in hits]
    arranged: dict[str, list[RankedPassage]] = {}
    for hit, score in zip(reranker.rerank(question, hits), scores, strict=True):
        of_article = arranged.setdefault(hit.passage.article.article_id, [])
        of_article.append(replace(hit, score=score))
    return list(arranged.values())


def join_neighbours(hits: Sequence[RankedPassage]) -> list[RankedPassage]:
    """Passages of one article, best first, those that follow each other in the text made one.

    A joined passage keeps the scores of its better part, and its place.
    """
    joined: list[RankedPassage] = []
    for hit in hits:
        for place, other in enumerate(joined):
            if span := _joint(hit.passage, other.passage):
                joined[place] = replace(other, passage=replace(other.passage, span=span))
                break
        else:
            joined.append(hit)
    # The last one taken in may have closed the gap between two others.
    return joined if len(joined) == len(hits) else join_neighbours(joined)


def _joint(one: Passage, other: Passage) -> Span | None:
    """The span of both, where nothing but white space lies between them."""
    first, second = one.span, other.span
    if first.start > second.start:
        first, second = second, first
    if second.start < first.end or first.start == first.end or second.start == second.end:
        return None
    between = one.article.text[first.end : second.start]
    return None if between.strip() else Span(first.start, second.end)


def originals_first(articles: Sequence[list[RankedPassage]]) -> list[list[RankedPassage]]:
    """Put each reprint and digest behind the best of the articles that it copies, if any is here."""
    by_id = {hits[0].passage.article.article_id: hits for hits in articles}
    originals = {name: hits[0].passage.article.originals for name, hits in by_id.items()}
    return [by_id[name] for name in copies_behind(list(by_id), originals)]


def copies_behind(ranked: Sequence[str], originals: Mapping[str, Collection[str]]) -> list[str]:
    """Ids of articles, best first, with those that copy others behind the best of these.

    >>> copies_behind(["copy", "other", "original"], {"copy": ["original"]})
    ['other', 'original', 'copy']
    """
    here = set(ranked)
    waiting = list(ranked)
    arranged: list[str] = []
    while waiting:
        # Copies of copies in a ring would wait for each other: then the first in line goes.
        chosen = next(
            (
                name
                for name in waiting
                if not (copied := here.intersection(originals.get(name, ())))
                or not copied.isdisjoint(arranged)
            ),
            waiting[0],
        )
        waiting.remove(chosen)
        arranged.append(chosen)
    return arranged


def to_evidence(
    articles: Sequence[Sequence[RankedPassage]], copies: Mapping[str, int]
) -> tuple[Evidence, ...]:
    """The ranked list as it is shown: one entry an article.

    Args:
        copies: How many articles copy an article, by its id (``Library.copies``).
    """
    return tuple(
        Evidence(
            rank=rank,
            article_id=best.passage.article.article_id,
            score=round(best.score, 4),
            text=best.passage.text,
            start=best.passage.span.start,
            end=best.passage.span.end,
            title=best.passage.article.title,
            date=iso(best.passage.article.date),
            account=best.passage.article.account,
            column=best.passage.article.column,
            kind=best.passage.article.kind,
            url=best.passage.article.url,
            copies=copies.get(best.passage.article.article_id, 0),
        )
        for rank, (best, *_) in enumerate(articles, 1)
    )
