"""What the evidence of a sentence does not support: quantities, dates, names, negations, clauses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from index.text.dates.moments import Moment, complete
from index.text.dates.moments import agrees as same_date
from index.text.language import Language
from index.text.names import Name, NameKind, find_names, stands_in
from index.text.numbers.quantities import Quantity
from index.text.numbers.quantities import agrees as same_quantity
from index.text.numbers.units import NONE, comparable
from index.text.rules import load_patterns
from rag.verification.align import resolved
from rag.verification.attribution import misplaced, rival, swapped_deeds, swapped_roles
from rag.verification.findings import (
    Comparison,
    Fault,
    Finding,
    clauses,
    contradicted,
    known,
    missing,
    words_of,
    worked_out,
)
from rag.verification.negation import denied, denies
from rag.verification.reading import EvidenceSentence, Reading, content, read, share
from rag.verification.sums import is_worked_out

CLAUSE_SHARE = 0.34
"""The share of a clause's terms that the evidence has to have; fitted on development cases."""

_WORKED_OUT = load_patterns("rag.verification", "wording")["worked_out"]
_LEAST_CLAUSE_TERMS = 3
_NOUN_REACH = 24
_BESIDE = 20
_NO_CHANCE = 10
"""From here on two numbers that are equal count the same; smaller ones often are by chance."""
_SWAPPED_KINDS = frozenset(
    [NameKind.PERSON, NameKind.ORGANISATION, NameKind.PLACE, NameKind.TITLE, NameKind.LATIN]
)


_ORDER = {fault: at for at, fault in enumerate(Fault)}


def check(comparison: Comparison) -> list[Finding]:
    """All that the evidence does not support, contradictions first."""
    checks = [_quantities, _dates, _names, _polarity]
    if not comparison.translated:
        checks.append(_clauses)
    found = [finding for run in checks for finding in run(comparison)]
    return sorted(found, key=lambda finding: _ORDER[finding.fault])


def _quantities(comparison: Comparison) -> Iterator[Finding]:
    standing = [
        (sentence, q) for sentence in comparison.evidence for q in sentence.reading.quantities
    ]
    for said in comparison.details.quantities:
        agreeing = [(sentence, q) for sentence, q in standing if same_quantity(said, q)]
        if agreeing:
            rivals = [rival(comparison, said, sentence, q) for sentence, q in agreeing]
            if all(rivals):
                yield misplaced(comparison.said, said)
            continue
        if any(_is_bare_of(said, q) for _, q in standing):
            continue
        told = [sentence.reading.quantities for sentence in comparison.evidence]
        if _WORKED_OUT.search(comparison.said.text) and is_worked_out(said, told):
            yield worked_out(words_of(comparison.said, said), said.start)
            continue
        other = next((pair for pair in standing if _is_counterpart(comparison, said, *pair)), None)
        if other:
            yield contradicted(comparison.said, said, other[0].reading, other[1])
        elif not any(same_quantity(said, q) for q in comparison.around.quantities):
            yield missing(words_of(comparison.said, said), said.start, measured=True)


def _is_bare_of(said: Quantity, stands: Quantity) -> bool:
    """Whether one of two equal numbers has a unit that is not known, and so may be the other's."""
    return NONE in (said.unit, stands.unit) and same_quantity(_bare(said), _bare(stands))


def _bare(quantity: Quantity) -> Quantity:
    factor = quantity.unit.factor
    return replace(quantity, low=quantity.low / factor, high=quantity.high / factor, unit=NONE)


def _is_counterpart(
    comparison: Comparison, said: Quantity, sentence: EvidenceSentence, stands: Quantity
) -> bool:
    """Whether ``stands`` is what the evidence says instead of ``said``."""
    if not comparable(said.unit, stands.unit):
        number = said.low / said.unit.factor
        return number >= _NO_CHANCE and number == stands.low / stands.unit.factor
    if stands.passing or any(same_quantity(q, stands) for q in comparison.said.quantities):
        return False
    if comparison.translated:
        return True
    if said.unit == stands.unit == NONE:
        own, other = _noun(comparison.said, said), _noun(sentence.reading, stands)
        return own == other != ""
    return NONE not in (said.unit, stands.unit) or "yuan" in (
        said.unit.dimension,
        stands.unit.dimension,
    )


def _noun(reading: Reading, quantity: Quantity) -> str:
    """The first term after a bare number: what it counts."""
    return next(iter(content(reading.text[quantity.end : quantity.end + _NOUN_REACH])), "")


def _dates(comparison: Comparison) -> Iterator[Finding]:
    standing = [
        (sentence, complete(moment, sentence.article.date))
        for sentence in comparison.evidence
        for moment in sentence.reading.dates
    ]
    dates = [sentence.article.date for sentence in comparison.evidence]
    for said in comparison.details.dates:
        if any(same_date(resolved(said, sentence.article.date), m) for sentence, m in standing):
            continue
        other = next((pair for pair in standing if _is_other_day(comparison, said, *pair)), None)
        if other:
            yield contradicted(comparison.said, said, other[0].reading, other[1])
        elif not any(_near_date(comparison, said, published) for published in dates):
            yield missing(words_of(comparison.said, said), said.start, measured=True)


def _is_other_day(
    comparison: Comparison, said: Moment, sentence: EvidenceSentence, stands: Moment
) -> bool:
    """Whether ``stands`` names the parts that ``said`` does, and says another day of its own."""
    published = sentence.article.date
    own = resolved(said, published)
    pairs = list(zip(_parts(own), _parts(stands), strict=True))
    differ = any(one is not None and other is not None and one != other for one, other in pairs)
    spoken_of = any(
        same_date(resolved(other, published), stands) for other in comparison.details.dates
    )
    return differ and not spoken_of


def _parts(moment: Moment) -> tuple[int | None, int | None, int | None]:
    return moment.year, moment.month, moment.day


def _near_date(comparison: Comparison, said: Moment, published: date | None) -> bool:
    """Whether the day is that of publication, or stands next to the cited words."""
    own = resolved(said, published)
    around = [complete(moment, published) for moment in comparison.around.dates]
    if published:
        around.append(Moment(0, 0, published.year, published.month, published.day))
    return any(same_date(own, moment) for moment in around)


def _names(comparison: Comparison) -> Iterator[Finding]:
    for name in comparison.details.names:
        if any(stands_in(name, one.folded, one.words) for one in comparison.readings):
            continue
        other = _other_name(comparison, name)
        if other:
            yield Finding(
                Fault.EXCHANGED,
                f'"{name.text}" is not whom or what the cited words name: "{other.text}"',
                f"所引文句说的是“{other.text}”，不是“{name.text}”",
            )
        else:
            yield missing(name.text, name.start)
    yield from swapped_roles(comparison)
    if not comparison.translated:
        yield from swapped_deeds(comparison)


def _other_name(comparison: Comparison, missing: Name) -> Name | None:
    """A name of the same kind in the evidence that the sentence does not give."""
    if comparison.translated:
        return None
    if missing.kind not in _SWAPPED_KINDS:
        return None
    english = comparison.said.language is not Language.CHINESE
    for sentence in comparison.evidence:
        for name in find_names(sentence.reading.text, english=english):
            said = stands_in(name, comparison.said.folded, comparison.said.words)
            if (
                name.kind is missing.kind
                and not said
                and _in_place_of(comparison, missing, sentence, name)
            ):
                return name
    return None


def _in_place_of(
    comparison: Comparison, missing: Name, sentence: EvidenceSentence, other: Name
) -> bool:
    """Whether two Latin names have a word beside them in common; other names are rarer."""
    if missing.kind is not NameKind.LATIN:
        return True
    return bool(_beside(comparison.said.text, missing) & _beside(sentence.reading.text, other))


def _beside(text: str, name: Name) -> frozenset[str]:
    """The terms right before and right after a name."""
    before = content(text[max(0, name.start - _BESIDE) : name.start])[-1:]
    return frozenset([*before, *content(text[name.end : name.end + _BESIDE])[:1]])


def _polarity(comparison: Comparison) -> Iterator[Finding]:
    said = comparison.said.bare
    quotes = "\n".join(sentence.reading.bare for sentence in comparison.evidence)
    if comparison.translated:
        if denies(said) and not denies(quotes):
            yield _denial(comparison.said.text)
        return
    words = denied(said, quotes)
    if words:
        yield _denial(words)


def _denial(words: str) -> Finding:
    return Finding(
        Fault.DENIED,
        f'on "{words}" the cited words say the opposite',
        f"就“{words}”而言，所引文句的意思相反",
    )


def _clauses(comparison: Comparison) -> Iterator[Finding]:
    """Clauses of which hardly a word is in the evidence or next to it.

    One with a detail of its own, which is checked by itself, may be worded more freely.
    """
    spans = clauses(comparison.said.text)
    if len(spans) < 2:
        return
    having, characters = known(comparison)
    for span in spans:
        terms = read(span.of(comparison.said.text)).terms
        inside = any(span.start <= item.start < span.end for item in comparison.details.all)
        least = CLAUSE_SHARE / 2 if inside else CLAUSE_SHARE
        if len(terms) >= _LEAST_CLAUSE_TERMS and share(terms, having, characters) < least:
            yield missing(span.of(comparison.said.text).strip("，；：:;, 。."), span.start)
