"""One question asked on the page: the assistant's events, as parts of the page, as they come."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol, runtime_checkable

from index.errors import JuwenError
from index.text.language import detect_language
from rag.events import (
    CitationFound,
    Done,
    Event,
    EvidenceFound,
    QuestionRead,
    Text,
    Verified,
    Withdrawn,
)
from rag.question.check import check_question
from rag.records import (
    EVIDENCE_ARTICLES,
    Answer,
    AnswerSentence,
    Certainty,
    Citation,
    Evidence,
    Filters,
    QuestionKind,
    Strictness,
    Turn,
)
from ui.callers import told
from ui.chat.arguments import (
    read_choice,
    read_filters,
    read_history,
    read_text,
    read_whole,
    wrong_value,
)
from ui.chat.markup import fill
from ui.chat.turns import (
    answer_html,
    error_html,
    evidence_html,
    forming_html,
    sources_html,
    understood_html,
)
from ui.language import speaking

Part = dict[str, Any]
"""What the page puts into its places: ``slots`` maps places of the turn to HTML, ``said`` is what a
screen reader is told, ``answer`` the whole answer at the end, ``state`` how far it is."""

MOST_TURNS = 20
"""Earlier turns that are sent with a question."""

_SECONDS_BETWEEN_DRAFTS = 0.06


@runtime_checkable
class Streams(Protocol):
    """What the page needs of an assistant."""

    def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        *,
        strictness: Strictness = Strictness.BALANCED,
        most_sources: int | None = None,
    ) -> Iterator[Event]: ...


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with everything that the page sends along.

    Attributes:
        answerer: ``""`` for the assistant's own choice.
        sources: How many articles the answer may cite.
        kind: What kind of question it is to be taken for; ``None`` for what it looks like.
        as_written: Whether its words are searched as they stand.
    """

    question: str
    history: tuple[Turn, ...] = ()
    filters: Filters = field(default_factory=Filters)
    strictness: Strictness = Strictness.BALANCED
    answerer: str = ""
    sources: int = EVIDENCE_ARTICLES
    chinese: bool = False
    kind: QuestionKind | None = None
    as_written: bool = False


def read_asked(values: Mapping[str, Any]) -> Asked:
    """What the page sent, checked.

    Raises:
        GivenError: a value is none that the page sends.
        QuestionError: the question is empty or too long, or the period ends before it begins.
    """
    filters = values.get("filters")
    if not isinstance(filters, Mapping | None):
        raise wrong_value(
            "filters", filters, 'an object like {"accounts": ["…"]}', '对象，如 {"accounts": ["…"]}'
        )
    answerer = values.get("answerer")
    sources = read_whole("sources", values.get("sources"), EVIDENCE_ARTICLES)
    return Asked(
        question=check_question(read_text("question", values.get("question"))),
        history=read_history(values.get("history"))[-MOST_TURNS:],
        filters=read_filters(filters or {}),
        strictness=read_choice(
            Strictness, "strictness", values.get("strictness"), Strictness.BALANCED
        ),
        answerer=read_text("answerer", "" if answerer is None else answerer),
        sources=min(max(sources, 1), EVIDENCE_ARTICLES),
        chinese=bool(values.get("chinese")),
        kind=read_choice(QuestionKind, "kind", values.get("kind"), None),
        as_written=bool(values.get("as_written")),
    )


def converse(assistant: Streams, asked: Asked) -> Iterator[Part]:
    """Ask, and say part by part what the page shows."""
    forming = _Forming(asked)
    try:
        with closing(_stream(assistant, asked)) as events:
            for event in events:
                part = forming.take(event)
                if part is not None:
                    yield part
                if isinstance(event, Done):
                    yield forming.done(event.answer)
    except JuwenError as error:
        with speaking(chinese=asked.chinese):
            message = told(error)
            part = _part("failed", {"answer": error_html(message)}, said=message)
        yield part


def _stream(assistant: Streams, asked: Asked) -> Any:
    chosen: dict[str, Any] = {"answerer": asked.answerer} if asked.answerer else {}
    if asked.kind:
        chosen["kind"] = asked.kind
    if asked.as_written:
        chosen["as_written"] = True
    return assistant.stream(
        asked.question,
        asked.history,
        asked.filters,
        strictness=asked.strictness,
        most_sources=asked.sources,
        **chosen,
    )


@dataclass(slots=True)
class _Forming:
    """The answer as far as it has come."""

    asked: Asked
    sentences: list[AnswerSentence] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    evidence: tuple[Evidence, ...] = ()
    draft: str = ""
    shown: float = 0.0

    def take(self, event: Event) -> Part | None:
        """What to show of an event; ``None`` where there is nothing to show yet."""
        with speaking(chinese=self.asked.chinese):
            if isinstance(event, QuestionRead):
                chips = understood_html(self.asked.question, event)
                return {
                    **_part("searching", {"understood": chips}),
                    "filters": asdict(event.filters),
                }
            if isinstance(event, EvidenceFound):
                self.evidence = event.evidence
                return _part("found", {"sources": evidence_html(event.evidence)})
            if isinstance(event, Text):
                self.draft += event.text
                return self._drafted()
            if isinstance(event, CitationFound):
                self.citations.append(event.citation)
                return None
            if isinstance(event, Verified):
                return self._verified(event)
            if isinstance(event, Withdrawn):
                self.sentences.clear()
                self.citations.clear()
                self.draft = ""
                return _part("forming", {"answer": self._html()})
        return None

    def _drafted(self) -> Part | None:
        """A model writes faster than a page can be drawn anew."""
        now = time.monotonic()
        if now - self.shown < _SECONDS_BETWEEN_DRAFTS:
            return None
        self.shown = now
        return _part("forming", {"answer": self._html()})

    def _verified(self, event: Verified) -> Part:
        self.draft = ""
        if event.kept:
            self.sentences.append(event.sentence)
        said = event.sentence.text if event.kept else ""
        return _part("forming", {"answer": self._html()}, said=said)

    def _html(self) -> str:
        return forming_html(self.sentences, self.citations, self.draft)

    def done(self, answer: Answer) -> Part:
        """The whole answer, which replaces all that was shown before."""
        with speaking(chinese=self.asked.chinese):
            return done_part(answer, self._said_last(answer))

    def _said_last(self, answer: Answer) -> str:
        """What a screen reader has not been told yet: the whole where it has been told nothing, or
        nothing of what it is worth; the very words, which were not known before."""
        if not self.sentences or answer.certainty is not Certainty.DIRECT:
            return answer.answer
        return answer.short.text if answer.short else ""


def done_part(answer: Answer, said: str = "") -> Part:
    """A whole answer, in the language that is being spoken."""
    read = QuestionRead(
        answer.standalone_question,
        detect_language(answer.question),
        answer.filters,
        answer.kind,
        answer.respelled,
    )
    slots = {
        "understood": understood_html(answer.question, read),
        "answer": answer_html(answer),
        "sources": sources_html(answer),
        "actions": fill("actions"),
    }
    return {**_part("done", slots, said=said), "answer": answer.to_dict()}


def _part(state: str, slots: dict[str, str], said: str = "") -> Part:
    return {"state": state, "slots": slots, "said": said}
