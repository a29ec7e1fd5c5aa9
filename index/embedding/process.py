"""A process that embeds passages (``index.embedding.worker``), as the one that indexes sees it."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress

from index.embedding.encoder import Vectors
from index.embedding.worker import HELLO
from index.errors import JuwenError

_RUN = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from {module} import main; main()"


class ProcessEndedError(Exception):
    """The process ended before it had replied."""


class EmbeddingProcess:
    """A worker and what it has still to do. Safe to use from several threads.

    It is in a session of its own: Ctrl-C is for the process that indexes, which ends it.

    Args:
        module: What runs there, a module with a ``main``.
        order: What that is told first.
        environment: Variables that it has beside those of this process.
    """

    def __init__(self, module: str, order: object, environment: Mapping[str, str]) -> None:
        self.at_once: Future[int] = Future()
        self._waiting: dict[int, Future[Vectors]] = {}
        self._sent = 0
        self._over: Exception | None = None
        self._state, self._sending = threading.Lock(), threading.Lock()
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-P",
                "-c",
                _RUN.format(module=module),
                json.dumps([*map(str, sys.path)]),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None if os.environ.get("JUWEN_DEBUG") else subprocess.DEVNULL,
            env={**os.environ, **environment},
            start_new_session=True,
        )
        self._listener = threading.Thread(target=self._listen, name="juwen-worker", daemon=True)
        self._listener.start()
        self._send(order)

    @property
    def waiting(self) -> int:
        """How many lists of passages it has still to reply to."""
        return len(self._waiting)

    @property
    def ended(self) -> bool:
        return self._over is not None

    def submit(self, texts: Sequence[str]) -> Future[Vectors]:
        """The vectors of passages, when they are there; ``ProcessEndedError`` if that cannot be."""
        future: Future[Vectors] = Future()
        with self._state:
            over = self._over
            if not over:
                self._sent += 1
                number = self._sent
                self._waiting[number] = future
        if over:
            future.set_exception(over)
        else:
            self._send((number, list(texts)))
        return future

    def close(self) -> None:
        """End the process, with whatever it is at."""
        self._process.kill()
        self._process.wait()
        self._listener.join()
        for stream in (self._process.stdin, self._process.stdout):
            assert stream
            with suppress(OSError):  # what it had still to be told
                stream.close()

    def _send(self, what: object) -> None:
        stdin = self._process.stdin
        assert stdin
        # Where nobody reads any more, the listener meets the end and says so.
        with self._sending, suppress(OSError, ValueError):
            pickle.dump(what, stdin)
            stdin.flush()

    def _listen(self) -> None:
        stdout = self._process.stdout
        assert stdout
        over: Exception = ProcessEndedError()
        try:
            while True:
                number, found = pickle.load(stdout)
                if number != HELLO:
                    _resolve(self._waiting.pop(number), found)
                elif isinstance(found, JuwenError):
                    over = found
                else:
                    self.at_once.set_result(found)
        except (EOFError, OSError, pickle.UnpicklingError):
            pass  # it has ended
        finally:
            self._end(over)

    def _end(self, over: Exception) -> None:
        """Say to all who wait that nothing will come."""
        with self._state:
            self._over = over
            left, self._waiting = list(self._waiting.values()), {}
        for future in left:
            future.set_exception(over)
        if not self.at_once.done():
            self.at_once.set_exception(over)


def _resolve(future: Future[Vectors], found: Vectors | JuwenError) -> None:
    if isinstance(found, JuwenError):
        future.set_exception(found)
    else:
        future.set_result(found)
