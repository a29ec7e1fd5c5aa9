"""What the rest of the project asks of a library, wherever it is kept: the seam between reading and storing.

There are two: a folder (``index.library.reader``) and PostgreSQL (``index.postgresql.reader``).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from index.database.database import Manifest
from index.duplicates.relations import Recurring
from index.embedding.encoder import Model, Vectors
from index.errors import LibraryError, Message
from index.library.staging import StoredArticle
from index.location import Location, Server
from index.records import Article, Change, Kind, Passage, RawArticle
from index.search.filters import NO_FILTERS, Filters

_Read = TypeVar("_Read")


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
    """What a library covers.

    Attributes:
        newest: The day of the newest article; ``None`` where none has a date.
        columns: Every column that has more than one article.
    """

    newest: date | None
    accounts: tuple[str, ...]
    columns: tuple[str, ...] = ()


class Library(ABC):
    """A library, open for reading: its articles, and the search in them.

    Safe to use from several threads; every method sees one published generation, and a library that
    a job in another process publishes to is seen anew by the next call.

    Attributes:
        where: The folder, or the server, that it is kept in.
    """

    where: Location

    @staticmethod
    def open(where: Location | str) -> Library:
        """Open an existing library: a folder, or ``postgresql://user@host/database``.

        Raises:
            LibraryError: there is none, it is of another schema, damaged, or cannot be reached.
            GivenError: ``where`` is neither.
        """
        opened: Library = import_module("index.opening").open_library(where)
        return opened

    @property
    def name(self) -> str:
        """What people call it by: its folder's name, or its database's."""
        return self.where.name

    @abstractmethod
    def close(self) -> None: ...

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @abstractmethod
    def manifest(self) -> Manifest:
        """What the library was made with.

        Raises:
            LibraryError: its schema is not this version's.
        """

    @abstractmethod
    def damage(self) -> list[Message]:
        """What of this generation was left out so far, because it is damaged."""

    @abstractmethod
    def snapshot(self) -> AbstractContextManager[None]:
        """Everything read inside it sees one generation."""

    @abstractmethod
    def read(self, work: Callable[[], _Read]) -> _Read:
        """``work()`` within a ``snapshot``; once more, where a server was lost under it."""

    @abstractmethod
    def catch_up(self) -> None:
        """See what anyone has published before this call; of use where this reads from a copy."""

    # The question side.

    @abstractmethod
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

    @abstractmethod
    def passages(self, ids: Sequence[int]) -> list[Passage]:
        """The passages of these chunk ids, in their order; of those that are still there, and whole.

        One whose text is not what it was is left out, and named by ``damage``.
        """

    @abstractmethod
    def documents(self, terms: Collection[str]) -> dict[str, int]:
        """In about how many passages each term (``index.text.terms``) stands; those in none are left
        out."""

    @abstractmethod
    def size(self) -> int:
        """How many passages are searched."""

    @abstractmethod
    def says(self, words: str) -> bool:
        """Whether any of the passages that share most of some words' terms has their letters in a row."""

    # The articles.

    @abstractmethod
    def counts(self, filters: Filters = NO_FILTERS) -> LibraryCounts:
        """What is in the library, or in that part of it."""

    @abstractmethod
    def scope(self) -> Scope:
        """Which days and accounts the library covers."""

    @abstractmethod
    def copies(self) -> Mapping[str, int]:
        """How many articles copy each article, by its id; those that none copies are left out."""

    @abstractmethod
    def id_meant(self, written: str) -> str | None:
        """The id of the one article that ``written`` means, ``None`` where there is none or several."""

    @abstractmethod
    def id_named(self, written: str) -> str:
        """The id that ``written`` means, an id, an aid, ``aid@account`` or a title; itself where that
        is none, or a page's, which stands for its parts.

        Raises:
            ArticleError: it is an aid that several accounts have given, or several articles' title.
        """

    @abstractmethod
    def holds(self, article_id: str) -> bool:
        """Whether there is an article of this id, or a page of it that was cut into articles."""

    @abstractmethod
    def titled_like(self, words: str, most: int) -> list[Heading]:
        """The newest ``most`` articles whose titles hold these words in a row."""

    @abstractmethod
    def article(self, article_id: str) -> Article | None:
        """The article of that id, or the one whose aid it is; ``None`` where there is none."""

    @abstractmethod
    def raw_article(self, article_id: str) -> RawArticle | None:
        """The article as it was received, ``None`` where there is none."""

    @abstractmethod
    def changes(self, article_id: str) -> list[Change]:
        """What cleaning did to the article's raw text, rule by rule."""

    @abstractmethod
    def article_ids(self) -> list[str]:
        """The id of every article, without reading the articles."""

    @abstractmethod
    def days(self, filters: Filters = NO_FILTERS) -> dict[date, int]:
        """How many articles were published on each day; those without a date are left out."""

    @abstractmethod
    def by_length(
        self, limit: int, filters: Filters = NO_FILTERS, *, shortest: bool = False
    ) -> list[tuple[Heading, int]]:
        """The ``limit`` longest or shortest articles that have a text, with its length in characters."""

    @abstractmethod
    def headings(self, limit: int, offset: int = 0, filters: Filters = NO_FILTERS) -> list[Heading]:
        """``limit`` articles from the ``offset``-th on, newest first, without their texts."""

    @abstractmethod
    def articles(self) -> Iterator[Article]:
        """Every article, oldest first, in one consistent list."""

    @abstractmethod
    def raw_articles(self) -> Iterator[RawArticle]:
        """Every article as it was received, in the order in which they came, one at a time."""

    @abstractmethod
    def stored(self) -> Iterator[StoredArticle]:
        """All that is kept of every article, in the order in which they came; a few at a time."""

    @abstractmethod
    def recurring(self) -> Mapping[str, Recurring]:
        """What each account repeats."""

    # What is kept beside the articles.

    @abstractmethod
    def note(self, name: str) -> str | None:
        """What ``keep_note`` kept under a name, ``None`` where there is nothing."""

    @abstractmethod
    def keep_note(self, name: str, text: str) -> None:
        """Keep what can be made again, where it can be kept."""

    @abstractmethod
    def add_feedback(self, line: Mapping[str, Any]) -> None:
        """Keep what a reader said of an answer, whole or not at all.

        Raises:
            LibraryError: it cannot be written.
        """

    @abstractmethod
    def feedback(self) -> list[str]:
        """What readers said, as ``add_feedback`` was given it: a JSON object each, oldest first."""


def check_encoder(where: Location, manifest: Manifest, encoder: Model) -> None:
    """Refuse an encoder whose vectors do not fit the library's.

    Raises:
        LibraryError: the fingerprints differ.
    """
    if encoder.fingerprint != manifest.fingerprint:
        raise LibraryError(
            f"the library {str(where)!r} was built with the embedding model {manifest.encoder!r}, "
            f"which is not the {encoder.name!r} given; build another with "
            f"'juwen index PATH --library NEW_FOLDER --encoder {encoder.name}', or leave --encoder out",
            f"文章库 {str(where)!r} 是用向量模型 {manifest.encoder!r} 建的，与给定的 {encoder.name!r} 不符；"
            f"请用 juwen index 文件 --library 新目录 --encoder {encoder.name} 另建，或去掉 --encoder",
        )


def not_kept_in_a_folder(where: Location, english: str, chinese: str) -> LibraryError:
    """Said of what is done to folders alone, with what PostgreSQL has for it."""
    return LibraryError(
        f"the library {str(where)!r} lies in PostgreSQL; {english}",
        f"文章库 {str(where)!r} 位于 PostgreSQL 中；{chinese}",
    )


def folder_of(where: Location, english: str, chinese: str) -> Path:
    """The folder of a library.

    Raises:
        LibraryError: it lies on a server, which has other means, named by ``english`` and ``chinese``.
    """
    if isinstance(where, Server):
        raise not_kept_in_a_folder(where, english, chinese)
    return where
