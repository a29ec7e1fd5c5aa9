"""The numbered citations of an answer, from the proofs of its sentences."""

from __future__ import annotations

from dataclasses import replace

from index.records import Span
from rag.records import AnswerSentence, Citation, citation
from rag.verification.verify import Checked, Proof


class Citations:
    """Numbers the citations of an answer: the same quote keeps the same marker.

    ``add`` gives a sentence as it goes into the ``Answer``, and the citations it is first to use.
    """

    def __init__(self) -> None:
        self._markers: dict[tuple[str, Span], int] = {}
        self._citations: list[Citation] = []

    def add(self, checked: Checked) -> tuple[AnswerSentence, tuple[Citation, ...]]:
        known_before = len(self._citations)
        markers = tuple(self._marker(proof) for proof in checked.proofs)
        sentence = AnswerSentence(checked.text, markers, checked.support, checked.reason)
        return sentence, tuple(self._citations[known_before:])

    def _marker(self, proof: Proof) -> int:
        key = (proof.passage.article.article_id, proof.span)
        if key not in self._markers:
            marker = self._markers[key] = len(self._markers) + 1
            cited = citation(marker, proof.passage, proof.span)
            self._citations.append(replace(cited, marks=proof.marks))
        else:
            at = self._markers[key] - 1
            marks = {*self._citations[at].marks, *proof.marks}
            ordered = tuple(sorted(marks, key=lambda span: (span.start, span.end)))
            self._citations[at] = replace(self._citations[at], marks=ordered)
        return self._markers[key]

    @property
    def all(self) -> tuple[Citation, ...]:
        """Every citation so far, with the marks of all sentences that use it."""
        return tuple(self._citations)
