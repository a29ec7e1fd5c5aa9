"""The library: one folder with articles, chunks and vectors, open for reading and searching.

``articles.db`` (SQLite) is the only truth, ``vectors.faiss`` is derived from it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from index.database.database import (
    READ_COLUMNS,
    Statements,
    in_batches,
    marks,
    to_sound_article,
)
from index.database.faults import is_damage
from index.embedding.encoder import Vectors, passage_text
from index.library.articles import ArticleReader
from index.library.library import Candidates
from index.library.opened import OpenLibrary
from index.records import Article, Chunk, Passage, Span, digest
from index.search.dense import VectorIndex
from index.search.dense_building import open_vectors
from index.search.dense_file import sweep
from index.search.filters import (
    NO_FILTERS,
    Attributes,
    Filters,
    Mask,
    copies_in,
    load_attributes,
    rows_of,
)
from index.search.lexical import POSTING_BYTES, PostingIndex, load_postings, unworded
from index.text.script import letters
from index.text.terms import index_terms

LOOKED_AT = 50
"""Passages that are looked at for words as they stand."""


class FolderLibrary(OpenLibrary, ArticleReader):
    """A library folder, open for reading: its articles, and the search in them."""

    def candidates(
        self,
        question: Vectors,
        language: str,
        terms: Sequence[str],
        limit: int,
        filters: Filters = NO_FILTERS,
        *,
        asks: bool = True,
    ) -> Candidates:
        with self._reading() as connection:
            vectors = self._once(connection, self._vectors)
            postings = self._once(connection, self._postings)
            if not len(vectors.ids):
                return Candidates.none()
            centred = vectors.centre(question, language, asks)
            allowed = self._allowed(connection, filters)
            near = vectors.choose(centred, limit, allowed)
            lexical, ceiling = self._worded(connection, postings, terms)
            worded = _best(postings.ids, lexical, limit, allowed)
            ids = np.union1d(near, worded)
            cosines, spoken = vectors.look_up(connection, centred, ids)
            nearest = np.searchsorted(ids, near)
            nearest = nearest[np.argsort(-cosines[nearest], kind="stable")[:limit]]
            kept = np.union1d(nearest, np.searchsorted(ids, worded))
            places = np.searchsorted(postings.ids, ids[kept])
            mean, deviation = vectors.spread(centred)
            return Candidates(
                ids=ids[kept],
                languages=tuple(spoken[kept].tolist()),
                articles=tuple(postings.articles[places].tolist()),
                cosines=cosines[kept],
                mean=mean,
                deviation=deviation,
                lexical=lexical[places],
                ceiling=ceiling,
            )

    def passages(self, ids: Sequence[int]) -> list[Passage]:
        with self._reading() as connection:
            found, lost = _passages(connection, ids)
            for name in lost:
                self._leave_out(f"the article {name!r}", f"文章 {name!r}")
        return [found[i] for i in ids if i in found]

    def documents(self, terms: Collection[str]) -> dict[str, int]:
        wanted = list(terms)
        with self._reading() as connection:
            return {
                term: size // POSTING_BYTES
                for some in in_batches(wanted)
                for term, size in connection.execute(
                    f"SELECT term, SUM(LENGTH(data)) FROM posting WHERE term IN ({marks(some)}) GROUP BY term",
                    some,
                )
            }

    def size(self) -> int:
        with self._reading() as connection:
            return len(self._once(connection, self._postings).ids)

    def says(self, words: str) -> bool:
        with self._reading() as connection:
            postings = self._once(connection, self._postings)
            scores, _ = self._worded(connection, postings, index_terms(words))
            best = _best(postings.ids, scores, LOOKED_AT, None)
            passages = _passages(connection, best.tolist())[0].values()
        wanted = letters(words)
        return any(wanted in letters(one.span.of(one.article.text)) for one in passages)

    def _rows_of(self, connection: Statements, article_ids: Sequence[str]) -> list[int]:
        assert isinstance(connection, sqlite3.Connection)
        return rows_of(connection, article_ids)

    def _copies(self, connection: Statements) -> dict[str, int]:
        return copies_in(connection)

    def _allowed(self, connection: sqlite3.Connection, filters: Filters) -> Mask | None:
        """For each published chunk whether the filters let it through; ``None`` without filters."""
        if filters.limit_nothing:
            return None
        return self._once(connection, self._attributes).allowed(connection, filters)

    def _attributes(self, connection: sqlite3.Connection) -> Attributes:
        postings = self._once(connection, self._postings)
        return load_attributes(connection, postings.ids, postings.articles)

    def _vectors(self, connection: sqlite3.Connection) -> VectorIndex:
        """The search index of the generation that ``connection`` sees; made where there is none."""
        sweep(self.folder)
        return open_vectors(connection, self.folder, self._once(connection, self._postings).ids)

    def _postings(self, connection: sqlite3.Connection) -> PostingIndex:
        """The inverted index; one that knows no word where what is on the disk is damaged."""
        try:
            return load_postings(connection)
        except (sqlite3.DatabaseError, ValueError) as error:  # or a blob of a size that cannot be
            if not is_damage(error):
                raise
            self._leave_words_out()
            return unworded(connection)

    def _worded(
        self, connection: sqlite3.Connection, postings: PostingIndex, terms: Sequence[str]
    ) -> tuple[NDArray[np.float32], float]:
        """The lexical scores and their ceiling; none where the postings are damaged."""
        try:
            return postings.score(connection, terms)
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            self._leave_words_out()
            return np.zeros(len(postings.ids), np.float32), 0.0

    def _leave_words_out(self) -> None:
        self._leave_out(
            "the index of words, so that articles were searched by meaning alone",
            "词语索引（已仅按语义检索）",
        )


def _best(
    ids: NDArray[np.int64],
    scores: NDArray[np.float32],
    limit: int,
    allowed: Mask | None,
) -> NDArray[np.int64]:
    """The ids of the ``limit`` highest scores above 0, in no order."""
    places = np.flatnonzero(scores > 0 if allowed is None else (scores > 0) & allowed)
    if len(places) > limit:
        places = places[np.argpartition(-scores[places], limit)[:limit]]
    return ids[places]


def _passages(
    connection: sqlite3.Connection, ids: Sequence[int]
) -> tuple[dict[int, Passage], list[str]]:
    """The passages that are as they were written, and the ids of the articles of the others."""
    chunks: list[tuple[int, int, int, int, str, str]] = []
    for some in in_batches(ids):
        chunks += connection.execute(
            "SELECT id, article, start, end, language, passage FROM chunk "
            f"WHERE id IN ({marks(some)})",
            some,
        ).fetchall()
    articles: dict[int, Article] = {}
    lost: list[str] = []
    for rows in in_batches(list({chunk[1] for chunk in chunks})):
        for row in rows:
            try:
                if values := connection.execute(
                    f"SELECT {READ_COLUMNS} FROM article WHERE row = ?", (row,)
                ).fetchone():
                    articles[row] = to_sound_article(values)
            except sqlite3.DatabaseError as error:
                if not is_damage(error):
                    raise
                lost.append(_name(connection, row))
    found = {}
    for chunk, row, start, end, language, passage in chunks:
        if row not in articles:
            continue
        article, span = articles[row], Span(start, end)
        if passage == digest([passage_text(article, Chunk(span, language))]):
            found[chunk] = Passage(chunk, article, span, language)
        else:
            lost.append(article.article_id)
    return found, lost


def _name(connection: sqlite3.Connection, row: int) -> str:
    """The id of an article that cannot be read."""
    (name,) = connection.execute("SELECT article_id FROM article WHERE row = ?", (row,)).fetchone()
    return str(name)
