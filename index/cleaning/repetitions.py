"""Maximal repetitions in a text without white space: what agrees with itself moved by a period.

They are the "runs" of Kolpakov & Kucherov (1999, "Finding maximal repetitions in a word in linear
time"), as far as they have enough copies to be a loop.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_GRAM = 16  # a power of two, see _gram_hashes
_FEWEST_VISIBLE = 40  # no loop is shorter
_FEWEST_ANCHORS = 10

_COPIES_BY_PERIOD = ((50, 2.0), (30, 3.0), (20, 4.0))
"""Copies that make a loop, by the shortest period: a slogan of 15 characters is shouted three times,
a paragraph of 50 is not printed twice in a row."""
_SHORT_PERIOD, _SHORT_COPIES = 4, 10.0


@dataclass(frozen=True, slots=True)
class Run:
    """Visible characters ``start`` to ``end``, each equal to the one ``period`` further on."""

    start: int
    end: int
    period: int

    @property
    def copies(self) -> float:
        return (self.end - self.start) / self.period

    @property
    def rest(self) -> int:
        """Length of the last, incomplete copy."""
        return (self.end - self.start) % self.period

    @property
    def is_short(self) -> bool:
        """Whether a copy is a few words, shorter than a sentence."""
        return self.period < _COPIES_BY_PERIOD[-1][0]


def find_runs(text: str) -> list[Run]:
    """The maximal repetitions in a text without white space that have enough copies for a loop."""
    if len(text) < _FEWEST_VISIBLE:
        return []
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    runs: list[Run] = []
    reached: dict[int, int] = {}
    for at, period in _anchors(codes):
        if at < reached.get(period, 0):
            continue
        run = _extend(codes, at, period)
        reached[period] = run.end
        if run.copies >= _copies_needed(period):
            runs.append(run)
    return runs


def _copies_needed(period: int) -> float:
    return next((copies for least, copies in _COPIES_BY_PERIOD if period >= least), _SHORT_COPIES)


def _anchors(codes: NDArray[np.uint32]) -> list[tuple[int, int]]:
    """Where a stretch of 16-grams comes again after the same distance, and that distance.

    In a loop nearly every 16-gram comes again one period later. Stretches much shorter than the
    period are phrases that a text uses twice.
    """
    hashes = _gram_hashes(codes)
    in_order = np.sort(hashes)
    if not (in_order[1:] == in_order[:-1]).any():
        return []
    order = np.argsort(hashes, kind="stable")
    again = hashes[order[1:]] == hashes[order[:-1]]
    distance = np.zeros(len(hashes), dtype=np.int64)
    distance[order[:-1][again]] = (order[1:] - order[:-1])[again]
    starts = np.flatnonzero(np.diff(distance, prepend=-1))
    lengths = np.diff(starts, append=len(distance))
    periods = distance[starts]
    likely = (periods >= _SHORT_PERIOD) & (lengths >= _FEWEST_ANCHORS) & (8 * lengths >= periods)
    return list(zip(starts[likely].tolist(), periods[likely].tolist(), strict=True))


def _gram_hashes(codes: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """A hash of the 16 characters from each position on, by doubling: 2, 4, 8, 16."""
    hashes = codes.astype(np.uint64) + np.uint64(1)
    width, base = 1, 0x9E3779B97F4A7C15
    while width < _GRAM:
        hashes = hashes[:-width] * np.uint64(base) + hashes[width:]
        width, base = 2 * width, base * base % 2**64
    return hashes


def _extend(codes: NDArray[np.uint32], at: int, period: int) -> Run:
    """The run of a period around a position, as far as it goes to both sides."""
    left = _agreeing(codes[: at + period][::-1], codes[:at][::-1])
    right = _agreeing(codes[at:], codes[at + period :])
    return Run(at - left, at + right + period, period)


def _agreeing(one: NDArray[np.uint32], other: NDArray[np.uint32]) -> int:
    """How many characters two texts have in common from their beginning."""
    most = min(len(one), len(other))
    at, width = 0, 64
    while at < most:
        until = min(at + width, most)
        differs = one[at:until] != other[at:until]
        if differs.any():
            return at + int(differs.argmax())
        at, width = until, 2 * width
    return most
