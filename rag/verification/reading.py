"""What a sentence says, as far as it can be compared with another, and the sentences of the evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from index.records import Article, Passage, Span
from index.text.dates.moments import Moment, blank, blank_spans, find_moments
from index.text.language import Language, detect_language
from index.text.names import fold_name, latin_words
from index.text.numbers.quantities import Quantity, find_quantities
from index.text.rules import load_patterns
from index.text.script import fold
from index.text.sentences import split_sentences
from index.text.terms import index_terms

_WORDING = load_patterns("rag.verification", "wording")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says, as far as it can be compared.

    Attributes:
        bare: The text with quantities and dates made spaces.
        terms: Its content terms, those of quantities and dates left out.
        folded: Its letters and digits, for looking names up; ``characters`` are those.
        words: Its Latin words.
    """

    text: str
    bare: str
    language: Language
    terms: frozenset[str]
    quantities: tuple[Quantity, ...]
    dates: tuple[Moment, ...]
    folded: str
    characters: frozenset[str]
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class EvidenceSentence:
    """A sentence of the evidence.

    Attributes:
        number: Of its passage, from 1, as a model was shown it.
        place: Of the sentence among those of its article.
    """

    passage: Passage
    number: int
    place: int
    span: Span
    reading: Reading
    before: str
    after: str

    @property
    def article(self) -> Article:
        return self.passage.article


def read(text: str) -> Reading:
    """Read a sentence of an answer or of the evidence."""
    dates = find_moments(text)
    rest = blank(text, dates)
    quantities = find_quantities(rest)
    rest = blank_spans(rest, ((one.start, one.end) for one in quantities))
    folded = fold_name(text)
    return Reading(
        text=text,
        bare=rest,
        language=detect_language(text),
        terms=frozenset(content(rest)),
        quantities=tuple(quantities),
        dates=tuple(dates),
        folded=folded,
        characters=frozenset(folded),
        words=latin_words(text),
    )


def content(text: str) -> list[str]:
    """The terms of ``text`` that carry its meaning, English ones without their endings."""
    found = index_terms(_WORDING["function_words"].sub(" ", fold(text)))
    ending = _WORDING["inflection"]
    return [ending.sub("", term) if term.isascii() else term for term in found]


def read_evidence(passages: Sequence[Passage]) -> list[EvidenceSentence]:
    """The whole sentences of each passage; a sentence that two passages share comes once."""
    evidence: list[EvidenceSentence] = []
    seen: set[tuple[str, Span]] = set()
    cut: dict[str, list[Span]] = {}
    for number, passage in enumerate(passages, 1):
        article = passage.article
        spans = cut.setdefault(article.article_id, split_sentences(article.text))
        for place, span in enumerate(spans):
            inside = span.overlaps(passage.span)
            if not inside or (article.article_id, span) in seen:
                continue
            seen.add((article.article_id, span))
            text = article.text
            before = spans[place - 1].of(text) if place else ""
            after = spans[place + 1].of(text) if place + 1 < len(spans) else ""
            reading = read(span.of(text))
            evidence.append(EvidenceSentence(passage, number, place, span, reading, before, after))
    return evidence


def share(sought: frozenset[str], having: frozenset[str], characters: frozenset[str]) -> float:
    """The share of ``sought`` terms that are there; a bigram whose characters are there counts half.

    >>> share(frozenset(["大桥", "通车"]), frozenset(["大桥"]), frozenset("大桥"))
    0.5
    """
    if not sought:
        return 1.0
    return sum(_weight(term, having, characters) for term in sought) / len(sought)


def _weight(term: str, having: frozenset[str], characters: frozenset[str]) -> float:
    if term in having:
        return 1.0
    return 0.5 if not term.isascii() and all(one in characters for one in term) else 0.0
