"""Whatever happens while a library is written or lies on the disk: nothing of it is lost.

A sample of the faults that ``make faults`` tries, one in forty; and what needs no fault in a call.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from index.build import index_raw
from index.database import database
from index.database.database import DATABASE
from index.database.lock import HOLDER, LOCK
from index.library.library import Library
from index.maintenance.verify import verify_library
from index.search.dense_file import VECTORS
from tests.conftest import ARTICLES, FakeEncoder, article, contents
from tests.faults.jobs import JOBS

ROOT = Path(__file__).parents[2]
COMPILER = shutil.which("cc")
EVERY = int(os.environ.get("FAULTS_EVERY", "40"))
SPARSER = int(os.environ.get("FAULTS_SPARSER", "2"))
TIMES = int(os.environ.get("FAULTS_TIMES", "14"))
HOURS = 3600


@pytest.fixture(scope="session")
def shim(tmp_path_factory):
    """The library that puts faults between a program and its files."""
    if sys.platform != "linux" or COMPILER is None:
        pytest.skip("faults are put in by a preloaded C library: needs Linux and a C compiler")
    made = tmp_path_factory.mktemp("shim") / "shim.so"
    source = ROOT / "tests" / "faults" / "shim.c"
    subprocess.run([COMPILER, "-shared", "-fPIC", "-O1", "-o", made, source, "-ldl"], check=True)
    return made


@pytest.fixture
def workplace():
    """An empty folder in memory, where there is one: a fault costs a dozen waits for the disk."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield Path(folder)


@pytest.mark.parametrize("job", JOBS)
def test_a_job_that_meets_a_fault_leaves_the_library_before_it_or_after_it(shim, workplace, job):
    command = [sys.executable, "-m", "tests.faults.run", workplace, "--job", job]
    options = {"--every": EVERY, "--sparser": SPARSER, "--times": TIMES // len(JOBS)}
    command += [str(part) for option in options.items() for part in option]
    ran = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "LD_PRELOAD": str(shim), "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        timeout=4 * HOURS,
        check=False,
    )
    found = json.loads(ran.stdout)
    assert found["failures"] == []
    assert ran.returncode == 0
    assert sum(found["tried"].values()) > 0


QUESTIONS = ("大桥何时通车", "渡轮")


def test_a_search_index_with_any_bit_flipped_or_cut_anywhere_gives_the_same_answers(
    library_folder, encoder
):
    path = library_folder / VECTORS
    whole, before = path.read_bytes(), contents(library_folder, encoder, *QUESTIONS)
    chosen = random.Random(1)
    for _ in range(25 * max(40 // EVERY, 1)):
        at = chosen.randrange(len(whole))
        bit = bytes([whole[at] ^ 1 << chosen.randrange(8)])
        for damaged in (whole[:at] + bit + whole[at + 1 :], whole[:at]):
            path.write_bytes(damaged)
            assert contents(library_folder, encoder, *QUESTIONS) == before
            assert list(verify_library(library_folder)) == []


def test_the_lock_of_a_killed_writer_keeps_nobody_out(library_folder, encoder):
    (library_folder / LOCK).write_text("12345")
    (library_folder / HOLDER).write_text('{"process": 12345}')
    assert index_raw([article("new", "新的。")], library_folder, encoder=encoder).added == 1
    assert not (library_folder / HOLDER).exists()
    assert list(verify_library(library_folder)) == []


def test_a_clock_that_goes_backwards_changes_nothing(library_folder, encoder, monkeypatch):
    for module in ("index.library.publication", "index.database.schema", "index.database.lock"):
        monkeypatch.setattr(f"{module}.utc_now", lambda: "1970-01-01T00:00:00+00:00")
    assert index_raw([article("new", "新的。")], library_folder, encoder=encoder).added == 1
    for path in library_folder.iterdir():
        os.utime(path, (0, 0))
    assert list(verify_library(library_folder)) == []
    with Library.open(library_folder) as library:
        assert library.manifest().generation == 2
        assert library.counts().articles == 6
    assert database.utc_now() > "2000"


def test_a_library_of_which_only_the_database_is_left_is_whole(library_folder, encoder, tmp_path):
    (tmp_path / "moved").mkdir()
    shutil.copy(library_folder / DATABASE, tmp_path / "moved" / DATABASE)
    moved = contents(tmp_path / "moved", encoder, *QUESTIONS)
    assert moved == contents(library_folder, encoder, *QUESTIONS)
    assert index_raw(ARTICLES, tmp_path / "moved", encoder=FakeEncoder()).unchanged == 5
    assert list(verify_library(tmp_path / "moved")) == []
