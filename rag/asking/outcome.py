"""What came of a question, before it is an ``Answer``, and the events that show a draft of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from rag.events import CitationFound, Event, Text, Verified
from rag.extractive.answer import Draft
from rag.extractive.candidates import Candidate
from rag.extractive.conflicts import Said
from rag.generation.written import WrittenAnswer
from rag.records import EXTRACTIVE, QuestionKind


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a question.

    Attributes:
        draft: The answer; ``None`` for a refusal.
        answerer: Who gave it.
        written: What the chat model gave, where one was asked.
        conflict: What two articles say differently.
        candidates: The sentences that were read, likeliest first.
        kind: What kind of question was answered, where it was taken for another one at first.
    """

    draft: Draft | None
    answerer: str = EXTRACTIVE
    written: WrittenAnswer = field(default_factory=WrittenAnswer)
    conflict: tuple[Said, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    kind: QuestionKind | None = None

    @property
    def quoted(self) -> Draft | None:
        """The draft, where it is in the articles' own sentences."""
        return self.draft if self.answerer == EXTRACTIVE else None


def events_of(draft: Draft) -> Iterator[Event]:
    """The events of sentences that stand in the articles."""
    for sentence in draft.sentences:
        yield Text(sentence.text)
        yield from (
            CitationFound(cited) for cited in draft.citations if cited.marker in sentence.markers
        )
        yield Verified(sentence, quoted=True)
