"""The part of a long sentence that is quoted: whole clauses next to each other, word for word."""

from __future__ import annotations

from collections.abc import Sequence

from index.records import Span
from index.text.clauses import CLAUSE_ENDS, clauses_of
from index.text.language import Language, detect_language

LONGEST = 100
"""Characters of a Chinese sentence that are quoted as a rule; one clause alone may be longer."""

LONGEST_FOREIGN = 200
"""The same of a sentence in letters, which take twice the room."""


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
    clauses = clauses_of(text)
    begins = min((span.start for span in kept), default=0)
    ends = max((span.end for span in kept), default=1)
    first = max(at for at, clause in enumerate(clauses) if clause.start <= begins)
    last = min(at for at, clause in enumerate(clauses) if clause.end >= min(ends, len(text)))
    while True:
        start, end = clauses[first].start, clauses[last].end
        if first and end - clauses[first - 1].start <= longest:
            first -= 1
        elif last + 1 < len(clauses) and clauses[last + 1].end - start <= longest:
            last += 1
        else:
            break
    quoted = text[start:end].rstrip(f"{CLAUSE_ENDS}、 ")
    return Span(start, max(start + len(quoted), min(ends, len(text))))
