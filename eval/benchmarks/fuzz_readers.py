"""Damaged and senseless files of every kind, for as long as it is told, against the readers.

    python -m eval.benchmarks.fuzz_readers [--seconds 600] [--seed 0] [--keep FOLDER]

Each file is read in a process of its own that is watched: an exception, a process that dies and
one that takes too long (10 s) are counted, and the file is kept. One file in twenty goes through the
whole way, with the libraries in a process of their own that is stopped after a minute; else these
run in the watched process, which is 30 times faster, and what takes them too long there counts as
slow: they would be stopped. ``MiB`` is by how much more of the watched process was resident while it
read a file of the kind than before, at most.
"""

from __future__ import annotations

import argparse
import importlib
import json
import multiprocessing
import random
import resource
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))  # the samples are those of the tests

from index.readers import isolated
from index.readers.limits import MAX_ARTICLE_CHARS, MAX_PAGES, MAX_RECOGNITION_BYTES, MAX_SECONDS
from index.readers.load import read_articles
from index.readers.workers import recognised_text
from index.records import Problem, RawArticle
from tests.index.readers.mutation import mutated, noise
from tests.index.readers.samples import of_every_kind

LIMIT = 10.0
load_recogniser = recognised_text._recogniser
IN_PROCESS = (".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".gz", ".txt", ".md")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, default=Path("reports/fuzz"))
    options = parser.parse_args()

    samples = of_every_kind()
    rng = random.Random(options.seed)
    counts: Counter[tuple[str, str]] = Counter()
    most: dict[str, int] = {}
    reader = Reader()
    end = time.monotonic() + options.seconds
    while time.monotonic() < end:
        for name, sample in samples.items():
            data = noise(rng, sample) if rng.random() < 0.2 else mutated(rng, name, sample)
            whole = rng.random() < 0.05
            outcome, detail, memory = reader.read(name, data, whole)
            if outcome == "hung" and not whole and not name.endswith(IN_PROCESS):
                outcome = "slow"
            most[name] = max(memory, most.get(name, 0))
            counts[name, "cases"] += 1
            counts[name, outcome] += 1
            if outcome not in ("articles", "problems"):
                keep(options.keep, name, data, counts, f"{outcome}: {detail}")
    reader.stop()
    report(samples, counts, most)


class Reader:
    """The process that reads, started anew when it has died or hung."""

    def __init__(self) -> None:
        self._process: multiprocessing.Process | None = None

    def read(self, name: str, data: bytes, whole: bool) -> tuple[str, str, int]:
        if self._process is None:
            self._pipe, theirs = multiprocessing.Pipe()
            self._process = multiprocessing.Process(target=serve, args=(theirs,), daemon=True)
            self._process.start()
            theirs.close()
        try:
            self._pipe.send((name, data, whole))
            if self._pipe.poll(LIMIT + MAX_SECONDS * whole):
                ended: tuple[str, str, int] = self._pipe.recv()
                return ended
        except (EOFError, OSError):
            self._process.join()
            detail = f"exit code {self._process.exitcode}"
            self._process = None
            return "died", detail, 0
        self.stop()
        return "hung", "no answer in time", 0

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process = None


def serve(pipe: Connection) -> None:
    """Read what comes, each under its name in a folder of its own, and say what came of it."""
    in_processes = isolated._run
    resource.setrlimit(resource.RLIMIT_AS, (MAX_RECOGNITION_BYTES,) * 2)
    with tempfile.TemporaryDirectory() as folder:
        while True:
            name, data, whole = pipe.recv()
            isolated._run = in_processes if whole else in_this_process
            recognised_text._recogniser = recogniser
            path = Path(folder) / name
            path.write_bytes(data)
            before = forget_peak()
            try:
                outcome, detail = ("articles" if read(path) else "problems"), ""
            except BaseException:
                outcome, detail = "raised", traceback.format_exc()
            pipe.send((outcome, detail, peak() - before))


def forget_peak() -> int:
    """The bytes that are resident in this process, from which on its peak is counted."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    return peak()


def peak() -> int:
    """The most bytes that were resident in this process since ``forget_peak``; 0 where it is not told."""
    with suppress(OSError):
        said = Path("/proc/self/status").read_text()
        return int(said.partition("VmHWM:")[2].split()[0]) * 1024
    return 0


def read(path: Path) -> int:
    """Number of articles; raises where an item is neither article nor problem, or cannot be stored."""
    articles = 0
    for item in read_articles([path]):
        if isinstance(item, RawArticle):
            articles += 1
            "".join((item.article_id, item.title, item.url, item.time, item.content)).encode()
        elif isinstance(item, Problem):
            (item.english + item.chinese).encode()
        else:
            raise TypeError(type(item))
    return articles


def in_this_process(
    script: Path, data: bytes, pages: Sequence[int] = (), seconds: float = 0, memory: int = 0
) -> dict[str, Any]:
    worker = importlib.import_module(f"index.readers.workers.{script.stem}")
    extracted = worker.extract(data, MAX_ARTICLE_CHARS, MAX_PAGES, *pages)
    written: dict[str, Any] = json.loads(json.dumps(extracted))
    return written


@cache
def recogniser() -> Any:
    """One for all pictures: loading its models takes longer than a file of the others."""
    return load_recogniser()


def keep(folder: Path, name: str, data: bytes, counts: Counter[tuple[str, str]], why: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{counts[name, 'cases']:06d}"
    (folder / f"{stem}-{name}").write_bytes(data)
    (folder / f"{stem}-{name}.why").write_text(why, "utf-8")


def report(
    samples: dict[str, bytes], counts: Counter[tuple[str, str]], most: dict[str, int]
) -> None:
    columns = ("cases", "articles", "problems", "slow", "raised", "died", "hung")
    print("".join(f"{column:>10}" for column in ("", *columns, "MiB")))
    for name in (*samples, "all"):
        values = [
            sum(n for (key, c), n in counts.items() if c == column and name in (key, "all"))
            for column in columns
        ]
        memory = max(most.values(), default=0) if name == "all" else most.get(name, 0)
        print(f"{name:>10}" + "".join(f"{value:>10,}" for value in (*values, memory // 2**20)))


if __name__ == "__main__":
    main()
