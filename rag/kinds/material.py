"""What a chat model is shown for a question, by the question's kind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index.library.library import Library
from index.records import Passage
from rag.extractive.answer import Answering
from rag.generation.shown import choose_passages, choose_stories, newest_first
from rag.kinds.overview import articles_on, newest_stories, stories_of
from rag.question.answer_type import asks_for_course
from rag.question.asked import Asked
from rag.question.parts import MOST_PARTS, questions_in, with_subject
from rag.question.sides import Side
from rag.records import Filters, Found, QuestionKind
from rag.retrieval.find import WIDE, filters_of


@dataclass(frozen=True, slots=True)
class Material:
    """Chooses passages for a chat model, as many as fit some tokens.

    Of an overview or a course of events the stories, of several questions what answers each of them,
    of all others what answers likeliest. Where the order of time matters, newest first.

    Attributes:
        find: The articles for a question.
        read: What of them answers it: its own words, the articles, the question that it leans on.
        leans: Whether a question means little without the one before.
        sides_of: What a comparison sets side by side.
        most_sources: How many articles may be shown.
    """

    library: Library
    find: Callable[[str, Filters], Found]
    read: Callable[[str, Found, str], Answering]
    leans: Callable[[str], bool]
    sides_of: Callable[[str], list[Side]]
    most_sources: int | None = None

    def chooser(
        self, asked: Asked, found: Found, read: Answering
    ) -> Callable[[int], Sequence[Passage]]:
        """What chooses the passages for a question, of which ``read`` is what was read."""
        if asked.kind in WIDE:
            return self._stories(asked, found)
        readings = [(found, read), *self._of_parts(asked, found)]

        def choose(budget: int) -> list[Passage]:
            room = budget // len(readings)
            chosen = [
                passage
                for one, reading in readings
                for passage in choose_passages(
                    one.articles, reading.candidates, room, self.most_sources
                )
            ]
            distinct = list({(p.article.article_id, p.span): p for p in chosen}.values())
            return newest_first(distinct) if asks_for_course(asked.own) else distinct

        return choose

    def _stories(self, asked: Asked, found: Found) -> Callable[[int], Sequence[Passage]]:
        articles = articles_on(found, self.library, asked.language)
        stories = [one.article for one in newest_stories(stories_of(articles))]
        stories = stories[: self.most_sources]

        def choose(budget: int) -> list[Passage]:
            if stories:
                return choose_stories(stories, budget)
            return choose_passages(found.articles, (), budget, self.most_sources)

        return choose

    def _of_parts(self, asked: Asked, found: Found) -> list[tuple[Found, Answering]]:
        """What is found and read for each question of several, and for each side of a comparison."""
        # Each with the first question of a message, where it leans on that.
        parts: list[tuple[str, str]] = []
        if asked.kind is QuestionKind.SEVERAL:
            first, *others = questions_in(asked.own)[:MOST_PARTS]
            parts = [(first, ""), *((one, first if self.leans(one) else "") for one in others)]
        elif asked.kind is QuestionKind.COMPARISON:
            parts = [(side.question, "") for side in self.sides_of(asked.own)]
        limits, read = filters_of(found.filters), []
        for own, first in parts:
            searched = with_subject(own, first) if first else own
            there = self.find(asked.background + searched, limits)
            background = f"{first} " if first else asked.background
            read.append((there, self.read(own, there, background)))
        return read
