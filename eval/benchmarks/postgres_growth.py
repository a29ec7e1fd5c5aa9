"""How the graph of a library in PostgreSQL grows: building it, its size, a search's time on the server.

    python -m eval.benchmarks.postgres_growth SOURCE ADDRESS [--sizes 250000 1000000] [--questions 100]

For each size a layout of sampled vectors (``eval.benchmarks.sampled``, around those of the library SOURCE) is
made in ADDRESS, an empty database of a server on this machine, with the indexes that a library's has. What is
measured is the server alone: the processor's time of its process that answers, from ``/proc``.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from eval.benchmarks.postgres import backend_clock
from eval.benchmarks.sampled import SampledEncoder
from index.embedding.centring import Centres
from index.embedding.encoder import Vectors
from index.location import Server
from index.postgresql.building import Placed, add_vectors
from index.postgresql.connection import Connection, connect
from index.postgresql.dense import SEARCH_SETTINGS, searched_for, written
from index.postgresql.schema import create_vectors, index_vectors, vectors_table
from index.search.dense_vectors import pack

_LIMIT = 128
_NEAREST = 20
_COMPARED = 40
"""Questions whose exact neighbours are found by comparing all."""

_AT_ONCE = 5_000
_FIRST_DAY = date(2020, 1, 1)
_ARTICLE = 5
"""Passages of an article."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path)
    parser.add_argument("address")
    parser.add_argument("--sizes", type=int, nargs="+", default=[250_000, 1_000_000])
    parser.add_argument("--questions", type=int, default=100)
    arguments = parser.parse_args()
    encoder = SampledEncoder(arguments.source)
    asked = encoder.encode_queries([str(at) for at in range(arguments.questions)])
    questions = Centres({"zh": encoder.mean}).centre(asked, ["zh"] * len(asked))
    for size in arguments.sizes:
        with closing(connect(Server(arguments.address))) as connection:
            connection.run("CREATE EXTENSION IF NOT EXISTS vector")
            found = _grown(connection, encoder, size, questions)
            print(json.dumps(found), flush=True)
            connection.run(f"DROP TABLE {vectors_table(1)}")


def _grown(
    connection: Connection, encoder: SampledEncoder, size: int, questions: Vectors
) -> dict[str, Any]:
    """What a layout of so many vectors costs and does."""
    create_vectors(connection, 1, encoder.dimension)
    for start in range(0, size, _AT_ONCE):
        _add(connection, encoder, range(start, min(size, start + _AT_ONCE)))
    started = time.perf_counter()
    index_vectors(connection, 1)
    built = time.perf_counter() - started
    name = vectors_table(1)
    whole, indexes = connection.execute(
        "SELECT pg_total_relation_size(?::regclass), pg_indexes_size(?::regclass)", (name, name)
    ).fetchone() or (0, 0)
    spent, shares, clock = [], [], backend_clock(connection)
    for at, question in enumerate(questions):
        before = clock()
        near = _near(connection, question[None], "centred <#> ?::halfvec", _LIMIT, size)
        spent.append(1000 * (clock() - before))
        if at < _COMPARED:
            order = "0 + (centred <#> ?::halfvec)"
            exact = _near(connection, question[None], order, _NEAREST, size)
            shares.append(np.isin(exact, near[:_NEAREST]).mean())
    return {
        "passages": size,
        "indexes built, s by the clock": round(built),
        "server, ms: p50, p95": [round(float(np.percentile(spent[1:], p)), 1) for p in (50, 95)],
        "recall@20": round(float(np.mean(shares)), 4),
        "MB: table, indexes": [round((whole - indexes) / 1e6), round(indexes / 1e6)],
    }


def _add(connection: Connection, encoder: SampledEncoder, places: Sequence[int]) -> None:
    vectors = encoder.sample([2 * place + 1 for place in places])
    some = [
        Placed(
            place,
            place // _ARTICLE,
            _FIRST_DAY + timedelta(days=place // _ARTICLE % 2000),
            f"account {place // _ARTICLE % 40}",
            "zh",
            pack(vector),
        )
        for place, vector in zip(places, vectors, strict=True)
    ]
    add_vectors(connection, 1, some, Centres({"zh": encoder.mean}))


def _near(connection: Connection, question: Vectors, order: str, limit: int, size: int) -> Any:
    """The nearest chunks, nearest first, as a library's question asks for them."""
    with connection.raw.transaction():
        connection.run(SEARCH_SETTINGS)
        connection.run(f"SET LOCAL hnsw.ef_search = {searched_for(limit, 1, size):d}")
        rows = connection.execute_planned(
            f"SELECT chunk FROM {vectors_table(1)} ORDER BY {order} LIMIT ?",
            (written(question), limit),
        ).fetchall()
    return np.asarray([chunk for (chunk,) in rows], np.int64)


if __name__ == "__main__":
    main()
