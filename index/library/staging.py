"""What an indexing job asks of the writer of a library, wherever it is kept, and what it hands to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from index.database.database import (
    ARTICLE_COLUMNS,
    article_values,
    changes_to_json,
    marks,
    raw_to_json,
)
from index.database.identity import Owned
from index.duplicates.fingerprints import Fingerprint
from index.duplicates.relations import Recurring
from index.embedding.centring import Centres
from index.records import Article, Change, Chunk, RawArticle


@dataclass(frozen=True, slots=True)
class StagedChunk:
    """A chunk with its vector (unit length, as the encoder gave it) and its passage's hash."""

    chunk: Chunk
    passage: str
    vector: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Received:
    """An article on its way in.

    Attributes:
        article: Cleaned, but for what its account repeats.
        changes: What cleaning did to the raw text.
        content: Hash of the raw fields and of the rules for cleaning and cutting.
    """

    raw: RawArticle
    article: Article
    changes: tuple[Change, ...]
    content: str


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A chunk as a library keeps it.

    Attributes:
        passage: Hash of what the encoder read.
        vector: Its vector's float16 numbers, little-endian, as the encoder gave it.
    """

    chunk: Chunk
    passage: str
    vector: bytes


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """All that a library keeps of a published article: equal ones are kept equally.

    Attributes:
        content: As of ``Received``.
        version: Hash of that and of what its account repeats.
    """

    raw: RawArticle
    article: Article
    changes: tuple[Change, ...]
    content: str
    version: str
    fingerprints: frozenset[Fingerprint]
    chunks: tuple[StoredChunk, ...]


def staged_row(one: StoredArticle) -> tuple[str, tuple[Any, ...]]:
    """The statement that stages an article as another library keeps it, and its values."""
    values = (
        False,
        one.raw.article_id,
        one.content,
        one.version,
        raw_to_json(one.raw),
        changes_to_json(one.changes),
        *article_values(one.article),
    )
    statement = (
        f"INSERT INTO article (published, aid, content, version, raw, changes, {ARTICLE_COLUMNS}) "
        f"VALUES ({marks(values)}) RETURNING row"
    )
    return statement, values


def stored_chunk_values(one: StoredChunk) -> tuple[int, int, str, str, bytes]:
    span = one.chunk.span
    return span.start, span.end, one.chunk.language, one.passage, one.vector


class Writer(Protocol):
    """The one writer of a library.

    An indexing job first *receives* all its articles, since what an account repeats shows only then.
    It *stages* them as it goes, each with its chunks and vectors, and *publishes* them at its end all
    at once: readers see the library as it was before the job or as it is after it, and a job that was
    killed finds what it had staged when it is run again.
    """

    @property
    def chunk_tokens(self) -> int:
        """Size of the library's chunks."""

    def published_content(self, article_id: str) -> tuple[str, bool]:
        """Of the article that readers see: its content hash, ``""`` where there is none, and
        whether it is without text.
        """

    def owners_of(self, aid: str) -> list[Owned]:
        """The articles with this aid that readers see or will see once the job has published."""

    def namesakes(self, stem: str) -> list[str]:
        """The names of published articles of files that share a stem, but for the stem itself."""

    def is_taken(self, article_id: str) -> bool:
        """Whether an article that readers see or will see is cited by this id."""

    def id_meant(self, written: str) -> str | None:
        """The id of the one published article that ``written`` means."""

    def staged_version(self, article_id: str) -> str | None:
        """The version hash of the article that a job, this or a killed one, has staged."""

    def vectors_of(self, passages: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """Vectors that are already here, by the hash of what the encoder read."""

    def ready(self) -> list[str]:
        """The articles that the running job will publish, in the order in which they were named."""

    def receive(self, received: Sequence[Received]) -> None:
        """Keep articles until they are cut and embedded; what was staged of the same stays."""

    def received(self, article_id: str) -> tuple[Received, set[int]]:
        """A staged article as it was received, with its fingerprints' keys."""

    def published_raw(self, article_id: str) -> RawArticle:
        """A published article as it was received."""

    def retire(self, ids: Iterable[str]) -> None:
        """Name published articles that the running job will take out when it publishes."""

    def going(self) -> int:
        """How many articles the running job will take out."""

    def published_ids(self) -> list[str]:
        """The ids of all articles that readers see."""

    def parts_of(self, document: str) -> list[str]:
        """Ids of the published articles that a page was cut into, or of the page as a whole."""

    def accounts_touched(self) -> list[str]:
        """The accounts whose articles the running job touches, before it or after it."""

    def learn(self, account: str) -> tuple[Recurring, list[str]]:
        """What an account repeats now, and which of its other articles that concerns anew."""

    def stage(
        self,
        article: Article,
        changes: Sequence[Change],
        version: str,
        chunks: Sequence[StagedChunk],
    ) -> None:
        """Put a received article into its final form, with what it is found by."""

    def take_over(self, articles: Sequence[StoredArticle]) -> None:
        """Stage articles as another library keeps them; what was staged of the same stays."""

    def has_centres(self) -> bool:
        """Whether the encoder's centres of questions are known already."""

    def publish(
        self,
        *,
        recurring: Mapping[str, Recurring],
        question_centres: Centres | None,
        related: bool = False,
    ) -> None:
        """Show readers the articles that are ready, all at once; drop all else that is staged.

        What was retired goes at the same moment.

        Args:
            recurring: What the accounts that the job touched repeat, by account.
            question_centres: Where the encoder puts questions; ``None`` where the library knows.
            related: Whether the articles say already what they are to each other.
        """

    def catch_up(self) -> None:
        """Make the search index where a job that was killed published and did not."""
