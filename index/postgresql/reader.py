"""A library in PostgreSQL, open for reading: its articles, and the search in them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

import numpy as np

from index.database.database import READ_COLUMNS, Statements, to_sound_article
from index.embedding.encoder import Vectors, passage_text
from index.library.articles import ArticleReader
from index.library.library import Candidates, Heading, LibraryCounts, Scope
from index.library.reader import LOOKED_AT
from index.postgresql.connection import Connection
from index.postgresql.dense import load_layout, look_up, nearest, written
from index.postgresql.filtering import NO_LIMIT, RecentFilters, allowed_by, rows_of
from index.postgresql.lexical import Scored, choose, document_counts, score, weigh
from index.postgresql.opened import OpenServer
from index.postgresql.words import read_words
from index.records import Article, Change, Chunk, Passage, RawArticle, Span, digest
from index.search.filters import NO_FILTERS, Filters
from index.text.script import letters
from index.text.terms import index_terms

_Read = TypeVar("_Read")
_NONE = np.zeros(0, np.int64)


class PostgresLibrary(OpenServer, ArticleReader):
    """A library in PostgreSQL, open for reading: its articles, and the search in them."""

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
        return self.read(
            lambda: self._candidates(question, language, terms, limit, filters, asks=asks)
        )

    def _candidates(
        self,
        question: Vectors,
        language: str,
        terms: Sequence[str],
        limit: int,
        filters: Filters,
        *,
        asks: bool,
    ) -> Candidates:
        with self._reading() as connection:
            layout = self._once(connection, load_layout)
            if not layout.chunks:
                return Candidates.none()
            centred = layout.centre(question, language, asks)
            asked = written(centred)
            recent = self._once(connection, RecentFilters)
            allowed = allowed_by(connection, layout.number, filters, recent, asked, limit)
            near = nearest(connection, layout, asked, limit, allowed)
            weighed = weigh(connection, terms, layout.chunks, layout.average)
            try:
                about = choose(connection, weighed, limit, layout.number, allowed)
            except sqlite3.DatabaseError:
                self._leave_words_out()
                about = _NONE
            seen = look_up(connection, layout.number, centred, np.union1d(near, about))
            try:
                scores, ceiling = (
                    score(weighed, seen.ids, seen.words),
                    weighed.ceiling,
                )
            except sqlite3.DatabaseError:
                self._leave_words_out()
                scores, ceiling = Scored(seen.ids, np.zeros(len(seen.ids))), 0.0
            worded = scores.among(about).best(limit)
            kept = np.isin(seen.ids, np.union1d(near, worded))
            mean, deviation = layout.spread(centred)
            return Candidates(
                ids=seen.ids[kept],
                languages=tuple(seen.languages[kept].tolist()),
                articles=tuple(seen.articles[kept].tolist()),
                cosines=seen.cosines[kept],
                mean=mean,
                deviation=deviation,
                lexical=scores.scores[kept].astype(np.float32),
                ceiling=ceiling,
            )

    def passages(self, ids: Sequence[int]) -> list[Passage]:
        return self.read(lambda: self._passages(ids))

    def _passages(self, ids: Sequence[int]) -> list[Passage]:
        with self._reading() as connection:
            chunks = connection.execute(
                'SELECT id, article, start, "end", language, passage FROM chunk WHERE id = ANY (?)',
                ([int(one) for one in ids],),
            ).fetchall()
            articles = self._articles_in(connection, {chunk[1] for chunk in chunks})
        found: dict[int, Passage] = {}
        for chunk, row, start, end, language, passage in chunks:
            if (article := articles.get(row)) is None:
                continue
            span = Span(start, end)
            if passage == digest([passage_text(article, Chunk(span, language))]):
                found[chunk] = Passage(chunk, article, span, language)
            else:
                self._leave_article_out(article.article_id)
        return [found[one] for one in ids if one in found]

    def _articles_in(self, connection: Connection, rows: Collection[int]) -> dict[int, Article]:
        """The articles of these rows that are as they were written."""
        found: dict[int, Article] = {}
        for row, *values in connection.execute(
            f"SELECT row, {READ_COLUMNS} FROM article WHERE row = ANY (?)", (list(rows),)
        ).fetchall():
            try:
                found[row] = to_sound_article(values)
            except sqlite3.DatabaseError:
                self._leave_article_out(values[0])
        return found

    def _leave_article_out(self, name: str) -> None:
        self._leave_out(f"the article {name!r}", f"文章 {name!r}")

    def _leave_words_out(self) -> None:
        self._leave_out(
            "the index of words, so that articles were searched by meaning alone",
            "词语索引（已仅按语义检索）",
        )

    def documents(self, terms: Collection[str]) -> dict[str, int]:
        return self.read(lambda: self._documents(terms))

    def _documents(self, terms: Collection[str]) -> dict[str, int]:
        with self._reading() as connection:
            return document_counts(connection, list(terms))

    def size(self) -> int:
        return self.read(self._size)

    def _size(self) -> int:
        with self._reading() as connection:
            return self._once(connection, load_layout).chunks

    def says(self, words: str) -> bool:
        return self.read(lambda: self._says(words))

    def _says(self, words: str) -> bool:
        with self._reading() as connection:
            layout = self._once(connection, load_layout)
            weighed = weigh(connection, index_terms(words), layout.chunks, layout.average)
            try:
                about = choose(connection, weighed, LOOKED_AT, layout.number, NO_LIMIT)
                best = score(weighed, *read_words(connection, about)).best(LOOKED_AT)
            except sqlite3.DatabaseError:
                self._leave_words_out()
                return False
            passages = self._passages(best.tolist())
        wanted = letters(words)
        return any(wanted in letters(one.text) for one in passages)

    def counts(self, filters: Filters = NO_FILTERS) -> LibraryCounts:
        return self._again(ArticleReader.counts, filters)

    def scope(self) -> Scope:
        return self._again(ArticleReader.scope)

    def copies(self) -> Mapping[str, int]:
        return self._again(ArticleReader.copies)

    def id_meant(self, written: str) -> str | None:
        return self._again(ArticleReader.id_meant, written)

    def id_named(self, written: str) -> str:
        return self._again(ArticleReader.id_named, written)

    def holds(self, article_id: str) -> bool:
        return self._again(ArticleReader.holds, article_id)

    def titled_like(self, words: str, most: int) -> list[Heading]:
        return self._again(ArticleReader.titled_like, words, most)

    def article(self, article_id: str) -> Article | None:
        return self._again(ArticleReader.article, article_id)

    def raw_article(self, article_id: str) -> RawArticle | None:
        return self._again(ArticleReader.raw_article, article_id)

    def changes(self, article_id: str) -> list[Change]:
        return self._again(ArticleReader.changes, article_id)

    def article_ids(self) -> list[str]:
        return self._again(ArticleReader.article_ids)

    def days(self, filters: Filters = NO_FILTERS) -> dict[date, int]:
        return self._again(ArticleReader.days, filters)

    def by_length(
        self, limit: int, filters: Filters = NO_FILTERS, *, shortest: bool = False
    ) -> list[tuple[Heading, int]]:
        return self.read(lambda: ArticleReader.by_length(self, limit, filters, shortest=shortest))

    def headings(self, limit: int, offset: int = 0, filters: Filters = NO_FILTERS) -> list[Heading]:
        return self._again(ArticleReader.headings, limit, offset, filters)

    def _again(self, method: Callable[..., _Read], *given: Any) -> _Read:
        """What a method of all libraries reads, once more where the server was lost under it."""
        return self.read(lambda: method(self, *given))

    def _rows_of(self, connection: Statements, article_ids: Sequence[str]) -> list[int]:
        assert isinstance(connection, Connection)
        return rows_of(connection, article_ids)

    def _copies(self, connection: Statements) -> dict[str, int]:
        rows = connection.execute(
            "SELECT original, COUNT(*) FROM article, "
            "json_array_elements_text(originals::json) AS copied (original) "
            "WHERE published AND originals != '[]' GROUP BY original"
        )
        return dict(rows.fetchall())
