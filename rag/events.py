"""What ``Assistant.stream`` gives while an answer forms, in this order.

``QuestionRead``, ``EvidenceFound``; then for each sentence of the answer any number of ``Text``, the
``CitationFound`` that it is the first to use, and ``Verified``, which stands for all the ``Text``
since the last one; ``Done`` at the end, always and once. A refusal has no ``Verified`` that is kept.
``Withdrawn`` may come between sentences: what a chat model had written till then was only thought.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rag.records import Answer, AnswerSentence, AppliedFilters, Citation, Evidence, QuestionKind


@dataclass(frozen=True, slots=True)
class QuestionRead:
    """How the question was read: on its own, in which language, limited to what, of what kind.

    Attributes:
        respelled: The question in the words that its own sound like; ``""`` where they were searched.
    """

    type: ClassVar[str] = "understood"
    standalone_question: str
    language: str
    filters: AppliedFilters
    kind: QuestionKind = QuestionKind.FACT
    respelled: str = ""


@dataclass(frozen=True, slots=True)
class EvidenceFound:
    """The ranked articles, before anything is answered from them; reading them may order them anew,
    and the answer's ``evidence`` has that order."""

    type: ClassVar[str] = "evidence"
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """The next characters of the sentence that forms."""

    type: ClassVar[str] = "text"
    text: str


@dataclass(frozen=True, slots=True)
class CitationFound:
    """A citation that the sentence in the making is the first to use."""

    type: ClassVar[str] = "citation"
    citation: Citation


@dataclass(frozen=True, slots=True)
class Verified:
    """A sentence, checked; it takes the place of the ``Text`` since the last one.

    Attributes:
        kept: Whether it is in the answer; strictness may withhold it.
        quoted: Whether it is an article's own. The very words that answer, or that it is only near,
            come with ``Done``, to stand above it.
    """

    type: ClassVar[str] = "verified"
    sentence: AnswerSentence
    kept: bool = True
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """All sentences and citations so far are no part of the answer, which begins anew."""

    type: ClassVar[str] = "withdrawn"


@dataclass(frozen=True, slots=True)
class Done:
    """The whole answer; what it says replaces what came before it."""

    type: ClassVar[str] = "done"
    answer: Answer


Event = QuestionRead | EvidenceFound | Text | CitationFound | Verified | Withdrawn | Done
