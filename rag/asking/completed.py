"""What came of a question in, the whole ``Answer`` out: its words, its notices, the time it took."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from index.errors import Message
from rag.asking.answerer import own_words
from rag.asking.outcome import Outcome
from rag.asking.understanding import Understood
from rag.extractive.answer import Draft
from rag.extractive.refusal import in_words, refusal_of
from rag.extractive.reorder import reordered
from rag.generation.chat_model import add_usage
from rag.notices import notices_of, searched_as
from rag.question.asked import Asked
from rag.records import Answer, Certainty, Found, Notice, Refusal, Seconds, lead_of
from rag.retrieval.retrieve import to_evidence


@dataclass(slots=True)
class Stopwatch:
    """When a question was asked and when its articles were there, by ``time.perf_counter``."""

    _started: float = field(default_factory=time.perf_counter)
    _retrieved: float | None = None

    def retrieved(self) -> None:
        """The articles are there."""
        self._retrieved = time.perf_counter()

    def seconds(self) -> Seconds:
        """What each stage took up to now; of a question that nothing is searched for, only the total."""
        done = time.perf_counter()
        total = round(done - self._started, 4)
        if self._retrieved is None:
            return Seconds(total=total)
        retrieve, answer = self._retrieved - self._started, done - self._retrieved
        return Seconds(round(retrieve, 4), round(answer, 4), total)


def completed(
    question: str,
    understood: Understood,
    found: Found,
    outcome: Outcome,
    watch: Stopwatch,
    *,
    copies: Mapping[str, int],
    damage: Sequence[Message],
    empty: bool = False,
) -> Answer:
    """The answer to a question.

    Args:
        question: As it was asked.
        copies: How many articles copy an article (``Library.copies``).
        damage: What of the library was left out (``Library.damage``).
        empty: Whether it has no articles.
    """
    asked, draft, written = understood.asked, outcome.draft, outcome.written
    articles = reordered(own_words(asked, found), found.articles, outcome.candidates)
    refusal = None if draft else refusal_of(found.question, articles, outcome.candidates)
    notices = _notices(question, understood, found, outcome, damage, empty=empty)
    return Answer(
        question=question,
        standalone_question=found.question,
        answer=_in_words(asked, draft, refusal or Refusal()),
        refused=draft is None,
        sentences=draft.sentences if draft else (),
        citations=draft.citations if draft else (),
        evidence=to_evidence(articles, copies),
        seconds=watch.seconds(),
        filters=found.filters,
        refusal=refusal,
        answerer=outcome.answerer,
        notice=(" " if asked.in_english else "").join(one.text for one in notices),
        incomplete=written.incomplete,
        usage=add_usage(understood.usage, written.usage),
        as_of=draft.as_of if draft else None,
        certainty=draft.certainty if draft else Certainty.REFUSAL,
        short=draft.short if draft else None,
        kind=outcome.kind or asked.kind,
        respelled=understood.respelled,
        notices=notices,
    )


def _in_words(asked: Asked, draft: Draft | None, refusal: Refusal) -> str:
    if draft is None:
        return in_words(asked.question, refusal)
    return f"{lead_of(draft.certainty, asked.language)} {draft.text}".strip()


def _notices(
    question: str,
    understood: Understood,
    found: Found,
    outcome: Outcome,
    damage: Sequence[Message],
    *,
    empty: bool,
) -> tuple[Notice, ...]:
    """What is said above the answer."""
    asked, written, conflict = understood.asked, outcome.written, outcome.conflict
    own = (
        Notice(searched_as(question, understood.respelled, asked.language)),
        Notice(outcome.draft.notice if outcome.draft else ""),
        *notices_of(asked, found.filters, written, outcome.quoted, conflict, damage, empty=empty),
    )
    return tuple(one for one in own if one.text)
