"""The one writer of a library: articles are staged as they come and published all at once.

An indexing job first *receives* all its articles, since what an account repeats shows only then.
It *stages* them as it goes, each with its chunks and vectors in one transaction, and *publishes*
them at its end in one more: readers see the library as it was before the job or as it is after it,
and a job that was killed finds what it had staged when it is run again.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.chunk import DEFAULT_TOKENS
from index.database.database import (
    ARTICLE_COLUMNS,
    DATABASE,
    Manifest,
    article_values,
    changes_from_json,
    changes_to_json,
    connect_writer,
    in_batches,
    manifest_value,
    marks,
    raw_from_json,
    raw_to_json,
    said_plainly,
    set_manifest,
    to_article,
    transaction,
    utc_now,
)
from index.database.lock import LOCK, locked
from index.database.schema import OLDEST_MIGRATED, create_tables, migrate_tables
from index.duplicates.fingerprints import fingerprints
from index.duplicates.lookup import (
    articles_with,
    find_recurring,
    find_relation,
    keys_of,
    make_job_tables,
    rows_near,
    store_recurring,
    stored_recurring,
)
from index.duplicates.relations import Recurring
from index.embedding.centring import Centres
from index.embedding.encoder import Encoder
from index.errors import LibraryError
from index.library.reader import Library, check_encoder, check_schema
from index.records import Article, Change, Chunk, RawArticle
from index.search.dense import pack, unpack, update_vectors
from index.search.dense_file import VECTORS
from index.search.lexical import (
    add_segment,
    drop_staged_postings,
    load_postings,
    publish_postings,
    rebuild_postings,
    segments_of,
    staged_chunks,
)


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


class LibraryWriter:
    """The one writer of a library. Made by ``open_writer``."""

    def __init__(self, folder: Path, connection: sqlite3.Connection, chunk_tokens: int) -> None:
        self.chunk_tokens = chunk_tokens
        self._folder = folder
        self._connection = connection

    def published_content(self, article_id: str) -> tuple[str, bool]:
        """Of the article that readers see: its content hash, ``""`` where there is none, and
        whether it is without text.
        """
        with said_plainly(self._folder):
            found = self._connection.execute(
                "SELECT content, text = '' FROM article WHERE article_id = ? AND published",
                (article_id,),
            ).fetchone()
        return (found[0], bool(found[1])) if found else ("", False)

    def published_version(self, article_id: str) -> str | None:
        """The version hash of the article that readers see, ``None`` where there is none."""
        return self._value("version", article_id, published=True)

    def staged_version(self, article_id: str) -> str | None:
        """The version hash of the article that a job, this or a killed one, has staged."""
        return self._value("version", article_id, published=False)

    def _value(self, column: str, article_id: str, *, published: bool) -> str | None:
        with said_plainly(self._folder):
            found = self._connection.execute(
                f"SELECT {column} FROM article WHERE article_id = ? AND published = ?",
                (article_id, published),
            ).fetchone()
        return found[0] if found else None

    def vectors_of(self, passages: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """Vectors that are already here, by the hash of what the encoder read."""
        found: dict[str, NDArray[np.float32]] = {}
        with said_plainly(self._folder):
            for some in in_batches(passages):
                rows = self._connection.execute(
                    f"SELECT passage, vector FROM chunk WHERE passage IN ({marks(some)})", some
                )
                found.update((passage, unpack(vector)) for passage, vector in rows)
        return found

    def ready(self) -> list[str]:
        """The articles that the running job will publish, in the order in which they were named."""
        with said_plainly(self._folder):
            rows = self._connection.execute(
                "SELECT article_id FROM ready ORDER BY rowid"
            ).fetchall()
        return [article_id for (article_id,) in rows]

    def receive(self, received: Sequence[Received]) -> None:
        """Keep articles until they are cut and embedded; what was staged of the same stays."""
        connection = self._connection
        with transaction(connection, self._folder):
            for one in received:
                self._receive(one)
                connection.execute(
                    "INSERT OR IGNORE INTO ready VALUES (?)", (one.article.article_id,)
                )

    def _receive(self, one: Received) -> None:
        article, connection = one.article, self._connection
        if self._value("content", article.article_id, published=False) == one.content:
            return
        self.unstage(article.article_id)
        row = connection.execute(
            f"INSERT INTO article (published, content, version, raw, changes, {ARTICLE_COLUMNS}) "
            f"VALUES (0, ?, '', ?, ?, {marks(article_values(article))})",
            (
                one.content,
                raw_to_json(one.raw),
                changes_to_json(one.changes),
                *article_values(article),
            ),
        ).lastrowid
        connection.executemany(
            "INSERT INTO fingerprint VALUES (?, ?, ?)",
            ((found.key, found.part, row) for found in fingerprints(article)),
        )

    def received(self, article_id: str) -> tuple[Received, set[int]]:
        """A staged article as it was received, with its fingerprints' keys."""
        with said_plainly(self._folder):
            row, raw, changes, content, *values = self._connection.execute(
                f"SELECT row, raw, changes, content, {ARTICLE_COLUMNS} FROM article "
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
        with said_plainly(self._folder):
            (raw,) = self._connection.execute(
                "SELECT raw FROM article WHERE published AND article_id = ?", (article_id,)
            ).fetchone()
        return raw_from_json(raw)

    def retire(self, ids: Iterable[str]) -> None:
        """Name published articles that the running job will take out when it publishes."""
        with said_plainly(self._folder):
            self._connection.executemany(
                "INSERT OR IGNORE INTO going SELECT article_id FROM article "
                "WHERE published AND article_id = ?",
                ((article_id,) for article_id in ids),
            )

    def going(self) -> int:
        """How many articles the running job will take out."""
        with said_plainly(self._folder):
            (count,) = self._connection.execute("SELECT COUNT(*) FROM going").fetchone()
        return int(count)

    def published_ids(self) -> list[str]:
        """The ids of all articles that readers see."""
        with said_plainly(self._folder):
            rows = self._connection.execute(
                "SELECT article_id FROM article WHERE published"
            ).fetchall()
        return [article_id for (article_id,) in rows]

    def accounts_touched(self) -> list[str]:
        """The accounts whose articles the running job touches, before it or after it."""
        with said_plainly(self._folder):
            rows = self._connection.execute(
                "SELECT DISTINCT account FROM article WHERE article_id IN "
                "(SELECT article_id FROM ready UNION SELECT article_id FROM going)"
            ).fetchall()
        return [account for (account,) in rows]

    def learn(self, account: str) -> tuple[Recurring, list[str]]:
        """What an account repeats now, and which of its other articles that concerns anew."""
        connection = self._connection
        with said_plainly(self._folder):
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
        with transaction(connection, self._folder):
            assigned = ", ".join(f"{column} = ?" for column in ARTICLE_COLUMNS.split(", "))
            (row,) = connection.execute(
                f"UPDATE article SET version = ?, changes = ?, {assigned} "
                "WHERE NOT published AND article_id = ? RETURNING row",
                (version, changes_to_json(changes), *article_values(article), article.article_id),
            ).fetchone()
            connection.execute("DELETE FROM chunk WHERE article = ?", (row,))
            connection.executemany(
                "INSERT INTO chunk (article, start, end, language, passage, vector) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                ((row, *_chunk_values(chunk)) for chunk in chunks),
            )

    def unstage(self, article_id: str) -> None:
        """Forget what was staged under ``article_id``."""
        self._connection.execute(
            "DELETE FROM article WHERE NOT published AND article_id = ?", (article_id,)
        )

    def publish(
        self,
        *,
        recurring: Mapping[str, Recurring],
        question_centres: Centres | None,
    ) -> None:
        """Show readers the articles that are ready, all at once; drop all else that is staged.

        What was retired goes at the same moment.

        Args:
            recurring: What the accounts that the job touched repeat, by account.
            question_centres: Where the encoder puts questions; ``None`` where the library knows.
        """
        connection = self._connection
        self._stage_postings()
        with transaction(connection, self._folder):
            self._relate_ready()
            for account, found in recurring.items():
                store_recurring(connection, account, found)
            self._take_out(
                "article_id IN (SELECT article_id FROM going) "
                "OR article_id IN (SELECT article_id FROM article WHERE NOT published)"
            )
            connection.execute("UPDATE article SET published = 1 WHERE NOT published")
            publish_postings(connection)
            connection.execute("DELETE FROM ready")
            connection.execute("DELETE FROM going")
            generation = int(manifest_value(connection, "generation")) + 1
            set_manifest(connection, {"generation": generation, "updated": utc_now()})
            if question_centres is not None:
                means = {
                    of: [float(x) for x in mean] for of, mean in question_centres.means.items()
                }
                set_manifest(connection, {"question_means": means})
        with said_plainly(self._folder):
            ids = load_postings(connection).ids
            update_vectors(connection, self._folder / VECTORS, ids)

    def _stage_postings(self) -> None:
        """Write the inverted index of what will be published, a segment at a time."""
        connection = self._connection
        with transaction(connection, self._folder):
            connection.execute(
                "DELETE FROM article WHERE NOT published "
                "AND article_id NOT IN (SELECT article_id FROM ready)"
            )
            drop_staged_postings(connection)
        with said_plainly(self._folder):
            for some in segments_of(staged_chunks(connection)):
                with transaction(connection, self._folder):
                    add_segment(connection, some, published=False)

    def _take_out(self, condition: str) -> None:
        """Delete the published articles for which ``condition`` holds."""
        self._connection.execute(
            "INSERT INTO gone SELECT id FROM chunk WHERE article IN "
            f"(SELECT row FROM article WHERE published AND ({condition}))"
        )
        self._connection.execute(f"DELETE FROM article WHERE published AND ({condition})")

    def _relate_ready(self) -> None:
        """Say of what is ready, and of what that or what goes touches, what it is to others."""
        connection = self._connection
        staged, replaced, going = (
            [
                row
                for (row,) in connection.execute(
                    f"SELECT row FROM {named} JOIN article USING (article_id) WHERE published = {of}"
                ).fetchall()
            ]
            for named, of in (("ready", 0), ("ready", 1), ("going", 1))
        )
        # What goes or is replaced may be what others copied.
        touched = {
            near for row in (*staged, *replaced, *going) for near in rows_near(connection, row)
        }
        for row in (*staged, *sorted(touched.difference(staged, going))):
            relation = find_relation(connection, row)
            connection.execute(
                "UPDATE article SET kind = ?, originals = ? WHERE row = ?",
                (relation.kind, json.dumps(relation.originals), row),
            )

    def parts_of(self, document: str) -> list[str]:
        """Ids of the published articles that a page was cut into, or of the page as a whole."""
        with said_plainly(self._folder):
            rows = self._connection.execute(
                "SELECT article_id FROM article WHERE published "
                "AND (article_id = ? OR article_id > ? AND article_id < ?)",
                (document, f"{document}#", f"{document}$"),  # "$" comes next after "#"
            ).fetchall()
        return [article_id for (article_id,) in rows]

    def has_centres(self) -> bool:
        """Whether the encoder's centres of questions are known already."""
        with said_plainly(self._folder):
            return manifest_value(self._connection, "question_means") != "{}"


@contextmanager
def open_writer(
    folder: Path, encoder: Encoder, chunk_tokens: int | None, cleaning: int
) -> Iterator[LibraryWriter]:
    """Open a library for writing; make it, with ``encoder``, where there is none.

    Args:
        chunk_tokens: Of a new library (256 if ``None``); an old one's own or ``None``.
        cleaning: Version of the rules that articles are cleaned with.

    Raises:
        LibraryError: another writer is at work, the folder cannot be written or holds other things,
            or the library was built with another encoder or chunk size.
    """
    with said_plainly(folder):
        _prepare_folder(folder)
    with locked(folder), writing(folder) as opened:
        with transaction(opened, folder):
            create_tables(opened, encoder, chunk_tokens or DEFAULT_TOKENS)
            bring_up_to_date(opened, folder)
        manifest = Library(folder, opened).manifest()
        check_encoder(folder, manifest, encoder)
        _check_chunks(folder, manifest, chunk_tokens)
        with transaction(opened, folder):
            set_manifest(opened, {"cleaning": cleaning})
            make_job_tables(opened)
        yield LibraryWriter(folder, opened, manifest.chunk_tokens)


@contextmanager
def writing(folder: Path) -> Iterator[sqlite3.Connection]:
    """A connection that writes, closed at the end of the context."""
    with said_plainly(folder):
        connection = connect_writer(folder / DATABASE)
    with closing(connection):
        yield connection


def bring_up_to_date(connection: sqlite3.Connection, folder: Path) -> None:
    """Make of an older version's tables today's, inside a transaction.

    Raises:
        LibraryError: it is too old, or of a newer version.
    """
    check_schema(folder, int(manifest_value(connection, "schema")), OLDEST_MIGRATED)
    if migrate_tables(connection):
        rebuild_postings(connection)


def _check_chunks(folder: Path, manifest: Manifest, chunk_tokens: int | None) -> None:
    if chunk_tokens is not None and chunk_tokens != manifest.chunk_tokens:
        raise LibraryError(
            f"the library {str(folder)!r} has chunks of {manifest.chunk_tokens} tokens, not {chunk_tokens}; "
            f"build another with 'juwen index PATH --library NEW_FOLDER --chunk-tokens {chunk_tokens}'",
            f"文章库 {str(folder)!r} 的分块为 {manifest.chunk_tokens} 词元，而不是 {chunk_tokens}；"
            f"请用 juwen index 文件 --library 新目录 --chunk-tokens {chunk_tokens} 另建",
        )


def _prepare_folder(folder: Path) -> None:
    """Make the folder; refuse one that holds other people's files and no library."""
    folder.mkdir(parents=True, exist_ok=True)
    ours = {DATABASE, LOCK}
    names = {path.name for path in folder.iterdir()}
    if names and not names & ours:
        raise LibraryError(
            f"{str(folder)!r} is a folder with other files and no library; name an empty or new folder",
            f"{str(folder)!r} 中有其他文件且不是文章库；请指定空目录或新目录",
        )


def _chunk_values(staged: StagedChunk) -> tuple[int, int, str, str, bytes]:
    span = staged.chunk.span
    return span.start, span.end, staged.chunk.language, staged.passage, pack(staged.vector)
