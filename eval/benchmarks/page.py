"""Twenty sessions of the chat page at once against one alone, with the extractive answerer.

Prints the 95th percentile of the time to a whole answer as a multiple of the time that one session
takes, per share of a core: with 20 sessions on 2 cores each has a tenth of a core, and ten times
the single time would be perfect. Usage: python -m eval.benchmarks.page LIBRARY QUESTIONS.jsonl
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx

from rag.assistant import Assistant
from ui.chat.limits import Limited, Limits
from ui.chat.server import Settings, serving

SESSIONS = 20
QUESTIONS_EACH = 5


def main(library: Path, questions: Sequence[str]) -> None:
    with Assistant.open(library) as assistant:
        assistant.warm_up()
        expected = [assistant.ask(question).answer for question in questions]
        limits = Limits({Limited.QUESTIONS: 10**6})
        with serving(assistant, Settings(port=0, limits=limits)) as url:
            measure(url, list(zip(questions, expected, strict=True)))


def measure(url: str, asked: Sequence[tuple[str, str]]) -> None:
    session(url, asked[:5])  # warm
    alone = session(url, asked[: SESSIONS * 2])
    shares = [
        [asked[(number * QUESTIONS_EACH + step) % len(asked)] for step in range(QUESTIONS_EACH)]
        for number in range(SESSIONS)
    ]
    with ThreadPoolExecutor(SESSIONS) as pool:
        found = list(pool.map(lambda share: session(url, share), shares))
    together = [one for some in found for one in some]
    wrong = sum(not right for _, right in (*alone, *together))
    cores = os.cpu_count() or 1
    single = statistics.median(seconds for seconds, _ in alone)
    p95 = statistics.quantiles((seconds for seconds, _ in together), n=20)[-1]
    print(f"alone: median {single * 1000:.0f} ms of {len(alone)}")
    print(f"{SESSIONS} at once: p95 {p95 * 1000:.0f} ms of {len(together)}")
    print(f"ratio to the single time per core share: {p95 / (single * SESSIONS / cores):.2f}")
    print(f"errors and answers of another question: {wrong}")


def session(url: str, asked: Sequence[tuple[str, str]]) -> list[tuple[float, bool]]:
    """Ask one after the other; for each the seconds, and whether it got its own answer."""
    with httpx.Client(base_url=url, timeout=120) as client:
        client.get("/")
        return [ask(client, question, expected) for question, expected in asked]


def ask(client: httpx.Client, question: str, expected: str) -> tuple[float, bool]:
    started = time.perf_counter()
    try:
        answer = _answer(client, question)
    except (httpx.ReadError, httpx.RemoteProtocolError):
        # As browsers do: the server had let go of a connection that rested for some seconds.
        answer = _answer(client, question)
    right = answer is not None and answer["answer"] == expected
    return time.perf_counter() - started, right


def _answer(client: httpx.Client, question: str) -> dict[str, Any] | None:
    answer = None
    with client.stream("POST", "/page/ask", json={"question": question}) as stream:
        for line in stream.iter_lines():
            answer = json.loads(line).get("answer") or answer
    return answer


if __name__ == "__main__":
    lines = Path(sys.argv[2]).read_text("utf-8").splitlines()
    main(Path(sys.argv[1]), [json.loads(line)["question"] for line in lines])
