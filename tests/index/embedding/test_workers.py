"""Passages embedded by processes of this machine, some of which are killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from index import passages
from index.build import index_articles, index_raw
from index.database.database import DATABASE
from index.embedding.workers import Workers, open_embedding
from index.errors import EncoderError
from index.given import GivenError
from index.library.library import Library
from tests.conftest import article
from tests.index.embedding import fakes
from tests.index.embedding.fakes import WindowEncoder

ROOT = Path(__file__).parents[3]
MANY = [article(f"a{n}", f"第{n}号渡轮上午开航。票价{n}元。") for n in range(24)]
TWICE = [
    article(f"b{n}", f"第{n}号渡轮上午开航。票价{n}元。", title=f"标题a{n}") for n in range(12)
]


def stored(folder: Path) -> list[tuple[str, str, bytes]]:
    """Every chunk that readers see: its article, its passage and its vector, in order."""
    with Library.open(folder) as library:
        connection = library._connection
        return connection.execute(
            "SELECT article_id, passage, vector FROM chunk JOIN article ON article.row = chunk.article "
            "WHERE published ORDER BY chunk.rowid"
        ).fetchall()


def processes_in(folder: Path) -> dict[int, int]:
    """How many passages each worker had, by its process."""
    return {
        int(path.name): sum(map(int, path.read_text("utf-8").split())) for path in folder.iterdir()
    }


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture(autouse=True)
def pids(tmp_path, monkeypatch):
    """Where workers leave their ids; none is left running at the end."""
    folder = tmp_path / "pids"
    folder.mkdir()
    monkeypatch.setenv(fakes.PIDS, str(folder))
    yield folder
    assert not [process for process in processes_in(folder) if is_running(process)]


@pytest.fixture
def deadly(tmp_path, monkeypatch):
    """A file that says which word is to kill a worker."""
    path = tmp_path / "deadly"
    monkeypatch.setenv(fakes.KILL, str(path))
    return path


@pytest.fixture(autouse=True)
def _small_windows(monkeypatch):
    monkeypatch.setattr(passages, "WINDOW", 4)


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """What one process alone makes of the articles."""
    folder = tmp_path_factory.mktemp("alone") / "library"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passages, "WINDOW", 4)
        index_raw([*MANY, *TWICE], folder, encoder=WindowEncoder())
    return stored(folder)


def test_workers_store_what_one_process_stores(tmp_path, alone, pids):
    told = []
    encoder = WindowEncoder()
    summary = index_raw(
        [*MANY, *TWICE],
        tmp_path / "many",
        encoder=encoder,
        workers=Workers(2, load=fakes.load_deadly),
        progress=lambda done, total: told.append((done, total)),
    )
    assert stored(tmp_path / "many") == alone
    assert (summary.added, summary.chunks, summary.embedded) == (36, 36, 24)
    assert encoder.encoded == 0
    assert len(processes_in(pids)) == 2
    assert sum(processes_in(pids).values()) == 24
    done = [done for done, total in told if total]
    assert done == sorted(done)
    assert (done[0], done[-1]) == (0, 36)


def test_passages_of_a_killed_worker_are_embedded_again_and_stored_once(
    tmp_path, alone, pids, deadly
):
    deadly.write_text("第8号", "utf-8")
    workers = Workers(2, load=fakes.load_deadly)
    summary = index_raw(
        [*MANY, *TWICE], tmp_path / "many", encoder=WindowEncoder(), workers=workers
    )
    assert not deadly.exists()
    assert len(processes_in(pids)) in (2, 3)  # it is replaced where the other is busy
    assert sum(processes_in(pids).values()) > 24
    assert stored(tmp_path / "many") == alone
    assert (summary.added, summary.embedded) == (36, 24)


def test_passages_that_kill_every_worker_end_the_job_and_lose_nothing(tmp_path, pids, deadly):
    deadly.write_text("第17号 always", "utf-8")
    folder, workers = tmp_path / "many", Workers(2, load=fakes.load_deadly)
    with pytest.raises(EncoderError, match=r"3 workers ended .* --workers"):
        index_raw(MANY, folder, encoder=WindowEncoder(), workers=workers)
    with Library.open(folder) as library:
        assert library.counts().articles == 0
    deadly.unlink()
    summary = index_raw(MANY, folder, encoder=WindowEncoder(), workers=workers)
    assert summary.added == 24
    assert summary.embedded <= 24 - 16  # four windows were staged


@pytest.mark.parametrize(
    ("load", "said"),
    [
        (fakes.load_nothing, "there is no model 'fake' here"),
        (fakes.load_other, "the embedding model 'fake' is another one"),
        (fakes.load_broken, "ZeroDivisionError: in fake"),
    ],
)
def test_a_worker_without_the_model_ends_the_job_in_one_sentence(tmp_path, load, said):
    with pytest.raises(EncoderError, match=said) as raised:
        index_raw(MANY, tmp_path / "many", encoder=WindowEncoder(), workers=Workers(2, load=load))
    assert "\n" not in raised.value.english + raised.value.chinese


def test_nothing_to_embed_starts_no_worker(tmp_path, pids):
    workers = Workers(2, load=fakes.load_deadly)
    index_raw(MANY, tmp_path / "many", encoder=WindowEncoder())
    assert (
        index_raw(MANY, tmp_path / "many", encoder=WindowEncoder(), workers=workers).unchanged == 24
    )
    moved = [article(f"c{n}", MANY[n].content, title=MANY[n].title) for n in range(24)]
    assert (
        index_raw(moved, tmp_path / "many", encoder=WindowEncoder(), workers=workers).embedded == 0
    )
    assert processes_in(pids) == {}


def test_vectors_come_from_workers_as_they_are(pids):
    texts = [raw.content for raw in MANY]
    encoder = WindowEncoder()
    with open_embedding(encoder, Workers(2, load=fakes.load_deadly)) as embedding:
        windows = [texts[:8], texts[8:16], texts[16:]]
        found = [embedding.submit(window) for window in windows]
        vectors = [future.result() for future in found]
    for window, some in zip(windows, vectors, strict=True):
        assert some.dtype == np.float32
        assert np.array_equal(some, encoder.encode_passages(window))
    assert len(processes_in(pids)) == 2


_JOB = """
import sys, time
from pathlib import Path
from index.build import index_raw
from index.embedding.workers import Workers

from tests.index.embedding.fakes import WindowEncoder, load_slow
from tests.index.embedding.test_workers import MANY
from ui.cli import cli, main
import click, index.passages

index.passages.WINDOW = 4

@cli.command("job")
def job():
    index_raw(MANY, Path(sys.argv[1]), encoder=WindowEncoder(), workers=Workers(2, load=load_slow))

cli.get_command = lambda ctx, name: job
main(["job"])
"""


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGKILL])
def test_a_job_that_is_stopped_takes_its_workers_with_it(tmp_path, pids, stop):
    folder = tmp_path / "many"
    job = subprocess.Popen(
        [sys.executable, "-c", _JOB, folder],
        cwd=ROOT,
        env={**os.environ, "JUWEN_LANGUAGE": "en"},
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    until = time.monotonic() + 240
    while len(list(pids.iterdir())) < 2 and time.monotonic() < until:
        time.sleep(0.05)
    os.killpg(job.pid, stop)  # as a terminal does: all that is in its group
    said = job.communicate(timeout=240)[1].decode()
    sentence = "juwen: stopped; nothing is lost: run it again to go on"
    assert said.strip() == (sentence if stop == signal.SIGINT else "")
    assert job.returncode == (130 if stop == signal.SIGINT else -signal.SIGKILL)
    assert len(processes_in(pids)) == 2
    while any(map(is_running, processes_in(pids))) and time.monotonic() < until:
        time.sleep(0.05)
    assert (folder / DATABASE).exists()
    assert index_raw(MANY, folder, encoder=WindowEncoder()).added == 24


def test_a_number_of_workers_that_is_none_is_refused(tmp_path):
    with pytest.raises(GivenError, match="workers is -1"):
        index_articles([], tmp_path / "many", workers=-1)
    with pytest.raises(GivenError, match="ray is 7"):
        index_articles([], tmp_path / "many", ray=7)


def test_a_cluster_that_is_not_there_is_said_before_anything_is_read(tmp_path, monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{taken.getsockname()[1]}"  # bound, and nobody listens

    def read():
        raise AssertionError
        yield

    monkeypatch.setattr("importlib.util.find_spec", lambda name: name)
    with pytest.raises(EncoderError, match=f"no Ray cluster answers at '{address}'"):
        index_raw(read(), tmp_path / "many", encoder=WindowEncoder(), workers=Workers(ray=address))
    assert not (tmp_path / "many").exists()


def test_ray_that_is_not_installed_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(EncoderError, match=r"pip install 'juwen\[ray\]'"):
        index_raw(MANY, tmp_path / "many", encoder=WindowEncoder(), workers=Workers(ray="auto"))
