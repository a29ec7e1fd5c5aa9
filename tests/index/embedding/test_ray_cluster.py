"""Passages embedded by the tasks of a Ray cluster, on this machine, of two workers."""

from __future__ import annotations

import importlib.util
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from importlib.resources import files
from pathlib import Path

import pytest

from index import passages
from index.build import index_raw
from index.embedding.packaged_encoder import PackagedEncoder
from index.embedding.workers import Workers
from index.errors import EncoderError
from index.library.library import Library
from index.readers.load import read_articles
from tests.index.embedding import fakes
from tests.index.embedding.fakes import WindowEncoder
from tests.index.embedding.test_workers import MANY, ROOT, processes_in, stored

pytestmark = [
    pytest.mark.ray,
    pytest.mark.skipif(
        importlib.util.find_spec("ray") is None,
        reason="Ray is not installed: pip install 'juwen[ray]'",
    ),
]


class RayCluster:
    """A head with two processors, that only who knows its token may use."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"127.0.0.1:{port}"
        start = "import sys; from ray.scripts.scripts import main; sys.exit(main())"
        options = {
            "port": port,
            "node-ip-address": "127.0.0.1",
            "num-cpus": 2,
            "object-store-memory": 80_000_000,
            "include-dashboard": "false",
            "temp-dir": folder,
        }
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-c", start, "start", "--head", "--block"),
                *("--disable-usage-stats", *(f"--{name}={is_}" for name, is_ in options.items())),
            ],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        said = ""
        while "Ray runtime started" not in said:
            line = self._process.stdout.readline().decode()
            assert line, said
            said += line
        self._reader = threading.Thread(target=self._process.stdout.read)
        self._reader.start()

    def stop(self) -> None:
        """End the head, which ends all that it started."""
        self._process.terminate()
        self._process.wait(60)
        self._reader.join(60)
        self._process.stdout.close()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    folder = Path(tempfile.mkdtemp(prefix="ray-"))  # sockets in it need a short path
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_AUTH_MODE", "token")
        patch.setenv("RAY_AUTH_TOKEN", secrets.token_hex(32))
        patch.setenv(fakes.PIDS, str(tmp_path_factory.mktemp("pids")))
        patch.setenv(fakes.KILL, str(tmp_path_factory.mktemp("kill") / "deadly"))
        started = RayCluster(folder)
        yield started
        started.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.model
def test_a_cluster_stores_what_one_process_stores_though_a_worker_is_killed(
    tmp_path, cluster, monkeypatch
):
    monkeypatch.setattr(passages, "WINDOW", 8)
    samples = list(read_articles([Path(str(files("index") / "samples" / "articles.json"))]))[:20]
    alone = index_raw(samples, tmp_path / "alone", encoder=PackagedEncoder())
    deadly = Path(os.environ[fakes.KILL])
    deadly.write_text(samples[len(samples) // 3].title, "utf-8")
    many = index_raw(
        samples,
        tmp_path / "many",
        encoder=PackagedEncoder(),
        workers=Workers(2, cluster.address, load=fakes.load_deadly_packaged),
    )
    assert not deadly.exists()
    assert stored(tmp_path / "many") == stored(tmp_path / "alone")
    assert (many.added, many.chunks, many.embedded) == (alone.added, alone.chunks, alone.embedded)
    assert len(processes_in(Path(os.environ[fakes.PIDS]))) >= 2


def test_a_worker_of_a_cluster_without_the_model_says_so(tmp_path, cluster):
    workers = Workers(0, cluster.address, load=fakes.load_other)
    with pytest.raises(EncoderError, match="the embedding model 'fake' is another one"):
        index_raw(MANY, tmp_path / "many", encoder=WindowEncoder(), workers=workers)


def test_a_cluster_that_is_lost_ends_the_job_in_one_sentence_and_loses_nothing(
    tmp_path, cluster, monkeypatch
):
    monkeypatch.setattr(passages, "WINDOW", 4)
    folder, workers = tmp_path / "many", Workers(1, cluster.address, load=fakes.load_slow)
    told = []

    def progress(done: int, total: int) -> None:
        if done and total and not told:
            told.append(done)
            cluster.stop()

    with pytest.raises(EncoderError, match="Ray cluster") as raised:
        index_raw(MANY, folder, encoder=WindowEncoder(), workers=workers, progress=progress)
    assert "\n" not in raised.value.english
    with Library.open(folder) as library:
        assert library.counts().articles == 0
    summary = index_raw(MANY, folder, encoder=WindowEncoder())
    assert summary.added == len(MANY)
    assert summary.embedded <= len(MANY) - told[0]
