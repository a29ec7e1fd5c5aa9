"""What the evidence of a sentence does not carry: quantities, dates, names, negations, clauses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from index.text.dates.moments import Moment, complete
from index.text.dates.moments import agrees as same_moment
from index.text.language import Language
from index.text.names import Name, NameKind, find_names, stands_in
from index.text.numbers.quantities import Quantity
from index.text.numbers.quantities import agrees as same_quantity
from index.text.numbers.units import NONE, comparable
from rag.verification.align import Ground, Reading, content, read, share, told
from rag.verification.attribution import misplaced, rival, swapped_deeds, swapped_roles
from rag.verification.findings import (
    Fault,
    Finding,
    Proven,
    clauses,
    contradicted,
    known,
    missing,
    words_of,
)
from rag.verification.negation import denied, denies

CLAUSE_SHARE = 0.34
"""The share of a clause's terms that the evidence has to have; fitted on development cases."""

_LEAST_CLAUSE_TERMS = 3
_NOUN_REACH = 24
_BESIDE = 20
_SWAPPED_KINDS = frozenset(
    [NameKind.PERSON, NameKind.ORGANISATION, NameKind.PLACE, NameKind.TITLE, NameKind.LATIN]
)


def check(proven: Proven) -> list[Finding]:
    """Everything that the evidence fails, contradictions first."""
    found = [*_quantities(proven), *_moments(proven), *_names(proven), *_polarity(proven)]
    if not proven.translated:
        found += _clauses(proven)
    return sorted(found, key=lambda finding: finding.fault is not Fault.CONTRADICTED)


def _quantities(proven: Proven) -> Iterator[Finding]:
    standing = [(ground, q) for ground in proven.grounds for q in ground.reading.quantities]
    for said in proven.wanted.quantities:
        agreeing = [(ground, q) for ground, q in standing if same_quantity(said, q)]
        if agreeing:
            rivals = [rival(proven, said, ground, q) for ground, q in agreeing]
            if all(rivals):
                yield misplaced(proven.said, said)
            continue
        other = next((pair for pair in standing if _is_counterpart(proven, said, *pair)), None)
        if other:
            yield contradicted(proven.said, said, other[0].reading, other[1])
        elif not any(same_quantity(said, q) for q in proven.around.quantities):
            yield missing(words_of(proven.said, said), said.start, measured=True)


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
            yield contradicted(proven.said, said, other[0].reading, other[1])
        elif not any(_near_date(proven, said, published) for published in dates):
            yield missing(words_of(proven.said, said), said.start, measured=True)


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
            yield missing(name.text, name.start)
    yield from swapped_roles(proven)
    if not proven.translated:
        yield from swapped_deeds(proven)


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
            if (
                name.kind is missing.kind
                and not said
                and _in_place_of(proven, missing, ground, name)
            ):
                return name
    return None


def _in_place_of(proven: Proven, missing: Name, ground: Ground, other: Name) -> bool:
    """Whether two Latin names have a word beside them in common; other names are rarer."""
    if missing.kind is not NameKind.LATIN:
        return True
    return bool(_beside(proven.said.text, missing) & _beside(ground.reading.text, other))


def _beside(text: str, name: Name) -> frozenset[str]:
    """The terms right before and right after a name."""
    before = content(text[max(0, name.start - _BESIDE) : name.start])[-1:]
    return frozenset([*before, *content(text[name.end : name.end + _BESIDE])[:1]])


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


def _clauses(proven: Proven) -> Iterator[Finding]:
    """Clauses of which hardly a word stands in the evidence or next to it.

    One with a detail of its own, which is checked by itself, may be worded more freely.
    """
    spans = clauses(proven.said.text)
    if len(spans) < 2:
        return
    having, characters = known(proven)
    for span in spans:
        terms = read(span.of(proven.said.text)).terms
        inside = any(span.start <= item.start < span.end for item in proven.wanted.all)
        least = CLAUSE_SHARE / 2 if inside else CLAUSE_SHARE
        if len(terms) >= _LEAST_CLAUSE_TERMS and share(terms, having, characters) < least:
            yield missing(span.of(proven.said.text).strip("，；：:;, 。."), span.start)
