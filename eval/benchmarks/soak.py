"""Readers and a writer at one library for minutes: every answer must be of one generation.

    python -m eval.benchmarks.soak [--minutes 10] [--readers 4] [--folder FOLDER]

The writer, a process, adds, changes and removes articles; each job leaves the library with articles
that all carry the number of that job, and says so in a log before it publishes. Readers, processes of
two threads each, ask questions inside a snapshot, each question several times over, and check that all
that they see, chunks, texts, counts and both scores, belongs to one and the same job. A second writer
tries to get in and must be told who holds the lock. At the end the library is verified. Prints how
often each did what it does; ends with 1 if anything was wrong.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter
from importlib.resources import files
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

from eval.benchmarks.numbered import ARTICLES, HashedEncoder, articles, look
from eval.benchmarks.processes import end_with_parent
from eval.benchmarks.soak_page import soak_page
from index.build import index_raw
from index.errors import LibraryError
from index.library.library import Library
from index.maintenance.verify import verify_library


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--readers", type=int, default=4)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--questions", type=int, default=2000, help="of the page; 0 leaves it out")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = (arguments.folder or Path(made)) / "library"
        index_raw(articles(0), folder, encoder=HashedEncoder())
        wrong = soak(folder, arguments.readers, arguments.minutes * 60)
        wrong += [
            finding.message.english
            for finding in verify_library(folder)
            if finding.mend.is_of_damage
        ]
    for one in wrong:
        print("wrong:", one)
    print(f"the library: {len(wrong)} things wrong", flush=True)
    if arguments.questions:
        lines = files("eval").joinpath("sets", "samples.jsonl").read_text("utf-8").splitlines()
        asked = [json.loads(line)["question"] for line in lines if '"history"' not in line]
        measured, slow = soak_page(asked, arguments.questions)
        print(json.dumps(measured))
        for one in slow:
            print("wrong:", one)
        wrong += slow
    print("nothing wrong" if not wrong else f"{len(wrong)} things wrong")
    sys.exit(bool(wrong))


def soak(folder: Path, readers: int, seconds: float) -> list[str]:
    context = multiprocessing.get_context("spawn")
    stop, said = context.Event(), context.Queue()
    work = [(write, 0), (intrude, 0), (kill, 0), *((read, number) for number in range(readers))]
    running = [
        context.Process(target=guarded, args=(function, folder, number, stop, said))
        for function, number in work
    ]
    for process in running:
        process.start()
    time.sleep(seconds)
    stop.set()
    told = [said.get(timeout=600) for _ in running]
    for process in running:
        process.join()
    done = sum((Counter(counts) for counts, _ in told), Counter())
    print(json.dumps({"seconds": seconds, **done}))
    return [one for _, wrong in told for one in wrong]


def guarded(function: Any, folder: Path, number: int, stop: Event, said: Any) -> None:
    """Run one of the processes; hand back what it did and what was wrong."""
    end_with_parent()
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    try:
        function(folder, number, stop, counts, wrong)
    except BaseException:
        wrong.append(traceback.format_exc())
        stop.set()
    said.put((dict(counts), wrong[:5]))


def write(folder: Path, _number: int, stop: Event, counts: Counter[str], _wrong: list[str]) -> None:
    while not stop.is_set():
        try:
            index_raw(articles(counts["jobs"] + 1), folder, encoder=HashedEncoder(), sync=True)
            counts["jobs"] += 1
        except LibraryError:  # the second writer is in
            time.sleep(0.01)


def intrude(
    folder: Path, _number: int, stop: Event, counts: Counter[str], wrong: list[str]
) -> None:
    """A second writer, with nothing to change: let in between jobs, told who is there during one."""
    while not stop.is_set():
        try:
            index_raw([], folder, encoder=HashedEncoder())
            counts["second writer let in"] += 1
        except LibraryError as error:
            counts["second writer refused"] += 1
            if "is writing to the library" not in str(error):
                wrong.append(str(error))
        time.sleep(0.05)


def kill(folder: Path, _number: int, stop: Event, counts: Counter[str], _wrong: list[str]) -> None:
    """Start readers and kill them in the middle of whatever they do."""
    context = multiprocessing.get_context("spawn")
    chosen = random.Random(7)
    while not stop.is_set():
        # Events and queues of its own: one that is killed may hold their locks.
        own = context.Event(), context.Queue()
        reader = context.Process(target=guarded, args=(read, folder, 99, *own))
        reader.start()
        stop.wait(chosen.uniform(0.5, 5))
        reader.kill()
        reader.join()
        counts["readers killed"] += 1


def read(folder: Path, number: int, stop: Event, counts: Counter[str], wrong: list[str]) -> None:
    """Two threads on one ``Library``; every other process opens it anew for each question."""
    with Library.open(folder) as shared:
        threads = [
            threading.Thread(target=ask, args=(shared, number * 2 + side, stop, counts, wrong))
            for side in range(2)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def ask(shared: Library, number: int, stop: Event, counts: Counter[str], wrong: list[str]) -> None:
    chosen = random.Random(number)
    encoder = HashedEncoder()
    while not stop.is_set():
        asked = f"第{chosen.randrange(ARTICLES)}号码头"
        try:
            if number % 4 < 2:
                _, seen = look(shared, encoder, asked)
            else:
                with Library.open(shared.where) as library:
                    _, seen = look(library, encoder, asked)
        except Exception:
            wrong.append(traceback.format_exc())
            return
        counts["questions"] += 1
        if seen:
            wrong.append(seen)


if __name__ == "__main__":
    main()
