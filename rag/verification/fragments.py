"""A name, number or date that stands alone in an answer, as small models like to give it.

A sentence says what it claims; of "罗砚秋" or "6月28日前" only the question does. That the words stand
somewhere in the articles proves little, so that they have to stand where the articles speak of
what was asked: a due date where something is due, a secretary general in the clause that names one.
"""

from __future__ import annotations

from collections.abc import Sequence

from index.text.clauses import clauses_of
from index.text.names import fold_name
from index.text.rules import load_patterns, load_rules
from rag.question.answer_type import AnswerType, expected_answer
from rag.verification.reading import EvidenceSentence, Reading, read, share

_LONGEST = 24
_LONGEST_FOREIGN = 48
_ENDS = "。.！!；;，, \t"
_STOPS = frozenset("，,；;：:。！？!?")
_FORMS = load_patterns("rag.verification", "fragments")
_FROM_OR_TO = load_rules("rag.verification", "zh/fragments").words("from_or_to")
_SOMEBODY = {AnswerType.PERSON, AnswerType.ORGANISATION}
_NO_FIGURES = _SOMEBODY | {AnswerType.PLACE, AnswerType.LIST}
_LEAST_SHARED = 0.15
"""Of the question's terms, in the sentence that the words stand in, those next to it, and the title."""

_CLEARLY_MORE = 2
_ALIKE = 2
"""Terms that clauses of one list share: the bigrams of a word of three characters; of English one."""


class Question:
    """What is asked, read once for all the fragments of an answer."""

    def __init__(self, text: str) -> None:
        self.reading: Reading = read(text)
        self._expected = expected_answer(text)

    def out_of_context(
        self, fragment: str, evidence: Sequence[EvidenceSentence]
    ) -> EvidenceSentence | None:
        """The best of the sentences that a fragment stands in, where even that does not answer.

        ``None`` for what is not a fragment, is nowhere word for word, or is in another
        language than the question, whose words then tell nothing.
        """
        bare = fragment.strip(_ENDS)
        longest = _LONGEST_FOREIGN if bare.isascii() else _LONGEST
        folded = fold_name(bare)
        if not self.reading.terms or not folded or len(bare) > longest or _STOPS.intersection(bare):
            return None
        holding = [
            sentence
            for sentence in evidence
            if folded in sentence.reading.folded
            and sentence.reading.language is self.reading.language
        ]
        best = max(holding, key=self._shared, default=None)
        return None if best is None or self._is_answered(bare, best) else best

    def _shared(self, sentence: EvidenceSentence) -> float:
        own, near = sentence.reading, read(_around(sentence))
        return sum(share(self.reading.terms, r.terms, r.characters) for r in (own, near))

    def _is_answered(self, bare: str, sentence: EvidenceSentence) -> bool:
        if self._is_another_thing(bare, sentence.reading.text):
            return False
        near, expected = _around(sentence), self._expected
        if expected.exactly and expected.is_in(bare) and not expected.is_exactly_in(near):
            return False
        reading = read(f"{near}\n{sentence.article.heading}")
        if share(self.reading.terms, reading.terms, reading.characters) < _LEAST_SHARED:
            return False
        return not self._is_beside(bare, sentence.reading.text)

    def _is_another_thing(self, bare: str, sentence: str) -> bool:
        """Whether it is a figure or day where somebody or a place is asked for, or a place where
        somebody is."""
        asked = self._expected.type
        said = read(bare)
        if asked in _NO_FIGURES and said.terms <= _FROM_OR_TO and (said.quantities or said.dates):
            return True
        before = sentence[: sentence.find(bare)] if bare in sentence else ""
        return asked in _SOMEBODY and bool(_FORMS["before_place"].search(before))

    def _is_beside(self, bare: str, sentence: str) -> bool:
        """Whether a person is asked for and another clause, built alike, is the one that tells.

        Appointments and guests come as lists: the name in the clause of the office asked for answers.
        """
        if self._expected.type is not AnswerType.PERSON or not _FORMS["person"].fullmatch(bare):
            return False
        clauses = [span.of(sentence) for span in clauses_of(sentence)]
        having = [set(read(clause).terms) for clause in clauses]
        own = next((at for at, one in enumerate(clauses) if bare in one), None)
        if own is None:
            return False
        asked, here = self.reading.terms, having[own]
        alike = 1 if bare.isascii() else _ALIKE
        return any(
            len(asked & there) >= len(asked & here) + _CLEARLY_MORE and len(here & there) >= alike
            for there in having
        )


def _around(sentence: EvidenceSentence) -> str:
    return "\n".join((sentence.before, sentence.reading.text, sentence.after))
