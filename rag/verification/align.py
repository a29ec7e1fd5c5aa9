"""Which sentences of the evidence a sentence of the answer rests on, whatever its markers say.

Within a language by the terms that they share (character bigrams of Chinese, words of English) and
the quantities, dates and names; across languages by those and the vectors that the caller brings.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from index.embedding.centring import Centres
from index.embedding.encoder import Encoder
from index.text.dates.moments import Moment, complete
from index.text.dates.moments import agrees as same_date
from index.text.language import Language, detect_language
from index.text.names import Name, find_names, stands_in
from index.text.numbers.quantities import Quantity
from index.text.numbers.quantities import agrees as same_quantity
from index.text.rules import load_patterns
from rag.verification.reading import EvidenceSentence, Reading, share

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


@dataclass(frozen=True, slots=True)
class Details:
    """What has to be found word for word: the quantities, dates and names of a sentence."""

    quantities: tuple[Quantity, ...]
    dates: tuple[Moment, ...]
    names: tuple[Name, ...]

    def found_in(self, sentence: EvidenceSentence) -> list[Quantity | Moment | Name]:
        """Those of them that are in ``sentence``."""
        reading, published = sentence.reading, sentence.article.date
        there = [complete(moment, published) for moment in reading.dates]
        return [
            *(q for q in self.quantities if any(same_quantity(q, s) for s in reading.quantities)),
            *(m for m in self.dates if any(same_date(resolved(m, published), s) for s in there)),
            *(n for n in self.names if stands_in(n, reading.folded, reading.words)),
        ]

    @property
    def all(self) -> list[Quantity | Moment | Name]:
        return [*self.quantities, *self.dates, *self.names]


def resolved(moment: Moment, published: date | None) -> Moment:
    """A date of an answer: its relative words are the article's, what it leaves out stays open."""
    return moment if moment.away is None else complete(moment, published)


def details_of(reading: Reading, *, translated: bool) -> Details:
    """The details of a sentence of an answer."""
    compared = load_patterns("rag.verification", "wording")["comparison"]
    english = reading.language is not Language.CHINESE
    return Details(
        tuple(quantity for quantity in reading.quantities if not quantity.passing),
        tuple(m for m in reading.dates if not compared.search(reading.text[: m.start])),
        tuple(find_names(reading.text, english=english, translated=translated)),
    )


@dataclass(frozen=True, slots=True)
class Alignment:
    """The evidence of a sentence, best first; ``nearness`` of the first where vectors were asked."""

    evidence: tuple[EvidenceSentence, ...]
    nearness: float | None = None


def align(
    said: Reading,
    details: Details,
    evidence: Sequence[EvidenceSentence],
    *,
    written: Sequence[int] = (),
    similarity: Similarity | None = None,
) -> Alignment:
    """The sentences that support ``said``, up to ``MOST_PROOFS``; none where nothing is near."""
    if not evidence:
        return Alignment(())
    nearness = _nearness(said, evidence, similarity)
    shares = [share(said.terms, g.reading.terms, g.reading.characters) for g in evidence]
    scores = [
        own
        + _ITEM_WEIGHT * _part(details, sentence)
        + _MARKER_WEIGHT * (sentence.number in written)
        + _SIMILARITY_WEIGHT * nearness.get(at, 0.0)
        for at, (sentence, own) in enumerate(zip(evidence, shares, strict=True))
    ]
    best = max(range(len(evidence)), key=lambda at: scores[at])
    if scores[best] <= _MARKER_WEIGHT:
        return Alignment(())
    chosen = [evidence[best]]
    while len(chosen) < MOST_PROOFS and (further := _further(said, details, evidence, chosen)):
        chosen.append(further)
    return Alignment(tuple(chosen), nearness.get(best))


def _nearness(
    said: Reading, evidence: Sequence[EvidenceSentence], similarity: Similarity | None
) -> dict[int, float]:
    """The similarity of the evidence that is in another language, by its place in ``evidence``."""
    foreign = [at for at, g in enumerate(evidence) if g.reading.language is not said.language]
    if similarity is None or not foreign:
        return {}
    values = similarity(said.text, [evidence[at].reading.text for at in foreign])
    return {at: float(value) for at, value in zip(foreign, values, strict=True)}


def _part(details: Details, sentence: EvidenceSentence) -> float:
    number = len(details.all)
    return len(details.found_in(sentence)) / number if number else 0.0


def _further(
    said: Reading,
    details: Details,
    evidence: Sequence[EvidenceSentence],
    chosen: Sequence[EvidenceSentence],
) -> EvidenceSentence | None:
    """The sentence that carries most of what the chosen ones do not, where that is enough."""
    having = frozenset[str]().union(*(sentence.reading.terms for sentence in chosen))
    found = [item for sentence in chosen for item in details.found_in(sentence)]
    missing = Details(
        tuple(q for q in details.quantities if q not in found),
        tuple(m for m in details.dates if m not in found),
        tuple(n for n in details.names if n not in found),
    )
    best, most = None, 0.0
    for sentence in evidence:
        if sentence in chosen:
            continue
        new = len((said.terms & sentence.reading.terms) - having) / max(1, len(said.terms))
        gain = new + (_GAIN * len(missing.found_in(sentence)) if _related(said, sentence) else 0.0)
        if gain > most:
            best, most = sentence, gain
    return best if most >= _GAIN else None


def _related(said: Reading, sentence: EvidenceSentence) -> bool:
    """Whether a detail may be taken from there: it has to be about the same thing."""
    if said.language is not sentence.reading.language:
        return True
    return len(said.terms & sentence.reading.terms) >= min(_LEAST_SHARED, len(said.terms))
