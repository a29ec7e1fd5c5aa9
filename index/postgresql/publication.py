"""What makes staged articles the library's in PostgreSQL: everything in one transaction."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from index.database.database import manifest_value, set_manifest, utc_now
from index.duplicates.lookup import store_recurring
from index.duplicates.relations import Recurring
from index.embedding.centring import Centres
from index.errors import LibraryError
from index.library.publication import relate_ready
from index.location import Server
from index.postgresql.building import (
    add_vectors,
    add_words,
    centred,
    chunks_where,
    join_parts,
    lay_out,
    store_layout,
    take_words_out,
    word_counts,
)
from index.postgresql.connection import Connection, ConnectionLostError, transaction
from index.postgresql.dense import Layout, load_layout
from index.postgresql.schema import other_layouts, tables_of, vectors_table
from index.search.dense_vectors import Moments

_MOST_GROWTH = 1.5
_ALWAYS_LAID_OUT = 2_000
"""Chunks up to which a layout is made for each publication: it takes no time."""

_SECONDS_FOR_READERS = 2
"""How long it is waited for readers of an old layout."""

_MILLISECONDS_TO_LOCK = 50
_SECONDS_BETWEEN = 0.05

_GOES = (
    "published AND (article_id IN (SELECT article_id FROM going) "
    "OR article_id IN (SELECT article_id FROM article WHERE NOT published))"
)


def publish_staged(
    connection: Connection,
    recurring: Mapping[str, Recurring],
    question_centres: Centres | None,
    *,
    related: bool,
) -> None:
    """``Writer.publish``, inside a transaction."""
    connection.execute(
        "DELETE FROM article WHERE NOT published AND article_id NOT IN (SELECT article_id FROM ready)"
    )
    if not related:
        relate_ready(connection)
    for account, found in recurring.items():
        store_recurring(connection, account, found)
    if question_centres is not None:
        means = {of: [float(x) for x in mean] for of, mean in question_centres.means.items()}
        set_manifest(connection, {"question_means": means})
    layout = load_layout(connection)
    layout = _take_out(connection, layout)
    layout = _put_in(connection, layout)
    if _is_worn(layout):
        number = layout.number + 1
        centres, moments = lay_out(connection, number)
        mean, covariance = moments.finished()
        layout = replace(
            layout,
            number=number,
            parts=len(tables_of(connection, number)),
            laid=layout.chunks,
            centres=centres,
            moments=moments,
            mean=mean,
            covariance=covariance,
        )
        # Without counts of their rows PostgreSQL reads all postings for the few that it looks for.
        connection.run("ANALYZE article; ANALYZE chunk; ANALYZE words; ANALYZE posting")
    store_layout(connection, layout)
    join_parts(connection)
    connection.run("TRUNCATE ready; TRUNCATE going")
    generation = int(manifest_value(connection, "generation")) + 1
    set_manifest(connection, {"generation": generation, "updated": utc_now()})


def drop_other_layouts(connection: Connection, server: Server) -> None:
    """Drop the tables of layouts that are not searched any more; one that stays in use is left for the next job."""
    until = time.monotonic() + _SECONDS_FOR_READERS
    while not _dropped(connection, server) and time.monotonic() < until:
        time.sleep(_SECONDS_BETWEEN)


def _dropped(connection: Connection, server: Server) -> bool:
    """Whether they are dropped: readers of an older generation may be in them.

    A reader that comes to such a table waits as long as this does, so that it waits neither for the
    other readers nor, to commit, for a standby; a table that comes back with one is dropped again.

    Raises:
        ConnectionLostError: the server was lost.
    """
    try:
        with transaction(connection, server):
            connection.run(
                f"SET LOCAL lock_timeout = {_MILLISECONDS_TO_LOCK}; SET LOCAL synchronous_commit = local"
            )
            for name in other_layouts(connection, load_layout(connection).number):
                connection.run(f"DROP TABLE {name}")
    except ConnectionLostError:
        raise
    except LibraryError:
        return False
    return True


def _is_worn(layout: Layout) -> bool:
    """Whether the layout fits the library no longer, or is made anew in no time."""
    grown = layout.chunks / max(layout.laid, 1)
    return layout.chunks <= _ALWAYS_LAID_OUT or not 1 / _MOST_GROWTH <= grown <= _MOST_GROWTH


def _take_out(connection: Connection, layout: Layout) -> Layout:
    """Delete the published articles that were retired or have a staged one in their place."""
    goes = [
        row for (row,) in connection.execute(f"SELECT row FROM article WHERE {_GOES}").fetchall()
    ]
    if not goes:
        return layout
    condition = f"row IN ({', '.join(map(str, goes))})"
    ids, length = take_words_out(connection, word_counts(connection, condition))
    moments = layout.moments
    if layout.number:
        for some in chunks_where(connection, condition):
            vectors = centred(some, layout.centres)
            moments = _less(moments, Moments.none(vectors.shape[1]).with_more(vectors))
        table = vectors_table(layout.number)
        connection.execute(f"DELETE FROM {table} WHERE chunk = ANY (?)", (ids,))
    connection.execute("DELETE FROM words WHERE chunk = ANY (?)", (ids,))
    connection.execute("DELETE FROM article WHERE row = ANY (?)", (goes,))
    return replace(
        layout, chunks=layout.chunks - len(ids), length=layout.length - length, moments=moments
    )


def _put_in(connection: Connection, layout: Layout) -> Layout:
    """Make the staged articles published, with the words and vectors that they are found by."""
    chunks, length = add_words(connection, word_counts(connection, "NOT published"))
    grown = replace(layout, chunks=layout.chunks + chunks, length=layout.length + length)
    moments = layout.moments
    if not _is_worn(grown):
        for some in chunks_where(connection, "NOT published"):
            vectors = add_vectors(connection, layout.number, some, layout.centres)
            moments = moments.with_more(vectors)
    connection.execute("UPDATE article SET published = true WHERE NOT published")
    return replace(grown, moments=replace(moments, count=grown.chunks))


def _less(moments: Moments, other: Moments) -> Moments:
    return Moments(
        moments.count - other.count,
        moments.total - other.total,
        np.asarray(moments.products - other.products),
    )
