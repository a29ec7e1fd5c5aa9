"""A damaged library made whole: what is derived is made again, what cannot be mended is named."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.build import Progress, index_raw
from index.database.damage import Finding, Mend
from index.database.database import (
    manifest_value,
    said_plainly,
    set_manifest,
    transaction,
    utc_now,
)
from index.database.faults import DamagedError, LostError, damaged
from index.database.lock import locked
from index.database.schema import mend_indexes, new_identity
from index.embedding.encoder import Encoder
from index.embedding.load import load_encoder
from index.errors import LibraryError
from index.library.reader import FolderLibrary
from index.library.writing import bring_up_to_date, writing
from index.maintenance.verify import verify_library
from index.search.dense_building import rebuild_vectors
from index.search.dense_file import VECTORS
from index.search.dense_vectors import is_unit
from index.search.lexical_building import published_chunks, rebuild_postings

_MOST_ROUNDS = 3
"""What one round mends may show what else is wrong: tables can be compared once they can be read."""


@dataclass(frozen=True, slots=True)
class Repaired:
    """What was wrong with a library, and what still is."""

    found: tuple[Finding, ...]
    remaining: tuple[Finding, ...]


def repair_library(
    folder: Path,
    *,
    encoder: Encoder | None = None,
    progress: Progress = lambda done, total: None,
) -> Repaired:
    """Bring a library up to date, verify it, mend what can be mended, and verify it again.

    An article whose derived parts are wrong goes through an indexing job once more, from its raw
    text; passages whose vectors are sound keep them. Stopped half-way, it can be run again.

    Args:
        encoder: By default the library's own; loaded only where there is something to embed.

    Raises:
        LibraryError: there is no library, nothing in it can be read, or another process writes to it.
        EncoderError: the embedding model is needed and cannot be loaded.
    """
    with FolderLibrary.connect(folder) as library:
        library.schema()  # says where there is none, and where nothing in it can be read
    try:
        _migrate(folder)
        return mend_in_rounds(
            lambda: verify_library(folder), lambda found: _mend(folder, found, encoder, progress)
        )
    except DamagedError as error:
        # Who is told to repair must not be told so by the repair.
        raise damaged(folder, LostError(str(error.__cause__))) from error


def mend_in_rounds(
    verify: Callable[[], Iterable[Finding]], mend: Callable[[Sequence[Finding]], None]
) -> Repaired:
    """Verify a library, mend what can be mended, and verify it again, until nothing more can be."""
    remaining = tuple(verify())
    found = dict.fromkeys(remaining)
    for _ in range(_MOST_ROUNDS):
        if not any(finding.mend.possible for finding in remaining):
            break
        mend(remaining)
        remaining = tuple(verify())
        found |= dict.fromkeys(remaining)
    return Repaired(tuple(found), remaining)


def _mend(
    folder: Path, found: Sequence[Finding], encoder: Encoder | None, progress: Progress
) -> None:
    _mend_in_place(folder, found)
    wrong = _articles_to_take_again(folder, found)
    if wrong or any(finding.subject == "question_means" for finding in found):
        with FolderLibrary.at(folder) as library:
            encoder = encoder or load_encoder(library.manifest().encoder)
            raws = [raw for one in wrong if (raw := library.raw_article(one))]
        index_raw(raws, folder, encoder=encoder, again=True, progress=progress)


def _migrate(folder: Path) -> None:
    with locked(folder), writing(folder) as connection, transaction(connection, folder):
        bring_up_to_date(connection, folder)


def _mend_in_place(folder: Path, found: Sequence[Finding]) -> None:
    """Everything that needs no encoder: SQLite's indexes, the manifest, both search indexes, files."""
    wanted = {finding.mend for finding in found}
    lost = {finding.subject for finding in found if finding.mend is Mend.MANIFEST}
    with locked(folder), writing(folder) as connection:
        with transaction(connection, folder):
            if Mend.SQL_INDEXES in wanted:
                mend_indexes(connection)
            set_manifest(connection, {key: default_value(key) for key in lost})
            if wanted & {Mend.POSTINGS, Mend.SQL_INDEXES}:
                rebuild_postings(connection)
                # Who has the library open has read what was damaged, and reads a generation once.
                generation = int(manifest_value(connection, "generation"))
                set_manifest(connection, {"generation": generation + 1})
            _distrust_vectors(connection)
        with said_plainly(folder):
            for finding in found:
                if finding.mend is Mend.LEFTOVER:
                    (folder / finding.subject).unlink(missing_ok=True)
            if wanted & {Mend.VECTORS, Mend.SQL_INDEXES, Mend.MANIFEST}:
                _discard(folder / VECTORS)
            if wanted.isdisjoint({Mend.ARTICLE, Mend.ACCOUNT, Mend.MANIFEST}):
                rebuild_vectors(connection, folder / VECTORS, published_chunks(connection))


def _discard(path: Path) -> None:
    """Delete a search index, or an empty folder in its place.

    Raises:
        LibraryError: it is a folder with something in it, which may be anybody's.
    """
    if not path.is_dir() or path.is_symlink():
        path.unlink(missing_ok=True)
    elif any(path.iterdir()):
        raise LibraryError(
            f"{str(path)!r} is a folder with files in it, where the search index belongs; move it away "
            f"and run 'juwen repair --library {path.parent}' again",
            f"{str(path)!r} 本应是向量索引，却是含有文件的目录；请将其移走，"
            f"再运行 juwen repair --library {path.parent}",
        )
    else:
        path.rmdir()


def default_value(key: str) -> object:
    """A value of the manifest that was lost."""
    return {
        "identity": new_identity(),
        "generation": 1,
        "cleaning": 0,
        "question_means": {},  # measured anew by the next job
        "created": utc_now(),
        "updated": utc_now(),
    }[key]


def _articles_to_take_again(folder: Path, found: Sequence[Finding]) -> list[str]:
    """Articles with something wrong, and one of each account that is to be learned again."""
    lost = {finding.subject for finding in found if finding.mend is Mend.SOURCE}
    wrong = [f.subject for f in found if f.mend is Mend.ARTICLE and f.subject not in lost]
    accounts = [finding.subject for finding in found if finding.mend is Mend.ACCOUNT]
    with locked(folder), writing(folder) as connection:
        for account in accounts:
            one = connection.execute(
                "SELECT article_id FROM article WHERE published AND account = ? LIMIT 1", (account,)
            ).fetchone()
            if one:
                wrong.append(one[0])
            else:
                connection.execute("DELETE FROM recurring WHERE account = ?", (account,))
    return list(dict.fromkeys(wrong))


def _distrust_vectors(connection: sqlite3.Connection) -> None:
    """See to it that what is not a vector is not taken for that of a passage that comes again."""
    dimension = int(manifest_value(connection, "dimension"))
    rows = connection.execute("SELECT id, vector FROM chunk")
    bad = [chunk for chunk, vector in rows if not is_unit(vector, dimension)]
    connection.executemany("UPDATE chunk SET passage = '' WHERE id = ?", ((c,) for c in bad))
