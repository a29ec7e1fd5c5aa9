"""Questions that fall into parts: several in one message, and the two sides of a comparison."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from index.text.terms import content_terms
from rag.extractive.answer import Answering, Draft, drafted
from rag.kinds.pieces import Part, is_named, joined
from rag.question.asked import Asked
from rag.question.follow_up import leans
from rag.question.parts import MOST_PARTS, questions_in, sides_of, subject_in
from rag.records import Certainty, Filters, Found
from rag.retrieval.find import filters_of

_NEAR_AT_HAND = 3
_MANY_TERMS = 5
_CLEARLY = 0.4
"""The lexical score (``rag.retrieval.fuse``) of an article that a question by itself is about."""


@dataclass(frozen=True, slots=True)
class Apart:
    """Answers parts one by one.

    Attributes:
        find: The articles for a question.
        read: What of them answers it: its own words, the articles, the question that it leans on.
        most_sources: How many articles a part may cite.
    """

    find: Callable[[str, Filters], Found]
    read: Callable[[str, Found, str], Answering]
    most_sources: int | None = None

    def several(self, asked: Asked, found: Found) -> Draft | None:
        """Each question of a message under itself; ``None`` where nothing answers any.

        Args:
            found: For the whole message.
        """
        first, *others = questions_in(asked.own)
        left, others = others[MOST_PARTS - 1 :], others[: MOST_PARTS - 1]
        subject = subject_in(first)
        answers = [Part(first, self._first(first, asked.background, found))]
        for part in others:
            own = subject + part if leans(part) else part
            draft = self._later(own, first, found, answers[0].draft)
            answers.append(Part(part, None if _is_repeated(draft, answers) else draft))
        draft = joined(answers, in_english=asked.in_english)
        return replace(draft, notice=_left(left, asked)) if draft else None

    def compared(self, asked: Asked, found: Found) -> Draft | None:
        """Each side under its name; ``None`` where none are named, or nothing tells of either."""
        answers = []
        for side in sides_of(asked.own):
            draft = self._alone(side.question, asked.background, found)
            named = draft is not None and is_named(side.name, draft)
            answers.append(Part(side.name, draft if named else None))
        told = [part.first for part in answers if part.first]
        if len(set(told)) < len(told):
            return None  # one sentence tells of both
        return joined(answers, in_english=asked.in_english) if answers else None

    def _first(self, own: str, background: str, found: Found) -> Draft | None:
        """The first question by itself, or as the whole message is searched, whichever surely answers:
        what is asked later may say what it is about."""
        whole = self._drafted(own, found, background)
        if whole and whole.certainty is Certainty.DIRECT:
            return whole
        alone = self._alone(own, background, found)
        return alone if alone and (whole is None or alone.certainty is Certainty.DIRECT) else whole

    def _alone(self, own: str, background: str, found: Found) -> Draft | None:
        """A part by itself, within the limits of the whole."""
        return self._drafted(
            own, self.find(background + own, filters_of(found.filters)), background
        )

    def _later(self, own: str, first: str, found: Found, before: Draft | None) -> Draft | None:
        """A later question, of the article that answered the first, unless other articles are clearly
        what it is about."""
        alone = self.find(own, filters_of(found.filters))
        best = [hits[0] for hits in alone.articles[:_NEAR_AT_HAND]]
        many = len(content_terms(own)) >= _MANY_TERMS
        elsewhere = bool(best) and many and best[0].lexical >= _CLEARLY
        same = {cited.article_id for cited in before.citations[:1]} if before else set()
        if same and (not elsewhere or same & {hit.passage.article.article_id for hit in best}):
            here = [*found.articles, *alone.articles]
            there = tuple(h for h in here if h[0].passage.article.article_id in same)[:1]
            draft = self._drafted(own, replace(found, articles=there), f"{first} ")
            if draft and (draft.certainty is Certainty.DIRECT or not elsewhere):
                return draft
        return self._drafted(own, alone if elsewhere else found, "")

    def _drafted(self, own: str, found: Found, background: str) -> Draft | None:
        read = self.read(own, found, background)
        if read.certainty is Certainty.REFUSAL:
            return None
        return drafted(own, read, None, self.most_sources)


def _left(questions: Sequence[str], asked: Asked) -> str:
    """What is said of questions that are too many."""
    if not questions:
        return ""
    if asked.in_english:
        return f"Left out, ask them again: {' '.join(questions)}"
    return f"一次最多回答 {MOST_PARTS} 个问题，未回答的请另问：{' '.join(questions)}"


def _is_repeated(draft: Draft | None, answers: Sequence[Part]) -> bool:
    """Whether a part has only the sentence that another one has, and it does not surely answer."""
    if draft is None or draft.certainty is Certainty.DIRECT:
        return False
    return any(part.first == draft.sentences[0].text for part in answers)
