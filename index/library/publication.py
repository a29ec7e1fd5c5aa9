"""What makes staged articles the library's: postings first, then all at once, in one transaction."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from pathlib import Path

from index.database.database import (
    Statements,
    manifest_value,
    said_plainly,
    set_manifest,
    transaction,
    utc_now,
)
from index.duplicates.lookup import find_relation, rows_near, store_recurring
from index.duplicates.relations import Recurring
from index.embedding.centring import Centres
from index.search.dense_building import update_vectors
from index.search.dense_file import VECTORS
from index.search.lexical import load_postings
from index.search.lexical_building import (
    add_segment,
    drop_staged_postings,
    publish_postings,
    segments_of,
    staged_chunks,
)


def publish_staged(
    connection: sqlite3.Connection,
    folder: Path,
    recurring: Mapping[str, Recurring],
    question_centres: Centres | None,
    *,
    related: bool = False,
) -> None:
    """``LibraryWriter.publish``."""
    _stage_postings(connection, folder)
    with transaction(connection, folder):
        if not related:
            relate_ready(connection)
        for account, found in recurring.items():
            store_recurring(connection, account, found)
        _take_out(connection)
        connection.execute("UPDATE article SET published = 1 WHERE NOT published")
        publish_postings(connection)
        connection.execute("DELETE FROM ready")
        connection.execute("DELETE FROM going")
        generation = int(manifest_value(connection, "generation")) + 1
        set_manifest(connection, {"generation": generation, "updated": utc_now()})
        if question_centres is not None:
            means = {of: [float(x) for x in mean] for of, mean in question_centres.means.items()}
            set_manifest(connection, {"question_means": means})
    with said_plainly(folder):
        update_vectors(connection, folder / VECTORS, load_postings(connection).ids)


def _stage_postings(connection: sqlite3.Connection, folder: Path) -> None:
    """Write the inverted index of what will be published, a segment at a time."""
    with transaction(connection, folder):
        connection.execute(
            "DELETE FROM article WHERE NOT published "
            "AND article_id NOT IN (SELECT article_id FROM ready)"
        )
        drop_staged_postings(connection)
    with said_plainly(folder):
        for some in segments_of(staged_chunks(connection)):
            with transaction(connection, folder):
                add_segment(connection, some, published=False)


def _take_out(connection: sqlite3.Connection) -> None:
    """Delete the published articles that were retired or have a staged one in their place."""
    condition = (
        "published AND (article_id IN (SELECT article_id FROM going) "
        "OR article_id IN (SELECT article_id FROM article WHERE NOT published))"
    )
    connection.execute(
        "INSERT INTO gone SELECT id FROM chunk WHERE article IN "
        f"(SELECT row FROM article WHERE {condition})"
    )
    connection.execute(f"DELETE FROM article WHERE {condition}")


def relate_ready(connection: Statements) -> None:
    """Say of what is ready, and of what that or what goes touches, what it is to others."""
    staged, replaced, going = (
        [
            row
            for (row,) in connection.execute(
                f"SELECT row FROM {named} JOIN article USING (article_id) WHERE published = {of}"
            ).fetchall()
        ]
        for named, of in (("ready", False), ("ready", True), ("going", True))
    )
    # What goes or is replaced may be what others copied.
    touched = {near for row in (*staged, *replaced, *going) for near in rows_near(connection, row)}
    for row in (*staged, *sorted(touched.difference(staged, going))):
        relation = find_relation(connection, row)
        connection.execute(
            "UPDATE article SET kind = ?, originals = ? WHERE row = ?",
            (relation.kind, json.dumps(relation.originals), row),
        )
