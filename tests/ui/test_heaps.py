"""The heaps that a server's threads share."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

COUNTED = """
import ctypes, sys, threading
from ui.heaps import share_heaps

share_heaps()
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
begun = threading.Barrier(9)


def work():
    begun.wait()
    for _ in range(100):
        libc.malloc(2000)
    begun.wait()


threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads:
    thread.start()
begun.wait()
begun.wait()
libc.malloc_info(0, ctypes.c_void_p.in_dll(libc, "stdout"))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's heaps")
@pytest.mark.parametrize(("given", "most"), [({}, 2), ({"MALLOC_ARENA_MAX": "1"}, 1)])
def test_eight_threads_fill_no_more_heaps_than_are_shared(given, most):
    environment = {name: value for name, value in os.environ.items() if name != "MALLOC_ARENA_MAX"}
    said = subprocess.run(
        [sys.executable, "-c", COUNTED],
        env={**environment, **given},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    if "<heap" not in said:
        pytest.skip("the C library is not glibc")
    assert said.count("<heap nr=") <= most


@pytest.mark.parametrize(("command", "module"), [("chat", "ui.conversing"), ("serve", "ui.serve")])
def test_both_servers_share_them(juwen, monkeypatch, tmp_path, command, module):
    shared = []
    monkeypatch.setattr(f"{module}.share_heaps", lambda: shared.append(command))
    juwen(command, "--library", tmp_path / "none", "--port", 0)
    assert shared == [command]
