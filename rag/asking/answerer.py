"""A question and the articles found for it in; events and what came of it out.

What a kind of question is told by itself comes first; then a chat model's answer, where there is one;
then the articles' own sentences.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace

from index.embedding.centring import Centres
from index.library.library import Library
from index.text.language import Language
from rag.asking.models import Models
from rag.asking.options import AskOptions
from rag.asking.outcome import Outcome, events_of
from rag.events import Event
from rag.extractive.answer import (
    LISTED,
    ONE_ANSWER,
    Answering,
    Draft,
    answering,
    both_named,
    drafted,
    judged,
)
from rag.extractive.candidates import Candidate, readable
from rag.extractive.certainty import Judgement
from rag.extractive.conflicts import cited_first, disagreement, with_both
from rag.generation.chat_model import ChatModel
from rag.generation.written import WrittenAnswer
from rag.kinds.apart import Apart
from rag.kinds.catalogue import catalogue
from rag.kinds.course import course
from rag.kinds.listed import listed, names_several, rows_asked, spread, unfinished
from rag.kinds.overview import overview
from rag.kinds.premise import Contradicted, correcting, taken_wrongly
from rag.question.asked import Asked
from rag.records import Certainty, Filters, Found, QuestionKind
from rag.retrieval.find import WIDE, Retriever, filters_of
from rag.verification.align import Similarity, centred_similarity


def own_words(asked: Asked, found: Found) -> str:
    """The words of a question that are held against sentences: without the earlier questions that it
    leans on or, where it leans on none, without its limits."""
    return asked.own if asked.background else found.question


@dataclass(frozen=True, slots=True)
class Answerer:
    """Answers a question from the articles that were found for it.

    Attributes:
        filters: What the caller limits the answer to.
        chat: The chat model that is to answer; ``None`` for the articles' own sentences.
    """

    library: Library
    filters: Filters
    retriever: Retriever
    models: Models
    chat: ChatModel | None
    options: AskOptions

    def answer(self, asked: Asked, found: Found) -> Generator[Event, None, Outcome]:
        """The events of an answer as it forms, and what came of the question in the end."""
        told = self._told(asked, found, self.chat)
        if told or (self.chat and asked.kind in WIDE):  # a model tells whether articles answer
            read = Answering(Judgement(Certainty.DIRECT))
        else:
            read = self._read(own_words(asked, found), found, asked.background)
        wide = None if told else self._wide(asked, found, read)
        if told or wide:
            draft = told or wide
            assert draft
            yield from events_of(draft)
            outcome = Outcome(draft, kind=QuestionKind.OVERVIEW if wide else None)
        else:
            outcome = yield from self._of_what_was_read(asked, found, read)
        return replace(outcome, candidates=read.candidates)

    def _wide(self, asked: Asked, found: Found, read: Answering) -> Draft | None:
        """An overview, where no sentence answers what was taken for a question for a fact and may be one
        for that; ``None`` where that is not so."""
        taken_for_fact = asked.kind is QuestionKind.FACT and self.options.kind is None
        unsure = taken_for_fact and read.certainty in (Certainty.NEAREST, Certainty.REFUSAL)
        if self.chat or not unsure or not self.models.kinds.perhaps_wide(found.question):
            return None
        limits = filters_of(found.filters)
        there = self.retriever.find(found.question, limits, QuestionKind.OVERVIEW)
        return overview(there, self.library, asked.language, self.options.most_sources)

    def _of_what_was_read(
        self, asked: Asked, found: Found, read: Answering
    ) -> Generator[Event, None, Outcome]:
        """The chat model's answer; without one, or where it fails, the articles' own sentences."""
        sure = read.certainty is Certainty.DIRECT
        own = own_words(asked, found)
        if self.chat is None:
            wrong = taken_wrongly(own, read.candidates, found.articles, sure=sure)
            if wrong:
                return (yield from _corrected(wrong, asked.language))
        if read.certainty is Certainty.REFUSAL:  # a chat model finds an answer in anything
            return Outcome(None)
        if self.chat is None:
            return (yield from self._quoted(asked, found, read))
        written = yield from self._written(asked, found, read, self.chat)
        if written.refused:
            return Outcome(None, self.chat.name, written)
        if written.draft:
            return (yield from self._beside(asked, found, read, self.chat, written, written.draft))
        if told := self._told(asked, found, None):
            yield from events_of(told)
            outcome = Outcome(told)
        else:
            outcome = yield from self._quoted(asked, found, read)
        return replace(outcome, written=written)

    def _written(
        self, asked: Asked, found: Found, read: Answering, chat: ChatModel
    ) -> Generator[Event, None, WrittenAnswer]:
        """What the chat model writes."""
        # What reads its reply takes half a second to import, which other answers need not wait for.
        from rag.generation.generate import Checking, write_answer
        from rag.kinds.material import Material

        most_sources = self.options.most_sources
        leans, sides_of = self.models.kinds.leans, self.models.words.sides_of
        material = Material(
            self.library, self.retriever.find, self._read, leans, sides_of, most_sources
        )
        checking = Checking(
            self.models.refusals,
            self.options.strictness,
            self._similarity(),
            self.models.entailment,
        )
        choose = material.chooser(asked, found, read)
        return (yield from write_answer(asked.text, choose, chat, checking, self.options.config))

    def _beside(
        self,
        asked: Asked,
        found: Found,
        read: Answering,
        chat: ChatModel,
        written: WrittenAnswer,
        draft: Draft,
    ) -> Generator[Event, None, Outcome]:
        """A chat model's answer; where two articles disagree, what it left out of either beside it."""
        candidates = cited_first(draft, read.candidates)
        apart = disagreement(own_words(asked, found), candidates, found.articles)
        if apart is None or self.options.most_sources == 1:
            return Outcome(draft, chat.name, written)
        draft, added = with_both(draft, apart)
        yield from events_of(added)
        return Outcome(draft, chat.name, written, apart.said)

    def _quoted(
        self, asked: Asked, found: Found, read: Answering
    ) -> Generator[Event, None, Outcome]:
        """The articles' own sentences."""
        if not read.candidates:
            return Outcome(None)
        own = own_words(asked, found)
        if asked.kind is QuestionKind.COMPARISON:
            read = both_named(read, [side.name for side in self.models.words.sides_of(asked.own)])
        if quoted := _list_told(asked, own, found, read):
            yield from events_of(quoted)
            return Outcome(quoted)
        sure = read.certainty is Certainty.DIRECT
        apart = disagreement(own, read.candidates, found.articles, sure=sure)
        contrary = (apart.one, apart.other) if apart else None
        lists = asked.kind is QuestionKind.LIST
        form = LISTED if lists else ONE_ANSWER
        draft = drafted(own, read, contrary, self.options.most_sources, form)
        if lists:
            short = draft.short if draft.short and names_several(draft.short.text) else None
            notice = draft.notice or unfinished(draft, asked.language)
            draft = replace(draft, notice=notice, short=short)
        yield from events_of(draft)
        return Outcome(draft, conflict=apart.said if apart else ())

    def _told(self, asked: Asked, found: Found, chat: ChatModel | None) -> Draft | None:
        """What is told otherwise than by the sentences that answer, or by a chat model; ``None`` where
        nothing is."""
        if asked.kind is QuestionKind.LIBRARY:
            return catalogue(asked, found, self.library, self.filters)
        if chat:
            return None
        match asked.kind:
            case QuestionKind.OVERVIEW:
                return overview(found, self.library, asked.language, self.options.most_sources)
            case QuestionKind.COURSE:
                return course(found, asked.language, self._similarity(), self.options.most_sources)
            case QuestionKind.SEVERAL:
                return self._apart().several(asked, found)
            case QuestionKind.COMPARISON:
                return self._apart().compared(asked, found)
        return None

    def _apart(self) -> Apart:
        kinds = self.models.kinds
        return Apart(
            self.retriever.find,
            self._read,
            self._judged,
            kinds.kind_of,
            kinds.leans,
            self.models.words.sides_of,
            self.options.most_sources,
        )

    def _read(self, own: str, found: Found, background: str) -> Answering:
        """What of the articles answers a question: its own words, and those that it leans on."""
        return answering(
            own,
            readable(found.articles),
            self.models.reader,
            background=background,
            strictness=self.options.strictness,
        )

    def _judged(
        self, own: str, found: Found, background: str, candidates: Sequence[Candidate]
    ) -> Answering:
        """The same of sentences that were read already."""
        return judged(
            own,
            readable(found.articles),
            candidates,
            background=background,
            strictness=self.options.strictness,
        )

    def _similarity(self) -> Similarity:
        """How the library's encoder compares sentences across languages."""
        centres = Centres.stored(self.library.manifest().question_means)
        return centred_similarity(self.models.encoder, centres)


def _list_told(asked: Asked, own: str, found: Found, read: Answering) -> Draft | None:
    """A list or table of an article; a series also where one thing seemed to be asked for."""
    language = asked.language
    if asked.kind is QuestionKind.LIST:
        return listed(own, read.candidates, readable(found.articles), language)
    if asked.kind is not QuestionKind.FACT:
        return None
    return rows_asked(own, read.candidates, language) or spread(read.candidates, language)


def _corrected(wrong: Contradicted, language: Language) -> Generator[Event, None, Outcome]:
    """The sentence that tells otherwise than the question takes for granted."""
    draft = correcting(wrong, language)
    yield from events_of(draft)
    return Outcome(draft)
