"""The page's part of the soak: twenty conversations at once among callers who send half a request.

The server is a process of its own, with the packaged models, on the sample articles. First one
conversation asks alone, then twenty ask five questions each, over and over, until all questions were
asked; meanwhile others open connections, send half a request and wait. Every answer must be the one
that the question gets alone, and the server must not grow once it is warm.

How long an answer takes is held against a conversation's share of the processor. A question takes
so many seconds of it, all threads together, where it is asked alone (``work``); twenty at once on two
cores can get their answers in no less than ten times that, on average, in whatever order they are served.
Of that share (the cores less what other programs took meanwhile) 95 of a hundred answers
may take the triple. It is the product of two: how much longer answers take on average than the share, which is what is lost
by doing many at once (``mean_by_share``), and how unlike they wait (``p95_by_mean``).
"""

from __future__ import annotations

import multiprocessing
import os
import random
import socket
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import httpx

from eval.benchmarks.page import QUESTIONS_EACH, SESSIONS, session
from eval.benchmarks.processes import Work, end_with_parent, resident
from index.build import index_articles, index_raw
from index.records import RawArticle
from rag.assistant import Assistant

_DIFFERENT = 40
"""Questions that are asked, over and over."""

_MOST_TIMES = 3.0
_MOST_GROWTH = 1.10
_WARM_QUESTIONS = 200
_EACH = 100
"""Questions between two looks at the server's memory."""

_HOSTILE = ("千", "1", "0.", "1,", "上", "“", "来源：上海", "A.", "<b>")
"""What some articles repeat: runs that a careless expression would be slow on, and markup."""

_HALVES = (
    b"POST /page/find HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Half",
    b"POST /page/find HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 900\r\n\r\n{",
    b"POST /page/upload?name=a.json HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9000\r\n\r\n[",
)


def soak_page(questions: Sequence[str], count: int) -> tuple[dict[str, Any], list[str]]:
    """Ask ``count`` questions; what was measured, and what was wrong."""
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "library"
        index_articles([Path(str(files("index").joinpath("samples", "articles.json")))], folder)
        hostile = [
            RawArticle(
                f"hostile{at}", f"机器人公司的企业 {at}", "", "2025/6/1", "", f"{run * 4000}家企业"
            )
            for at, run in enumerate(_HOSTILE)
        ]
        index_raw(hostile, folder)
        with Assistant.open(folder) as assistant:
            some = questions[:: max(len(questions) // _DIFFERENT, 1)]
            expected = {question: assistant.ask(question).answer for question in some}
        stop, addresses = context.Event(), context.Queue()
        process = context.Process(target=_serve, args=(folder, stop, addresses))
        process.start()
        url = addresses.get(timeout=300)
        try:
            return _load(url, process.pid or 0, list(expected.items()), count)
        finally:
            stop.set()
            process.join(30)
            process.kill()


def _serve(folder: Path, stop: Event, addresses: Any) -> None:
    from ui.chat.limits import Limited, Limits
    from ui.chat.server import Settings, serving
    from ui.heaps import share_heaps

    end_with_parent()
    share_heaps()
    with Assistant.open(folder) as assistant:
        assistant.warm_up()
        limits = Limits(dict.fromkeys(Limited, 10**6))
        with serving(assistant, Settings(port=0, limits=limits)) as url:
            addresses.put(url)
            stop.wait()


def _load(
    url: str, process: int, asked: Sequence[tuple[str, str]], count: int
) -> tuple[dict[str, Any], list[str]]:
    session(url, asked[:5])
    before = Work.of(process)
    alone = session(url, [asked[at % len(asked)] for at in range(2 * SESSIONS)])
    work = Work.of(process).since(before).own / len(alone)
    asking = _Asking(url, process, asked, count)
    before, begun = Work.of(process), time.monotonic()
    with _bothered(url), ThreadPoolExecutor(SESSIONS) as pool:
        for conversation in [pool.submit(asking.converse, number) for number in range(SESSIONS)]:
            conversation.result()
    done, memory = asking.done, asking.memory
    taken, seconds = Work.of(process).since(before), time.monotonic() - begun
    others = (taken.all - taken.own) / seconds
    left = max((os.cpu_count() or 1) - others, 0.1)
    crowd = Crowd([one for one, _ in done], share=work * SESSIONS / left)
    measured = {
        "questions": len(done),
        "single_seconds": round(statistics.median(one for one, _ in alone), 3),
        "work": round(work, 3),
        "work_at_once": round(taken.own / len(done), 3),
        "others_cores": round(others, 2),
        "mean_seconds": round(crowd.mean, 2),
        "p95_seconds": round(crowd.p95, 2),
        "mean_by_share": round(crowd.mean / crowd.share, 2),
        "p95_by_mean": round(crowd.p95 / crowd.mean, 2),
        "p95_by_share": round(crowd.p95 / crowd.share, 2),
        "memory": memory[:: max(len(memory) // 10, 1)] + memory[-1:],
    }
    return measured, [*_wrong_answers(done), *crowd.wrong(), *_grown(memory)]


class _Asking:
    """Conversations, one after the other in each of the threads, until enough was asked; what came of it.

    Attributes:
        done: Of each answer the seconds, and whether it was the question's own.
        memory: After how many questions how many megabytes the server had.
    """

    def __init__(
        self, url: str, process: int, asked: Sequence[tuple[str, str]], count: int
    ) -> None:
        self.done: list[tuple[float, bool]] = []
        self.memory: list[tuple[int, int]] = []
        self._url, self._process = url, process
        self._asked, self._count = asked, count
        self._lock = threading.Lock()

    def converse(self, number: int) -> None:
        chosen = random.Random(number)
        while len(self.done) < self._count:
            answered = session(self._url, chosen.sample(self._asked, QUESTIONS_EACH))
            with self._lock:
                self.done += answered
                if len(self.done) // _EACH > len(self.memory):
                    self.memory.append((len(self.done), resident(self._process)))


@dataclass(frozen=True, slots=True)
class Crowd:
    """How long the answers of many at once took, in seconds, and what one has as its share."""

    seconds: Sequence[float]
    share: float

    @property
    def mean(self) -> float:
        return statistics.fmean(self.seconds)

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.seconds, n=20)[-1]

    def wrong(self) -> list[str]:
        times = self.p95 / self.share
        said = f"the 95th percentile is {times:.1f} times a conversation's share of the processor"
        return [said] if times > _MOST_TIMES else []


def _wrong_answers(done: Sequence[tuple[float, bool]]) -> list[str]:
    wrong = sum(not right for _, right in done)
    return [f"{wrong} answers were not the question's own"] if wrong else []


def _grown(memory: Sequence[tuple[int, int]]) -> list[str]:
    """Whether the server had more memory at the end than when it was warm."""
    warm = next((size for asked, size in memory if asked >= _WARM_QUESTIONS), 0)
    grown = memory[-1][1] / warm if warm else 0.0  # also where the system does not say
    return (
        [f"the server's memory grew to {grown:.2f} of what it was"] if grown > _MOST_GROWTH else []
    )


@contextmanager
def _bothered(url: str) -> Iterator[None]:
    """Others send half requests meanwhile."""
    over = threading.Event()
    bother = threading.Thread(target=_send_halves, args=(url, over))
    bother.start()
    try:
        yield
    finally:
        over.set()
        bother.join()


def _send_halves(url: str, over: threading.Event) -> None:
    """Open connections, send half a request and leave them open, as fast as the server lets go."""
    address = httpx.URL(url)
    held: list[socket.socket] = []
    while not over.is_set():
        try:
            connection = socket.create_connection((address.host, address.port or 80), timeout=5)
            connection.sendall(_HALVES[len(held) % len(_HALVES)])
            held.append(connection)
        except OSError:
            pass
        if len(held) > 100:
            held.pop(0).close()
        time.sleep(0.05)
    for connection in held:
        connection.close()
