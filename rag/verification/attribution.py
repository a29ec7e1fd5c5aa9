"""Whether what a sentence says of one thing the evidence says of another.

Every number and name may be in the cited words and the sentence still be wrong: 北京有5000台 of
上海有5000台，北京有3000台. What tells is the words around each.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from index.text.language import Language
from index.text.names import Name, NameKind, find_names
from index.text.numbers.quantities import Quantity
from index.text.numbers.quantities import agrees as same_quantity
from index.text.numbers.units import comparable
from index.text.rules import load_patterns
from rag.verification.findings import CLAUSE_END, Comparison, Fault, Finding, clauses, words_of
from rag.verification.reading import EvidenceSentence, Reading, content

_NEAR_REACH = 6
_TOLD_APART = 3
_PASSIVE = load_patterns("rag.verification", "wording")["passive"]


def rival(
    comparison: Comparison, own: Quantity, sentence: EvidenceSentence, agreeing: Quantity
) -> Quantity | None:
    """Another quantity of the evidence to which the words around ``own`` point instead."""
    for reach in (None, _NEAR_REACH):
        around = _stretch(comparison.said, own, reach)
        here = _stretch(sentence.reading, agreeing, reach)
        for reading in [
            sentence.reading,
            *(g.reading for g in comparison.evidence),
            comparison.around,
        ]:
            for other in reading.quantities:
                if not comparable(other.unit, own.unit) or same_quantity(own, other):
                    continue
                there = _stretch(reading, other, reach)
                if _points_elsewhere(around, here, there):
                    return other
    return None


def _points_elsewhere(around: frozenset[str], here: frozenset[str], there: frozenset[str]) -> bool:
    """Whether the words around a number tell ``there`` from ``here``, and none the reverse.

    A clause often shares its subject with the one before and does not repeat it; so it is enough
    that the words say all that sets ``there`` apart and leave out what is said ``here``.
    """
    own, other = here - there, there - here
    if not (around & other and own):
        return False
    told_apart = len(other) >= _TOLD_APART and other <= around
    return not around & own or (told_apart and len(own - around) >= _TOLD_APART - 1)


def _stretch(reading: Reading, quantity: Quantity, reach: int | None = None) -> frozenset[str]:
    """The terms between the quantity before it of the same kind and the end of its clause.

    ``reach`` limits them to so many characters on both sides, where a clause shares its subject with
    another and only the nearest words tell what is counted.
    """
    text, bare = reading.text, reading.bare
    before = [
        other.end
        for other in reading.quantities
        if other.end <= quantity.start and comparable(other.unit, quantity.unit)
    ]
    line = text.rfind("\n", 0, quantity.start) + 1
    start = max([line, *before])
    if start > line and (cut := CLAUSE_END.search(text, start, quantity.start)):
        start = cut.end()
    stop = CLAUSE_END.search(text, quantity.end)
    end = stop.start() if stop else len(text)
    if reach is not None:
        width = reach if reading.language is Language.CHINESE else 3 * reach
        cuts = [cut.end() for cut in CLAUSE_END.finditer(text, start, quantity.start)]
        start = max(start, quantity.start - width, *cuts)
        end = min(end, quantity.end + width)
    return frozenset([*content(bare[start : quantity.start]), *content(bare[quantity.end : end])])


def misplaced(said: Reading, detail: Quantity) -> Finding:
    words = words_of(said, detail)
    return Finding(
        Fault.MISPLACED,
        f'the cited words say "{words}" of something else',
        f"所引文句中的“{words}”说的是另一件事",
        detail.start,
        measured=True,
    )


def swapped_roles(comparison: Comparison) -> Iterator[Finding]:
    """Two names that are swapped: 甲公司收购乙公司 where 乙公司 bought."""
    names = sorted(comparison.details.names, key=lambda name: name.start)
    for first, second in pairwise(names):
        between = comparison.said.text[first.end : second.start]
        verb = set(content(between))
        turned = any(_turned(g.reading.text, first, second, verb) for g in comparison.evidence)
        if turned and not _PASSIVE.search(comparison.said.text):
            yield _swapped(first, second)


def _turned(text: str, first: Name, second: Name, verb: set[str]) -> bool:
    """Whether a text has the two names swapped about the same word."""
    one, other = text.find(first.text), text.find(second.text)
    if not 0 <= other < one or _PASSIVE.search(text):
        return False
    return bool(verb.intersection(content(text[other + len(second.text) : one])))


def swapped_deeds(comparison: Comparison) -> Iterator[Finding]:
    """A name in a clause whose other words the evidence says of another name."""
    text = comparison.said.text
    spans = clauses(text)
    for name in comparison.details.names:
        span = next((s for s in spans if s.start <= name.start < s.end), None)
        if span is None or name.kind is NameKind.QUOTED:
            continue
        rest = frozenset(content(span.of(text).replace(name.text, " ")))
        other = next(
            (n for g in comparison.evidence if (n := _doer(g, name, rest, span.of(text)))), None
        )
        if other:
            yield _swapped(name, other)


def _doer(sentence: EvidenceSentence, name: Name, rest: frozenset[str], clause: str) -> Name | None:
    """The name of whom ``sentence`` says ``rest``, where its clause about ``name`` says nothing of it.

    A name that ``clause`` has as well, the place where it happened, is not meant.
    """
    english = sentence.reading.language is not Language.CHINESE
    text = sentence.reading.text
    parts = [span.of(text) for span in clauses(text)]
    about = [part for part in parts if name.text in part]
    telling = [part for part in parts if len(rest & set(content(part))) >= _TOLD_APART - 1]
    if not about or not telling or any(rest & set(content(part)) for part in about):
        return None
    names = [n for part in telling for n in find_names(part, english=english)]
    return next((n for n in names if n.kind is name.kind and n.text not in clause), None)


def _swapped(first: Name, second: Name) -> Finding:
    return Finding(
        Fault.EXCHANGED,
        f'in the cited words "{first.text}" and "{second.text}" are swapped',
        f"“{first.text}”与“{second.text}”的关系和所引文句相反",
        first.start,
    )
