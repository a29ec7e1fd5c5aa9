"""A writer, a standby and a primary killed in turns under readers: what is seen, lost and waited for.

    python -m eval.benchmarks.postgres_kills [--kills 12] [--readers 4] [--pause 0.2] [--seed 0]

A primary and its synchronous standby run from the wheel, as an unprivileged user. The writer, a
process, publishes one job after the other, each of which leaves the library with articles that all
carry its number (``eval.benchmarks.numbered``). In the middle of a publication, at a moment drawn by
chance, one of the three gets SIGKILL: the writer is started anew; a standby is started again; of a
primary the standby is promoted, and the killed one follows it with a new copy. Readers, half of
which ask a standby, ask on all the while. Wrong are an answer from more than one job, an error that
reaches a reader (a question that is lost with its server is asked once more by the library, and not
twice), and a publication that was acknowledged and is gone. Prints what was counted, in JSON; ends
with 1 where anything was wrong.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import statistics
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).parents[2]))  # the servers are those of the tests

from eval.benchmarks.numbered import HashedEncoder, articles, look
from index.build import index_raw
from index.database.database import manifest_value
from index.errors import LibraryError
from index.library.library import Library
from index.location import Server
from index.maintenance.verify_server import verify_server
from index.postgresql import writer
from index.postgresql.connection import ConnectionLostError
from index.postgresql.publication import publish_staged
from tests.postgres import Postgres, primary_in, room_for_servers, standby_of, why_there_is_none

_SECONDS_TO_RECOVER = 120
_ARTICLES = 16
_NAP = 0.02
_ASKED = "第7号码头"

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["eval.benchmarks.numbered", "index.build", "tests.postgres"])


class Victim(StrEnum):
    WRITER = "writer"
    STANDBY = "standby"
    PRIMARY = "primary"


class Step(StrEnum):
    """What a writer tells of a job."""

    PUBLISHES = "publishes"
    ACKNOWLEDGED = "acknowledged"
    LOST = "server lost"
    REFUSED = "refused"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Said:
    """A message of a writer.

    Attributes:
        generation: That the job published; 0 where the writer does not know.
        at: In seconds of the system's monotonic clock.
    """

    step: Step
    job: int
    generation: int
    at: float
    detail: str = ""


@dataclass(slots=True)
class Seen:
    """What one reader saw.

    Attributes:
        waits: Of each question when it was asked, when it was last begun to be answered (with a
            connection at hand), and when it was, by the monotonic clock.
        again: When a question was asked once more.
        behind: Questions that saw less than was acknowledged before they were asked.
        wrong: Errors that reached the reader, and what did not fit together within an answer.
    """

    waits: list[tuple[float, float, float]] = field(default_factory=list)
    again: list[float] = field(default_factory=list)
    behind: int = 0
    wrong: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Kill:
    """One of the kills: when, and when the first publication after it was acknowledged."""

    victim: Victim
    at: float
    over: float


@dataclass(slots=True)
class Pair:
    """Two servers, one of which follows the other."""

    primary: Postgres
    standby: Postgres

    def address(self, database: str) -> str:
        ports = self.primary.port, self.standby.port
        return f"postgresql://juwen@{','.join(f'127.0.0.1:{port}' for port in ports)}/{database}"

    def wait_for_standby(self) -> None:
        _wait(self.primary.is_followed_synchronously, "the standby to come back")

    def fail_over(self) -> None:
        """Kill the primary, promote the standby, and have the one follow the other."""
        self.primary.kill()
        self.standby.promote()
        self.primary, self.standby = self.standby, self.primary
        self.standby.follow(self.primary)

    def restart_standby(self) -> None:
        self.standby.kill()
        self.standby.start()


class Writing:
    """The writer's process, and what it and those before it said."""

    def __init__(self, address: str, pause: float) -> None:
        self.said: list[Said] = []
        self._address, self._pause = address, pause
        self.start()

    def start(self) -> None:
        ours, its = _processes.Pipe(duplex=False)
        given = (self._address, self.job + 1, self._pause, its)
        self._process = _processes.Process(target=write, args=given, daemon=True)
        self._process.start()
        its.close()
        self._listener = threading.Thread(target=self._listen, args=(ours,))
        self._listener.start()

    def _listen(self, pipe: Connection) -> None:
        with suppress(EOFError):
            while True:
                self.said.append(pipe.recv())

    def kill(self) -> None:
        self._process.kill()
        self._process.join()
        self._listener.join()

    def restart(self) -> None:
        self.kill()
        self.start()

    def of(self, step: Step) -> list[Said]:
        return [one for one in self.said if one.step is step]

    @property
    def job(self) -> int:
        """The last that was acknowledged."""
        return max((one.job for one in self.of(Step.ACKNOWLEDGED)), default=0)

    def wait_for(self, step: Step) -> None:
        """Until a step is told of once more."""
        before = len(self.of(step))
        _wait(lambda: len(self.of(step)) > before, f"a job that says {step.value!r}")

    def publication_seconds(self) -> float:
        """How long the last publication took that was acknowledged."""
        last = self.of(Step.ACKNOWLEDGED)[-1]
        begun = [one.at for one in self.of(Step.PUBLISHES) if one.job == last.job]
        return last.at - begun[-1] if begun else 1.0


def _wait(reached: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + _SECONDS_TO_RECOVER
    while not reached():
        if time.monotonic() > until:
            raise TimeoutError(f"waited {_SECONDS_TO_RECOVER} s for {what}")
        time.sleep(0.02)


def write(address: str, job: int, pause: float, pipe: Connection) -> None:
    """Publish job after job, until killed; a process."""
    generation = 0

    def say(step: Step, detail: str = "") -> None:
        pipe.send(Said(step, job, generation, time.monotonic(), detail))

    def announced(connection: Any, *given: Any, **named: Any) -> None:
        nonlocal generation
        say(Step.PUBLISHES)
        publish_staged(connection, *given, **named)
        generation = int(manifest_value(connection, "generation"))

    with patch.object(writer, "publish_staged", announced):
        while True:
            try:
                new = articles(job, _ARTICLES)
                index_raw(new, Server(address), encoder=HashedEncoder(), sync=True)
                say(Step.ACKNOWLEDGED)
                job, generation = job + 1, 0
            except ConnectionLostError as error:
                say(Step.LOST, str(error))
            except LibraryError as error:
                refused = "is writing to the library" in str(error)
                say(Step.REFUSED if refused else Step.WRONG, str(error))
            time.sleep(pause)


def read(address: str, pause: float, stop: threading.Event, writing: Writing, seen: Seen) -> None:
    """Ask question after question of one open library, until told to stop; a thread."""
    encoder = HashedEncoder()
    with Library.open(Server(address)) as library:
        while not stop.wait(pause):
            begun: list[float] = []

            def ask(begun: list[float] = begun) -> tuple[int, str]:
                begun.append(time.monotonic())
                return look(library, encoder, _ASKED)

            acknowledged, asked = writing.job, time.monotonic()
            try:
                job, wrong = library.read(ask)
            except Exception:
                seen.wrong.append(traceback.format_exc())
                continue
            seen.waits.append((asked, begun[-1], time.monotonic()))
            seen.again += begun[1:]
            seen.behind += job < acknowledged
            if wrong:
                seen.wrong.append(wrong)


def run(kills: int, readers: int, pause: float, seed: int = 0) -> tuple[dict[str, Any], list[str]]:
    """Kill so often; what was counted, and what was wrong.

    Args:
        kills: How often, of writer, standby and primary in turns.
        readers: How many ask at the same time.
        pause: Seconds between a reader's questions, and between jobs.
        seed: Of the moments at which is killed.
    """
    with room_for_servers() as room, primary_in(room) as first:
        database = first.new_database().rpartition("/")[2]
        first.execute("ALTER SYSTEM SET synchronous_commit = remote_apply")
        first.execute("ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (primary, standby)'")
        with standby_of(first) as second:
            first.execute("SELECT pg_reload_conf()")
            pair, chosen = Pair(first, second), random.Random(seed)
            pair.wait_for_standby()
            address = pair.address(database)
            writing, seen = Writing(address, pause), [Seen() for _ in range(readers)]
            try:
                with _asking(address, pause, writing, seen) as lates:
                    done, wrong = _killed(pair, database, writing, chosen, kills)
            finally:
                writing.kill()
            found = verify_server(Server(address))
            wrong += [one.message.english for one in found if one.mend.is_of_damage]
            return _counted(seen, writing, done, lates), wrong + _wrong(seen, writing)


@contextmanager
def _asking(
    address: str, pause: float, writing: Writing, seen: Sequence[Seen]
) -> Iterator[list[tuple[float, float]]]:
    """Readers ask meanwhile, from the first publication on.

    Gives when a thread that only sleeps woke up, and how late: what no server can be blamed for.
    """
    writing.wait_for(Step.ACKNOWLEDGED)
    stop = threading.Event()
    lates: list[tuple[float, float]] = []
    threads = [threading.Thread(target=_sleep, args=(stop, lates))]
    threads[0].start()
    for number, one in enumerate(seen):
        asked = address if number % 2 else f"{address}?target_session_attrs=any"
        threads.append(threading.Thread(target=read, args=(asked, pause, stop, writing, one)))
        threads[-1].start()
    try:
        yield lates
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _sleep(stop: threading.Event, lates: list[tuple[float, float]]) -> None:
    while True:
        before = time.monotonic()
        if stop.wait(_NAP):
            return
        now = time.monotonic()
        lates.append((now, now - before - _NAP))


def _killed(
    pair: Pair, database: str, writing: Writing, chosen: random.Random, kills: int
) -> tuple[list[Kill], list[str]]:
    done: list[Kill] = []
    wrong: list[str] = []
    for number in range(kills):
        done.append(_kill(list(Victim)[number % len(Victim)], pair, writing, chosen))
        print(done[-1], file=sys.stderr, flush=True)
        wrong += _behind(pair, database, writing)
    return done, wrong


def _kill(victim: Victim, pair: Pair, writing: Writing, chosen: random.Random) -> Kill:
    writing.wait_for(Step.PUBLISHES)
    time.sleep(chosen.uniform(0, writing.publication_seconds()))
    before, at = len(writing.of(Step.ACKNOWLEDGED)), time.monotonic()
    if victim is Victim.WRITER:
        writing.restart()
    elif victim is Victim.STANDBY:
        pair.restart_standby()
    else:
        pair.fail_over()
    pair.wait_for_standby()
    _wait(lambda: len(writing.of(Step.ACKNOWLEDGED)) > before, "a publication")
    return Kill(victim, at, writing.of(Step.ACKNOWLEDGED)[before].at)


def _behind(pair: Pair, database: str, writing: Writing) -> list[str]:
    """The servers that do not have what was acknowledged."""
    job, wrong = writing.job, []
    for server in (pair.primary, pair.standby):
        with Library.open(Server(server.address(database))) as library:
            has, _ = look(library, HashedEncoder(), _ASKED)
        if has < job:
            wrong.append(f"job {job} was acknowledged, {server.data.name} has {has}")
    return wrong


def _wrong(seen: Sequence[Seen], writing: Writing) -> list[str]:
    wrong = [one for some in seen for one in some.wrong]
    wrong += [one.detail for one in writing.of(Step.WRONG)]
    # What is published over a publication that was lost has its generation again.
    known = [one for one in writing.of(Step.ACKNOWLEDGED) if one.generation]
    wrong += [
        f"generation {one.generation} (job {one.job}) was acknowledged and is gone"
        for one, later in pairwise(known)
        if later.generation <= one.generation
    ]
    return wrong


def _within(moments: Sequence[float], kill: Kill) -> int:
    return sum(kill.at <= moment <= kill.over for moment in moments)


def _lateness(lates: Sequence[tuple[float, float]], done: Sequence[Kill]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for at, late in lates:
        during = [kill.victim.value for kill in done if kill.at <= at <= kill.over]
        for name in during or ["none"]:
            found.setdefault(name, []).append(round(late, 2))
    return found


def _counted(
    seen: Sequence[Seen],
    writing: Writing,
    done: Sequence[Kill],
    lates: Sequence[tuple[float, float]],
) -> dict[str, Any]:
    waits: dict[str, list[tuple[float, float]]] = {}
    for some in seen:
        for asked, begun, end in some.waits:
            during = [kill.victim.value for kill in done if asked <= kill.over and end >= kill.at]
            for name in during or ["none"]:
                waits.setdefault(name, []).append((round(end - asked, 2), round(begun - asked, 2)))
    until: dict[str, list[float]] = {}
    for kill in done:
        until.setdefault(kill.victim.value, []).append(round(kill.over - kill.at, 2))
    again = [[_within(some.again, kill) for some in seen] for kill in done]
    return {
        "kills": len(done),
        "load of the machine": round(os.getloadavg()[1], 1),
        "answers": sum(len(some.waits) for some in seen),
        "asked once more": sum(len(some.again) for some in seen),
        "most often by one reader in one kill": max(map(max, again), default=0),
        "answers behind what was acknowledged": sum(some.behind for some in seen),
        "jobs": {step.value: len(writing.of(step)) for step in Step},
        "wait for an answer, s, by who was killed": {
            name: {
                "median": statistics.median(wait for wait, _ in some),
                "longest": max(some)[0],
                "of which until it was begun at last": max(some)[1],
                "above a second": sum(wait > 1 for wait, _ in some),
                "longest until one was begun at last": max(before for _, before in some),
            }
            for name, some in waits.items()
        },
        "a thread that does nothing was late by, s": {
            name: max(late) for name, late in _lateness(lates, done).items()
        },
        "until a publication was acknowledged, s": until,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=12)
    parser.add_argument("--readers", type=int, default=4)
    parser.add_argument("--pause", type=float, default=0.2, help="seconds between questions")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    if why := why_there_is_none():
        sys.exit(why)
    counted, wrong = run(arguments.kills, arguments.readers, arguments.pause, arguments.seed)
    print(json.dumps(counted, indent=2))
    for one in wrong:
        print("wrong:", one)
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
