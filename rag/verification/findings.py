"""What is said of a detail that its evidence does not support.

A detail that the cited words lack is *missing* where they say nothing instead, and *contradicted*
where they say something else: another number of the same unit, another day. Less sure is what only
seems to be so by the words around: said of something else, denied, of somebody else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from index.records import Span
from index.text.dates.moments import Moment
from index.text.numbers.quantities import Quantity
from index.text.rules import load_patterns
from rag.verification.align import Details
from rag.verification.reading import EvidenceSentence, Reading, read

CLAUSE_END = load_patterns("rag.verification", "wording")["clause_end"]


class Fault(StrEnum):
    """How the evidence fails a detail."""

    CONTRADICTED = "contradicted"
    MISPLACED = "misplaced"
    DENIED = "denied"
    EXCHANGED = "exchanged"
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
class Comparison:
    """A sentence with the evidence that it was aligned to.

    Attributes:
        around: The evidence's neighbouring sentences, titles, accounts and sources.
    """

    said: Reading
    details: Details
    evidence: tuple[EvidenceSentence, ...]
    around: Reading
    question: Reading

    @property
    def readings(self) -> list[Reading]:
        """All that a name or word of the sentence may be taken from."""
        return [*(sentence.reading for sentence in self.evidence), self.around, self.question]

    @property
    def translated(self) -> bool:
        return all(g.reading.language is not self.said.language for g in self.evidence)


def surroundings(evidence: Sequence[EvidenceSentence]) -> Reading:
    """What stands next to the cited sentences: neighbours, titles, where it was published."""
    parts: dict[str, None] = {}
    for sentence in evidence:
        article = sentence.article
        parts |= dict.fromkeys(
            [sentence.before, sentence.after, article.heading, article.account, article.source]
        )
    return read("\n".join(part for part in parts if part))


def known(comparison: Comparison) -> tuple[frozenset[str], frozenset[str]]:
    """The terms of the evidence, its surroundings and the question; its and their characters."""
    terms = (reading.terms for reading in comparison.readings)
    characters = (reading.characters for reading in comparison.readings)
    return frozenset[str]().union(*terms), frozenset[str]().union(*characters)


def clauses(text: str) -> list[Span]:
    """The clauses of a sentence; an opening without words of its own belongs to the next."""
    cuts = [match.end() for match in CLAUSE_END.finditer(text)]
    spans: list[Span] = []
    start = 0
    for end in [*cuts, len(text)]:
        if len(read(text[start:end]).terms) >= 2 or end == len(text):
            spans.append(Span(start, end))
            start = end
    return [span for span in spans if span.start < span.end]


def contradicted(
    said: Reading, detail: Quantity | Moment, reading: Reading, other: Quantity | Moment
) -> Finding:
    own, stands = words_of(said, detail), words_of(reading, other)
    return Finding(
        Fault.CONTRADICTED,
        f'"{own}" is not what the cited words say: "{stands}"',
        f"“{own}”与所引文句的“{stands}”不符",
        detail.start,
        measured=True,
    )


def missing(words: str, at: int, *, measured: bool = False) -> Finding:
    return Finding(
        Fault.MISSING,
        f'"{words}" is not in the cited words',
        f"“{words}”不在所引文句中",
        at,
        measured,
    )


def worked_out(words: str, at: int) -> Finding:
    return Finding(
        Fault.MISSING,
        f'"{words}" is worked out from the figures of the cited words, and not said there',
        f"“{words}”由所引文句中的数字推算而来，原文没有直接写出",
        at,
    )


def words_of(reading: Reading, detail: Quantity | Moment) -> str:
    return reading.text[detail.start : detail.end].strip()
