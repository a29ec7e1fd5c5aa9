"""What is asked of the conversation so far, or asks nothing, in; what is said to it out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice

from index.text.terms import terms
from rag.asking.models import Models
from rag.extractive.answer import Draft
from rag.extractive.candidates import Candidate, readable, score_sentences
from rag.kinds.conversation import action_meant, meant_by, more_on, remarked, said_of
from rag.kinds.pieces import share
from rag.kinds.points import Stated, point_meant, stated
from rag.question.asked import Asked
from rag.question.follow_up import CARRIED, standalone
from rag.question.glossary import terms_for
from rag.question.read import searched_turns
from rag.question.subject import subject_of
from rag.records import Answer, Filters, QuestionKind, Turn
from rag.retrieval.find import Retriever

_NAMED = 0.5
"""Share of the words of what more is wanted on, for a sentence to name it."""


def _names(candidate: Candidate, wanted: str) -> bool:
    """Whether a sentence names what more is wanted on."""
    words = terms_for(wanted, candidate.passage.article)
    return share(frozenset(terms(candidate.text)), words) >= _NAMED


@dataclass(frozen=True, slots=True)
class Conversing:
    """Answers from a conversation.

    Attributes:
        history: Its turns, oldest first.
        ask: Answers the question of the turn at a place anew, as one of a kind; ``None`` for the kind
            that it looks like.
    """

    history: Sequence[Turn]
    filters: Filters
    retriever: Retriever
    models: Models
    ask: Callable[[int, QuestionKind | None], Answer]

    def answer(self, asked: Asked) -> Answer:
        """What is said, without the time that it took."""
        if asked.kind is not QuestionKind.CONVERSATION or not self.history:
            return remarked(asked)
        searched = next(searched_turns(self.history, self.models.kinds), None)
        kind = QuestionKind.FACT if searched is None else None
        at = len(self.history) - 1 if searched is None else searched
        return said_of(
            asked,
            action_meant(asked.question, self.models.kinds),
            again=lambda: self.ask(at, kind),
            more=lambda: self._more_on(asked, at),
            point=lambda: self._point(asked, self.history[at]),
        )

    def _more_on(self, asked: Asked, at: int) -> Draft | None:
        """What follows in the article that the answer of a turn came from."""
        last, kinds = self.history[at], self.models.kinds
        meant = meant_by(asked.question, last)
        background = ""
        if kinds.leans(last.question):
            places = islice(searched_turns(self.history[:at], kinds), CARRIED)
            before = [self.history[one] for one in places][::-1]
            background = standalone(last.question, before, kinds.leans).background
        found = self.retriever.find(f"{background}{meant}", self.filters)
        ranked = readable(found.articles)
        point = point_meant(asked.question, last.answer)
        if told := stated(point, ranked) if point else None:
            return more_on(found, told)
        candidates = (
            score_sentences(meant, ranked, self.models.reader, background) if ranked else []
        )
        named = [one for one in candidates if _names(one, subject_of(asked.question))]
        return more_on(found, next(iter(named or candidates), None))

    def _point(self, asked: Asked, last: Turn) -> Stated | None:
        """Where the point of the last answer is told that is meant by its number."""
        point = point_meant(asked.question, last.answer)
        if not point:
            return None
        return stated(point, readable(self.retriever.find(point, self.filters).articles))
