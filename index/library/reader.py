"""The library: one folder with articles, chunks and vectors, open for reading.

``articles.db`` (SQLite) is the only truth, ``vectors.faiss`` is derived from it.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.database.database import (
    ARTICLE_COLUMNS,
    DATABASE,
    Manifest,
    changes_from_json,
    connect_reader,
    current_reader,
    in_batches,
    manifest_value,
    marks,
    raw_from_json,
    said_plainly,
    to_article,
    to_date,
)
from index.database.schema import OLDEST_MIGRATED, SCHEMA_VERSION
from index.embedding.encoder import Encoder, Vectors
from index.errors import LibraryError
from index.records import Article, Change, Kind, Passage, RawArticle, Span
from index.search.dense import VectorIndex, open_vectors
from index.search.dense_file import sweep
from index.search.filters import Attributes, Mask, load_attributes
from index.search.lexical import PostingIndex, load_postings


@dataclass(frozen=True, slots=True)
class LibraryCounts:
    """What is in a library, for people."""

    articles: int
    empty: int
    chunks: int
    first_date: date | None
    last_date: date | None
    accounts: Mapping[str, int]
    languages: Mapping[str, int]
    kinds: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Heading:
    """An article without its text, for lists."""

    article_id: str
    title: str
    date: date | None
    account: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Scope:
    """The day of the newest article, ``None`` where none has a date, and every account."""

    newest: date | None
    accounts: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Chunks that may answer a question, with what both legs say of each.

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


class Library:
    """A library folder, open for reading.

    Safe to use from several threads; every method sees one published generation, and a library
    that a job in another process publishes to is seen anew by the next call.
    """

    def __init__(self, folder: Path, connection: sqlite3.Connection) -> None:
        self.folder = folder
        self._connection = connection
        self._lock = threading.RLock()
        self._vectors: VectorIndex | None = None
        self._postings: tuple[int, PostingIndex] | None = None
        self._attributes: tuple[int, Attributes] | None = None
        self._scope: tuple[int, Scope] | None = None
        self._copies: tuple[int, dict[str, int]] | None = None

    @classmethod
    def open(cls, folder: Path | str) -> Library:
        """Open an existing library.

        Raises:
            LibraryError: the folder is no library, of another schema, or damaged.
        """
        library = cls.connect(folder)
        try:
            library.manifest()
        except BaseException:
            library.close()
            raise
        return library

    @classmethod
    def connect(cls, folder: Path | str) -> Library:
        """``open`` without a look at what the library was made with: a damaged one will do."""
        folder = Path(folder)
        path = folder / DATABASE
        if not path.is_file():
            raise LibraryError(
                f"{str(folder)!r} is not a library; make one with 'juwen index PATH --library {folder}'",
                f"{str(folder)!r} 不是文章库；请用 juwen index 文件 --library {folder} 建库",
            )
        with said_plainly(folder):
            return cls(folder, connect_reader(path))

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Library:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def manifest(self) -> Manifest:
        """What the library was made with.

        Raises:
            LibraryError: its schema is not this version's.
        """
        self.check_schema()
        with self._reading() as connection:
            values = {
                field: json.loads(manifest_value(connection, field))
                for field in Manifest.__dataclass_fields__
            }
        return Manifest(**values)

    def check_schema(self) -> None:
        """Refuse a library whose tables this version does not know.

        Raises:
            LibraryError: it has another schema, or was never filled.
        """
        with self._reading() as connection:
            begun = connection.execute(
                "SELECT 1 FROM sqlite_master WHERE name = 'manifest'"
            ).fetchone()
            schema = int(manifest_value(connection, "schema")) if begun else 0
        if not begun:
            raise LibraryError(
                f"the library {str(self.folder)!r} was begun and never filled; "
                f"fill it with 'juwen index PATH --library {self.folder}'",
                f"文章库 {str(self.folder)!r} 尚未建成；请用 juwen index 文件 --library {self.folder} 建库",
            )
        check_schema(self.folder, schema, SCHEMA_VERSION)

    def counts(self) -> LibraryCounts:
        with self._reading() as connection:
            articles, empty, first, last = connection.execute(
                "SELECT COUNT(*), COALESCE(SUM(text = ''), 0), MIN(date), MAX(date) FROM article WHERE published"
            ).fetchone()
            (chunks,) = connection.execute(
                "SELECT COUNT(*) FROM chunk JOIN article ON row = article WHERE published"
            ).fetchone()
            accounts, languages, kinds = (
                dict(
                    connection.execute(
                        f"SELECT {column}, COUNT(*) FROM article WHERE published "
                        f"GROUP BY {column} ORDER BY COUNT(*) DESC, {column}"
                    ).fetchall()
                )
                for column in ("account", "language", "kind")
            )
        return LibraryCounts(
            articles, empty, chunks, to_date(first), to_date(last), accounts, languages, kinds
        )

    def scope(self) -> Scope:
        """Which days and accounts the library covers."""
        with self._reading() as connection:
            generation = int(manifest_value(connection, "generation"))
            if self._scope is None or self._scope[0] != generation:
                (newest,) = connection.execute(
                    "SELECT MAX(date) FROM article WHERE published"
                ).fetchone()
                accounts = connection.execute(
                    "SELECT DISTINCT account FROM article WHERE published AND account != ''"
                ).fetchall()
                names = tuple(account for (account,) in accounts)
                self._scope = generation, Scope(to_date(newest), names)
            return self._scope[1]

    def copies(self) -> Mapping[str, int]:
        """How many articles copy each article, by its id; those that none copies are left out."""
        with self._reading() as connection:
            generation = int(manifest_value(connection, "generation"))
            if self._copies is None or self._copies[0] != generation:
                rows = connection.execute(
                    "SELECT value, COUNT(*) FROM article, json_each(originals) "
                    "WHERE published AND originals != '[]' GROUP BY value"
                ).fetchall()
                self._copies = generation, dict(rows)
            return self._copies[1]

    def article(self, article_id: str) -> Article | None:
        """The article of that id, ``None`` where there is none."""
        with self._reading() as connection:
            found = connection.execute(
                f"SELECT {ARTICLE_COLUMNS} FROM article WHERE published AND article_id = ?",
                (article_id,),
            ).fetchone()
        return to_article(found) if found else None

    def raw_article(self, article_id: str) -> RawArticle | None:
        """The article as it was received, ``None`` where there is none."""
        with self._reading() as connection:
            found = connection.execute(
                "SELECT raw FROM article WHERE published AND article_id = ?", (article_id,)
            ).fetchone()
            return raw_from_json(found[0]) if found else None

    def changes(self, article_id: str) -> list[Change]:
        """What cleaning did to the article's raw text, rule by rule."""
        with self._reading() as connection:
            found = connection.execute(
                "SELECT changes FROM article WHERE published AND article_id = ?", (article_id,)
            ).fetchone()
        return changes_from_json(found[0]) if found else []

    def article_ids(self) -> list[str]:
        """The id of every article, without reading the articles."""
        with self._reading() as connection:
            rows = connection.execute("SELECT article_id FROM article WHERE published").fetchall()
        return [article_id for (article_id,) in rows]

    def days(self) -> dict[date, int]:
        """How many articles were published on each day; those without a date are left out."""
        with self._reading() as connection:
            rows = connection.execute(
                "SELECT date, COUNT(*) FROM article WHERE published AND date IS NOT NULL "
                "GROUP BY date ORDER BY date"
            ).fetchall()
        return {date.fromisoformat(day): count for day, count in rows}

    def headings(
        self,
        limit: int,
        offset: int = 0,
        *,
        date_from: date | None = None,
        date_to: date | None = None,
        accounts: Sequence[str] = (),
        article_ids: Sequence[str] = (),
    ) -> list[Heading]:
        """``limit`` articles from the ``offset``-th on, newest first, without their texts.

        The other arguments are those of ``search``.
        """
        where, values = _conditions(date_from, date_to, accounts, article_ids)
        with self._reading() as connection:
            rows = connection.execute(
                "SELECT article_id, title, date, account, kind FROM article WHERE published "
                f"{'AND ' + where if where else ''} ORDER BY date DESC, row DESC LIMIT ? OFFSET ?",
                (*values, limit, offset),
            ).fetchall()
        return [
            Heading(article_id, title, to_date(day), account, Kind(kind))
            for article_id, title, day, account, kind in rows
        ]

    def articles(self) -> Iterator[Article]:
        """Every article, oldest first, in one consistent list."""
        with self._reading() as connection:
            rows = connection.execute(
                f"SELECT {ARTICLE_COLUMNS} FROM article WHERE published ORDER BY date, row"
            ).fetchall()
        return map(to_article, rows)

    def raw_articles(self) -> Iterator[RawArticle]:
        """Every article as it was received, in the order in which they came, one at a time.

        Until the last was taken, other threads that ask this ``Library`` wait.
        """
        with self._reading() as connection:
            for (raw,) in connection.execute(
                "SELECT raw FROM article WHERE published ORDER BY row"
            ):
                yield raw_from_json(raw)

    def search(
        self,
        question: Vectors,
        language: str,
        limit: int,
        *,
        date_from: date | None = None,
        date_to: date | None = None,
        accounts: Sequence[str] = (),
        article_ids: Sequence[str] = (),
        languages: Sequence[str] = (),
    ) -> list[tuple[Passage, float]]:
        """The ``limit`` passages nearest to a question, with their cosine after centring, best first.

        Args:
            question: The question's unit vector, of shape (1, dimension), not centred.
            language: The question's language.
            date_from: Only articles published on this day or later; undated ones are left out.
            date_to: Only articles published on this day or earlier; undated ones are left out.
            accounts: Only these accounts, where any is named.
            article_ids: Only these articles, where any is named; ``page`` stands for ``page#2``, too.
            languages: Only passages in these languages, where any is named.
        """
        with self._reading() as connection:
            vectors = self._current_vectors(connection)
            if not len(vectors.ids):
                return []
            centred = vectors.questions.centre(question, [language])
            allowed = self._allowed(
                connection, date_from, date_to, accounts, article_ids, languages
            )
            ids, scores = vectors.nearest(connection, centred, limit, allowed)
            passages = _passages(connection, ids.tolist())
        return [
            (passages[i], score) for i, score in zip(ids.tolist(), scores.tolist(), strict=True)
        ]

    def candidates(
        self,
        question: Vectors,
        language: str,
        terms: Sequence[str],
        limit: int,
        *,
        asks: bool = True,
        date_from: date | None = None,
        date_to: date | None = None,
        accounts: Sequence[str] = (),
        article_ids: Sequence[str] = (),
        languages: Sequence[str] = (),
    ) -> Candidates:
        """The ``limit`` chunks nearest to a question and the ``limit`` that share most of its terms.

        Args:
            terms: The question's terms (``index.text.terms``).
            asks: Whether it asks at all; headlines and keywords do not. The other arguments are
                those of ``search``.
        """
        with self._reading() as connection:
            vectors = self._current_vectors(connection)
            postings = self._current_postings(connection)
            if not len(vectors.ids):
                return Candidates.none()
            centred = vectors.centre(question, language, asks)
            allowed = self._allowed(
                connection, date_from, date_to, accounts, article_ids, languages
            )
            near = vectors.choose(centred, limit, allowed)
            lexical, ceiling = postings.score(connection, terms)
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
        """The passages of these chunk ids, in their order; of those that are still there."""
        with self._reading() as connection:
            found = _passages(connection, ids)
        return [found[i] for i in ids if i in found]

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Everything read inside it sees one generation."""
        with self._reading():
            yield

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """One read transaction: everything inside it sees the same generation."""
        with self._lock, said_plainly(self.folder):
            if self._connection.in_transaction:
                yield self._connection
                return
            self._connection = current_reader(self._connection, self.folder / DATABASE)
            self._connection.execute("BEGIN")
            try:
                yield self._connection
            finally:
                self._connection.rollback()

    def _allowed(
        self,
        connection: sqlite3.Connection,
        date_from: date | None,
        date_to: date | None,
        accounts: Sequence[str],
        article_ids: Sequence[str],
        languages: Sequence[str],
    ) -> Mask | None:
        """For each published chunk whether the filters let it through; ``None`` without filters."""
        if date_from is None and date_to is None and not (accounts or article_ids or languages):
            return None
        generation = int(manifest_value(connection, "generation"))
        if self._attributes is None or self._attributes[0] != generation:
            postings = self._current_postings(connection)
            attributes = load_attributes(connection, postings.ids, postings.articles)
            self._attributes = generation, attributes
        return self._attributes[1].allowed(
            connection, date_from, date_to, accounts, article_ids, languages
        )

    def _current_vectors(self, connection: sqlite3.Connection) -> VectorIndex:
        """The search index of the generation that ``connection`` sees; made where there is none."""
        generation = int(manifest_value(connection, "generation"))
        if self._vectors is None or self._vectors.generation != generation:
            sweep(self.folder)
            ids = self._current_postings(connection).ids
            self._vectors = open_vectors(connection, self.folder, ids)
        return self._vectors

    def _current_postings(self, connection: sqlite3.Connection) -> PostingIndex:
        """The inverted index of the generation that ``connection`` sees."""
        generation = int(manifest_value(connection, "generation"))
        if self._postings is None or self._postings[0] != generation:
            self._postings = generation, load_postings(connection)
        return self._postings[1]


def check_schema(folder: Path, schema: int, oldest: int) -> None:
    """Refuse a library of which this version does not know the tables.

    Args:
        oldest: The oldest schema that will do.

    Raises:
        LibraryError: with the way out: bring it up to date, get a newer version, or build it anew.
    """
    if oldest <= schema <= SCHEMA_VERSION:
        return
    english = (
        f"the library {str(folder)!r} has schema {schema}, this version reads {SCHEMA_VERSION}; "
    )
    chinese = f"文章库 {str(folder)!r} 的结构版本为 {schema}，本版本只支持 {SCHEMA_VERSION}；"
    if schema > SCHEMA_VERSION:
        raise LibraryError(
            english + "it was made by a newer version of juwen: update this one",
            chinese + "它由更新版本的 juwen 建立，请升级本程序",
        )
    if schema >= OLDEST_MIGRATED:
        raise LibraryError(
            english + f"bring it up to date with 'juwen repair --library {folder}'",
            chinese + f"请用 juwen repair --library {folder} 升级",
        )
    raise LibraryError(
        english + "make a new one with 'juwen index PATH --library NEW_FOLDER'",
        chinese + "请用 juwen index 文件 --library 新目录 重新建库",
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


def _passages(connection: sqlite3.Connection, ids: Sequence[int]) -> dict[int, Passage]:
    chunks: list[tuple[int, int, int, int, str]] = []
    for some in in_batches(ids):
        chunks += connection.execute(
            f"SELECT id, article, start, end, language FROM chunk WHERE id IN ({marks(some)})", some
        ).fetchall()
    articles: dict[int, Article] = {}
    for rows in in_batches(list({chunk[1] for chunk in chunks})):
        for row, *values in connection.execute(
            f"SELECT row, {ARTICLE_COLUMNS} FROM article WHERE row IN ({marks(rows)})", rows
        ):
            articles[row] = to_article(values)
    return {
        chunk: Passage(chunk, articles[row], Span(start, end), language)
        for chunk, row, start, end, language in chunks
        if row in articles
    }


def _conditions(
    date_from: date | None,
    date_to: date | None,
    accounts: Sequence[str],
    article_ids: Sequence[str],
) -> tuple[str, list[str]]:
    """The filters as one SQL condition with its values; ``""`` where there is no filter."""
    parts: list[str] = []
    values: list[str] = []
    for comparison, day in ((">=", date_from), ("<=", date_to)):
        if day is not None:
            parts.append(f"date {comparison} ?")
            values.append(day.isoformat())
    if accounts:
        parts.append(f"account IN ({marks(accounts)})")
        values.extend(accounts)
    if article_ids:
        document = "CASE instr(article_id, '#') WHEN 0 THEN '' ELSE substr(article_id, 1, instr(article_id, '#') - 1) END"
        parts.append(
            f"(article_id IN ({marks(article_ids)}) OR {document} IN ({marks(article_ids)}))"
        )
        values.extend([*article_ids, *article_ids])
    return " AND ".join(parts), values
