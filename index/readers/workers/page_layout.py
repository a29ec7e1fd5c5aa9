"""The order in which the pieces of a page are read: columns one after the other.

A file draws its pieces in any order. Where a gutter parts a stretch of lines into two sides that
both read as running text, the left side is read before the right one; a table's columns do not read
so, and its rows stay rows. Recursive cuts of a page, after Nagy and Seth (1984).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

_FEWEST_LINES = 3
_NARROWEST_GUTTER = 0.9
"""Of a gutter, in heights of a line."""

_NARROWEST_SIDE = 6
"""Of a side, in heights of a line."""

_FULL = 0.75
"""Share of a side's width that most of its lines fill, where they are running text."""

_MOST_PIECES, _MOST_GUTTERS, _MOST_CUTS = 5000, 12, 12
_MOST_COLUMNS = 4
"""Columns beside each other that are told apart, two at a time."""

_MOST_ASIDE = 0.2
"""Share of a side that may stand above and below the columns that it is made of itself."""

_SENTENCE_MARK = re.compile(r"[，。；！？、：,;!?]|\.(?:\s|$)")
_LETTER = r"[^\W\d_]"
_SPACED = re.compile(r"(?<!\S)\S(?: \S)+(?!\S)")
_INSIDE_MARKS = re.compile(r"(?<=[“‘（《「『]) | (?=[”’）》」』，。；：！？、])")
"""Blanks that no writer sets: behind what opens, and before what closes."""

_WIDE = re.compile(r"[\u2018-\u201d\u2e80-\u9fff\uf900-\ufaff\uff01-\uff60\U00020000-\U0003ffff]")


@dataclass(frozen=True, slots=True)
class Piece:
    """Text without a wide gap, with its place on the page, in points from the lower left corner.

    Attributes:
        number: Its place in the order in which the file draws.
        line: The line in which the file draws it.
    """

    text: str
    left: float
    bottom: float
    right: float
    top: float
    number: int
    line: int

    @property
    def height(self) -> float:
        return self.top - self.bottom


def page_text(pieces: Sequence[Piece]) -> str:
    """The pieces in the order of reading, a line of the page on each line."""
    ordered = _ordered(list(pieces), _MOST_CUTS) if len(pieces) <= _MOST_PIECES else list(pieces)
    text = ""
    before: Piece | None = None
    for piece in ordered:
        if before is not None:
            same = piece.line == before.line and piece.number == before.number + 1
            text += " " if same else "\n"
        text += piece.text
        before = piece
    return "\n".join(closed_up(line.rstrip()) for line in text.split("\n"))


def by_lines(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """The pieces from above to below and from left to right, numbered so."""
    number = 0
    for line, together in enumerate(_lines(list(pieces))):
        for piece in together:
            yield replace(piece, number=number, line=line)
            number += 1


def closed_up(line: str) -> str:
    """Letters that were spaced out for looks, together again.

    >>> closed_up("关 于 征 求 意 见 的 通 知"), closed_up("企业 产值")
    ('关于征求意见的通知', '企业 产值')
    """

    def closed(match: re.Match[str]) -> str:
        run = match.group()
        wide = len(_WIDE.findall(run))
        whole = run == line.strip()
        return run.replace(" ", "") if wide >= (2 if whole else 3) else run

    together = _SPACED.sub(closed, line)
    return together if together == line else _INSIDE_MARKS.sub("", together)


def _ordered(pieces: list[Piece], cuts: int) -> list[Piece]:
    cut = _columns(pieces) if cuts and len(pieces) >= 2 * _FEWEST_LINES else None
    if cut is None:
        return sorted(pieces, key=lambda piece: piece.number)
    return [piece for part in cut for piece in _ordered(part, cuts - 1)]


def _columns(
    pieces: list[Piece], most: int = _MOST_COLUMNS
) -> tuple[list[Piece], list[Piece], list[Piece], list[Piece]] | None:
    """What stands above two columns, the left one, the right one, what stands below; the longest two."""
    height = median(piece.height for piece in pieces)
    if height <= 0:
        return None
    by_top = sorted(pieces, key=lambda piece: -piece.top)
    best: tuple[int, int, int, float] | None = None
    for at in _gutters(pieces, height):
        for first, last in _runs(by_top, at):
            run = by_top[first:last]
            left = [piece for piece in run if piece.right <= at]
            right = [piece for piece in run if piece.left >= at]
            if (best is None or last - first > best[0]) and _are_columns(left, right, height, most):
                best = last - first, first, last, at
    if best is None:
        return None
    _, first, last, at = best
    run = by_top[first:last]
    left = [piece for piece in run if piece.right <= at]
    return by_top[:first], left, [piece for piece in run if piece.left >= at], by_top[last:]


def _gutters(pieces: list[Piece], height: float) -> list[float]:
    """Where a gutter may be: the middles of gaps in a line, and before left edges that are shared.

    Lines of columns need not stand level; a short last line leaves a gap that says little.
    """
    places = [piece.left - _NARROWEST_GUTTER * height / 2 for piece in pieces]
    for line in _lines(pieces):
        places += [
            (one.right + after.left) / 2
            for one, after in pairwise(line)
            if after.left - one.right >= _NARROWEST_GUTTER * height
        ]
    found: dict[int, list[float]] = {}
    for at in places:
        found.setdefault(round(at / height), []).append(at)
    common = sorted(found.values(), key=len, reverse=True)[:_MOST_GUTTERS]
    return [at for group in common for at in {min(group), median(group)}]


def _runs(by_top: list[Piece], at: float) -> Iterator[tuple[int, int]]:
    """Stretches of pieces, from above to below, of which none crosses ``at``."""
    first = 0
    for number, piece in enumerate(by_top):
        if piece.left < at < piece.right:
            if number - first >= 2 * _FEWEST_LINES:
                yield first, number
            first = number + 1
    if len(by_top) - first >= 2 * _FEWEST_LINES:
        yield first, len(by_top)


def _are_columns(left: list[Piece], right: list[Piece], height: float, most: int) -> bool:
    if not left or not right:
        return False
    gutter = min(piece.left for piece in right) - max(piece.right for piece in left)
    return gutter >= _NARROWEST_GUTTER * height and all(
        _is_running_text(side, height) or _is_made_of_columns(side, most - 1)
        for side in (left, right)
    )


def _is_made_of_columns(side: list[Piece], most: int) -> bool:
    """Whether a side is several columns itself, the lines of which need not stand level."""
    cut = _columns(side, most) if most > 1 and len(side) >= 2 * _FEWEST_LINES else None
    return cut is not None and len(cut[0]) + len(cut[3]) <= _MOST_ASIDE * len(side)


def _is_running_text(side: list[Piece], height: float) -> bool:
    lines = _lines(side)
    start, end = min(piece.left for piece in side), max(piece.right for piece in side)
    if len(lines) < _FEWEST_LINES or end - start < _NARROWEST_SIDE * height:
        return False
    widths = [line[-1].right - line[0].left for line in lines]
    text = " ".join(piece.text for piece in side)
    return median(widths) >= _FULL * (end - start) and _SENTENCE_MARK.search(text) is not None


def _lines(pieces: list[Piece]) -> list[list[Piece]]:
    """Pieces that stand on one line, from left to right."""
    lines: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda one: -(one.top + one.bottom)):
        middle = (piece.top + piece.bottom) / 2
        if lines and middle > lines[-1][0].bottom:
            lines[-1].append(piece)
        else:
            lines.append([piece])
    return [sorted(line, key=lambda one: one.left) for line in lines]
