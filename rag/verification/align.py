"""Which sentences of the evidence a sentence of the answer rests on, whatever its markers say.

Within a language by the terms that they share (character bigrams of Chinese, words of English) and
the quantities, dates and names; across languages by those and the vectors that the caller brings.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from index.embedding.centring import Centres
from index.embedding.encoder import Encoder
from index.records import Article, Passage, Span
from index.text.dates.moments import Moment, blank, complete, find_moments
from index.text.dates.moments import agrees as same_moment
from index.text.language import Language, detect_language
from index.text.names import Name, find_names, fold_name, latin_words, stands_in
from index.text.numbers.quantities import Quantity, find_quantities
from index.text.numbers.quantities import agrees as same_quantity
from index.text.script import fold
from index.text.sentences import split_sentences
from index.text.terms import index_terms

Similarity = Callable[[str, Sequence[str]], NDArray[np.floating]]
"""How near a sentence is to each of some texts in meaning: cosines after centring by language, 0 for
what has nothing to do with it."""


def centred_similarity(encoder: Encoder, centres: Centres) -> Similarity:
    """The similarity of an encoder; ``centres`` are those of questions, which suit sentences."""

    def similarity(sentence: str, texts: Sequence[str]) -> NDArray[np.floating]:
        every = [sentence, *texts]
        languages = [str(detect_language(text)) for text in every]
        vectors = centres.centre(encoder.encode_passages(every), languages)
        cosines: NDArray[np.floating] = vectors[1:] @ vectors[0]
        return cosines

    return similarity


MOST_PROOFS = 3
"""Sentences of the evidence that one sentence of an answer rests on."""

_ITEM_WEIGHT = 0.6
_MARKER_WEIGHT = 0.05
_SIMILARITY_WEIGHT = 1.0
_GAIN = 0.2
"""A further sentence is cited where it carries this share more of the terms, or a detail."""

_LEAST_SHARED = 2
_FUNCTION_WORDS = re.compile(
    r"其中|[的了是在和与及也都还就将已被把对从为以其这那该并而或于等有着过所之它他她们]|据(?:悉|了解|报道|介绍)"
)
_COMPARED = re.compile(r"(?:比|较|\bthan(?: in)?\s)$")
"""Before a date that is only what a number is compared with; 比去年同期 is 同比."""

_ENDING = re.compile(r"(?<=[a-z]{3})(?:ing|ed|es|e)$")


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
    moments: tuple[Moment, ...]
    folded: str
    characters: frozenset[str]
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class Ground:
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
    moments = find_moments(text)
    rest = blank(text, moments)
    quantities = find_quantities(rest)
    for quantity in quantities:
        rest = rest[: quantity.start] + " " * (quantity.end - quantity.start) + rest[quantity.end :]
    folded = fold_name(text)
    return Reading(
        text=text,
        bare=rest,
        language=detect_language(text),
        terms=frozenset(content(rest)),
        quantities=tuple(quantities),
        moments=tuple(moments),
        folded=folded,
        characters=frozenset(folded),
        words=latin_words(text),
    )


def content(text: str) -> list[str]:
    """The terms of ``text`` that carry its meaning, English ones without their endings."""
    found = index_terms(_FUNCTION_WORDS.sub(" ", fold(text)))
    return [_ENDING.sub("", term) if term.isascii() else term for term in found]


def read_grounds(passages: Sequence[Passage]) -> list[Ground]:
    """The whole sentences of each passage; a sentence that two passages share comes once."""
    grounds: list[Ground] = []
    seen: set[tuple[str, Span]] = set()
    cut: dict[str, list[Span]] = {}
    for number, passage in enumerate(passages, 1):
        article = passage.article
        spans = cut.setdefault(article.article_id, split_sentences(article.text))
        for place, span in enumerate(spans):
            inside = span.start < passage.span.end and passage.span.start < span.end
            if not inside or (article.article_id, span) in seen:
                continue
            seen.add((article.article_id, span))
            text = article.text
            before = spans[place - 1].of(text) if place else ""
            after = spans[place + 1].of(text) if place + 1 < len(spans) else ""
            reading = read(span.of(text))
            grounds.append(Ground(passage, number, place, span, reading, before, after))
    return grounds


def share(wanted: frozenset[str], having: frozenset[str], characters: frozenset[str]) -> float:
    """The share of ``wanted`` terms that are there; a bigram whose characters are there counts half.

    >>> share(frozenset(["大桥", "通车"]), frozenset(["大桥"]), frozenset("大桥"))
    0.5
    """
    if not wanted:
        return 1.0
    return sum(_weight(term, having, characters) for term in wanted) / len(wanted)


def _weight(term: str, having: frozenset[str], characters: frozenset[str]) -> float:
    if term in having:
        return 1.0
    return 0.5 if not term.isascii() and all(one in characters for one in term) else 0.0


@dataclass(frozen=True, slots=True)
class Details:
    """What has to be found word for word: the quantities, dates and names of a sentence."""

    quantities: tuple[Quantity, ...]
    moments: tuple[Moment, ...]
    names: tuple[Name, ...]

    def found_in(self, ground: Ground) -> list[Quantity | Moment | Name]:
        """Those of them that stand in ``ground``."""
        reading, published = ground.reading, ground.article.date
        there = [complete(moment, published) for moment in reading.moments]
        return [
            *(q for q in self.quantities if any(same_quantity(q, s) for s in reading.quantities)),
            *(m for m in self.moments if any(same_moment(told(m, published), s) for s in there)),
            *(n for n in self.names if stands_in(n, reading.folded, reading.words)),
        ]

    @property
    def all(self) -> list[Quantity | Moment | Name]:
        return [*self.quantities, *self.moments, *self.names]


def told(moment: Moment, published: date | None) -> Moment:
    """A date of an answer: its relative words are the article's, what it leaves out stays open."""
    return moment if moment.away is None else complete(moment, published)


def details(reading: Reading, *, translated: bool) -> Details:
    """The details of a sentence of an answer."""
    english = reading.language is not Language.CHINESE
    return Details(
        tuple(quantity for quantity in reading.quantities if not quantity.passing),
        tuple(m for m in reading.moments if not _COMPARED.search(reading.text[: m.start])),
        tuple(find_names(reading.text, english=english, translated=translated)),
    )


@dataclass(frozen=True, slots=True)
class Alignment:
    """The evidence of a sentence, best first; ``nearness`` of the first where vectors were asked."""

    grounds: tuple[Ground, ...]
    nearness: float | None = None


def align(
    said: Reading,
    wanted: Details,
    grounds: Sequence[Ground],
    *,
    written: Sequence[int] = (),
    similarity: Similarity | None = None,
) -> Alignment:
    """The sentences that carry ``said``, up to ``MOST_PROOFS``; none where nothing is near."""
    if not grounds:
        return Alignment(())
    nearness = _nearness(said, grounds, similarity)
    shares = [share(said.terms, g.reading.terms, g.reading.characters) for g in grounds]
    scores = [
        own
        + _ITEM_WEIGHT * _part(wanted, ground)
        + _MARKER_WEIGHT * (ground.number in written)
        + _SIMILARITY_WEIGHT * nearness.get(at, 0.0)
        for at, (ground, own) in enumerate(zip(grounds, shares, strict=True))
    ]
    best = max(range(len(grounds)), key=lambda at: scores[at])
    if scores[best] <= _MARKER_WEIGHT:
        return Alignment(())
    chosen = [grounds[best]]
    while len(chosen) < MOST_PROOFS and (further := _further(said, wanted, grounds, chosen)):
        chosen.append(further)
    return Alignment(tuple(chosen), nearness.get(best))


def _nearness(
    said: Reading, grounds: Sequence[Ground], similarity: Similarity | None
) -> dict[int, float]:
    """The similarity of the evidence that is in another language, by its place in ``grounds``."""
    foreign = [at for at, g in enumerate(grounds) if g.reading.language is not said.language]
    if similarity is None or not foreign:
        return {}
    values = similarity(said.text, [grounds[at].reading.text for at in foreign])
    return {at: float(value) for at, value in zip(foreign, values, strict=True)}


def _part(wanted: Details, ground: Ground) -> float:
    number = len(wanted.all)
    return len(wanted.found_in(ground)) / number if number else 0.0


def _further(
    said: Reading, wanted: Details, grounds: Sequence[Ground], chosen: Sequence[Ground]
) -> Ground | None:
    """The sentence that carries most of what the chosen ones do not, where that is enough."""
    having = frozenset[str]().union(*(ground.reading.terms for ground in chosen))
    found = [item for ground in chosen for item in wanted.found_in(ground)]
    missing = Details(
        tuple(q for q in wanted.quantities if q not in found),
        tuple(m for m in wanted.moments if m not in found),
        tuple(n for n in wanted.names if n not in found),
    )
    best, most = None, 0.0
    for ground in grounds:
        if ground in chosen:
            continue
        new = len((said.terms & ground.reading.terms) - having) / max(1, len(said.terms))
        gain = new + (_GAIN * len(missing.found_in(ground)) if _related(said, ground) else 0.0)
        if gain > most:
            best, most = ground, gain
    return best if most >= _GAIN else None


def _related(said: Reading, ground: Ground) -> bool:
    """Whether a detail may be taken from there: it has to be about the same thing."""
    if said.language is not ground.reading.language:
        return True
    return len(said.terms & ground.reading.terms) >= min(_LEAST_SHARED, len(said.terms))
