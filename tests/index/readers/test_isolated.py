"""The process in which libraries run: its limits, its end."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.readers import isolated

WORKERS = sorted(path.stem for path in isolated._WORKERS.glob("*_*.py") if "__" not in path.stem)


def run(tmp_path: Path, body: str) -> dict:
    path = tmp_path / "worker.py"
    path.write_text(f"def extract(data, *limits):\n    {body}\n", "utf-8")
    return isolated._run(path, b"data")


def test_a_worker_gets_the_data_and_the_limits(tmp_path):
    script = "import sys; return [data.decode(), int(sys.argv[2]), *limits]"
    assert run(tmp_path, script) == ["data", 2**30, 16 * 2**20, 3000]


@pytest.mark.parametrize(
    ("script", "fault"),
    [
        ("raise ValueError", "damaged"),
        ("import os; os.abort()", "memory"),
        ("x = bytearray(2**30)", "damaged"),
        ("import time; time.sleep(60)", "time"),
        ("print('no json')", "damaged"),
        ("return object()", "damaged"),
        ("import os; os._exit(0)", "damaged"),
    ],
)
def test_however_a_worker_ends_there_is_a_fault(tmp_path, monkeypatch, script, fault):
    if fault == "time":
        monkeypatch.setattr(isolated, "MAX_SECONDS", 0.5)
    assert run(tmp_path, script) == {"fault": fault}


@pytest.mark.parametrize("worker", WORKERS)
def test_workers_import_nothing_of_this_project(tmp_path, worker):
    for path in isolated._WORKERS.glob("*.py"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    with (tmp_path / f"{worker}.py").open("a") as file:
        file.write("import sys\ndef extract(*args):\n    return list(sys.modules)\n")
    loaded = isolated._run(tmp_path / f"{worker}.py", b"")
    assert {name.split(".")[0] for name in loaded}.isdisjoint({"index", "torch"})
