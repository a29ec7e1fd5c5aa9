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
from itertools import pairwise

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
_NOUN_REACH = 24
_NEAR_REACH = 6
_TOLD_APART = 3
_CLAUSE = re.compile(r"[，；;：\n]|,(?!\d)|——|\s-\s|\b(?:and|while|but|because|which)\b|而(?!且)")
_SWAPPED_KINDS = frozenset(
    [NameKind.PERSON, NameKind.ORGANISATION, NameKind.PLACE, NameKind.TITLE, NameKind.LATIN]
)
_PASSIVE = re.compile(r"[被由受遭]|\bby\b")


class Fault(StrEnum):
    """How the evidence fails a detail."""

    CONTRADICTED = "contradicted"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Finding:
    """A detail that the cited words do not carry, said in both languages.

    Attributes:
        at: Where it begins in the sentence.
        measured: Whether it is a quantity or a date.
    """

    fault: Fault
    english: str
    chinese: str
    at: int = 0
    measured: bool = False


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
            rivals = [_rival(proven, said, ground, q) for ground, q in agreeing]
            if all(rivals):
                yield _misplaced(proven.said, said)
            continue
        other = next((pair for pair in standing if _is_counterpart(proven, said, *pair)), None)
        if other:
            yield _contradicted(proven.said, said, other[0].reading, other[1])
        elif not any(same_quantity(said, q) for q in proven.around.quantities):
            yield _missing(_words(proven.said, said), said.start, measured=True)


def _is_counterpart(proven: Proven, said: Quantity, ground: Ground, stands: Quantity) -> bool:
    """Whether ``stands`` is what the evidence says instead of ``said``."""
    if not comparable(said.unit, stands.unit):
        return said.low / said.unit.factor == stands.low / stands.unit.factor
    if stands.passing or any(same_quantity(q, stands) for q in proven.said.quantities):
        return False
    if proven.translated:
        return True
    if said.unit == stands.unit == NONE:
        own, other = _noun(proven.said, said), _noun(ground.reading, stands)
        return own == other != ""
    return NONE not in (said.unit, stands.unit) or "yuan" in (
        said.unit.dimension,
        stands.unit.dimension,
    )


def _noun(reading: Reading, quantity: Quantity) -> str:
    """The first term after a bare number: what it counts."""
    return next(iter(content(reading.text[quantity.end : quantity.end + _NOUN_REACH])), "")


def _rival(proven: Proven, own: Quantity, ground: Ground, agreeing: Quantity) -> Quantity | None:
    """Another quantity of the evidence to which the words around ``own`` point instead."""
    for reach in (None, _NEAR_REACH):
        around = _stretch(proven.said, own, reach)
        here = _stretch(ground.reading, agreeing, reach)
        for reading in [ground.reading, *(g.reading for g in proven.grounds), proven.around]:
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
    if start > line and (cut := _CLAUSE.search(text, start, quantity.start)):
        start = cut.end()
    stop = _CLAUSE.search(text, quantity.end)
    end = stop.start() if stop else len(text)
    if reach is not None:
        width = reach if reading.language is Language.CHINESE else 3 * reach
        cuts = [cut.end() for cut in _CLAUSE.finditer(text, start, quantity.start)]
        start = max(start, quantity.start - width, *cuts)
        end = min(end, quantity.end + width)
    return frozenset([*content(bare[start : quantity.start]), *content(bare[quantity.end : end])])


def _contradicted(
    said: Reading, detail: Quantity | Moment, reading: Reading, other: Quantity | Moment
) -> Finding:
    own, stands = _words(said, detail), _words(reading, other)
    return Finding(
        Fault.CONTRADICTED,
        f'"{own}" is not what the cited words say: "{stands}"',
        f"“{own}”与所引文句的“{stands}”不符",
        detail.start,
        measured=True,
    )


def _misplaced(said: Reading, detail: Quantity) -> Finding:
    words = _words(said, detail)
    return Finding(
        Fault.CONTRADICTED,
        f'the cited words say "{words}" of something else',
        f"所引文句中的“{words}”说的是另一件事",
        detail.start,
        measured=True,
    )


def _missing(words: str, at: int, *, measured: bool = False) -> Finding:
    return Finding(
        Fault.MISSING,
        f'"{words}" is not in the cited words',
        f"“{words}”不在所引文句中",
        at,
        measured,
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
            yield _missing(_words(proven.said, said), said.start, measured=True)


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
            yield _missing(name.text, name.start)
    yield from _roles(proven)
    if not proven.translated:
        yield from _deeds(proven)


def _deeds(proven: Proven) -> Iterator[Finding]:
    """A name in a clause whose other words the evidence says of another name."""
    text = proven.said.text
    spans = clauses(text)
    for name in proven.wanted.names:
        span = next((s for s in spans if s.start <= name.start < s.end), None)
        if span is None or name.kind is NameKind.QUOTED:
            continue
        rest = frozenset(content(span.of(text).replace(name.text, " ")))
        other = next((n for g in proven.grounds if (n := _doer(proven, g, name, rest))), None)
        if other and other.text not in text[span.start : span.end]:
            yield _swapped(name, other)


def _doer(proven: Proven, ground: Ground, name: Name, rest: frozenset[str]) -> Name | None:
    """The name of whom ``ground`` says ``rest``, where its clause about ``name`` says nothing of it."""
    english = proven.said.language is not Language.CHINESE
    text = ground.reading.text
    parts = [span.of(text) for span in clauses(text)]
    about = [part for part in parts if name.text in part]
    telling = [part for part in parts if len(rest & set(content(part))) >= _TOLD_APART - 1]
    if not about or not telling or any(rest & set(content(part)) for part in about):
        return None
    names = [n for part in telling for n in find_names(part, english=english)]
    return next((n for n in names if n.kind is name.kind), None)


def _roles(proven: Proven) -> Iterator[Finding]:
    """Two names that have changed places: 甲公司收购乙公司 where 乙公司 bought."""
    names = sorted(proven.wanted.names, key=lambda name: name.start)
    for first, second in pairwise(names):
        between = proven.said.text[first.end : second.start]
        verb = set(content(between))
        if verb and any(_turned(g.reading.text, first, second, verb) for g in proven.grounds):
            if not _PASSIVE.search(proven.said.text):
                yield _swapped(first, second)


def _turned(text: str, first: Name, second: Name, verb: set[str]) -> bool:
    """Whether a text has the two names the other way round about the same word."""
    one, other = text.find(first.text), text.find(second.text)
    if not 0 <= other < one or _PASSIVE.search(text):
        return False
    return bool(verb.intersection(content(text[other + len(second.text) : one])))


def _swapped(first: Name, second: Name) -> Finding:
    return Finding(
        Fault.CONTRADICTED,
        f'in the cited words "{first.text}" and "{second.text}" stand the other way round',
        f"“{first.text}”与“{second.text}”的关系和所引文句相反",
        first.start,
    )


def _other_name(proven: Proven, missing: Name) -> Name | None:
    """A name of the same kind in the evidence that the sentence does not give."""
    if proven.translated:
        return None
    if missing.kind not in _SWAPPED_KINDS:
        return None
    english = proven.said.language is not Language.CHINESE
    for ground in proven.grounds:
        for name in find_names(ground.reading.text, english=english):
            said = stands_in(name, proven.said.folded, proven.said.words)
            if name.kind is missing.kind and not said:
                return name
    return None


def _polarity(proven: Proven) -> Iterator[Finding]:
    said = proven.said.bare
    quotes = "\n".join(ground.reading.bare for ground in proven.grounds)
    if proven.translated:
        if denies(said) and not denies(quotes):
            yield _denial(proven.said.text)
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
            yield _missing(span.of(proven.said.text).strip("，；：:;, 。."), span.start)


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
    return having, frozenset[str]().union(*(reading.characters for reading in readings))
