"""A raw text with what cleaning did to it marked, beside the cleaned text. Pure functions.

The library keeps of every change which raw characters it took and what it put there. Changes lie
inside one another (a footer goes whose entities were decoded before), and lines that were moved
stand elsewhere in the cleaned text; what is not on record are white space and invisible characters.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, groupby, pairwise

from index.records import Change, Span

MOVING_RULES = frozenset(["move_captions"])
"""Rules whose changes are lines that now stand at the end; what they ``put`` is the line itself."""

_MOST_REPLAYED = 20_000
"""Characters times changes of one tangle that are followed one by one; larger ones go as a whole."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the raw text, or of the cleaned one.

    Attributes:
        rules: What took it out, replaced or moved it; of cleaned text, what put it there; ``()`` for
            text that stayed.
        put: What took the place of raw text.
        moved: Which of the moved lines it belongs to, counted from 1; 0 where it stayed.
        shown: ``False`` for text far from any change.
    """

    text: str
    rules: tuple[str, ...] = ()
    put: str = ""
    moved: int = 0
    shown: bool = True

    @property
    def result(self) -> str:
        """What became of it."""
        return self.put if self.rules and not self.moved else self.text


@dataclass(frozen=True, slots=True)
class Row:
    """Raw text and what it became; more of the article stands before or after it, not shown."""

    raw: tuple[Piece, ...]
    cleaned: tuple[Piece, ...]
    more_before: bool = False
    more_after: bool = False


def beside(
    raw: str, changes: Sequence[Change], cleaned: str, context: int | None = None
) -> list[Row]:
    """A raw text beside the cleaned one, in rows; lines that were moved have the last row.

    Args:
        context: Characters to show around each change; by default everything is shown, in one row.
    """
    pieces = mark(raw, changes)
    if context is not None:
        pieces = _left_out(pieces, context)
    slices = _slices(pieces, cleaned)
    if slices is None:  # changes that cannot be followed: the two are shown as they are
        return [Row(tuple(pieces), (Piece(cleaned),))]
    rows = []
    shown = groupby(zip(pieces, slices, strict=True), key=lambda pair: pair[0].shown)
    runs = [list(run) for is_shown, run in shown if is_shown]
    for number, run in enumerate(runs):
        kept = (_as_cleaned(piece, text) for piece, text in run if text and not piece.moved)
        rows.append(Row(tuple(piece for piece, _ in run), tuple(kept), number > 0, True))
    if rows:
        begins, ends = pieces[0].shown, pieces[-1].shown
        rows[0] = replace(rows[0], more_before=not begins)
        rows[-1] = replace(rows[-1], more_after=not ends)
    if moved := [(piece, text) for piece, text in zip(pieces, slices, strict=True) if piece.moved]:
        moved.sort(key=lambda pair: pair[0].moved)
        lines = (replace(piece, text=text, put="") for piece, text in moved if text)
        rows.append(Row((), tuple(lines), more_before=True))
    return rows


def mark(raw: str, changes: Sequence[Change]) -> list[Piece]:
    """The whole raw text in pieces: what stayed, and what each rule took out, replaced or moved.

    >>> mark("a&amp;b", [Change("decode_entities", Span(1, 6), "&")])[1]
    Piece(text='&amp;', rules=('decode_entities',), put='&', moved=0, shown=True)
    """
    pieces: list[Piece] = []
    at = 0
    for span, tangle in _tangles(list(_edits(raw, changes)), len(raw)):
        pieces.append(Piece(raw[at : span.start]))
        pieces += _followed(raw, span, tangle)
        at = span.end
    pieces.append(Piece(raw[at:]))
    moves = [change for change in changes if change.rule in MOVING_RULES]
    return _joined(_moved(pieces, moves) if moves else pieces)


def _edits(raw: str, changes: Sequence[Change]) -> Iterator[Change]:
    """What is not a move; what was taken out around the old place of a moved line does not touch it."""
    moved: list[Span] = []
    for change in changes:
        if change.rule in MOVING_RULES:
            moved.append(change.span)
            continue
        start, end = change.span.start, change.span.end
        for line in sorted(moved, key=lambda span: span.start):
            around = raw[start : line.start] + raw[line.end : end]
            if start <= line.start < line.end <= end and _visible(around):
                yield Change(change.rule, Span(start, line.start), "")
                start = line.end
        yield Change(change.rule, Span(start, end), change.put)


def _tangles(edits: Sequence[Change], length: int) -> Iterator[tuple[Span, list[Change]]]:
    """Edits that overlap, together, in the order in which they were made; and what they span."""
    start = end = 0
    tangle: list[int] = []
    for number in sorted(range(len(edits)), key=lambda n: (edits[n].span.start, edits[n].span.end)):
        span = edits[number].span
        if tangle and span.start >= end:
            yield Span(start, end), [edits[n] for n in sorted(tangle)]
            tangle = []
        if not tangle:
            start, end = min(span.start, length), min(span.start, length)
        end = max(end, min(span.end, length))
        tangle.append(number)
    if tangle:
        yield Span(start, end), [edits[n] for n in sorted(tangle)]


def _followed(raw: str, span: Span, tangle: Sequence[Change]) -> list[Piece]:
    """What overlapping changes, one after the other, made of the raw text that they span."""
    rules = tuple(dict.fromkeys(change.rule for change in tangle))
    last = tangle[-1]
    if last.span.start <= span.start and last.span.end >= span.end:
        return [Piece(raw[span.start : span.end], rules, last.put)]
    if (span.end - span.start) * len(tangle) > _MOST_REPLAYED:
        return [Piece(raw[span.start : span.end], rules)]
    # Characters as (start, end, text, whether it is a raw one), as index.cleaning.draft keeps them.
    units = [(at, at + 1, raw[at], True) for at in range(span.start, span.end)]
    for change in tangle:
        first = next((n for n, u in enumerate(units) if u[1] > change.span.start), len(units))
        after = next((n for n, u in enumerate(units) if u[0] >= change.span.end), len(units))
        old = units[first:after]
        if old:
            units[first:after] = _put(change.put[: len(old)], old)
    pieces: list[Piece] = []
    at = span.start
    for is_raw, run in groupby(units, key=lambda unit: unit[3]):
        some = list(run)
        text = "".join(unit[2] for unit in some)
        if is_raw:
            if at < some[0][0]:
                pieces.append(Piece(raw[at : some[0][0]], rules))
            pieces += _raw_run(raw, some, rules)
            at = some[-1][1]
        else:
            pieces.append(Piece(raw[at : some[-1][1]], rules, text))
            at = some[-1][1]
    if at < span.end:
        pieces.append(Piece(raw[at : span.end], rules))
    return pieces


_Unit = tuple[int, int, str, bool]


def _put(put: str, old: Sequence[_Unit]) -> list[_Unit]:
    """New characters for old ones: the last stands for all the rest."""
    ends = [unit[1] for unit in old[: max(len(put) - 1, 0)]] + [old[-1][1]]
    return [(unit[0], end, text, False) for unit, end, text in zip(old, ends, put, strict=False)]


def _raw_run(raw: str, units: Sequence[_Unit], rules: tuple[str, ...]) -> Iterator[Piece]:
    """Raw characters that stayed, with the gaps between them where others went."""
    start = at = units[0][0]
    for unit in units:
        if unit[0] > at:
            yield Piece(raw[start:at])
            yield Piece(raw[at : unit[0]], rules)
            start = unit[0]
        at = unit[1]
    yield Piece(raw[start:at])


def _moved(pieces: Sequence[Piece], moves: Sequence[Change]) -> Iterator[Piece]:
    """The pieces, cut where a moved line begins or ends, with those of moved lines numbered."""
    lines = {
        change.span.start: (change.span.end, n, change.rule) for n, change in enumerate(moves, 1)
    }
    starts = sorted(lines)
    borders = sorted({*starts, *(end for end, _, _ in lines.values())})
    at = 0
    for piece in pieces:
        end = at + len(piece.text)
        inside = borders[bisect_right(borders, at) : bisect_right(borders, end - 1)]
        cuts = [at, *([] if piece.rules else inside), end]
        for here, there in pairwise(cuts):
            part = replace(piece, text=piece.text[here - at : there - at])
            nearest = bisect_right(starts, here) - 1
            line_end, number, rule = lines[starts[nearest]] if nearest >= 0 else (0, 0, "")
            if here < line_end and piece.rules and not piece.put:
                yield part  # taken out of a line that was moved
            elif here < line_end:
                yield replace(part, rules=(*piece.rules, rule), moved=number)
            else:
                yield part
        at = end


def _joined(pieces: Iterator[Piece] | Sequence[Piece]) -> list[Piece]:
    """Neighbours that the same rules took out as one piece; none that is empty."""
    joined: list[Piece] = []
    for piece in pieces:
        if not piece.text and not piece.put:
            continue
        last = joined[-1] if joined else None
        if last and (last.rules, last.moved) == (piece.rules, piece.moved):
            joined[-1] = replace(last, text=last.text + piece.text, put=last.put + piece.put)
        else:
            joined.append(piece)
    return joined


def _left_out(pieces: Sequence[Piece], context: int) -> list[Piece]:
    """The pieces, with what is further than ``context`` characters from a change not shown."""
    found: list[Piece] = []
    for number, piece in enumerate(pieces):
        before = context if number else 0
        after = context if number < len(pieces) - 1 else 0
        text = piece.text
        if piece.rules or len(text) <= before + after + context:
            found.append(piece)
            continue
        end = len(text) - after
        found += [
            replace(piece, text=text[:before]),
            replace(piece, text=text[before:end], shown=False),
            replace(piece, text=text[end:]),
        ]
    return [piece for piece in found if piece.text or piece.put]


def _slices(pieces: Sequence[Piece], cleaned: str) -> list[str] | None:
    """For each piece the part of the cleaned text that it became; ``None`` where that cannot be told.

    Both are compared by their visible characters alone, since what happens to others is not on record.
    """
    order = sorted(range(len(pieces)), key=lambda n: pieces[n].moved)
    results = [_visible(_result(pieces[n])) for n in order]
    if "".join(results) != _visible(cleaned):
        return None
    places = array("q", (at for at, char in enumerate(cleaned) if _is_visible(char)))
    places.append(len(cleaned))
    ends = list(accumulate(map(len, results)))
    slices = [""] * len(pieces)
    for n, result, end in zip(order, results, ends, strict=True):
        slices[n] = cleaned[places[end - len(result)] : places[end]] if result else ""
    return slices


def _result(piece: Piece) -> str:
    return piece.put or piece.text if piece.moved else piece.result


def _as_cleaned(piece: Piece, text: str) -> Piece:
    return Piece(text, piece.rules if piece.rules else ())


def _visible(text: str) -> str:
    return "".join(filter(_is_visible, text))


def _is_visible(char: str) -> bool:
    return char.isprintable() and char != " "
