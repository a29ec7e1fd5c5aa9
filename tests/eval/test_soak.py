"""The soak: what it holds answers against, and that its processes end with it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from eval.benchmarks.processes import Work, resident
from eval.benchmarks.soak_page import Crowd, _grown, _wrong_answers

STARTS_ONE = """
import multiprocessing
import time

from tests.eval.test_soak import child

if __name__ == "__main__":
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    process = context.Process(target=child, args=(queue,))
    process.start()
    print(queue.get(), flush=True)
    time.sleep(600)
"""


def child(queue) -> None:
    from eval.benchmarks.soak import guarded

    guarded(say_and_stay, Path(), 0, queue, queue)


def say_and_stay(_folder, _number, queue, _counts, _wrong) -> None:
    queue.put(os.getpid())
    time.sleep(600)


def is_there(process: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except OSError:
        return False


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="looks into /proc")
def test_a_process_of_the_soak_ends_when_what_started_it_is_killed(tmp_path):
    script = tmp_path / "starts_one.py"
    script.write_text(STARTS_ONE)
    with subprocess.Popen(
        [sys.executable, str(script)],
        cwd=Path(__file__).parents[2],
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[2]), *sys.path]),
        },
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        started = int(parent.stdout.readline())
        assert is_there(started)
        parent.send_signal(signal.SIGKILL)
    end = time.monotonic() + 20
    while is_there(started) and time.monotonic() < end:
        time.sleep(0.05)
    assert not is_there(started)


def test_answers_may_take_the_triple_of_a_conversations_share():
    assert Crowd([1.0] * 100, share=0.4).wrong() == []
    (said,) = Crowd([1.0] * 90 + [8.0] * 10, share=2.0).wrong()
    assert "4.0 times a conversation's share" in said


def test_wrong_answers_and_a_server_that_grows_are_said():
    assert _wrong_answers([(1.0, True)]) == _grown([(100, 1), (200, 500), (2000, 549)]) == []
    assert "1 answers" in _wrong_answers([(1.0, True), (1.0, False)])[0]
    assert "grew to 1.20" in _grown([(100, 1), (200, 500), (2000, 600)])[0]


@pytest.mark.skipif(not Path("/proc/stat").exists(), reason="looks into /proc")
def test_what_a_process_takes():
    before = Work.of(os.getpid())
    end = time.process_time() + 0.1
    while time.process_time() < end:
        pass
    taken = Work.of(os.getpid()).since(before)
    assert 0.05 < taken.own <= taken.all + 0.05
    assert resident(os.getpid()) > 1
