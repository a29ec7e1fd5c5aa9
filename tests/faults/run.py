"""Put faults into jobs and see what is left of their libraries.

    LD_PRELOAD=shim.so python -m tests.faults.run FOLDER [--every N] [--times N] [--job NAME]

Started by ``tests/index/test_faults.py`` and by ``make faults``. Each job is first run to count the
calls that change a file. Then, for every kind of fault and every N-th call, a process of its own runs
the job with the fault in it; another one opens the library, verifies it, compares what it finds with
the library before and after the job, and runs the job again to its end. Prints one line of JSON.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import random
import select
import shutil
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from enum import IntEnum
from pathlib import Path

from index.chunk import count_tokens
from index.errors import JuwenError
from index.text.terms import index_terms
from tests.faults.jobs import JOBS, Job, seen, set_bounds, wrong_with


class Fault(IntEnum):
    """What befalls a call, as ``shim.c`` numbers it."""

    NONE = 0
    KILL = 1
    TEAR = 2
    FULL = 3
    BROKEN = 4
    DENIED = 5


SHIM = ctypes.CDLL(None)
SHIM.shim_arm.argtypes = [ctypes.c_char_p, ctypes.c_int, ctypes.c_long]
SHIM.shim_calls.restype = ctypes.c_long
_ENDS_PROCESS = (Fault.KILL, Fault.TEAR)
_PATIENCE = 120
_SAID = 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="an empty folder to work in")
    parser.add_argument("--every", type=int, default=1, help="try every N-th call")
    parser.add_argument(
        "--times", type=int, default=200, help="kills at random times, for all jobs"
    )
    parser.add_argument("--sparser", type=int, default=1, help="N times fewer that only fail")
    parser.add_argument("--job", choices=[*JOBS], action="append")
    arguments = parser.parse_args()
    warm_up()
    tried: Counter[str] = Counter()
    failures: list[str] = []
    names = arguments.job or [*JOBS]
    for name in names:
        set_bounds(JOBS[name])
        trial = Trial(name, JOBS[name], arguments.folder.resolve() / name)
        for fault in list(Fault)[1:]:
            step = arguments.every * (1 if fault in _ENDS_PROCESS else arguments.sparser)
            for call in range(random.randint(1, step), trial.calls + 1, step):
                tried[f"{name} {fault.name.lower()}"] += 1
                failures += reported(trial.at_call(fault, call))
        for _ in range(arguments.times // len(names)):
            tried[f"{name} at a random time"] += 1
            failures += reported(trial.at_time(random.uniform(0, 1.1 * trial.seconds)))
        print(f"{name}: {trial.calls} calls, {tried.total()} tried", file=sys.stderr, flush=True)
    print(json.dumps({"tried": tried, "failures": failures}, ensure_ascii=False))
    sys.exit(bool(failures))


def reported(failures: list[str]) -> list[str]:
    for failure in failures:
        print(failure, file=sys.stderr, flush=True)
    return failures


def warm_up() -> None:
    """Load what jobs load when they need it, once for all the processes that are to come."""
    import datasketch  # noqa: F401
    import faiss  # noqa: F401

    count_tokens("甲")
    index_terms("甲")


class Trial:
    """One job with its libraries: as it begins, as it ends, and the one that faults are put into."""

    def __init__(self, name: str, job: Job, folder: Path) -> None:
        self.name = name
        self._job = job
        self._before, self._after, self._tried = (
            folder / of for of in ("before", "after", "tried")
        )
        folder.mkdir(parents=True)
        self._do(lambda: job.prepare(self._before))
        if self._before.exists():
            shutil.copytree(self._before, self._after)
        started = time.perf_counter()
        self.calls = int(self._do(self._counting))
        self.seconds = time.perf_counter() - started
        self._seen_before = self._do(lambda: seen(self._before)) if self._before.exists() else "[]"
        self._seen_after = self._do(lambda: seen(self._after))

    def _counting(self) -> str:
        SHIM.shim_arm(bytes(self._after), Fault.NONE, 0)
        self._job.run(self._after)
        return str(SHIM.shim_calls())

    def at_call(self, fault: Fault, call: int) -> list[str]:
        """What is wrong after one fault in the job."""

        def faulty() -> str:
            SHIM.shim_arm(bytes(self._tried), fault, call)
            try:
                self._job.run(self._tried)
            except JuwenError:
                return "said"
            return "done"

        self._begin()
        process, answer = in_child(faulty)
        status, said = ended(process, answer)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        wrong = [] if killed or said in ("said", "done") else [f"the job ended with {said}"]
        return self._named(f"{fault.name} at call {call}", wrong + self._looked_at())

    def at_time(self, seconds: float) -> list[str]:
        """What is wrong after the job was killed so long after it began."""
        self._begin()
        process, answer = in_child(lambda: self._job.run(self._tried))
        time.sleep(seconds)
        os.kill(process, signal.SIGKILL)
        ended(process, answer)
        return self._named(f"killed after {seconds:.3f} s", self._looked_at())

    def _begin(self) -> None:
        shutil.rmtree(self._tried, ignore_errors=True)
        if self._before.exists():
            shutil.copytree(self._before, self._tried)

    def _looked_at(self) -> list[str]:
        said = self._do(self._look, must=False)
        return [said] if said else []

    def _look(self) -> str:
        wrong = wrong_with(
            self._tried, [self._seen_before, self._seen_after], whole=self._job.starts_whole
        )
        if wrong:
            return wrong
        self._job.run(self._tried)
        wrong = wrong_with(self._tried, [self._seen_after], whole=True)
        return f"run again, it left this: {wrong}" if wrong else ""

    def _do(self, work: Callable[[], object], *, must: bool = True) -> str:
        """``work`` in a process of its own."""
        status, said = ended(*in_child(work))
        if must and status:
            raise RuntimeError(f"{self.name}: {said}")
        return said if status == 0 or said else f"it ended with status {status}"

    def _named(self, fault: str, wrong: list[str]) -> list[str]:
        return [f"{self.name}, {fault}: {one}" for one in wrong]


def in_child(work: Callable[[], object]) -> tuple[int, int]:
    """Start a process; what it says comes through a pipe."""
    reading, writing = os.pipe()
    process = os.fork()
    if process:
        os.close(writing)
        return process, reading
    os.close(reading)
    code = 0
    try:
        said = str(work() or "")
    except BaseException:
        said, code = "".join(traceback.format_exc().splitlines(keepends=True)[-_SAID:]), 1
    with open(writing, "wb") as file:
        file.write(said.encode())
        file.flush()
        os._exit(code)


def ended(process: int, answer: int) -> tuple[int, str]:
    """How a process ended, and what it said; one that hangs is ended."""
    # What a library holds is more than a pipe does: it is read while the process goes on.
    with open(answer, "rb") as file:
        said = b""
        limit = time.monotonic() + _PATIENCE
        while select.select([file], [], [], max(limit - time.monotonic(), 0))[0]:
            piece = os.read(answer, 65536)
            if not piece:
                break
            said += piece
        else:
            os.kill(process, signal.SIGKILL)
            said = f"it hung for {_PATIENCE} s".encode()
    _, status = os.waitpid(process, 0)
    return status, said.decode("utf-8", "replace")


if __name__ == "__main__":
    main()
