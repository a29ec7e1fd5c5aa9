"""The floor that growth is measured against: FAISS and SQLite's FTS5 over the same passages, plainly."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from index.database.database import ARTICLE_COLUMNS, to_article
from index.records import Span
from index.search.dense_vectors import unpack
from index.search.lexical_building import searched_text
from index.text.terms import index_terms

_BATCH = 8192
_RRF = 60


class Plain:
    """An exact FAISS index in a file, and an FTS5 table of terms and texts."""

    def __init__(self, folder: Path) -> None:
        import faiss

        self._index = faiss.read_index(str(folder / "plain.faiss"))
        self._connection = sqlite3.connect(folder / "plain.db")

    @classmethod
    def build(cls, folder: Path, database: Path) -> None:
        """Take passages and vectors out of a library's database."""
        import faiss

        folder.mkdir(parents=True)
        library = sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)
        made = sqlite3.connect(folder / "plain.db")
        made.execute("CREATE TABLE passage (id INTEGER PRIMARY KEY, title, date, account, text)")
        made.execute("CREATE VIRTUAL TABLE words USING fts5(terms, content='', tokenize='ascii')")
        index: Any = None
        for rows in _batches(library):
            vectors = np.stack([unpack(row[3]) for row in rows])
            if index is None:
                index = faiss.IndexIDMap(faiss.IndexFlatIP(vectors.shape[1]))
            index.add_with_ids(vectors, np.asarray([row[0] for row in rows], np.int64))
            for chunk, start, end, _, *values in rows:
                article, span = to_article(values), Span(start, end)
                made.execute(
                    "INSERT INTO passage VALUES (?, ?, ?, ?, ?)",
                    (
                        chunk,
                        article.title,
                        str(article.date),
                        article.account,
                        span.of(article.text),
                    ),
                )
                terms = " ".join(map(_word, index_terms(searched_text(article, span))))
                made.execute("INSERT INTO words (rowid, terms) VALUES (?, ?)", (chunk, terms))
        made.commit()
        faiss.write_index(index, str(folder / "plain.faiss"))

    def dense(self, vector: Any, limit: int) -> list[int]:
        _, ids = self._index.search(vector, limit)
        found: list[int] = ids[0].tolist()
        return found

    def lexical(self, terms: Sequence[str], limit: int) -> list[int]:
        asked = " OR ".join(map(_word, dict.fromkeys(terms)))
        rows = self._connection.execute(
            "SELECT rowid FROM words WHERE words MATCH ? ORDER BY bm25(words) LIMIT ?",
            (asked, limit),
        ).fetchall()
        return [chunk for (chunk,) in rows]

    def fused(self, vector: Any, terms: Sequence[str], limit: int) -> list[Any]:
        scores: dict[int, float] = {}
        for found in (self.dense(vector, limit), self.lexical(terms, limit)):
            for rank, chunk in enumerate(found):
                scores[chunk] = scores.get(chunk, 0) + 1 / (_RRF + rank)
        best = sorted(scores, key=lambda chunk: -scores[chunk])[:20]
        return [
            self._connection.execute("SELECT * FROM passage WHERE id = ?", (chunk,)).fetchone()
            for chunk in best
        ]


def _batches(library: sqlite3.Connection) -> Iterator[list[Any]]:
    columns = ", ".join(f"article.{column}" for column in ARTICLE_COLUMNS.split(", "))
    rows = library.execute(
        f"SELECT chunk.id, start, end, vector, {columns} FROM chunk JOIN article ON row = article "
        "WHERE published ORDER BY chunk.id"
    )
    while some := rows.fetchmany(_BATCH):
        yield some


def _word(term: str) -> str:
    """A term as letters alone, which FTS5 takes for one word whatever it is made of."""
    return "x" + term.encode().hex()
