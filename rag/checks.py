"""What the evidence of a sentence does not carry, detail by detail.

A detail that the cited words lack is *missing* where they say nothing instead, and *contradicted*
where they say something else: another number of the same unit, another day, another person.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from index.language import Language
from index.records import Span
from rag.align import Details, Ground, Reading, content, read, share, told
from rag.moments import Moment, complete
from rag.moments import agrees as same_moment
from rag.names import Name, NameKind, find_names, stands_in
from rag.polarity import denied, denies
from rag.quantities import Quantity
from rag.quantities import agrees as same_quantity
from rag.units import NONE, comparable

CLAUSE_SHARE = 0.34
"""The share of a clause's terms that the evidence has to have; fitted on development cases."""

_LEAST_CLAUSE_TERMS = 3
_CLAUSE = re.compile(r"[，；;：]|,(?!\d)|——|\s-\s")
_SWAPPED_KINDS = frozenset([NameKind.PERSON, NameKind.ORGANISATION, NameKind.PLACE])


class Fault(StrEnum):
    """How the evidence fails a detail."""

    CONTRADICTED = "contradicted"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Finding:
    """A detail that the cited words do not carry, said in both languages."""

    fault: Fault
    english: str
    chinese: str


@dataclass(frozen=True, slots=True)
class Proven:
    """A sentence with the evidence that it was aligned to.

    Attributes:
        around: The evidence's neighbouring sentences, titles, accounts and sources.
    """

    said: Reading
    wanted: Details
    grounds: tuple[Ground, ...]
    around: Reading
    question: Reading

    @property
    def translated(self) -> bool:
        return all(g.reading.language is not self.said.language for g in self.grounds)


def surroundings(grounds: Sequence[Ground]) -> Reading:
    """What stands next to the cited sentences: neighbours, titles, where it was published."""
    parts: dict[str, None] = {}
    for ground in grounds:
        article = ground.article
        parts |= dict.fromkeys(
            [ground.before, ground.after, article.heading, article.account, article.source]
        )
    return read("\n".join(part for part in parts if part))


def check(proven: Proven) -> list[Finding]:
    """Everything that the evidence fails, contradictions first."""
    found = [*_quantities(proven), *_moments(proven), *_names(proven), *_polarity(proven)]
    if not proven.translated:
        found += _clauses(proven)
    return sorted(found, key=lambda finding: finding.fault is not Fault.CONTRADICTED)


# --- Quantities ----------------------------------------------------------------------------------


def _quantities(proven: Proven) -> Iterator[Finding]:
    standing = [(ground, q) for ground in proven.grounds for q in ground.reading.quantities]
    for said in proven.wanted.quantities:
        agreeing = [(ground, q) for ground, q in standing if same_quantity(said, q)]
        if agreeing:
            others = [_rival(proven.said, said, ground, q) for ground, q in agreeing]
            if all(others) and others[0]:
                yield _contradicted(proven.said, said, agreeing[0][0].reading, others[0])
            continue
        other = next((pair for pair in standing if _is_counterpart(proven, said, pair[1])), None)
        if other:
            yield _contradicted(proven.said, said, other[0].reading, other[1])
        elif not any(same_quantity(said, q) for q in proven.around.quantities):
            yield _missing(_words(proven.said, said))


def _is_counterpart(proven: Proven, said: Quantity, stands: Quantity) -> bool:
    """Whether ``stands`` is what the evidence says instead of ``said``."""
    same_digits = said.low / said.unit.factor == stands.low / stands.unit.factor
    if not comparable(said.unit, stands.unit):
        return same_digits
    spoken_of = any(same_quantity(other, stands) for other in proven.said.quantities)
    bare = said.unit == NONE and stands.unit == NONE and not same_digits
    return not spoken_of and not stands.passing and not (bare and proven.translated)


def _rival(said: Reading, own: Quantity, ground: Ground, agreeing: Quantity) -> Quantity | None:
    """Another quantity of the ground to which the words around ``own`` point instead."""
    around = _stretch(said, own)
    here = _stretch(ground.reading, agreeing)
    for other in ground.reading.quantities:
        if other is agreeing or not comparable(other.unit, own.unit) or same_quantity(own, other):
            continue
        there = _stretch(ground.reading, other)
        if around & (there - here) and not around & (here - there) and here - there:
            return other
    return None


def _stretch(reading: Reading, quantity: Quantity) -> frozenset[str]:
    """The terms between the quantity before it of the same kind and the end of its clause."""
    before = [
        other.end
        for other in reading.quantities
        if other.end <= quantity.start and comparable(other.unit, quantity.unit)
    ]
    start = max(before, default=0)
    if cut := _CLAUSE.search(reading.text, start, quantity.start):
        start = cut.end() if before else start
    end = _CLAUSE.search(reading.text, quantity.end)
    after = reading.text[quantity.end : end.start() if end else None]
    return frozenset([*content(reading.text[start : quantity.start]), *content(after)])


def _contradicted(
    said: Reading, detail: Quantity | Moment, reading: Reading, other: Quantity | Moment
) -> Finding:
    own, stands = _words(said, detail), _words(reading, other)
    return Finding(
        Fault.CONTRADICTED,
        f'"{own}" is not what the cited words say: "{stands}"',
        f"“{own}”与所引文句的“{stands}”不符",
    )


def _missing(words: str) -> Finding:
    return Finding(
        Fault.MISSING, f'"{words}" is not in the cited words', f"“{words}”不在所引文句中"
    )


def _words(reading: Reading, detail: Quantity | Moment) -> str:
    return reading.text[detail.start : detail.end].strip()


# --- Dates ---------------------------------------------------------------------------------------


def _moments(proven: Proven) -> Iterator[Finding]:
    standing = [
        (ground, complete(moment, ground.article.date))
        for ground in proven.grounds
        for moment in ground.reading.moments
    ]
    dates = [ground.article.date for ground in proven.grounds]
    for said in proven.wanted.moments:
        if any(same_moment(told(said, ground.article.date), m) for ground, m in standing):
            continue
        other = next((pair for pair in standing if _is_other_day(proven, said, *pair)), None)
        if other:
            yield _contradicted(proven.said, said, other[0].reading, other[1])
        elif not any(_near_date(proven, said, published) for published in dates):
            yield _missing(_words(proven.said, said))


def _is_other_day(proven: Proven, said: Moment, ground: Ground, stands: Moment) -> bool:
    """Whether ``stands`` names the parts that ``said`` does, and says another day of its own."""
    published = ground.article.date
    own = told(said, published)
    pairs = list(zip(_parts(own), _parts(stands), strict=True))
    differ = any(one is not None and other is not None and one != other for one, other in pairs)
    spoken_of = any(same_moment(told(other, published), stands) for other in proven.wanted.moments)
    return differ and not spoken_of


def _parts(moment: Moment) -> tuple[int | None, int | None, int | None]:
    return moment.year, moment.month, moment.day


def _near_date(proven: Proven, said: Moment, published: date | None) -> bool:
    """Whether the day is that of publication, or stands next to the cited words."""
    own = told(said, published)
    around = [complete(moment, published) for moment in proven.around.moments]
    if published:
        around.append(Moment(0, 0, published.year, published.month, published.day))
    return any(same_moment(own, moment) for moment in around)


# --- Names and negation --------------------------------------------------------------------------


def _names(proven: Proven) -> Iterator[Finding]:
    readings = [*(ground.reading for ground in proven.grounds), proven.around, proven.question]
    for name in proven.wanted.names:
        if any(stands_in(name, reading.folded, reading.words) for reading in readings):
            continue
        other = _other_name(proven, name)
        if other:
            yield Finding(
                Fault.CONTRADICTED,
                f'"{name.text}" is not whom or what the cited words name: "{other.text}"',
                f"所引文句说的是“{other.text}”，不是“{name.text}”",
            )
        else:
            yield _missing(name.text)


def _other_name(proven: Proven, missing: Name) -> Name | None:
    """A name of the same kind in the evidence that the sentence does not give."""
    if proven.translated:
        return None
    english = proven.said.language is not Language.CHINESE
    if missing.kind not in _SWAPPED_KINDS and not english and missing.kind is not NameKind.LATIN:
        return None
    for ground in proven.grounds:
        for name in find_names(ground.reading.text, english=english):
            said = stands_in(name, proven.said.folded, proven.said.words)
            if name.kind is missing.kind and not said:
                return name
    return None


def _polarity(proven: Proven) -> Iterator[Finding]:
    said = proven.said.text
    quotes = "\n".join(ground.reading.text for ground in proven.grounds)
    if proven.translated:
        if denies(said) and not denies(quotes):
            yield _denial(said)
        return
    words = denied(said, quotes)
    if words:
        yield _denial(words)


def _denial(words: str) -> Finding:
    return Finding(
        Fault.CONTRADICTED,
        f'on "{words}" the cited words say the opposite',
        f"就“{words}”而言，所引文句的意思相反",
    )


# --- Clauses -------------------------------------------------------------------------------------


def _clauses(proven: Proven) -> Iterator[Finding]:
    """Clauses of which hardly a word stands in the evidence or next to it."""
    spans = clauses(proven.said.text)
    if len(spans) < 2:
        return
    having, characters = known(proven)
    for span in spans:
        terms = read(span.of(proven.said.text)).terms
        if len(terms) >= _LEAST_CLAUSE_TERMS and share(terms, having, characters) < CLAUSE_SHARE:
            yield _missing(span.of(proven.said.text).strip("，；：:;, 。."))


def clauses(text: str) -> list[Span]:
    """The clauses of a sentence; an opening without words of its own belongs to the next."""
    cuts = [match.end() for match in _CLAUSE.finditer(text)]
    spans: list[Span] = []
    start = 0
    for end in [*cuts, len(text)]:
        if len(read(text[start:end]).terms) >= 2 or end == len(text):
            spans.append(Span(start, end))
            start = end
    return [span for span in spans if span.start < span.end]


def known(proven: Proven) -> tuple[frozenset[str], frozenset[str]]:
    """The terms of the evidence, its surroundings and the question; its and their characters."""
    readings = [*(ground.reading for ground in proven.grounds), proven.around, proven.question]
    having = frozenset[str]().union(*(reading.terms for reading in readings))
    return having, frozenset("".join(reading.folded for reading in readings))
