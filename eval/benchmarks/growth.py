"""How a library grows: time, disk, memory and search from 1,000 to 1,000,000 passages.

    python -m eval.benchmarks.growth EXPORT.json.gz VECTORS --work FOLDER [--sizes 1000 10000 …] [--out docs]

VECTORS is a library whose vectors the passages' are sampled around (``eval.benchmarks.sampled``): nothing
is embedded, so that indexing times leave the encoder out. Articles of the export are added until there
are enough passages; past its end every article counts again, under another id, with its real words and
vectors of their own, copied into the tables as a job would leave them. Questions are titles of articles
of VECTORS, embedded by its own model. Beside each size stands a plain index of the same passages,
without this code: FAISS, exact, and SQLite's FTS5 over the same terms, joined by reciprocal ranks.

Each measurement runs in a process of its own, on one thread. Libraries and what was measured are kept
in FOLDER, a folder a size; a run that was stopped goes on from there. ``--only grow plain_build`` makes
them now and measures searches another time.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from eval.benchmarks.enlarge import enlarge
from eval.benchmarks.growth_page import write_page
from eval.benchmarks.plain import Plain
from eval.benchmarks.sampled import SampledEncoder
from index.build import index_raw
from index.database.database import DATABASE
from index.embedding.load import load_encoder
from index.library.library import Library
from index.library.reader import FolderLibrary
from index.readers.load import read_articles
from index.records import RawArticle
from index.search.filters import NO_FILTERS, Filters
from index.search.lexical import load_postings
from index.text.terms import index_terms
from rag.retrieval.fuse import fuse

_SIZES = (1_000, 10_000, 50_000, 200_000, 460_000, 1_000_000)
_KINDS = ("grow", "open", "search", "recall", "again", "add", "plain_build", "plain_search")
_LIBRARY, _PLAIN, _COPY = "library", "plain", "copy"
_PASSAGES_AN_ARTICLE = 5
_NEARLY = 10
"""A size is met that lacks less than a tenth."""

_QUESTIONS = 150
_LIMIT = 128
_NEAREST = 20
_PATIENCE = 60.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("export", type=Path)
    parser.add_argument("vectors", type=Path)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--sizes", type=int, nargs="+", default=_SIZES)
    parser.add_argument("--out", type=Path, default=Path("docs"))
    parser.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--only", nargs="+", choices=_KINDS, default=_KINDS)
    arguments = parser.parse_args()
    if arguments.measure:
        kind, folder = arguments.measure
        print(json.dumps(_MEASURES[kind](Path(folder), arguments)))
        return
    arguments.work.mkdir(parents=True, exist_ok=True)
    if not (arguments.work / "questions.npy").exists():
        _in_process("questions", arguments.work, arguments)
    rows, smaller = [], None
    for size in sorted(arguments.sizes):
        folder = arguments.work / str(size)
        rows.append(_row(folder, smaller, size, arguments))
        print(json.dumps(rows[-1]), flush=True)
        smaller = folder
    if all(kind in row for kind in _KINDS for row in rows):
        write_page(rows, arguments.out)


def _row(
    folder: Path, smaller: Path | None, size: int, arguments: argparse.Namespace
) -> dict[str, Any]:
    """All that is measured at one size; what was measured before is not measured again."""
    folder.mkdir(exist_ok=True)
    kept = folder / "row.json"
    row: dict[str, Any] = json.loads(kept.read_text()) if kept.exists() else {}
    for kind in arguments.only:
        if kind in row:
            continue
        used = _prepared(kind, folder, smaller)
        row[kind] = _in_process(kind, used, arguments, size)
        row[f"{kind} size"] = {path.name: path.stat().st_size for path in used.iterdir()}
        kept.write_text(json.dumps(row))
        shutil.rmtree(folder / _COPY, ignore_errors=True)
    return row


def _prepared(kind: str, folder: Path, smaller: Path | None) -> Path:
    """The folder that a measurement is of, in the state in which it begins."""
    library, plain, copy = folder / _LIBRARY, folder / _PLAIN, folder / _COPY
    if kind == "grow":
        shutil.rmtree(library, ignore_errors=True)
        if smaller:
            shutil.copytree(smaller / _LIBRARY, library)
    if kind == "add":
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(library, copy)
        return copy
    if kind == "plain_build":
        shutil.rmtree(plain, ignore_errors=True)
    return plain if kind.startswith(_PLAIN) else library


def _in_process(
    kind: str, folder: Path, arguments: argparse.Namespace, size: int = 0
) -> dict[str, Any]:
    command = [sys.executable, "-m", "eval.benchmarks.growth", arguments.export, arguments.vectors]
    command += ["--work", arguments.work, "--measure", kind, folder, "--sizes", str(size)]
    threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    ran = subprocess.run(command, stdout=subprocess.PIPE, env={**os.environ, **threads}, check=True)
    found: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return found


def _questions(folder: Path, arguments: argparse.Namespace) -> dict[str, Any]:
    """Titles with their vectors."""
    with Library.open(arguments.vectors) as library:
        titles = [a.title for a in islice(library.articles(), 0, None, 29) if a.title][:_QUESTIONS]
        encoder = load_encoder(library.manifest().encoder)
    np.save(folder / "questions.npy", encoder.encode_queries(titles))
    (folder / "questions.json").write_text(json.dumps(titles))
    return {"questions": len(titles)}


def _asked(arguments: argparse.Namespace) -> Iterator[tuple[Any, list[str]]]:
    titles = json.loads((arguments.work / "questions.json").read_text())
    for title, vector in zip(titles, np.load(arguments.work / "questions.npy"), strict=True):
        yield vector[None], index_terms(title)


def _grow(folder: Path, arguments: argparse.Namespace) -> dict[str, Any]:
    """Index articles until there are enough passages; then count them again."""
    (size,) = arguments.sizes
    encoder = SampledEncoder(arguments.vectors)
    raws = [r for r in read_articles([arguments.export]) if isinstance(r, RawArticle)]
    had = _passages(folder)
    seconds, chunks = 0.0, 0
    started, cpu = time.perf_counter(), time.process_time()
    at = _articles(folder)
    step = _taken(had, at, size, len(raws))
    if step:
        summary = index_raw(raws[at : at + step], folder, encoder=encoder)
        seconds, chunks = time.perf_counter() - started, summary.chunks
    cpu = time.process_time() - cpu
    missing = size - _passages(folder)
    copied = enlarge(folder, encoder, missing) if missing > size // _NEARLY else 0
    return {
        "passages": _passages(folder),
        "articles": _articles(folder),
        "added": chunks,
        "copied": copied,
        "seconds": seconds,
        "cpu": cpu,
        "peak": _peak(),
    }


def _passages(folder: Path) -> int:
    if not folder.exists():
        return 0
    with Library.open(folder) as library:
        return library.counts().chunks


def _articles(folder: Path) -> int:
    if not folder.exists():
        return 0
    with Library.open(folder) as library:
        return library.counts().articles


def _taken(passages: int, articles: int, size: int, most: int) -> int:
    """How many articles more make about so many passages; all that are left where few would be."""
    rest = most - articles
    an_article = passages / articles if articles else _PASSAGES_AN_ARTICLE
    step = min(max(round((size - passages) / an_article), 0), rest)
    return rest if step and rest - step < most // _NEARLY else step


def _open(folder: Path, arguments: argparse.Namespace) -> dict[str, Any]:
    """Open a library and ask the first question; the encoder is left out."""
    import faiss  # noqa: F401 - a second of imports that is no part of a library

    vector, terms = next(_asked(arguments))
    began, started = _read_bytes(), time.perf_counter()
    library = Library.open(folder)
    opened = time.perf_counter() - started
    library.candidates(vector, "zh", terms, _LIMIT)
    asked = time.perf_counter() - started
    return {"open": opened, "first question": asked, "read": _read_bytes() - began, **_memory()}


def _search(folder: Path, arguments: argparse.Namespace) -> dict[str, Any]:
    questions = list(_asked(arguments))
    with FolderLibrary.at(folder) as library, library.snapshot():
        connection = library._connection
        vectors = library._once(connection, library._vectors)
        postings = library._once(connection, load_postings)
        narrow, largest = _narrow(library), list(library.counts().accounts)[:1]
        found = {
            "dense": _times(
                questions,
                lambda q, _: _nearest(
                    vectors, connection, vectors.questions.centre(q, ["zh"]), _LIMIT, None
                ),
            ),
            "lexical": _times(questions, lambda _, t: postings.score(connection, t)),
            "fused": _times(questions, lambda q, t: _fused(library, q, t)),
            "one in a hundred": _times(
                questions, lambda q, t: _fused(library, q, t, Filters(article_ids=narrow))
            ),
            "one account": _times(
                questions, lambda q, t: _fused(library, q, t, Filters(accounts=largest))
            ),
        }
        return {**found, **_memory()}


def _fused(library: Library, vector: Any, terms: list[str], filters: Filters = NO_FILTERS) -> None:
    candidates = library.candidates(vector, "zh", terms, _LIMIT, filters)
    order = np.argsort(-fuse(candidates, "zh"))
    library.passages(candidates.ids[order][:_NEAREST].tolist())


def _narrow(library: Library) -> list[str]:
    return sorted(library.article_ids())[::100]


def _times(questions: Sequence[Any], ask: Callable[[Any, Any], object]) -> dict[str, float]:
    """Median and 95th percentile of the processor's time in milliseconds; the first question warms up.

    Others on the machine change it less than the clock's, of which ``clock`` is the 95th percentile.
    """
    ask(*questions[0])
    seconds: list[tuple[float, float]] = []
    limit = time.monotonic() + _PATIENCE
    for question in questions:
        started, cpu = time.perf_counter(), time.process_time()
        ask(*question)
        seconds.append((time.perf_counter() - started, time.process_time() - cpu))
        if time.monotonic() > limit:
            break
    middle, high = np.percentile(seconds, [50, 95], axis=0) * 1000
    found = {"p50": middle[1], "p95": high[1], "clock": high[0]}
    return {**{name: float(value) for name, value in found.items()}, "n": len(seconds)}


def _recall(folder: Path, arguments: argparse.Namespace) -> dict[str, Any]:
    """Share of the exact nearest 20 that is found, without filter and with filters of 1 %."""
    with FolderLibrary.at(folder) as library, library.snapshot():
        connection = library._connection
        index = library._once(connection, library._vectors)
        if not index.stored.trained:
            return {"all": 1.0, "one in a hundred": 1.0, "lists": 0}
        filters = {
            "all": None,
            "one in a hundred": np.random.default_rng(1).random(len(index.ids)) < 0.01,
        }
        asked = [index.questions.centre(q, ["zh"])[0] for q, _ in _asked(arguments)]
        best = {
            name: _exactly(connection, index, np.stack(asked), mask)
            for name, mask in filters.items()
        }
        found = {}
        for name, mask in filters.items():
            shares = [
                np.isin(best[name][at], _nearest(index, connection, q[None], _NEAREST, mask)).mean()
                for at, q in enumerate(asked)
            ]
            found[name] = float(np.mean(shares))
        lists: Any = index.stored.index
        return {**found, "lists": int(lists.nlist)}


def _nearest(
    index: Any, connection: sqlite3.Connection, question: Any, limit: int, allowed: Any
) -> Any:
    """Ids of the chunks nearest to a centred question, best first."""
    chosen = index.choose(question, limit, allowed)
    cosines, _ = index.look_up(connection, question, chosen)
    return chosen[np.argsort(-cosines, kind="stable")[:limit]]


def _exactly(connection: sqlite3.Connection, index: Any, asked: Any, mask: Any) -> Any:
    from index.search.dense_vectors import all_centred

    ids = index.ids if mask is None else index.ids[mask]
    scores = np.full((len(asked), _NEAREST), -2, np.float32)
    best = np.zeros((len(asked), _NEAREST), np.int64)
    for some, vectors in all_centred(connection, ids, index.stored.centres):
        every = np.hstack([scores, asked @ vectors.T])
        names = np.hstack([best, np.broadcast_to(some, (len(asked), len(some)))])
        order = np.argsort(-every, axis=1)[:, :_NEAREST]
        scores, best = (np.take_along_axis(of, order, 1) for of in (every, names))
    return best


def _again(folder: Path, arguments: argparse.Namespace) -> dict[str, Any]:
    """Index what is there already."""
    count = _articles(folder)
    raws = [r for r in read_articles([arguments.export]) if isinstance(r, RawArticle)][:count]
    started, cpu = time.perf_counter(), time.process_time()
    summary = index_raw(raws, folder, encoder=SampledEncoder(arguments.vectors))
    assert summary.unchanged == len(raws)
    return {
        "articles": len(raws),
        "seconds": time.perf_counter() - started,
        "cpu": time.process_time() - cpu,
    }


def _add(folder: Path, arguments: argparse.Namespace) -> dict[str, Any]:
    """Add 100 articles; the encoder costs nothing."""
    raws = [r for r in read_articles([arguments.export]) if isinstance(r, RawArticle)][-100:]
    new = [
        RawArticle(
            f"new{n}", f"新{r.title}", r.url, r.time, r.account, f"第{n}篇新文章。{r.content}"
        )
        for n, r in enumerate(raws)
    ]
    encoder = SampledEncoder(arguments.vectors)
    started, cpu = time.perf_counter(), time.process_time()
    summary = index_raw(new, folder, encoder=encoder)
    assert summary.added == 100
    return {"seconds": time.perf_counter() - started, "cpu": time.process_time() - cpu}


def _plain_build(folder: Path, arguments: argparse.Namespace) -> dict[str, Any]:
    started, cpu = time.perf_counter(), time.process_time()
    Plain.build(folder, folder.parent / _LIBRARY / DATABASE)
    return {
        "seconds": time.perf_counter() - started,
        "cpu": time.process_time() - cpu,
        "peak": _peak(),
    }


def _plain_search(folder: Path, arguments: argparse.Namespace) -> dict[str, Any]:
    questions = list(_asked(arguments))
    started = time.perf_counter()
    plain = Plain(folder)
    plain.fused(*questions[0], _LIMIT)
    first = time.perf_counter() - started
    found = {
        "dense": _times(questions, lambda q, _: plain.dense(q, _LIMIT)),
        "lexical": _times(questions, lambda _, t: plain.lexical(t, _LIMIT)),
        "fused": _times(questions, lambda q, t: plain.fused(q, t, _LIMIT)),
    }
    return {**found, "first question": first, **_memory()}


def _peak() -> float:
    """The largest size that this process had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _memory() -> dict[str, float]:
    """What a process holds of its own, and of files, in MiB (Linux)."""
    lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    own, mapped = (int(lines[name].split()[0]) / 1024 for name in ("RssAnon", "RssFile"))
    return {"own": own, "mapped": mapped}


def _read_bytes() -> int:
    """Bytes that this process has asked files for so far (Linux)."""
    lines = dict(line.split(": ", 1) for line in Path("/proc/self/io").read_text().splitlines())
    return int(lines["rchar"])


_MEASURES: dict[str, Callable[[Path, argparse.Namespace], dict[str, Any]]] = {
    "questions": _questions,
    "grow": _grow,
    "open": _open,
    "search": _search,
    "recall": _recall,
    "again": _again,
    "add": _add,
    "plain_build": _plain_build,
    "plain_search": _plain_search,
}


if __name__ == "__main__":
    main()
