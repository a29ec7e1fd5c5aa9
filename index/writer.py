"""The one writer of a library: articles are staged as they come and published all at once.

An indexing job *stages* articles as it goes, each with its chunks and vectors in one transaction,
and *publishes* them at its end in one more: readers see the library as it was before the job or as
it is after it, and a job that was killed finds what it had staged when it is run again.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from index.chunk import DEFAULT_TOKENS
from index.database import (
    ARTICLE_COLUMNS,
    DATABASE,
    Manifest,
    article_values,
    connect_writer,
    create_tables,
    in_batches,
    manifest_value,
    marks,
    said_plainly,
    set_manifest,
    transaction,
    utc_now,
)
from index.embed import Centres, Encoder
from index.errors import LibraryError
from index.records import Article, Chunk, RawArticle
from index.store import Library, check_encoder
from index.vectors import VECTORS, pack, rebuild_vectors, unpack

_LOCK = "writer.lock"


@dataclass(frozen=True, slots=True)
class StagedChunk:
    """A chunk with its vector (unit length, as the encoder gave it) and its passage's hash."""

    chunk: Chunk
    passage: str
    vector: NDArray[np.float32]


class LibraryWriter:
    """The one writer of a library. Made by ``open_writer``."""

    def __init__(self, folder: Path, connection: sqlite3.Connection, chunk_tokens: int) -> None:
        self.chunk_tokens = chunk_tokens
        self._folder = folder
        self._connection = connection

    def published_version(self, article_id: str) -> str | None:
        """The version hash of the article that readers see, ``None`` where there is none."""
        return self._version(article_id, published=True)

    def staged_version(self, article_id: str) -> str | None:
        """The version hash of the article that a job, this or a killed one, has staged."""
        return self._version(article_id, published=False)

    def _version(self, article_id: str, *, published: bool) -> str | None:
        with said_plainly(self._folder):
            found = self._connection.execute(
                "SELECT version FROM article WHERE article_id = ? AND published = ?",
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

    def stage(
        self, raw: RawArticle, article: Article, version: str, chunks: Sequence[StagedChunk]
    ) -> None:
        """Keep an article for publication, in place of a staged one of the same id."""
        connection = self._connection
        with transaction(connection, self._folder):
            self.unstage(article.article_id)
            row = connection.execute(
                f"INSERT INTO article (published, version, raw, {ARTICLE_COLUMNS}) "
                "VALUES (0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (version, _raw_json(raw), *article_values(article)),
            ).lastrowid
            connection.executemany(
                "INSERT INTO chunk (article, start, end, language, passage, vector) VALUES (?, ?, ?, ?, ?, ?)",
                (
                    (
                        row,
                        c.chunk.span.start,
                        c.chunk.span.end,
                        c.chunk.language,
                        c.passage,
                        pack(c.vector),
                    )
                    for c in chunks
                ),
            )

    def unstage(self, article_id: str) -> None:
        """Forget what was staged under ``article_id``."""
        self._connection.execute(
            "DELETE FROM article WHERE NOT published AND article_id = ?", (article_id,)
        )

    def publish(self, article_ids: Sequence[str], question_centres: Centres | None) -> None:
        """Show readers the staged articles named, all at once, and drop everything else staged.

        Args:
            question_centres: Where the encoder puts questions; ``None`` where the library knows.
        """
        connection = self._connection
        with transaction(connection, self._folder):
            connection.execute(
                "CREATE TEMP TABLE IF NOT EXISTS ready (article_id TEXT PRIMARY KEY)"
            )
            connection.execute("DELETE FROM ready")
            connection.executemany(
                "INSERT OR IGNORE INTO ready VALUES (?)", ((i,) for i in article_ids)
            )
            connection.execute(
                "DELETE FROM article WHERE NOT published AND article_id NOT IN (SELECT * FROM ready)"
            )
            connection.execute(
                "DELETE FROM article WHERE published AND article_id IN "
                "(SELECT article_id FROM article WHERE NOT published)"
            )
            connection.execute("UPDATE article SET published = 1 WHERE NOT published")
            generation = int(manifest_value(connection, "generation")) + 1
            set_manifest(connection, {"generation": generation, "updated": utc_now()})
            if question_centres is not None:
                means = {
                    of: [float(x) for x in mean] for of, mean in question_centres.means.items()
                }
                set_manifest(connection, {"question_means": means})
        with said_plainly(self._folder):
            rebuild_vectors(connection, self._folder / VECTORS)

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
        lock = FileLock(folder / _LOCK)
        try:
            lock.acquire(timeout=0)
        except Timeout as error:
            raise LibraryError(
                f"another process is writing to the library {str(folder)!r}; wait until it has ended",
                f"另一个进程正在写入文章库 {str(folder)!r}；请等它结束",
            ) from error
    try:
        with said_plainly(folder):
            connection = connect_writer(folder / DATABASE)
        try:
            with transaction(connection, folder):
                create_tables(connection, encoder, chunk_tokens or DEFAULT_TOKENS)
            manifest = Library(folder, connection).manifest()
            check_encoder(folder, manifest, encoder)
            _check_chunks(folder, manifest, chunk_tokens)
            with transaction(connection, folder):
                set_manifest(connection, {"cleaning": cleaning})
            yield LibraryWriter(folder, connection, manifest.chunk_tokens)
        finally:
            connection.close()
    finally:
        lock.release()


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
    ours = {DATABASE, _LOCK}
    names = {path.name for path in folder.iterdir()}
    if names and not names & ours:
        raise LibraryError(
            f"{str(folder)!r} is a folder with other files and no library; name an empty or new folder",
            f"{str(folder)!r} 中有其他文件且不是文章库；请指定空目录或新目录",
        )


def _raw_json(raw: RawArticle) -> str:
    fields = {name: getattr(raw, name) for name in RawArticle.__dataclass_fields__}
    return json.dumps(fields, ensure_ascii=False)
