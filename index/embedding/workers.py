"""Passages embedded by many: processes of this machine, or a Ray cluster's.

Each is given whole windows of passages, as this process would encode them by itself, so that the
vectors are bit for bit the same; which worker had which, and how often one was killed, does not show.
"""

from __future__ import annotations

import importlib.util
import os
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from index.embedding.encoder import Encoder, Vectors
from index.embedding.load import load_encoder
from index.embedding.process import EmbeddingProcess, ProcessEndedError
from index.embedding.ray_cluster import Cluster
from index.embedding.worker import Order
from index.errors import EncoderError

_MOST_TRIES = 3
"""So many workers may be killed over the same passages."""

_QUEUED = 2
"""Windows a worker has: the one it works at, and the next."""

_SECONDS_TO_CONNECT = 10.0


class Embedding(Protocol):
    """Who embeds the passages of a job."""

    @property
    def ahead(self) -> int:
        """How many windows may be under way while the job goes on; 0 where it has to wait for each."""

    def submit(self, texts: Sequence[str]) -> Future[Vectors]:
        """Unit float32 vectors of passages, shape (len(texts), dimension), now or later."""


@dataclass(frozen=True, slots=True)
class Workers:
    """Who is to embed a job's passages; by default the process that indexes.

    Attributes:
        count: How many workers; 0 for none, or with ``ray`` for one a processor of the cluster.
        ray: Address of a Ray cluster (as ``ray.init`` takes it) that has them; ``""`` for this machine.
        load: Loads their encoder by name; a function that they can import.
    """

    count: int = 0
    ray: str = ""
    load: Callable[[str], Encoder] = load_encoder

    def check(self) -> None:
        """See before the work whether there is a cluster.

        Raises:
            EncoderError: Ray is not installed, or nobody answers at the address.
        """
        if not self.ray:
            return
        if importlib.util.find_spec("ray") is None:
            raise EncoderError(
                "embedding on a cluster needs Ray; install it with: pip install 'juwen[ray]'",
                "在集群上嵌入需要 Ray；请安装：pip install 'juwen[ray]'",
            )
        host, _, port = self.ray.rpartition(":")
        if host and port.isdecimal() and "/" not in host:
            _check_listening(host.strip("[]"), int(port), self.ray)


@contextmanager
def open_embedding(encoder: Encoder, workers: Workers) -> Iterator[Embedding]:
    """Whom ``workers`` names; processes are started when there is something to embed, and ended.

    That they cannot embed something is said by its future, as an ``EncoderError``.
    """
    if not workers.count and not workers.ray:
        yield _Here(encoder)
        return
    order = Order(encoder.name, encoder.fingerprint, workers.load)
    pool = _cluster(order, workers) if workers.ray else _processes(order, workers.count)
    try:
        yield pool
    finally:
        pool.close()


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _check_listening(host: str, port: int, address: str) -> None:
    try:
        socket.create_connection((host, port), _SECONDS_TO_CONNECT).close()
    except (OSError, OverflowError, UnicodeError) as error:
        raise EncoderError(
            f"no Ray cluster answers at {address!r} ({error}); check the address, or start one there "
            "with 'ray start --head'",
            f"{address!r} 处没有 Ray 集群应答（{error}）；请检查地址，"
            "或在该处用 ray start --head 启动集群",
        ) from error


class _Here:
    """This process."""

    ahead = 0

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def submit(self, texts: Sequence[str]) -> Future[Vectors]:
        future: Future[Vectors] = Future()
        future.set_result(self._encoder.encode_passages(texts))
        return future


class _Pool:
    """Processes, started as they are needed; one that ends early is replaced, and its work done again.

    Args:
        start: Starts one.
        count: How many there are at most.
        at_once: At how many windows one works at a time; 0 where it has to say so itself.
        most_tries: How many may end over the same passages.
        given_up: Raised then.
    """

    def __init__(
        self,
        start: Callable[[], EmbeddingProcess],
        *,
        count: int,
        at_once: int,
        most_tries: int,
        given_up: EncoderError,
    ) -> None:
        self._start = start
        self._count = count
        self._at_once = at_once
        self._most_tries = most_tries
        self._given_up = given_up
        self._processes: list[EmbeddingProcess] = []
        self._ended: list[EmbeddingProcess] = []
        self._lock = threading.RLock()
        self._closed = False

    @property
    def ahead(self) -> int:
        if not self._at_once and self._processes:
            try:
                self._at_once = self._processes[0].at_once.result()
            except ProcessEndedError as error:
                raise self._given_up from error
        return _QUEUED * self._count * max(1, self._at_once)

    def submit(self, texts: Sequence[str]) -> Future[Vectors]:
        future: Future[Vectors] = Future()
        self._assign(texts, future, tries=1)
        return future

    def close(self) -> None:
        with self._lock:
            self._closed = True
        for process in (*self._processes, *self._ended):
            process.close()

    def _assign(self, texts: Sequence[str], future: Future[Vectors], tries: int) -> None:
        with self._lock:
            if self._closed:
                future.cancel()
                return
            try:
                done = self._idlest().submit(texts)
            except OSError:  # no process can be started
                future.set_exception(self._given_up)
                return
        done.add_done_callback(partial(self._finish, texts, future, tries))

    def _idlest(self) -> EmbeddingProcess:
        """The process that has least to do, or a new one."""
        self._ended += [process for process in self._processes if process.ended]
        self._processes = [process for process in self._processes if not process.ended]
        idlest = min(self._processes, key=lambda process: process.waiting, default=None)
        if idlest and (not idlest.waiting or len(self._processes) == self._count):
            return idlest
        self._processes.append(self._start())
        return self._processes[-1]

    def _finish(
        self, texts: Sequence[str], future: Future[Vectors], tries: int, done: Future[Vectors]
    ) -> None:
        error = done.exception()
        if error is None:
            future.set_result(done.result())
        elif not isinstance(error, ProcessEndedError):
            future.set_exception(error)
        elif tries < self._most_tries:
            self._assign(texts, future, tries + 1)
        else:
            future.set_exception(self._given_up)


def _processes(order: Order, count: int) -> _Pool:
    """Processes of this machine, which share its processors out among them."""
    threads = os.environ.get("OMP_NUM_THREADS") or str(max(1, processors() // count))
    environment = {"OMP_NUM_THREADS": threads, "RAYON_NUM_THREADS": threads}
    return _Pool(
        partial(EmbeddingProcess, "index.embedding.worker", order, environment),
        count=count,
        at_once=1,
        most_tries=_MOST_TRIES,
        given_up=EncoderError(
            f"{_MOST_TRIES} workers ended over the same passages, killed perhaps for want of memory; "
            "what is embedded is kept: run it again with fewer --workers, or with none",
            f"{_MOST_TRIES} 个工作进程在处理同一批段落时终止（可能因内存不足被系统结束）；"
            "已完成的部分已保留：请减少 --workers 或去掉该选项后重新运行",
        ),
    )


def _cluster(order: Order, workers: Workers) -> _Pool:
    """The one process that sends passages to a cluster, which does again what was lost there."""
    cluster = Cluster(order, workers.ray, workers.count)
    return _Pool(
        partial(EmbeddingProcess, "index.embedding.ray_cluster", cluster, {}),
        count=1,
        at_once=workers.count,
        most_tries=1,
        given_up=EncoderError(
            f"the Ray cluster {workers.ray!r} was lost; what is embedded is kept: see that the cluster "
            "runs ('ray status'), and run it again",
            f"与 Ray 集群 {workers.ray!r} 的连接已断开；已完成的部分已保留："
            "请确认集群正在运行（ray status），然后重新运行",
        ),
    )
