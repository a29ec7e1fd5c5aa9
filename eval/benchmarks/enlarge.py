"""More of the same: articles of a library once more under other ids, as if a job had added them."""

from __future__ import annotations

import sqlite3
import zlib
from contextlib import closing
from pathlib import Path

import numpy as np

from eval.benchmarks.sampled import SampledEncoder
from index.database.database import DATABASE, connect_writer, manifest_value, seal_of, set_manifest
from index.search.dense_building import update_vectors
from index.search.dense_file import VECTORS
from index.search.dense_vectors import pack
from index.search.lexical import load_postings

_ARTICLE = "content, version, raw, changes, title, url, date, account, source, language, text, series, kind"


def enlarge(folder: Path, encoder: SampledEncoder, missing: int) -> int:
    """Add about so many passages, segment by segment; their words are those of the first ones.

    Fingerprints are not copied: reprints of everything would be found.
    """
    if missing <= 0:
        return 0
    added = 0
    with closing(connect_writer(folder / DATABASE)) as connection:
        segments = connection.execute(
            "SELECT row FROM segment WHERE published ORDER BY row"
        ).fetchall()
        turn = 0
        while added < missing:
            turn += 1
            for (segment,) in segments:
                if added >= missing:
                    break
                connection.execute("BEGIN")
                added += _copy(connection, segment, f"+{folder.name}{turn}", encoder)
                connection.execute("COMMIT")
        connection.execute("BEGIN")
        generation = int(manifest_value(connection, "generation")) + 1
        set_manifest(connection, {"generation": generation})
        connection.execute("COMMIT")
        update_vectors(connection, folder / VECTORS, load_postings(connection).ids)
    return added


def _copy(
    connection: sqlite3.Connection, segment: int, suffix: str, encoder: SampledEncoder
) -> int:
    chunks, articles, lengths = connection.execute(
        "SELECT chunks, articles, lengths FROM segment WHERE row = ?", (segment,)
    ).fetchone()
    rows = np.frombuffer(articles, "<i8")
    copies = {int(row): _copied_article(connection, int(row), suffix) for row in np.unique(rows)}
    ids = []
    for chunk, row in zip(np.frombuffer(chunks, "<i8").tolist(), rows.tolist(), strict=True):
        (vector,) = encoder.sample([zlib.crc32(f"{chunk}{suffix}".encode())])
        ids.append(
            connection.execute(
                "INSERT INTO chunk (article, start, end, language, passage, vector) "
                "SELECT ?, start, end, language, passage || ?, ? FROM chunk WHERE id = ?",
                (copies[row], suffix, pack(vector), chunk),
            ).lastrowid
        )
    blobs = (
        np.asarray(ids, "<i8").tobytes(),
        np.asarray([copies[row] for row in rows.tolist()], "<i8").tobytes(),
        lengths,
    )
    made = connection.execute(
        "INSERT INTO segment (published, chunks, articles, lengths, seal) VALUES (1, ?, ?, ?, ?)",
        (*blobs, seal_of(*blobs)),
    ).lastrowid
    connection.execute(
        "INSERT INTO posting SELECT term, ?, data FROM posting WHERE segment = ?", (made, segment)
    )
    return len(ids)


def _copied_article(connection: sqlite3.Connection, row: int, suffix: str) -> int:
    # An article whose chunks lie in two segments is copied for each: its id says for which row.
    found = connection.execute(
        f"INSERT INTO article (article_id, published, originals, {_ARTICLE}) "
        f"SELECT article_id || ? || '-' || abs(random()), 1, '[]', {_ARTICLE} FROM article WHERE row = ?",
        (suffix, row),
    ).lastrowid
    assert found is not None
    return found
