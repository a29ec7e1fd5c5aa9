"""A process that embeds passages for the one that indexes: passages in on standard input, vectors out.

Both ways go pickles, each ``(number, what)``: of passages their number and texts, of a reply the same
number and the vectors, or the error that they met. Before anything else comes what is to be done
(``Order``), and goes ``(HELLO, how many it works at at a time)``. The process ends with its input,
so that none outlives the one that it works for.
"""

from __future__ import annotations

import os
import pickle
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, BinaryIO

from index.embedding.encoder import Encoder, Vectors
from index.embedding.load import load_encoder
from index.errors import EncoderError, JuwenError

HELLO = -1
"""Number of the reply that says whether the process can work, and at how much at a time."""

Encode = Callable[[Sequence[str]], Vectors]


@dataclass(frozen=True, slots=True)
class Order:
    """With which encoder passages are embedded.

    Attributes:
        encoder: What it is loaded by.
        fingerprint: Of the encoder that the library is built with.
        load: Loads an encoder by name; a function that the worker can import.
    """

    encoder: str
    fingerprint: str
    load: Callable[[str], Encoder] = load_encoder


@dataclass(frozen=True, slots=True)
class Streams:
    """What a worker hears and says; safe to speak into from several threads."""

    heard: BinaryIO
    said: BinaryIO
    lock: threading.Lock

    def listen(self) -> Any:
        """What comes next; at the end of it the process ends."""
        try:
            return pickle.load(self.heard)
        except (EOFError, OSError):
            os._exit(0)

    def say(self, number: int, what: object) -> None:
        try:
            with self.lock:
                pickle.dump((number, what), self.said)
                self.said.flush()
        except OSError:  # nobody listens any more
            os._exit(0)


def open_streams() -> Streams:
    """Standard input and output, the latter kept from whatever else would print into it."""
    said = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return Streams(sys.stdin.buffer, said, threading.Lock())


def main() -> None:
    """Embed what comes, one after the other."""
    streams = open_streams()
    order: Order = streams.listen()
    serve(streams, lambda texts: embed(order, texts), at_once=1)


def serve(streams: Streams, encode: Encode, *, at_once: int) -> None:
    """Reply to all that comes; work at so much of it at a time. Does not return."""

    def work(number: int, texts: Sequence[str]) -> None:
        try:
            found: Vectors | JuwenError = encode(texts)
        except JuwenError as error:
            found = error
        except Exception as error:  # the process that waits is told whatever it was
            found = _failed(error)
        streams.say(number, found)

    streams.say(HELLO, at_once)
    with ThreadPoolExecutor(at_once) as pool:
        while True:
            pool.submit(work, *streams.listen())


def embed(order: Order, texts: Sequence[str]) -> Vectors:
    """Unit vectors of passages, by the encoder that was ordered, which is loaded once.

    Raises:
        EncoderError: it cannot be loaded here, or is another one than the library's.
    """
    return _loaded(order).encode_passages(texts)


@lru_cache(maxsize=1)
def _loaded(order: Order) -> Encoder:
    encoder = order.load(order.encoder)
    if encoder.fingerprint != order.fingerprint:
        raise EncoderError(
            f"where the workers run, the embedding model {order.encoder!r} is another one than here; "
            "put the same model on each machine, or index without workers",
            f"工作进程所在机器上的向量模型 {order.encoder!r} 与本机的不同；"
            "请在各机器上放置同一模型，或不使用工作进程",
        )
    return encoder


def first_line(error: Exception) -> str:
    """What an error says, short enough to stand in a sentence."""
    said = next(iter(str(error).strip().splitlines()), "")[:200]
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def _failed(error: Exception) -> EncoderError:
    reason = first_line(error)
    return EncoderError(
        f"a worker could not embed passages ({reason}); what is embedded is kept: run it again without "
        "workers to see whether it is their fault",
        f"工作进程嵌入失败（{reason}）；已完成的部分已保留：请不使用工作进程再次运行，以确定原因",
    )
