"""The one writer of a library: articles are staged as they come and published all at once.

An indexing job first *receives* all its articles, since what an account repeats shows only then.
It *stages* them as it goes, each with its chunks and vectors in one transaction, and *publishes*
them at its end in one more: readers see the library as it was before the job or as it is after it,
and a job that was killed finds what it had staged when it is run again.
"""

from __future__ import annotations

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.chunk import DEFAULT_TOKENS
from index.database.database import (
    ARTICLE_COLUMNS,
    READ_COLUMNS,
    Statements,
    article_values,
    changes_from_json,
    changes_to_json,
    in_batches,
    manifest_value,
    marks,
    raw_from_json,
    raw_to_json,
    said_plainly,
    set_manifest,
    to_article,
    transaction,
)
from index.database.identity import Owned, id_meant, namesakes, owners_of
from index.database.lock import locked
from index.database.schema import create_tables
from index.duplicates.fingerprints import fingerprints
from index.duplicates.lookup import (
    articles_with,
    find_recurring,
    keys_of,
    make_job_tables,
    stored_recurring,
)
from index.duplicates.relations import Recurring
from index.embedding.centring import Centres
from index.embedding.encoder import Model
from index.library.library import check_encoder
from index.library.publication import publish_staged
from index.library.reader import FolderLibrary
from index.library.staging import (
    Received,
    StagedChunk,
    StoredArticle,
    StoredChunk,
    staged_row,
    stored_chunk_values,
)
from index.library.writing import bring_up_to_date, check_chunks, prepare_folder, writing
from index.records import Article, Change, RawArticle
from index.search.dense_building import open_vectors
from index.search.dense_vectors import pack, unpack
from index.search.lexical import load_postings

_INSERT_CHUNK = (
    'INSERT INTO chunk (article, start, "end", language, passage, vector) VALUES (?, ?, ?, ?, ?, ?)'
)
_NAME_READY = "INSERT INTO ready (article_id) VALUES (?) ON CONFLICT DO NOTHING"
_THERE = "(published OR article_id IN (SELECT article_id FROM ready))"


class LibraryWriter(ABC):
    """A writer by statements that SQLite and PostgreSQL both understand; see ``Writer``."""

    def __init__(self, connection: Statements, chunk_tokens: int) -> None:
        self.chunk_tokens = chunk_tokens
        self._connection = connection

    @abstractmethod
    def _transaction(self) -> AbstractContextManager[None]:
        """All or nothing of what is written inside."""

    @abstractmethod
    def _plainly(self) -> AbstractContextManager[None]:
        """Says in one sentence what goes wrong inside."""

    def published_content(self, article_id: str) -> tuple[str, bool]:
        """Of the article that readers see: its content hash, ``""`` where there is none, and
        whether it is without text.
        """
        found = self._rows(
            "SELECT content, text = '' FROM article WHERE article_id = ? AND published", article_id
        )
        return (found[0][0], bool(found[0][1])) if found else ("", False)

    def owners_of(self, aid: str) -> list[Owned]:
        """The articles with this aid that readers see or will see once the job has published."""
        with self._plainly():
            return owners_of(self._connection, aid, _THERE)

    def namesakes(self, stem: str) -> list[str]:
        """The names of published articles of files that share a stem, but for the stem itself."""
        with self._plainly():
            return namesakes(self._connection, stem)

    def is_taken(self, article_id: str) -> bool:
        """Whether an article that readers see or will see is cited by this id."""
        return bool(
            self._rows(f"SELECT 1 FROM article WHERE article_id = ? AND {_THERE}", article_id)
        )

    def id_meant(self, written: str) -> str | None:
        """The id of the one published article that ``written`` means."""
        with self._plainly():
            return id_meant(self._connection, written)

    def staged_version(self, article_id: str) -> str | None:
        """The version hash of the article that a job, this or a killed one, has staged."""
        return self._staged("version", article_id)

    def _staged(self, column: str, article_id: str) -> str | None:
        found = self._rows(
            f"SELECT {column} FROM article WHERE article_id = ? AND NOT published", article_id
        )
        return found[0][0] if found else None

    def _rows(self, statement: str, *values: object) -> list[Any]:
        with self._plainly():
            return self._connection.execute(statement, values).fetchall()

    def _ids(self, statement: str, *values: object) -> list[str]:
        return [article_id for (article_id,) in self._rows(statement, *values)]

    def vectors_of(self, passages: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """Vectors that are already here, by the hash of what the encoder read."""
        found: dict[str, NDArray[np.float32]] = {}
        for some in in_batches(passages):
            rows = self._rows(
                f"SELECT passage, vector FROM chunk WHERE passage IN ({marks(some)})", *some
            )
            found.update((passage, unpack(vector)) for passage, vector in rows)
        return found

    def ready(self) -> list[str]:
        """The articles that the running job will publish, in the order in which they were named."""
        return self._ids("SELECT article_id FROM ready ORDER BY place")

    def receive(self, received: Sequence[Received]) -> None:
        """Keep articles until they are cut and embedded; what was staged of the same stays."""
        connection = self._connection
        with self._transaction():
            for one in received:
                self._receive(one)
                connection.execute(_NAME_READY, (one.article.article_id,))

    def _receive(self, one: Received) -> None:
        article, connection = one.article, self._connection
        if self._staged("content", article.article_id) == one.content:
            return
        self._unstage(article.article_id)
        (row,) = connection.execute(
            f"INSERT INTO article (published, aid, content, version, raw, changes, {ARTICLE_COLUMNS}) "
            f"VALUES (FALSE, ?, ?, '', ?, ?, {marks(article_values(article))}) RETURNING row",
            (
                one.raw.article_id,
                one.content,
                raw_to_json(one.raw),
                changes_to_json(one.changes),
                *article_values(article),
            ),
        ).fetchone()
        connection.executemany(
            "INSERT INTO fingerprint VALUES (?, ?, ?)",
            ((found.key, found.part, row) for found in fingerprints(article)),
        )

    def received(self, article_id: str) -> tuple[Received, set[int]]:
        """A staged article as it was received, with its fingerprints' keys."""
        with self._plainly():
            row, raw, changes, content, *values = self._connection.execute(
                f"SELECT row, raw, changes, content, {READ_COLUMNS} FROM article "
                "WHERE NOT published AND article_id = ?",
                (article_id,),
            ).fetchone()
            keys = set(keys_of(self._connection, row))
        one = Received(
            raw_from_json(raw), to_article(values), tuple(changes_from_json(changes)), content
        )
        return one, keys

    def published_raw(self, article_id: str) -> RawArticle:
        """A published article as it was received."""
        ((raw,),) = self._rows(
            "SELECT raw FROM article WHERE published AND article_id = ?", article_id
        )
        return raw_from_json(raw)

    def retire(self, ids: Iterable[str]) -> None:
        """Name published articles that the running job will take out when it publishes."""
        with self._plainly():
            self._connection.executemany(
                "INSERT INTO going (article_id) SELECT article_id FROM article "
                "WHERE published AND article_id = ? ON CONFLICT DO NOTHING",
                ((article_id,) for article_id in ids),
            )

    def going(self) -> int:
        """How many articles the running job will take out."""
        ((count,),) = self._rows("SELECT COUNT(*) FROM going")
        return int(count)

    def published_ids(self) -> list[str]:
        """The ids of all articles that readers see."""
        return self._ids("SELECT article_id FROM article WHERE published")

    def parts_of(self, document: str) -> list[str]:
        """Ids of the published articles that a page was cut into, or of the page as a whole."""
        return self._ids(
            "SELECT article_id FROM article WHERE published "
            "AND (article_id = ? OR article_id > ? AND article_id < ?)",
            document,
            f"{document}#",
            f"{document}$",  # "$" comes next after "#"
        )

    def accounts_touched(self) -> list[str]:
        """The accounts whose articles the running job touches, before it or after it."""
        return self._ids(
            "SELECT DISTINCT account FROM article WHERE article_id IN "
            "(SELECT article_id FROM ready UNION SELECT article_id FROM going)"
        )

    def learn(self, account: str) -> tuple[Recurring, list[str]]:
        """What an account repeats now, and which of its other articles that concerns anew."""
        connection = self._connection
        with self._plainly():
            before = stored_recurring(connection, account)
            now = find_recurring(connection, account)
            changed = before.boilerplate ^ now.boilerplate
            owners = before.introductions.items() ^ now.introductions.items()
            keys = changed | {key for key, _ in owners}
            return now, list(articles_with(connection, account, keys))

    def stage(
        self,
        article: Article,
        changes: Sequence[Change],
        version: str,
        chunks: Sequence[StagedChunk],
    ) -> None:
        """Put a received article into its final form, with what it is found by."""
        connection = self._connection
        with self._transaction():
            assigned = ", ".join(f"{column} = ?" for column in ARTICLE_COLUMNS.split(", "))
            (row,) = connection.execute(
                f"UPDATE article SET version = ?, changes = ?, {assigned} "
                "WHERE NOT published AND article_id = ? RETURNING row",
                (version, changes_to_json(changes), *article_values(article), article.article_id),
            ).fetchone()
            connection.execute("DELETE FROM chunk WHERE article = ?", (row,))
            connection.executemany(
                _INSERT_CHUNK,
                ((row, *_chunk_values(chunk)) for chunk in chunks),
            )

    def take_over(self, articles: Sequence[StoredArticle]) -> None:
        """Stage articles as another library keeps them; what was staged of the same stays."""
        with self._transaction():
            for one in articles:
                self._take_over(one)

    def _take_over(self, one: StoredArticle) -> None:
        connection, name = self._connection, one.article.article_id
        connection.execute(_NAME_READY, (name,))
        if self._staged("content || version", name) == one.content + one.version:
            return
        self._unstage(name)
        (row,) = connection.execute(*staged_row(one)).fetchone()
        connection.executemany(
            "INSERT INTO fingerprint VALUES (?, ?, ?)",
            ((found.key, found.part, row) for found in one.fingerprints),
        )
        connection.executemany(
            _INSERT_CHUNK, ((row, *stored_chunk_values(chunk)) for chunk in one.chunks)
        )

    def _unstage(self, article_id: str) -> None:
        """Forget what was staged under ``article_id``."""
        self._connection.execute(
            "DELETE FROM article WHERE NOT published AND article_id = ?", (article_id,)
        )

    def has_centres(self) -> bool:
        """Whether the encoder's centres of questions are known already."""
        with self._plainly():
            return manifest_value(self._connection, "question_means") != "{}"


class FolderWriter(LibraryWriter):
    """The one writer of a library folder. Made by ``open_writer``."""

    def __init__(self, folder: Path, connection: sqlite3.Connection, chunk_tokens: int) -> None:
        super().__init__(connection, chunk_tokens)
        self._folder = folder
        self._database = connection

    def _transaction(self) -> AbstractContextManager[None]:
        return transaction(self._database, self._folder)

    def _plainly(self) -> AbstractContextManager[None]:
        return said_plainly(self._folder)

    def publish(
        self,
        *,
        recurring: Mapping[str, Recurring],
        question_centres: Centres | None,
        related: bool = False,
    ) -> None:
        publish_staged(self._database, self._folder, recurring, question_centres, related=related)

    def catch_up(self) -> None:
        """Make the search index where a job that was killed published and did not."""
        with self._plainly():
            open_vectors(self._database, self._folder, load_postings(self._database).ids)


@contextmanager
def open_writer(
    folder: Path, encoder: Model, chunk_tokens: int | None, cleaning: int
) -> Iterator[FolderWriter]:
    """Open a library for writing; make it, with ``encoder``, where there is none.

    Args:
        chunk_tokens: Of a new library (``DEFAULT_TOKENS``, 192, if ``None``); an old one's own or ``None``.
        cleaning: Version of the rules that articles are cleaned with.

    Raises:
        LibraryError: another writer is at work, the folder cannot be written or holds other things,
            or the library was built with another encoder or chunk size.
    """
    with said_plainly(folder):
        prepare_folder(folder)
    with locked(folder), writing(folder) as opened:
        with transaction(opened, folder):
            create_tables(opened, encoder, chunk_tokens or DEFAULT_TOKENS)
            bring_up_to_date(opened, folder)
        manifest = FolderLibrary(folder, opened).manifest()
        check_encoder(folder, manifest, encoder)
        check_chunks(folder, manifest, chunk_tokens)
        with transaction(opened, folder):
            set_manifest(opened, {"cleaning": cleaning})
            make_job_tables(opened)
        yield FolderWriter(folder, opened, manifest.chunk_tokens)


def _chunk_values(staged: StagedChunk) -> tuple[int, int, str, str, bytes]:
    return stored_chunk_values(StoredChunk(staged.chunk, staged.passage, pack(staged.vector)))
