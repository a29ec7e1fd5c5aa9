"""The jobs that faults are put into, each with the library that it begins with."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from index import passages
from index.build import index_raw, remove_articles
from index.database.database import DATABASE
from index.errors import LibraryError
from index.library.library import Library
from index.maintenance.compact import compact_library
from index.maintenance.repair import repair_library
from index.maintenance.verify import verify_library
from index.search import dense_building as dense
from index.search.dense_file import VECTORS
from tests.conftest import ARTICLES, FakeEncoder, article, contents, nearest

QUESTIONS = ("大桥何时通车", "第3处码头", "渡轮开航")
GREETING = "各位读者早上好"


def _weekly(number: int):
    text = f"{GREETING}\r第{number}处码头长{number}0米。"
    return article(f"w{number}", text, account="周刊", time=f"2025/3/{number + 1}")


OLD = (*ARTICLES, *(_weekly(number) for number in range(4)))
NEW = (
    article("bridge", "东岸大桥改到7月通车。", title="大桥改期"),
    *ARTICLES[1:4],
    *(_weekly(number) for number in range(1, 7)),
    article("ferry", "渡轮明日开航，票价五元。"),
)


def _make(folder: Path) -> None:
    index_raw(OLD[:6], folder, encoder=FakeEncoder())
    index_raw(OLD, folder, encoder=FakeEncoder())


def _nothing(_folder: Path) -> None:
    pass


def _interrupted(folder: Path) -> None:
    """A library with a job that was stopped half-way."""
    _make(folder)

    def stop(done: int, total: int) -> None:
        if total and done == 5:
            raise KeyboardInterrupt

    passages.WINDOW = 1
    try:
        index_raw(NEW, folder, encoder=FakeEncoder(), sync=True, progress=stop)
    except KeyboardInterrupt:
        pass
    finally:
        passages.WINDOW = 256


def _damaged(folder: Path) -> None:
    _make(folder)
    connection = sqlite3.connect(folder / DATABASE)
    with connection:
        connection.execute("UPDATE article SET title = 'x' WHERE article_id = 'w1'")
        connection.execute("DELETE FROM posting WHERE term = '大桥'")
        connection.execute("DELETE FROM recurring")
    connection.close()


def _without_vectors(folder: Path) -> None:
    _make(folder)
    (folder / VECTORS).unlink()


def _sync(folder: Path) -> None:
    passages.WINDOW = 2  # several transactions, as a large job has
    index_raw(NEW, folder, encoder=FakeEncoder(), sync=True)


def _first(folder: Path) -> None:
    index_raw(OLD, folder, encoder=FakeEncoder())


def _remove(folder: Path) -> None:
    remove_articles(["w0", "bridge"], folder, encoder=FakeEncoder())


def _compact(folder: Path) -> None:
    compact_library(folder)


def _repair(folder: Path) -> None:
    repair_library(folder, encoder=FakeEncoder())


def _read(folder: Path) -> None:
    with Library.open(folder) as library:
        nearest(library, FakeEncoder().encode_queries(["大桥"]), "zh", 3)


@dataclass(frozen=True, slots=True)
class Job:
    """A job and what it starts from.

    Attributes:
        starts_whole: Whether the library that it starts from has nothing wrong.
        listed: Whether its vectors are in lists, as those of a large library.
    """

    prepare: Callable[[Path], None]
    run: Callable[[Path], None]
    starts_whole: bool = True
    listed: bool = False


JOBS: Mapping[str, Job] = {
    "first": Job(_nothing, _first),
    "sync": Job(_make, _sync),
    "resume": Job(_interrupted, _sync),
    "remove": Job(_make, _remove),
    "compact": Job(_interrupted, _compact),
    "repair": Job(_damaged, _repair, starts_whole=False),
    "read": Job(_without_vectors, _read),
    "sync of lists": Job(_make, _sync, listed=True),
    "read of lists": Job(_without_vectors, _read, listed=True),
}


def set_bounds(job: Job) -> None:
    """Let a handful of passages be a large library, for jobs on one."""
    dense.MOST_EXACT, dense._MOST_UNLISTED = (5, 2) if job.listed else (100_000, 16_384)


def seen(folder: Path) -> str:
    """What a reader gets out of a library, for comparing; nothing where there is none yet."""
    try:
        found = contents(folder, FakeEncoder(), *QUESTIONS)
    except LibraryError as error:
        if any(said in str(error) for said in ("is not a library", "never filled", "(0 bytes)")):
            return "[]"
        raise
    if dense.MOST_EXACT == 5:  # lists made at another time are centred a little differently
        for name, (article_, changes, rows) in found.items():
            found[name] = article_, changes, [(span, of, words) for span, of, _, words in rows]
    return repr(sorted(found.items()))


def wrong_with(folder: Path, allowed: list[str], *, whole: bool) -> str:
    """What is wrong with a library after a fault; ``""`` where all is well."""
    found = seen(folder)
    if not whole:
        return ""  # a repair goes step by step
    if found not in allowed:
        return f"it is neither the library before nor after: {found[:200]}"
    if found == "[]":
        return ""
    wrong = (finding for finding in verify_library(folder) if finding.mend.is_of_damage)
    return "; ".join(finding.message.english for finding in wrong)
