"""Passages that OCR or a language model wrote again and again, reduced to one copy.

A loop is a maximal repetition (``index.cleaning.repetitions``). All of this works on the text without
its white space, because copies are broken into lines differently.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from index.cleaning.draft import Draft
from index.cleaning.repetitions import Run, find_runs
from index.records import Span
from index.text.rules import load_rules
from index.text.sentences import split_sentences

_MOST_ROUNDS = 20
_SHORTEST_LINE = 20  # on average, within a loop: verses, cells and lists have shorter lines
_FEWEST_CHARACTERS = 8  # different ones, within a period of prose
_FEWEST_LETTERS = 3  # the same for a short period
_LONG_TAIL = 20
_LONGEST_JOINT, _JOINT_TAIL = 30, 0.8
_SHORTEST_BREAK = 5
_SURE_PERIOD, _SURE_COPIES = 60, 3.5
_FEWEST_REPEATED = 40
_CERTAIN_COPIES = 3.0  # two captions in a row may share a sentence

_SENTENCE_MARK = re.compile(r"[。！？；，!?;,.…]")
_WORD = re.compile(r"[^\W\d_]")
_CLOSED = frozenset("。！？!?….；;：:”’」』）)】》〉\"'")
_NO_BEGINNING = load_rules("index.cleaning", "zh/sentences").regex("no_beginning")


@dataclass(frozen=True, slots=True, eq=False)
class _Visible:
    """A text without its white space, and the way back.

    Attributes:
        text: The visible characters. All positions below are offsets into it.
        offsets: The offset of each in the whole text, shape (len(text),).
        lines: Positions where a line begins, ascending.
        sentences: Positions where a sentence or line begins, ascending, and the text's end.
        first_at: Where each sentence stands for the first time.
    """

    text: str
    offsets: NDArray[np.int64]
    lines: tuple[int, ...]
    sentences: tuple[int, ...]
    first_at: dict[str, int]

    @classmethod
    def of(cls, text: str) -> _Visible:
        seen = np.ones(len(text), dtype=np.bool_)
        breaks = [0]
        for match in re.finditer(r"\s+", text):
            seen[match.start() : match.end()] = False
            if "\n" in match.group() or "\r" in match.group():
                breaks.append(match.end())
        offsets = np.flatnonzero(seen)
        visible = "".join(text.split())
        lines = np.unique(np.searchsorted(offsets, breaks))
        starts = np.searchsorted(offsets, [span.start for span in split_sentences(text)])
        sentences = [*np.union1d(lines, starts).tolist(), len(visible)]
        first_at: dict[str, int] = {}
        for start, end in pairwise(sentences):
            first_at.setdefault(visible[start:end], start)
        return cls(visible, offsets, tuple(lines.tolist()), tuple(sentences), first_at)

    def lines_in(self, start: int, end: int) -> int:
        return 1 + bisect_left(self.lines, end) - bisect_right(self.lines, start)

    def begins_line(self, at: int) -> bool:
        found = bisect_left(self.lines, at)
        return at >= len(self.text) or (found < len(self.lines) and self.lines[found] == at)

    def closed(self, at: int) -> bool:
        """Whether the character before ``at`` ends a sentence."""
        return at == 0 or self.text[at - 1] in _CLOSED

    def next_sentence(self, at: int) -> int:
        """The first position from ``at`` on where a sentence begins."""
        return self.sentences[min(bisect_left(self.sentences, at), len(self.sentences) - 1)]

    def last_sentence(self, at: int) -> int:
        """The last position up to ``at`` where a sentence begins."""
        return self.sentences[max(bisect_right(self.sentences, at) - 1, 0)]

    def span(self, start: int, end: int) -> Span:
        """Visible characters with the white space before them, so that what follows keeps its own."""
        before = int(self.offsets[start - 1]) + 1 if start else 0
        return Span(before, int(self.offsets[end - 1]) + 1)

    def sentence_span(self, start: int, end: int) -> Span:
        """A sentence; where it begins a line and does not end it, the next one begins that line."""
        if self.begins_line(start) and not self.begins_line(end):
            return Span(int(self.offsets[start]), int(self.offsets[end]))
        return self.span(start, end)


def collapse_loops(draft: Draft) -> Draft:
    """Keep one copy of each passage that was repeated without end; what surrounds it stays.

    What people repeat is left alone: choruses, slogans, table rows, lists, laughter (``_is_loop``).
    Loops within loops take one round each; a text made to need more than 20 is left as it then is.
    Time is near linear: about 0.1 ms for an article of 1,000 characters without a loop.
    """
    for _ in range(_MOST_ROUNDS):
        cuts = _cuts(draft.text)
        if not cuts:
            break
        draft = draft.cut(collapse_loops.__name__, cuts)
    return draft


def _cuts(text: str) -> list[Span]:
    """What to take out in one round, in order and without overlap."""
    runs = find_runs("".join(text.split()))
    if not runs:
        return []
    visible = _Visible.of(text)
    cuts: list[Span] = []
    at = 0
    for run in _without_overlap([run for run in runs if _is_loop(visible, run)]):
        for span in _loop_cuts(visible, run):
            if cuts and span.start == at:
                cuts[-1] = Span(cuts[-1].start, span.end)
            elif at <= span.start < span.end:
                cuts.append(span)
            at = max(at, span.end)
    return cuts


def _without_overlap(runs: list[Run]) -> list[Run]:
    """The shortest periods first: a loop inside a loop has to go before the outer one is one."""
    starts: list[int] = []
    kept: list[Run] = []
    for run in sorted(runs, key=lambda run: (run.period, run.start)):
        at = bisect_left(starts, run.start)
        if (at == 0 or kept[at - 1].end <= run.start) and (
            at == len(kept) or run.end <= kept[at].start
        ):
            starts.insert(at, run.start)
            kept.insert(at, run)
    return kept


def _is_loop(visible: _Visible, run: Run) -> bool:
    """Whether this is the repetition of a machine, not of the writer."""
    passage = visible.text[run.start : run.start + run.period]
    lines = visible.lines_in(run.start, run.end)
    if run.is_short:
        extent = int(visible.offsets[run.end - 1] - visible.offsets[run.start]) + 1
        cells = extent - (run.end - run.start) >= run.copies / 2 or "|" in passage
        return lines == 1 and not cells and len(set(_WORD.findall(passage))) >= _FEWEST_LETTERS
    return (
        run.end - run.start >= _SHORTEST_LINE * lines
        and len(set(passage)) >= _FEWEST_CHARACTERS
        and _SENTENCE_MARK.search(passage) is not None
    )


def _loop_cuts(visible: _Visible, run: Run) -> Iterator[Span]:
    """What to take out of one loop: all copies but the first, and of that what stood before."""
    start, end = _broken_joint(visible, run) or _joint(visible, run) or _copies(visible, run)
    if run.copies >= _CERTAIN_COPIES:
        yield from _repeated_sentences(visible, run.start, start)
    yield visible.span(start, end)
    # The words of a copy that was broken off at a line end stand in the first copy.
    last = visible.last_sentence(run.end - 1)
    if end <= last and _broken_off(visible, run):
        yield visible.span(last, run.end)


def _broken_joint(visible: _Visible, run: Run) -> tuple[int, int] | None:
    """A paragraph cut at a column's end, finished with invented words, and all over again.

    Column end in the first copy only, one short sentence to the copy's end, and a line after the
    loop that begins as those words did or as no sentence does: that line is how it truly goes on.
    """
    if run.end >= len(visible.text) or not visible.begins_line(run.end):
        return None
    first, last = bisect_right(visible.lines, run.start), bisect_left(visible.lines, run.end)
    for at in visible.lines[first:last]:
        copy_end = run.start + run.period
        if at >= copy_end:
            break
        sentence_end = visible.next_sentence(at + 1)
        follows = visible.text[run.end]
        if (
            not visible.closed(at)
            and not visible.begins_line(at + run.period)
            and sentence_end - at <= _LONGEST_JOINT
            and copy_end <= sentence_end < copy_end + _LONG_TAIL
            and (follows == visible.text[at] or _NO_BEGINNING.match(follows))
        ):
            return at, run.end
    return None


def _joint(visible: _Visible, run: Run) -> tuple[int, int] | None:
    """The same where the loop is left in the middle of that sentence: what joins the copies is
    invented, if it is short.

    Captions that share all but their last words look like this too, so a line end has to show that
    a column ended there, or the copies have to be long and many.
    """
    short = run.period - run.rest <= _LONGEST_JOINT and run.rest >= _JOINT_TAIL * run.period
    in_sentence = run.end - visible.last_sentence(run.end - 1) >= _SHORTEST_BREAK
    cut = visible.begins_line(run.end) or visible.begins_line(run.start + run.rest)
    certain = cut or (run.period >= _SURE_PERIOD and run.copies >= _SURE_COPIES)
    if short and in_sentence and certain and not visible.closed(run.end):
        return run.start + run.rest, run.end
    return None


def _copies(visible: _Visible, run: Run) -> tuple[int, int]:
    """All copies but the first, shifted to where sentences begin.

    An incomplete copy at the end goes as far as its sentences are complete if it is long; a short
    one may be how the text truly goes on, and stays.
    """
    tail = run.end - run.rest
    shift = visible.next_sentence(tail) - tail
    if shift > min(run.rest, _LONG_TAIL):
        shift = 0
    long = run.rest >= _LONG_TAIL and run.copies >= _CERTAIN_COPIES
    end = visible.last_sentence(run.end) if long else 0
    return run.start + run.period + shift, max(end, tail + shift)


def _broken_off(visible: _Visible, run: Run) -> bool:
    """Whether the line ends with the loop in the middle of a sentence, and not so in its first copy."""
    return (
        visible.begins_line(run.end)
        and not visible.closed(run.end)
        and not visible.begins_line(run.start + run.rest)
    )


def _repeated_sentences(visible: _Visible, start: int, end: int) -> Iterator[Span]:
    """The sentences between two positions that already stand before them, if they are more than a
    few words: OCR at a loss goes back to what it read before."""
    first, last = bisect_left(visible.sentences, start), bisect_right(visible.sentences, end)
    inside = visible.sentences[first:last]
    repeated = [
        (at, until)
        for at, until in pairwise(inside)
        if visible.first_at[visible.text[at:until]] + until - at <= start
    ]
    if sum(until - at for at, until in repeated) >= _FEWEST_REPEATED:
        for at, until in repeated:
            yield visible.sentence_span(at, until)
