"""A folder and PostgreSQL side by side, in one run: the same library, the same questions.

    python -m eval.benchmarks.postgres SOURCE ADDRESS --work FOLDER [--export FILE] [--size 100000] [--questions 100]

SOURCE is a library folder, around whose vectors those of all passages are sampled
(``eval.benchmarks.sampled``). With an export, the library that is measured is made of its articles, as
many as give the size; else it is a copy of SOURCE. Past what is there every article counts again, under
another id, with its real words (``eval.benchmarks.enlarge``). The library is moved to ADDRESS, an empty
database of a server on this machine. Questions are titles of its articles, embedded by SOURCE's own
model. Times are the processor's: of this process, and, read from ``/proc``, of the server's process
that answers it. Exact neighbours are found by comparing all.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from eval.benchmarks.enlarge import enlarge
from eval.benchmarks.sampled import SampledEncoder
from index.build import index_raw
from index.embedding.load import load_encoder
from index.library.library import Library
from index.library.reader import FolderLibrary
from index.location import Server
from index.maintenance.move import move_library
from index.postgresql.connection import Connection, connect
from index.postgresql.dense import Layout, load_layout, written
from index.postgresql.filtering import RecentFilters, allowed_by
from index.postgresql.reader import PostgresLibrary
from index.postgresql.schema import vectors_table
from index.readers.load import read_articles
from index.records import RawArticle
from index.search.filters import NO_FILTERS, Filters
from index.search.lexical import load_postings
from index.text.terms import index_terms

_LIMIT = 128
_NEAREST = 20
_MORE = 100
_PASSAGES_AN_ARTICLE = 5
_NEARLY = 50
"""A size is met that lacks less than a fiftieth."""

_SHARES = {"one in a hundred": 100, "one in twenty": 20}


class _Sampled(SampledEncoder):
    """Sampled vectors under the name of the library's own model, so that articles can be added."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        with Library.open(folder) as library:
            manifest = library.manifest()
        self.name, self.fingerprint = manifest.encoder, manifest.fingerprint


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path)
    parser.add_argument("address")
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--export", type=Path, help="articles, in place of SOURCE's own")
    parser.add_argument("--size", type=int, default=0, help="passages; SOURCE's own by default")
    parser.add_argument("--questions", type=int, default=100)
    arguments = parser.parse_args()
    folder, server = arguments.work / "library", Server(arguments.address)
    encoder = _Sampled(arguments.source)
    if not folder.exists():
        arguments.work.mkdir(parents=True, exist_ok=True)
        if arguments.export:
            _index(arguments.export, folder, encoder, arguments.size)
        else:
            shutil.copytree(arguments.source, folder)
        enlarge(folder, encoder, _missing(folder, arguments.size))
    started = time.perf_counter()
    move_library(folder, server)
    found: dict[str, Any] = {"move, s": round(time.perf_counter() - started, 1)}
    questions = _questions(folder, arguments.questions)
    with FolderLibrary.at(folder) as old, PostgresLibrary.at(server) as new:
        found["passages"] = old.counts().chunks
        found["candidates, ms of the processor"] = {
            name: {
                "folder": _times(old, questions, filters),
                "postgresql": _times(new, questions, filters),
            }
            for name, filters in _filters(old).items()
        }
        found["recall@20"] = {
            name: _recall(new, questions, filters) for name, filters in _filters(old).items()
        }
        found["lexical top 20 kept"] = _kept(old, new, questions)
        found["bytes"] = _bytes(folder, server)
    found["100 more articles, s by the clock and of the processor"] = _more(folder, server, encoder)
    print(json.dumps(found, indent=2))


def _index(export: Path, folder: Path, encoder: SampledEncoder, size: int) -> None:
    """Make a library of an export's articles, until it has nearly so many passages."""
    raws = (one for one in read_articles([export]) if isinstance(one, RawArticle))
    while (missing := _missing(folder, size)) > size // _NEARLY:
        some = list(islice(raws, 1 + missing // _PASSAGES_AN_ARTICLE))
        if not some:
            return
        index_raw(some, folder, encoder=encoder)


def _missing(folder: Path, size: int) -> int:
    if not folder.exists():
        return size
    with Library.open(folder) as library:
        return size - library.counts().chunks


def _questions(folder: Path, most: int) -> list[tuple[Any, list[str]]]:
    """Titles of articles from all over the library, with their vectors."""
    with Library.open(folder) as library:
        step = max(library.counts().articles // most, 1)
        titles = [one.title for one in islice(library.articles(), 0, None, step) if one.title]
        titles = titles[:most]
        vectors = load_encoder(library.manifest().encoder).encode_queries(titles)
    return [
        (vector[None], index_terms(title)) for title, vector in zip(titles, vectors, strict=True)
    ]


def _filters(library: Library) -> dict[str, Filters]:
    ids = sorted(library.article_ids())
    some = {name: Filters(article_ids=ids[::share]) for name, share in _SHARES.items()}
    return {"all": NO_FILTERS, **some}


def _times(
    library: Library, questions: Sequence[tuple[Any, list[str]]], filters: Filters
) -> dict[str, float]:
    """Median and 95th percentile of the client's and the server's time, of each and of both."""

    def ask(vector: Any, terms: list[str]) -> None:
        library.candidates(vector, "zh", terms, _LIMIT, filters)

    ask(*questions[0])
    server = _server_clock(library)
    spent = []
    for question in questions:
        before, remote = time.process_time(), server()
        ask(*question)
        spent.append((time.process_time() - before, server() - remote))
    milliseconds = 1000 * np.asarray(spent)
    both = milliseconds.sum(axis=1)
    return {
        "p50": round(float(np.percentile(both, 50)), 2),
        "p95": round(float(np.percentile(both, 95)), 2),
        "server's p50": round(float(np.percentile(milliseconds[:, 1], 50)), 2),
    }


def _server_clock(library: Library) -> Callable[[], float]:
    """Seconds of the processor that the server's process took so far; none for a folder."""
    if not isinstance(library, PostgresLibrary):
        return lambda: 0.0
    (connection,) = library._idle
    return backend_clock(connection)


def backend_clock(connection: Connection) -> Callable[[], float]:
    """Seconds of the processor that the process took so far which answers a connection, on this machine."""
    schedule = Path(f"/proc/{connection.raw.info.backend_pid}/schedstat")
    return lambda: int(schedule.read_text().split()[0]) / 1e9


def _recall(
    library: PostgresLibrary, questions: Sequence[tuple[Any, list[str]]], filters: Filters
) -> float:
    shares = []
    for vector, _ in questions:
        near = library.candidates(vector, "zh", (), _LIMIT, filters)
        best = near.ids[np.argsort(-near.cosines)[:_NEAREST]]
        exact = _exact(library, vector, filters)
        shares.append(np.isin(exact, best).mean() if len(exact) else 1.0)
    return round(float(np.mean(shares)), 4)


def _exact(library: PostgresLibrary, vector: Any, filters: Filters) -> Any:
    with library._reading() as connection:
        layout: Layout = library._once(connection, load_layout)
        asked = written(layout.centre(vector, "zh", True))
        recent = RecentFilters(connection)
        allowed = allowed_by(connection, layout.number, filters, recent, asked, _NEAREST)
        rows = connection.execute(
            f"SELECT chunk FROM {vectors_table(layout.number)} WHERE {allowed.condition} "
            "ORDER BY 0 + (centred <#> ?::halfvec) LIMIT ?",
            (*allowed.values, asked, _NEAREST),
        ).fetchall()
    return np.asarray([chunk for (chunk,) in rows], np.int64)


def _kept(
    old: FolderLibrary, new: PostgresLibrary, questions: Sequence[tuple[Any, list[str]]]
) -> dict[str, float]:
    """The share of the folder's exact lexical top 20 that comes back, and how far its scores are off.

    Chunks have other ids and the same order in both.
    """
    with new._reading() as connection:
        rows = connection.execute("SELECT chunk FROM words ORDER BY chunk").fetchall()
    there = np.asarray([chunk for (chunk,) in rows], np.int64)
    shares, off = [], 0.0
    with old._reading() as connection:
        postings = old._once(connection, load_postings)
        for vector, terms in questions:
            scores, _ = postings.score(connection, terms)
            exact = np.argsort(-scores, kind="stable")[:_NEAREST]
            exact = exact[scores[exact] > 0]
            got = new.candidates(vector, "zh", terms, _LIMIT)
            places = np.searchsorted(there, got.ids)
            off = max(off, float(np.abs(scores[places] - got.lexical).max(initial=0)))
            shares.append(np.isin(exact, places).mean() if len(exact) else 1.0)
    return {"share": round(float(np.mean(shares)), 4), "largest error": off}


def _bytes(folder: Path, server: Server) -> dict[str, Any]:
    connection = connect(server)
    sizes = connection.execute(
        "SELECT relname, pg_total_relation_size(oid), pg_indexes_size(oid) FROM pg_class "
        "WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace ORDER BY 2 DESC LIMIT 6"
    ).fetchall()
    connection.close()
    files = {path.name: path.stat().st_size for path in folder.iterdir() if path.is_file()}
    return {"folder": files, "postgresql": {name: [all_, own] for name, all_, own in sizes}}


def _more(folder: Path, server: Server, encoder: _Sampled) -> dict[str, list[float]]:
    """Seconds by the clock, and of the processor, in which some articles are added."""
    with Library.open(folder) as library:
        some = list(islice(library.raw_articles(), _MORE))
    renamed = [replace(one, article_id=f"{one.article_id}+more", account="") for one in some]
    spent: dict[str, list[float]] = {}
    for name, where in (("folder", folder), ("postgresql", server)):
        ended = _ended_backends(server)
        started, before, remote = time.perf_counter(), time.process_time(), ended()
        index_raw(renamed, where, encoder=encoder)
        clock, here = time.perf_counter() - started, time.process_time() - before
        time.sleep(1)  # until the server has noticed that the session has ended
        there = ended() - remote if where is server else 0.0
        spent[name] = [round(clock, 2), round(here + there, 2)]
    return spent


def _ended_backends(server: Server) -> Callable[[], float]:
    """Seconds of the processor that all of the server's processes took that have ended."""
    with closing(connect(server)) as connection:
        backend = Path(f"/proc/{connection.raw.info.backend_pid}/stat")
        parent = Path(f"/proc/{_fields(backend)[1]}/stat")
    return lambda: sum(map(int, _fields(parent)[13:15])) / os.sysconf("SC_CLK_TCK")


def _fields(stat: Path) -> list[str]:
    """What ``proc(5)`` says of a process, from its state on."""
    return stat.read_text("utf-8", "replace").rpartition(")")[2].split()


if __name__ == "__main__":
    main()
