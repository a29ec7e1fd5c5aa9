"""Passages embedded by two tasks of a Ray cluster: how much faster than by one, and with one killed.

    ray start --head --num-cpus 2 --disable-usage-stats
    OMP_NUM_THREADS=1 python -m eval.benchmarks.workers ARTICLES.json ADDRESS [--passages 2000] [--characters 100]

All runs on this machine, one thread a worker. A round embeds the passages by one worker and by two,
whose models are loaded before the clock starts; of the rounds the best time of each counts. Then the
articles are indexed by this process, and by two workers, one of which gets SIGKILL in the middle of a
window when a third of the articles is stored. Wrong are a vector that is not bit for bit this
process's, and a passage that is stored twice or not at all. Prints what was found, in JSON; ends with
1 where anything was wrong.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from eval.benchmarks.indexing import unique_passages
from index.build import index_raw
from index.embedding.encoder import Encoder, Vectors
from index.embedding.packaged_encoder import PackagedEncoder
from index.embedding.workers import Workers, open_embedding
from index.library.library import Library
from index.library.staging import StoredArticle
from index.passages import WINDOW
from index.readers.load import read_articles
from index.records import RawArticle

_WORKERS = 2
_WARMED_BY = 8
"""Passages that each worker embeds before the clock starts."""

_TASK = b"ray::embed"
"""What a worker is called while it embeds."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("articles", type=Path, help="an export, as `juwen index` takes it")
    parser.add_argument("address", help="of a Ray cluster on this machine")
    parser.add_argument("--passages", type=int, default=2000)
    parser.add_argument(
        "--characters", type=int, help="of each article, from its beginning; all by default"
    )
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    received = _first(options.articles, options.passages, options.characters)
    passages = unique_passages(received)
    encoder = PackagedEncoder()
    seconds: dict[int, list[float]] = {1: [], _WORKERS: []}
    wrong, vectors = 0, None
    for _ in range(options.rounds):
        for count, taken in seconds.items():
            spent, found = _embedded(encoder, passages, Workers(count, options.address))
            taken.append(spent)
            wrong += 0 if vectors is None or np.array_equal(found, vectors) else 1
            vectors = found
    killed = _with_a_kill(encoder, received, options.address)
    one, two = (min(taken) for taken in seconds.values())
    found_all = {
        "passages": len(passages),
        "seconds by one worker, and by two": seconds,
        "times as fast": round(one / two, 2),
        "rounds of other vectors": wrong,
        "load of the machine": round(os.getloadavg()[1], 1),
        "one killed": killed,
    }
    print(json.dumps(found_all, indent=2))
    sys.exit(bool(wrong) or killed["as by this process"] is False)


def _first(export: Path, passages: int, characters: int | None) -> list[RawArticle]:
    """The first articles that have about so many passages, each cut to so many characters."""
    articles: list[RawArticle] = []
    count = 0
    for one in read_articles([export]):
        if count >= passages:
            break
        if isinstance(one, RawArticle):
            articles.append(replace(one, content=one.content[:characters]))
            count += len(unique_passages(articles[-1:]))
    return articles


def _embedded(encoder: Encoder, passages: Sequence[str], workers: Workers) -> tuple[float, Vectors]:
    """Seconds by the clock that the passages took, in windows as a job forms them, and their vectors."""
    windows = [passages[at : at + WINDOW] for at in range(0, len(passages), WINDOW)]
    with open_embedding(encoder, workers) as embedding:
        for warming in [embedding.submit(passages[:_WARMED_BY]) for _ in range(workers.count)]:
            warming.result()
        started = time.perf_counter()
        futures = [embedding.submit(some) for some in windows]
        vectors = np.concatenate([future.result() for future in futures])
        return round(time.perf_counter() - started, 1), vectors


def _with_a_kill(encoder: Encoder, received: Sequence[RawArticle], address: str) -> dict[str, Any]:
    """What becomes of a job one of whose workers is killed."""
    killed: list[int] = []

    def progress(done: int, total: int) -> None:
        if not killed and total and 3 * done >= total:
            killed.extend(_kill_one())

    with tempfile.TemporaryDirectory() as folder:
        alone, many = Path(folder) / "alone", Path(folder) / "many"
        once = index_raw(received, alone, encoder=encoder)
        workers = Workers(_WORKERS, address)
        again = index_raw(received, many, encoder=encoder, workers=workers, progress=progress)
        return {
            "killed": len(killed),
            "passages embedded": [once.embedded, again.embedded],
            "as by this process": _stored(alone) == _stored(many),
        }


def _kill_one() -> list[int]:
    """Kill a worker that is at a window; its process id, if there is one."""
    for name in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it has ended meanwhile
            if name.read_bytes().startswith(_TASK):
                process = int(name.parent.name)
                os.kill(process, signal.SIGKILL)
                return [process]
    return []


def _stored(folder: Path) -> list[StoredArticle]:
    with Library.open(folder) as library:
        return list(library.stored())


if __name__ == "__main__":
    main()
