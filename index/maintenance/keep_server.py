"""A library in PostgreSQL repaired and compacted, as far as that is not PostgreSQL's own to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from index.build import Progress, index_raw
from index.database.damage import Finding, Mend
from index.database.database import manifest_value, set_manifest
from index.embedding.encoder import Encoder
from index.embedding.load import load_encoder
from index.library.library import Library
from index.location import Server
from index.maintenance.compact import Compacted
from index.maintenance.repair import Repaired, default_value, mend_in_rounds
from index.maintenance.verify_server import verify_server
from index.postgresql.building import (
    add_words,
    join_parts,
    lay_out,
    store_layout,
    word_counts,
)
from index.postgresql.connection import Connection, said_plainly, transaction
from index.postgresql.dense import load_layout
from index.postgresql.publication import drop_other_layouts
from index.postgresql.writer import read_manifest, session
from index.search.filters import Filters

_SIZE = (
    "SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class "
    "WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"
)


def repair_server(
    server: Server,
    *,
    encoder: Encoder | None = None,
    progress: Progress = lambda done, total: None,
) -> Repaired:
    """``repair_library`` of a server.

    Raises:
        LibraryError: there is no library, it cannot be reached, or another process writes to it.
        EncoderError: the embedding model is needed and cannot be loaded.
    """
    return mend_in_rounds(
        lambda: verify_server(server), lambda found: _mend(server, found, encoder, progress)
    )


def _mend(
    server: Server, found: Sequence[Finding], encoder: Encoder | None, progress: Progress
) -> None:
    lost = {finding.subject for finding in found if finding.mend is Mend.MANIFEST}
    wanted = {finding.mend for finding in found}
    with session(server) as connection, transaction(connection, server):
        set_manifest(connection, {key: default_value(key) for key in lost})
        if wanted & {Mend.POSTINGS, Mend.VECTORS, Mend.SQL_INDEXES}:
            _rebuild(connection)
    gone = {finding.subject for finding in found if finding.mend is Mend.SOURCE}
    wrong = [f.subject for f in found if f.mend is Mend.ARTICLE and f.subject not in gone]
    accounts = {finding.subject for finding in found if finding.mend is Mend.ACCOUNT}
    if wrong or accounts or "question_means" in lost:
        with Library.open(server) as library:
            encoder = encoder or load_encoder(library.manifest().encoder)
            wrong += _one_of_each(library, accounts)
            raws = [raw for one in dict.fromkeys(wrong) if (raw := library.raw_article(one))]
        index_raw(raws, server, encoder=encoder, again=True, progress=progress)


def _one_of_each(library: Library, accounts: set[str]) -> list[str]:
    """An article of each account, which makes a job learn what the account repeats."""
    listed = (library.headings(1, filters=Filters(accounts=(one,))) for one in sorted(accounts))
    return [heading.article_id for headings in listed for heading in headings]


def _rebuild(connection: Connection) -> None:
    """Make again all that is found by, from articles and chunks, inside a transaction."""
    connection.run("TRUNCATE words, posting, posting_part")
    chunks, length = add_words(connection, word_counts(connection, "published"))
    layout = load_layout(connection)
    number = layout.number + 1
    centres, moments = lay_out(connection, number)
    layout = replace(layout, number=number, laid=chunks, chunks=chunks, length=length)
    store_layout(connection, replace(layout, centres=centres, moments=moments))
    generation = int(manifest_value(connection, "generation")) + 1
    set_manifest(connection, {"generation": generation})


def compact_server(server: Server) -> Compacted:
    """Drop what unfinished jobs staged, join the postings, and let PostgreSQL clean its tables.

    The room goes to later jobs of the library; to the disk ``VACUUM FULL`` gives it, which locks
    readers out.

    Raises:
        LibraryError: there is no library, it cannot be reached, or another process writes to it.
    """
    with session(server) as connection, said_plainly(server):
        read_manifest(connection, server)
        size = _sized(connection)
        before = size()
        with transaction(connection, server):
            staged = connection.execute("DELETE FROM article WHERE NOT published").rowcount
            join_parts(connection, all_of_them=True)
        drop_other_layouts(connection, server)
        for table in ("article", "chunk", "fingerprint", "words", "posting", "posting_part"):
            connection.run(f"VACUUM (ANALYZE) {table}")
        return Compacted(before, size(), staged)


def _sized(connection: Connection) -> Callable[[], int]:
    def size() -> int:
        (found,) = connection.execute(_SIZE).fetchone() or (0,)
        return int(found)

    return size
