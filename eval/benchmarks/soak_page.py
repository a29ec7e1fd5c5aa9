"""The page's part of the soak: twenty conversations at once among callers who send half a request.

The server is a process of its own, with the packaged models, on the sample articles. First one
conversation asks alone, then twenty ask five questions each, over and over, until all questions were
asked; meanwhile others open connections, send half a request and wait. Every answer must be the one
that the question gets alone, 95 of a hundred within three times the single time for a conversation's
share of the cores, and the server must not grow once it is warm.
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
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import httpx

from eval.benchmarks.page import QUESTIONS_EACH, SESSIONS, session
from index.build import index_articles, index_raw
from index.records import RawArticle
from rag.assistant import Assistant

_DIFFERENT = 40
"""Questions that are asked, over and over."""

_MOST_TIMES = 3.0
_MOST_GROWTH = 1.10
_WARM_QUESTIONS = 200
_HOSTILE = ("千", "1", "0.", "1,", "上", "“", "来源：上海", "A.", "<b>")
"""What some articles repeat: runs that a careless expression would be slow on, and markup."""

_HALVES = (
    b"POST /page/find HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Half",
    b"POST /page/find HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 900\r\n\r\n{",
    b"POST /page/upload?name=a.json HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9000\r\n\r\n[",
)


def soak_page(questions: Sequence[str], count: int) -> tuple[dict[str, float], list[str]]:
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

    with Assistant.open(folder) as assistant:
        assistant.warm_up()
        limits = Limits(dict.fromkeys(Limited, 10**6))
        with serving(assistant, Settings(port=0, limits=limits)) as url:
            addresses.put(url)
            stop.wait()


def _load(
    url: str, process: int, asked: Sequence[tuple[str, str]], count: int
) -> tuple[dict[str, float], list[str]]:
    session(url, asked[:5])
    alone = session(url, [asked[at % len(asked)] for at in range(2 * SESSIONS)])
    done: list[tuple[float, bool]] = []
    warm = 0
    over = threading.Event()
    bother = threading.Thread(target=_send_halves, args=(url, over))
    bother.start()
    chosen = random.Random(1)
    try:
        with ThreadPoolExecutor(SESSIONS) as pool:
            while len(done) < count:
                shares = [chosen.sample(asked, QUESTIONS_EACH) for _ in range(SESSIONS)]
                for some in pool.map(lambda share: session(url, share), shares):
                    done += some
                if not warm and len(done) >= _WARM_QUESTIONS:
                    warm = _resident(process)
    finally:
        over.set()
        bother.join()
    single = statistics.median(seconds for seconds, _ in alone)
    share = single * max(SESSIONS / (os.cpu_count() or 1), 1)
    p95 = statistics.quantiles((seconds for seconds, _ in done), n=20)[-1]
    grown = _resident(process) / max(warm, 1)
    measured = {
        "questions": len(done),
        "single_seconds": round(single, 3),
        "p95_seconds": round(p95, 3),
        "p95_by_share": round(p95 / share, 2),
        "memory_growth": round(grown, 3),
    }
    wrong = [f"{sum(not right for _, right in done)} answers were not the question's own"]
    wrong = wrong if any(not right for _, right in done) else []
    if p95 > _MOST_TIMES * share:
        wrong.append(f"the 95th percentile is {p95 / share:.1f} times the share of one alone")
    if warm and grown > _MOST_GROWTH:
        wrong.append(f"the server's memory grew to {grown:.2f} of what it was")
    return measured, wrong


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


def _resident(process: int) -> int:
    """Kilobytes of memory that a process has; 0 where the system does not say."""
    try:
        status = Path(f"/proc/{process}/status").read_text("utf-8")
    except OSError:
        return 0
    line = next((line for line in status.splitlines() if line.startswith("VmRSS:")), "VmRSS: 0")
    return int(line.split()[1])
