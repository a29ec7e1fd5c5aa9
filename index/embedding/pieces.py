"""The pieces of a Unigram tokenizer, of which only those that stand in a text are opened.

A quarter of a million pieces take a second to open as a tokenizer. A text is split by the same rules
without the rest: a Unigram model looks only at pieces that stand in the text, and at the least likely
one, by which it weighs unknown characters. Which stand in a text is looked up by hashes of all its
runs of letters as long as a piece; two that are alike only let in a piece that nothing then looks at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_PIECES, _HASHES, _ALWAYS = "pieces.npy", "piece-hashes.npy", "pieces-always.npy"
_BASE = np.uint64(0x9E3779B97F4A7C15)
_SPACE = "\u2581"


@dataclass(frozen=True, slots=True)
class Found:
    """Pieces with their log probabilities and their ids in the whole tokenizer, shape (pieces,)."""

    pieces: list[tuple[str, float]]
    ids: NDArray[np.int32]


class Pieces:
    """The pieces as ``write_pieces`` wrote them. Safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        self._pieces = np.load(folder / _PIECES, mmap_mode="r")
        self._hashes = np.load(folder / _HASHES, mmap_mode="r")
        self._always = np.load(folder / _ALWAYS).tolist()
        self._longest = self._pieces.dtype["piece"].itemsize // 4

    def standing_in(self, texts: Sequence[str]) -> Found:
        """The pieces that stand in normalised texts, behind those that every text needs: that of unknown
        characters, and the least likely one."""
        there = {*self._places(_SPACE.join(("", *texts)).replace(" ", _SPACE))}
        some = self._pieces[[*self._always, *sorted(there.difference(self._always))]]
        pieces = list(zip(some["piece"].tolist(), some["score"].tolist(), strict=True))
        return Found(pieces, some["id"])

    def _places(self, text: str) -> Iterator[int]:
        letters = np.frombuffer(text.encode("utf-32-le"), np.uint32)
        for hashes in _hashes_of_runs(letters, self._longest):
            at = np.searchsorted(self._hashes, hashes)
            at[at == len(self._hashes)] = 0
            yield from np.unique(at[self._hashes[at] == hashes]).tolist()


def _hashes_of_runs(letters: NDArray[np.uint32], longest: int) -> Iterator[NDArray[np.uint64]]:
    """The hashes of all runs of 1, 2, … letters."""
    wide = letters.astype(np.uint64) + np.uint64(1)
    hashes = np.zeros(len(wide), np.uint64)
    for length in range(min(longest, len(wide))):
        hashes = hashes[: len(wide) - length] * _BASE + wide[length:]
        yield hashes


def write_pieces(pieces: Sequence[tuple[str, float]], unknown: int, folder: Path) -> None:
    """Write pieces, whose ids are their places in the sequence, in the order of their hashes.

    Args:
        unknown: The id of the piece that stands for unknown characters.

    Raises:
        ValueError: two have the same hash.
    """
    hashes = np.zeros(len(pieces), np.uint64)
    lengths = np.asarray([len(piece) for piece, _ in pieces])
    for length in np.unique(lengths).tolist():
        at = np.flatnonzero(lengths == length)
        joined = "".join(pieces[place][0] for place in at.tolist())
        letters = np.frombuffer(joined.encode("utf-32-le"), np.uint32)
        *_, whole = _hashes_of_runs(letters, length)
        hashes[at] = whole[::length]
    order = np.argsort(hashes)
    if len(np.unique(hashes)) < len(hashes):
        raise ValueError("two pieces have the same hash; choose another base")
    kinds = np.dtype([("id", "<i4"), ("score", "<f8"), ("piece", f"<U{lengths.max()}")])
    table = np.empty(len(pieces), kinds)
    table["id"] = order
    table["score"] = [pieces[place][1] for place in order.tolist()]
    table["piece"] = [pieces[place][0] for place in order.tolist()]
    np.save(folder / _PIECES, table)
    np.save(folder / _HASHES, hashes[order])
    always = dict.fromkeys((int(np.flatnonzero(order == unknown)[0]), int(table["score"].argmin())))
    np.save(folder / _ALWAYS, np.asarray([*always]))
