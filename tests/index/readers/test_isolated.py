"""The process in which libraries run: its limits, its end."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from index.readers import isolated


def run(tmp_path: Path, script: str) -> dict:
    path = tmp_path / "worker.py"
    path.write_text(script, "utf-8")
    return isolated._run(path, b"data")


def test_a_worker_gets_the_data_and_the_limits(tmp_path):
    script = "import sys, json; print(json.dumps([sys.stdin.read(), *sys.argv[2:]]))"
    data, *limits = run(tmp_path, script)
    assert data == "data"
    assert list(map(int, limits)) == [2 * 2**30, 16 * 2**20, 3000]


@pytest.mark.parametrize(
    ("script", "fault"),
    [
        ("raise ValueError", "damaged"),
        ("import os; os.abort()", "memory"),
        ("x = bytearray(3 * 2**30)", "damaged"),
        ("import time; time.sleep(60)", "time"),
        ("print('no json')", "damaged"),
        ("", "damaged"),
    ],
)
def test_however_a_worker_ends_there_is_a_fault(tmp_path, monkeypatch, script, fault):
    if fault == "time":
        monkeypatch.setattr(isolated, "MAX_SECONDS", 0.5)
    assert run(tmp_path, script) == {"fault": fault}


@pytest.mark.parametrize("worker", ["pdf_text", "word_text", "page_text"])
def test_workers_import_nothing_of_this_project(worker):
    code = f"import runpy, sys; runpy.run_path({isolated.__file__.replace('isolated', worker)!r}); "
    code += "print([name for name in sys.modules if name.split('.')[0] in ('index', 'torch')])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).stdout == b"[]\n"
