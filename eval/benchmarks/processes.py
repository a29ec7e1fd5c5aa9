"""What a benchmark asks of processes: how much they take, and that none outlives the one that started it."""

from __future__ import annotations

import multiprocessing
import os
import threading
from dataclasses import dataclass
from pathlib import Path

_MEGABYTE = 1024


def end_with_parent() -> None:
    """End this process as soon as the one that started it is gone, however that came to its end."""
    threading.Thread(target=_end_after_parent, daemon=True).start()


def _end_after_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None, "this process was started by no other one"
    parent.join()
    os._exit(1)


def resident(process: int) -> int:
    """Megabytes of memory that a process has; 0 where the system does not say."""
    try:
        status = Path(f"/proc/{process}/status").read_text("utf-8")
    except OSError:
        return 0
    line = next((line for line in status.splitlines() if line.startswith("VmRSS:")), "VmRSS: 0")
    return int(line.split()[1]) // _MEGABYTE


@dataclass(frozen=True, slots=True)
class Work:
    """Seconds of processor time, up to a moment.

    Attributes:
        own: Those of one process.
        all: Those of the whole machine.
    """

    own: float
    all: float

    @classmethod
    def of(cls, process: int) -> Work:
        """What the system says of a process now."""
        tick = os.sysconf("SC_CLK_TCK")
        fields = Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()
        user, nice, system, _idle, _waiting, *others = map(
            int, Path("/proc/stat").read_text("utf-8").split("\n", 1)[0].split()[1:9]
        )
        return cls(
            (int(fields[11]) + int(fields[12])) / tick,
            (user + nice + system + sum(others)) / tick,
        )

    def since(self, earlier: Work) -> Work:
        return Work(self.own - earlier.own, self.all - earlier.all)
