"""The library: one folder with articles, chunks and vectors, open for reading and searching.

``articles.db`` (SQLite) is the only truth, ``vectors.faiss`` is derived from it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.database.database import (
    READ_COLUMNS,
    Manifest,
    in_batches,
    is_damage,
    marks,
    to_sound_article,
)
from index.embedding.encoder import Encoder, Vectors, passage_text
from index.errors import LibraryError
from index.library.articles import ArticleReader
from index.records import Article, Chunk, Passage, Span, digest
from index.search.dense import VectorIndex
from index.search.dense_building import open_vectors
from index.search.dense_file import sweep
from index.search.filters import NO_FILTERS, Attributes, Filters, Mask, load_attributes
from index.search.lexical import POSTING_BYTES, PostingIndex, load_postings, unworded
from index.text.script import letters
from index.text.terms import index_terms

_LOOKED_AT = 50
"""Passages that are looked at for words as they stand."""


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Chunks that may answer a question, with what both retrievers say of each.

    Attributes:
        ids: Of the chunks, ascending, shape (n,).
        languages: Of the chunks.
        articles: A number for the article of each chunk, of use for telling articles apart.
        cosines: With the question, after centring by language, shape (n,).
        mean: Of the question's cosines with all passages of the library.
        deviation: The standard deviation of these.
        lexical: BM25 scores, shape (n,).
        ceiling: About what a passage with each term of the question once would have.
    """

    ids: NDArray[np.int64]
    languages: tuple[str, ...]
    articles: tuple[int, ...]
    cosines: NDArray[np.float32]
    mean: float
    deviation: float
    lexical: NDArray[np.float32]
    ceiling: float

    @classmethod
    def none(cls) -> Candidates:
        empty = np.zeros(0, np.float32)
        return cls(np.zeros(0, np.int64), (), (), empty, 0.0, 1.0, empty, 0.0)


class Library(ArticleReader):
    """A library folder, open for reading: its articles, and the search in them.

    Safe to use from several threads; every method sees one published generation, and a library
    that a job in another process publishes to is seen anew by the next call.
    """

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
        """The ``limit`` chunks nearest to a question and the ``limit`` that share most of its terms.

        Args:
            question: The question's unit vector, of shape (1, dimension), not centred.
            language: The question's language.
            terms: The question's terms (``index.text.terms``).
            asks: Whether it asks at all; headlines and keywords do not.
        """
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
        """The passages of these chunk ids, in their order; of those that are still there, and whole.

        One whose text is not what it was is left out, and named by ``damage``.
        """
        with self._reading() as connection:
            found, lost = _passages(connection, ids)
            for name in lost:
                self._leave_out(f"the article {name!r}", f"文章 {name!r}")
        return [found[i] for i in ids if i in found]

    def documents(self, terms: Collection[str]) -> dict[str, int]:
        """In about how many passages each term (``index.text.terms``) stands; those in none are left
        out."""
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

    def says(self, words: str) -> bool:
        """Whether any of the passages that share most of some words' terms has their letters in a row."""
        with self._reading() as connection:
            postings = self._once(connection, self._postings)
            scores, _ = self._worded(connection, postings, index_terms(words))
            best = _best(postings.ids, scores, _LOOKED_AT, None)
            passages = _passages(connection, best.tolist())[0].values()
        wanted = letters(words)
        return any(wanted in letters(one.span.of(one.article.text)) for one in passages)

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


def check_encoder(folder: Path, manifest: Manifest, encoder: Encoder) -> None:
    """Refuse an encoder whose vectors do not fit the library's.

    Raises:
        LibraryError: the fingerprints differ.
    """
    if encoder.fingerprint != manifest.fingerprint:
        raise LibraryError(
            f"the library {str(folder)!r} was built with the embedding model {manifest.encoder!r}, "
            f"which is not the {encoder.name!r} given; build another with "
            f"'juwen index PATH --library NEW_FOLDER --encoder {encoder.name}', or leave --encoder out",
            f"文章库 {str(folder)!r} 是用向量模型 {manifest.encoder!r} 建的，与给定的 {encoder.name!r} 不符；"
            f"请用 juwen index 文件 --library 新目录 --encoder {encoder.name} 另建，或去掉 --encoder",
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
