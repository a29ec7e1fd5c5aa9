"""What is asked of the conversation so far, or asks nothing, in; what is said to it out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.asking.models import Models
from rag.extractive.answer import Draft
from rag.extractive.candidates import readable, score_sentences
from rag.kinds.conversation import action_meant, meant_by, more_on, remarked, said_of
from rag.kinds.points import Stated, point_meant, stated
from rag.question.asked import Asked
from rag.question.read import UNSEARCHED
from rag.records import Answer, Filters, QuestionKind, Turn
from rag.retrieval.find import Retriever


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
        searched = self._last_searched()
        kind = QuestionKind.FACT if searched is None else None
        at = len(self.history) - 1 if searched is None else searched
        return said_of(
            asked,
            action_meant(asked.question, self.models.kinds),
            again=lambda: self.ask(at, kind),
            more=lambda: self._more_on(asked, self.history[at]),
            point=lambda: self._point(asked, self.history[at]),
        )

    def _last_searched(self) -> int | None:
        """The place of the last question that asked something of the articles."""
        backwards = range(len(self.history) - 1, -1, -1)
        return next((at for at in backwards if self._asks(self.history[at].question)), None)

    def _asks(self, question: str) -> bool:
        return self.models.kinds.kind_of(question) not in UNSEARCHED

    def _more_on(self, asked: Asked, last: Turn) -> Draft | None:
        """What follows in the article that the last answer came from."""
        meant = meant_by(asked.question, last)
        found = self.retriever.find(meant, self.filters)
        ranked = readable(found.articles)
        point = point_meant(asked.question, last.answer)
        if told := stated(point, ranked) if point else None:
            return more_on(found, told)
        candidates = score_sentences(meant, ranked, self.models.reader) if ranked else []
        return more_on(found, candidates[0] if candidates else None)

    def _point(self, asked: Asked, last: Turn) -> Stated | None:
        """Where the point of the last answer is told that is meant by its number."""
        point = point_meant(asked.question, last.answer)
        if not point:
            return None
        return stated(point, readable(self.retriever.find(point, self.filters).articles))
