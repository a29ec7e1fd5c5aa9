"""What of an article may come again in others, as 64-bit keys: its lines, and its text as a whole.

Lines that come again are an account's boilerplate and column introductions, or a digest's copies
(``index.duplicates.relations``); nearly equal texts share a band of their MinHash signature (Broder, 1997,
with the banding of Leskovec, Rajaraman and Ullman, *Mining of Massive Datasets*, 3.4).
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Set
from dataclasses import dataclass
from enum import IntEnum
from hashlib import blake2b

from index.records import Article
from index.text.rules import load_rules

LONG = 40
"""Visible characters from which on a line is a paragraph, whose copies are no accident."""

_EDGE = 3
_MOST_LINES = 400
_BANDS, _ROWS = 8, 4  # two texts that share .8 of their shingles meet with probability .98
_SHINGLE = 5
_SHORTEST_TEXT = 100
_UNSEEN = re.compile(r"\s+")
_STATED_FACT = load_rules("index.duplicates", "zh/lines").regex("stated_fact")


class Part(IntEnum):
    """Which part of an article a key stands for."""

    TITLE = 0
    OPENING = 1  # a paragraph among the first lines
    PARAGRAPH = 2
    CLOSING = 3  # a paragraph among the last lines
    EDGE = 4  # a short line at the beginning or the end
    BAND = 5  # a band of the whole text's signature


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """One key of an article; equal keys mean equal lines, or nearly equal texts."""

    part: Part
    key: int


def fingerprints(article: Article) -> list[Fingerprint]:
    """Every key of a cleaned article, without doubles."""
    keys = [Fingerprint(Part.TITLE, line_key(article.title))] if article.title else []
    lines = article.text.split("\n") if article.text else []
    keys += _line_fingerprints(lines)
    keys += (Fingerprint(Part.BAND, key) for key in _bands(article.text))
    return list(dict.fromkeys(keys))


def _line_fingerprints(lines: list[str]) -> Iterator[Fingerprint]:
    for at, line in enumerate(lines[:_MOST_LINES]):
        opens, closes = at < _EDGE, at >= len(lines) - _EDGE
        if is_paragraph(line):
            part = Part.OPENING if opens else Part.CLOSING if closes else Part.PARAGRAPH
            yield Fingerprint(part, line_key(line))
        elif (opens or closes) and not _STATED_FACT.search(line):
            yield Fingerprint(Part.EDGE, line_key(line))


def is_paragraph(line: str) -> bool:
    return len(line) >= LONG and len(_UNSEEN.sub("", line)) >= LONG


def line_key(line: str) -> int:
    """A line's key; white space does not count."""
    return _key(_UNSEEN.sub("", line))


def _key(text: str) -> int:
    data = text.encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "big", signed=True)


def _bands(text: str) -> Iterator[int]:
    from datasketch import MinHash  # a second of imports that asking questions does not need

    text = _UNSEEN.sub("", text)
    if len(text) < _SHORTEST_TEXT:
        return
    signature = MinHash(num_perm=_BANDS * _ROWS, hashfunc=zlib.crc32)
    signature.update_batch([shingle.encode("utf-8", "replace") for shingle in shingles(text)])
    for at, band in enumerate(signature.hashvalues.reshape(_BANDS, _ROWS)):
        yield _key(f"{at}:{band.tolist()}")


def shingles(text: str) -> set[str]:
    """Every run of 5 visible characters."""
    text = _UNSEEN.sub("", text)
    return {text[at : at + _SHINGLE] for at in range(max(len(text) - _SHINGLE + 1, 1))}


def resemblance(one: Set[str], other: Set[str]) -> float:
    """The share of two texts' shingles that both have (Jaccard): 1 for equal texts."""
    return len(one & other) / max(len(one | other), 1)
