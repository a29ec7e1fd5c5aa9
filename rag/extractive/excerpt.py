"""The part of a long sentence that is quoted: whole clauses next to each other, word for word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from index.records import Span
from index.text.clauses import CLAUSE_ENDS, clauses_of
from index.text.language import Language, detect_language

LONGEST = 100
"""Characters of a Chinese sentence that are quoted as a rule; one clause alone may be longer."""

LONGEST_FOREIGN = 200
"""The same of a sentence in letters, which take twice the room."""


_LONG_WORD = re.compile(r"[!-~]{60,}")
"""An address or key: no clause that holds one is quoted for the words beside it."""

_PART = 60
"""Characters in which such a word is cut where it answers itself."""


def excerpt(text: str, kept: Sequence[Span], longest: int | None = None) -> Span:
    """The clauses of a sentence that hold what answers, in characters of ``text``.

    A sentence that is not longer than ``longest`` stays whole. What room is left goes to the clauses
    before, which say whose the answer is, then to those after.

    Args:
        kept: What is not cut away, however long it is; with none, the sentence's beginning.
        longest: Characters; by default as many as suit the language.

    >>> text = "本市近日公布了名单，新工厂共有120台机器人，另有两条生产线"
    >>> excerpt(text, [Span(15, 22)], 14).of(text)
    '新工厂共有120台机器人'
    """
    if longest is None:
        chinese = detect_language(text) is Language.CHINESE
        longest = LONGEST if chinese else LONGEST_FOREIGN
    if len(text) <= longest:
        return Span(0, len(text))
    clauses = [part for clause in clauses_of(text) for part in _around_long_words(text, clause)]
    begins = min((span.start for span in kept), default=0)
    ends = max((span.end for span in kept), default=1)
    first = max(at for at, clause in enumerate(clauses) if clause.start <= begins)
    last = min(at for at, clause in enumerate(clauses) if clause.end >= min(ends, len(text)))
    while True:
        start, end = clauses[first].start, clauses[last].end
        if first and _fits(text, clauses[first - 1], end - clauses[first - 1].start, longest):
            first -= 1
        elif last + 1 < len(clauses) and _fits(
            text, clauses[last + 1], clauses[last + 1].end - start, longest
        ):
            last += 1
        else:
            break
    start = end - len(text[start:end].lstrip(f"{CLAUSE_ENDS}、 "))
    quoted = text[start:end].rstrip(f"{CLAUSE_ENDS}、 ")
    return Span(min(start, begins), max(start + len(quoted), min(ends, len(text))))


def _fits(text: str, clause: Span, length: int, longest: int) -> bool:
    """Whether there is room for a clause that is no part of a long word."""
    return length <= longest and not _LONG_WORD.fullmatch(text, clause.start, clause.end)


def _around_long_words(text: str, clause: Span) -> Iterator[Span]:
    """A clause in parts: what stands between its long words, and these in pieces."""
    at = clause.start
    for word in _LONG_WORD.finditer(text, clause.start, clause.end):
        if at < word.start():
            yield Span(at, word.start())
        for start in range(word.start(), word.end() - _PART + 1, _PART):
            ends = word.end() - start < 2 * _PART
            yield Span(start, word.end() if ends else start + _PART)
        at = word.end()
    if at < clause.end:
        yield Span(at, clause.end)
