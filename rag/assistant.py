"""The composer of ``rag``: a question in, an ``Answer`` out.

standalone, kind -> find -> answering -> the articles' own sentences, or a chat model's
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

import numpy as np

from index.embedding.centring import Centres
from index.embedding.encoder import Encoder
from index.embedding.load import load_encoder
from index.library.reader import Library, check_encoder
from index.text.dates.phrases import find_dates
from index.text.language import Language, detect_language
from index.text.script import fold_characters
from index.text.terms import content_terms
from rag.batches import in_order, without_blocking
from rag.events import CitationFound, Done, Event, EvidenceFound, QuestionRead, Text, Verified
from rag.extractive.answer import (
    LISTED,
    ONE_ANSWER,
    Answering,
    Draft,
    answering,
    both_named,
    drafted,
)
from rag.extractive.candidates import readable, score_sentences
from rag.extractive.certainty import Judgement
from rag.extractive.conflicts import Said, disagreement
from rag.extractive.reader import PackagedReader, Reader
from rag.extractive.refusal import in_words, refusal_of
from rag.extractive.reorder import reordered
from rag.generation.chat_model import ChatModel, add_usage, as_chat_model
from rag.generation.generate import WrittenAnswer, write_answer
from rag.generation.rewrite import rewrite_question
from rag.kinds.catalogue import catalogue
from rag.kinds.conversation import (
    items_of,
    more_on,
    no_translation,
    nothing_yet,
    place_meant,
    remark,
    shortened,
    sources_of,
    what_it_can,
)
from rag.kinds.course import course
from rag.kinds.listed import listed
from rag.kinds.overview import overview
from rag.kinds.pieces import Part, Piece, draft_of, is_named, joined
from rag.kinds.premise import Contradicted, contradicted, corrected
from rag.notices import notice_of
from rag.question.asked import Asked
from rag.question.check import check_question
from rag.question.follow_up import Standalone, leans, standalone
from rag.question.kind import Action, KindTeller, TrainedKinds
from rag.question.limits import understand
from rag.question.parts import questions_in, sides_of, subject_in
from rag.question.subject import subject_of
from rag.records import (
    EXTRACTIVE,
    Answer,
    AppliedFilters,
    Certainty,
    Filters,
    Found,
    Question,
    QuestionKind,
    Refusal,
    Seconds,
    Strictness,
    Support,
    Turn,
    Usage,
    nearest_lead,
)
from rag.retrieval.find import WIDE, Retriever, filters_of
from rag.retrieval.rerank import Reranker
from rag.retrieval.retrieve import to_evidence
from rag.verification.align import Similarity, centred_similarity

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.runnables import RunnableConfig


@dataclass(frozen=True, slots=True)
class AskOptions:
    """How a question is answered.

    Attributes:
        strictness: How much proof an answer needs before it is given.
        answerer: ``"extractive"`` for the articles' own sentences, or a chat model (its name, a
            LangChain chat model); ``None`` for the assistant's chat model, where it has one.
        most_sources: How many articles the answer may cite, 1 or more; ``None`` for as many as were
            found. The evidence is not shorter for it.
        config: LangChain's, with callbacks and tags; it is handed to the chat model.
        kind: What kind of question it is to be taken for; ``None`` for what it looks like.
    """

    strictness: Strictness = Strictness.BALANCED
    answerer: str | BaseChatModel | ChatModel | None = None
    most_sources: int | None = None
    config: RunnableConfig | None = None
    kind: QuestionKind | None = None


class AskKeywords(TypedDict, total=False):
    """``AskOptions`` as the keyword arguments that they are given as."""

    strictness: Strictness
    answerer: str | BaseChatModel | ChatModel | None
    most_sources: int | None
    config: RunnableConfig | None
    kind: QuestionKind | None


_NAMES_A_DAY = re.compile(r"\d")
_NEAR_AT_HAND = 3
_MANY_TERMS = 5
_CLEARLY = 0.4
"""The lexical score (``rag.retrieval.fuse``) of an article that a question by itself is about."""

_UNSEARCHED = frozenset({QuestionKind.CONVERSATION, QuestionKind.SMALL_TALK, QuestionKind.NOTHING})
"""Kinds of question that no article answers."""


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What came of a question.

    Attributes:
        draft: The answer; ``None`` for a refusal.
        answerer: Who gave it.
        written: What the chat model gave, where one was asked.
        conflict: What two articles say differently.
    """

    draft: Draft | None
    answerer: str = EXTRACTIVE
    written: WrittenAnswer = field(default_factory=WrittenAnswer)
    conflict: tuple[Said, ...] = ()

    @property
    def quoted(self) -> Draft | None:
        """The draft, where it is in the articles' own sentences."""
        return self.draft if self.answerer == EXTRACTIVE else None


class Assistant:
    """Answers questions from a library, each sentence with its proof.

    Safe to use from several threads. What another process publishes to the library is seen by the
    next question.

    >>> assistant = Assistant.open("library")            # doctest: +SKIP
    >>> answer = assistant.ask("东岸大桥什么时候通车？")    # doctest: +SKIP
    >>> print(answer.answer)                              # doctest: +SKIP
    东岸大桥将于6月28日通车。 [1]
    >>> answer.citations[0].quote                         # doctest: +SKIP
    '东岸大桥将于6月28日通车。'
    """

    def __init__(
        self,
        library: Library,
        encoder: Encoder,
        reranker: Reranker | None = None,
        chat_model: ChatModel | None = None,
        reader: Reader | None = None,
        kinds: KindTeller | None = None,
    ) -> None:
        self.library = library
        self.chat_model = chat_model
        self._encoder = encoder
        self._retriever = Retriever(library, encoder, reranker)
        self._reader = reader or PackagedReader(encoder)
        self._kinds = kinds or TrainedKinds(encoder)

    @classmethod
    def open(
        cls,
        folder: Path | str,
        *,
        encoder: Encoder | None = None,
        reranker: Reranker | None = None,
        chat_model: str | BaseChatModel | ChatModel | None = None,
        reader: Reader | None = None,
        kinds: KindTeller | None = None,
    ) -> Assistant:
        """Open the assistant of a library folder.

        Args:
            encoder: The library's own embedding model by default. The model is loaded by the first
                question, or by ``warm_up``.
            reranker: Reads the best passages again beside the question; none by default.
            chat_model: Writes the answers: ``provider:model`` (``openai:deepseek-chat``) or any
                LangChain chat model; by default the articles' own sentences answer.
            reader: Finds the words that answer; by default the one that comes with the installation.
            kinds: Tells kinds of questions apart; by default the trained one.

        Raises:
            LibraryError: the folder is not a library, or was built with another embedding model.
            ChatModelError: the chat model cannot be opened.
        """
        chat = None if chat_model is None else as_chat_model(chat_model)
        library = Library.open(folder)
        manifest = library.manifest()
        encoder = encoder or load_encoder(manifest.encoder)
        check_encoder(Path(folder), manifest, encoder)
        return cls(library, encoder, reranker, chat, reader, kinds)

    def close(self) -> None:
        self.library.close()

    def __enter__(self) -> Assistant:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def warm_up(self) -> None:
        """Load the embedding model and the reader now, so that the first question does not wait."""
        self._encoder.encode_queries([""])
        self._reader.read("", [("", "")])

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        **options: Unpack[AskKeywords],
    ) -> Answer:
        """Answer a question.

        A chat model that fails does not raise: the articles' own sentences stand in for its answer,
        and ``Answer.notice`` says why.

        Args:
            history: Earlier turns of the conversation, oldest first.
            filters: What the answer may rest on.
            options: ``strictness``, ``answerer``, ``most_sources``, ``config`` and ``kind``
                (``AskOptions``).

        Raises:
            QuestionError: the question is empty or longer than 2,000 characters.
            ChatModelError: ``answerer`` names a chat model that cannot be opened.
            TypeError: there is no such option.
        """
        for event in self.stream(question, history, filters, **options):
            if isinstance(event, Done):
                return event.answer
        raise AssertionError("a stream ends with Done")

    def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        **options: Unpack[AskKeywords],
    ) -> Generator[Event]:
        """Answer a question step by step (``rag.events``). Arguments and errors as for ``ask``.

        >>> for event in assistant.stream("东岸大桥什么时候通车？"):  # doctest: +SKIP
        ...     print(event.type)
        understood
        evidence
        text
        citation
        verified
        done
        """
        started = time.perf_counter()
        question = check_question(question)
        asking = AskOptions(**options)
        chat = self._chosen(asking.answerer)
        asked, usage = self._read(question, history, chat, asking)
        filters = filters or Filters()
        if asked.kind in _UNSEARCHED:
            yield from self._of_conversation(asked, history, filters, options, started)
            return
        found = self._retriever.find(asked.text, filters, asked.kind)
        yield QuestionRead(found.question, asked.language, found.filters, asked.kind)
        copies = self.library.copies()
        yield EvidenceFound(to_evidence(found.articles, copies))
        retrieved = time.perf_counter()
        own_words = asked.own if asked.background else found.question
        told = self._told(asked, found, chat, asking)
        read = Answering(Judgement(Certainty.DIRECT if told else Certainty.REFUSAL))
        if not told and (chat or asked.kind not in WIDE):
            read = self._answering(own_words, found, asked.background, asking)
        if told:
            yield from _events(told)
            outcome = _Outcome(told)
        else:
            outcome = yield from self._answered(asked, own_words, found, read, chat, asking)
        articles = reordered(own_words, found.articles, read.candidates)
        draft, written = outcome.draft, outcome.written
        refusal = None if draft else refusal_of(found.question, articles, read.candidates)
        done = time.perf_counter()
        notices = (
            draft.notice if draft else "",
            notice_of(asked, found.filters, written, outcome.quoted, outcome.conflict),
        )
        yield Done(
            Answer(
                question=question,
                standalone_question=found.question,
                answer=_in_words(asked, draft, refusal or Refusal()),
                refused=draft is None,
                sentences=draft.sentences if draft else (),
                citations=draft.citations if draft else (),
                evidence=to_evidence(articles, copies),
                seconds=_seconds(started, retrieved, done),
                filters=found.filters,
                refusal=refusal,
                answerer=outcome.answerer,
                notice=(" " if asked.in_english else "").join(filter(None, notices)),
                incomplete=written.incomplete,
                usage=add_usage(usage, written.usage),
                as_of=draft.as_of if draft else None,
                certainty=draft.certainty if draft else Certainty.REFUSAL,
                short=draft.short if draft else None,
                kind=asked.kind,
            )
        )

    def _answering(
        self, own_words: str, found: Found, background: str, asking: AskOptions
    ) -> Answering:
        return answering(
            own_words,
            readable(found.articles),
            self._reader,
            background=background,
            strictness=asking.strictness,
        )

    def _answered(
        self,
        asked: Asked,
        own_words: str,
        found: Found,
        read: Answering,
        chat: ChatModel | None,
        asking: AskOptions,
    ) -> Generator[Event, None, _Outcome]:
        """The chat model's answer; without one, or where it fails, the articles' own sentences.

        Args:
            own_words: Of the question, without the earlier ones that it leans on.
        """
        sure = read.certainty is Certainty.DIRECT
        wrong = None if chat or sure else contradicted(own_words, read.candidates)
        if wrong:
            return (yield from _corrected(wrong, asked.language))
        if read.certainty is Certainty.REFUSAL:  # a chat model finds an answer in anything
            return _Outcome(None)
        written = WrittenAnswer()
        if chat:
            written = yield from write_answer(
                asked.text,
                found.articles,
                chat,
                strictness=asking.strictness,
                most_sources=asking.most_sources,
                similarity=self._similarity(),
                config=asking.config,
            )
            if written.refused or written.draft:
                return _Outcome(written.draft, chat.name, written)
        if asked.kind is QuestionKind.COMPARISON:
            read = both_named(read, [side.name for side in sides_of(asked.own)])
        if asked.kind is QuestionKind.LIST:
            ranked = readable(found.articles)
            if quoted := listed(own_words, read.candidates, ranked, asked.language):
                yield from _events(quoted)
                return _Outcome(quoted, EXTRACTIVE, written)
        direct = read.certainty is Certainty.DIRECT
        contrary, said = (disagreement(read.candidates) if direct else None) or (None, ())
        form = LISTED if asked.kind is QuestionKind.LIST else ONE_ANSWER
        draft = drafted(own_words, read, contrary, asking.most_sources, form)
        yield from _events(draft)
        return _Outcome(draft, EXTRACTIVE, written, said)

    def _told(
        self, asked: Asked, found: Found, chat: ChatModel | None, asking: AskOptions
    ) -> Draft | None:
        """What is told otherwise than by the sentences that answer, or by a chat model; ``None`` where
        nothing is."""
        if asked.kind is QuestionKind.LIBRARY:
            return catalogue(asked, found, self.library)
        if chat:
            return None
        match asked.kind:
            case QuestionKind.OVERVIEW:
                return overview(found, self.library, asked.language)
            case QuestionKind.COURSE:
                return course(found, asked.language)
            case QuestionKind.SEVERAL:
                return self._several(asked, found, asking)
            case QuestionKind.COMPARISON:
                return self._compared(asked, found, asking)
        return None

    def _several(self, asked: Asked, found: Found, asking: AskOptions) -> Draft | None:
        """Each question of a message by itself; one that leans on the first within what the whole
        message found, before all in the article that answered the first."""
        first, *others = questions_in(asked.own)
        subject = subject_in(first)
        answers = [Part(first, self._part(first, asked.background, found.filters, asking))]
        for part in others:
            own = subject + part if leans(part) else part
            draft = self._later_part(own, first, found, answers[0].draft, asking)
            answers.append(Part(part, None if _is_repeated(draft, answers) else draft))
        return joined(answers, in_english=asked.in_english)

    def _part(
        self, own: str, background: str, applied: AppliedFilters, asking: AskOptions
    ) -> Draft | None:
        """One question of several, searched and read by itself."""
        looked = self._retriever.find(background + own, filters_of(applied))
        return self._drafted(own, looked, background, asking)

    def _later_part(
        self, own: str, first: str, found: Found, before: Draft | None, asking: AskOptions
    ) -> Draft | None:
        """A later question of several: of the article that answered the first, unless other articles
        are clearly what it is about."""
        alone = self._retriever.find(own, filters_of(found.filters))
        best = [hits[0] for hits in alone.articles[:_NEAR_AT_HAND]]
        same = {cited.article_id for cited in before.citations[:1]} if before else set()
        elsewhere = (
            bool(best) and best[0].lexical >= _CLEARLY and len(content_terms(own)) >= _MANY_TERMS
        )
        if same and (
            not elsewhere or same.intersection(hit.passage.article.article_id for hit in best)
        ):
            here = [*found.articles, *alone.articles]
            there = tuple(h for h in here if h[0].passage.article.article_id in same)[:1]
            draft = self._drafted(own, replace(found, articles=there), f"{first} ", asking)
            if draft and (draft.certainty is Certainty.DIRECT or not elsewhere):
                return draft
        return self._drafted(own, alone if elsewhere else found, "", asking)

    def _drafted(self, own: str, found: Found, background: str, asking: AskOptions) -> Draft | None:
        read = self._answering(own, found, background, asking)
        if read.certainty is Certainty.REFUSAL:
            return None
        return drafted(own, read, None, asking.most_sources)

    def _compared(self, asked: Asked, found: Found, asking: AskOptions) -> Draft | None:
        """The sides of a comparison, each asked by itself; a side that is not named is not told."""
        sides = sides_of(asked.own)
        answers = []
        for side in sides:
            draft = self._part(side.question, asked.background, found.filters, asking)
            named = draft is not None and is_named(side.name, draft)
            answers.append(Part(side.name, draft if named else None))
        return joined(answers, in_english=asked.in_english) if answers else None

    def _of_conversation(
        self,
        asked: Asked,
        history: Sequence[Turn],
        filters: Filters,
        options: AskKeywords,
        started: float,
    ) -> Generator[Event]:
        """What is said of the conversation so far, and to what asks nothing."""
        asked_before = [at for at, turn in enumerate(history) if self._asks(turn.question)]
        before = asked_before or list(range(len(history)))
        action = Action.OTHER
        draft: Draft | None = None
        answer: Answer | None = None
        said = remark(asked.question, asked.kind, asked.language)
        if asked.kind is QuestionKind.CONVERSATION:
            said = nothing_yet(asked.language)
        if asked.kind is QuestionKind.CONVERSATION and before:
            said = what_it_can(asked.language)
            action = self._kinds.action_of(asked.question)
            at = before[-1]
            if action is Action.MORE:
                draft = self._more(asked.question, history[at], filters)
            elif action is not Action.OTHER:
                again = {**options, "kind": None if asked_before else QuestionKind.FACT}
                answer = self.ask(history[at].question, history[:at], filters, **again)  # type: ignore[arg-type]
        if action is Action.SOURCE and answer:
            draft, answer = sources_of(answer, asked.question), None
        if answer:
            if action is Action.SHORTER:
                answer = shortened(answer)
            if action is Action.TRANSLATE:
                answer = replace(answer, notice=no_translation(asked.language))
            again_said = Draft(answer.answer, answer.sentences, answer.citations)
            yield from self._said_again(answer, again_said, asked)
            return
        applied = AppliedFilters()
        yield QuestionRead(asked.question, asked.language, applied, asked.kind)
        yield EvidenceFound(())
        if draft:
            yield from _events(draft)
        done = time.perf_counter()
        yield Done(
            Answer(
                question=asked.question,
                standalone_question=asked.question,
                answer=draft.text if draft else said,
                refused=draft is None,
                sentences=draft.sentences if draft else (),
                citations=draft.citations if draft else (),
                evidence=(),
                seconds=_seconds(started, done, done),
                refusal=None if draft else Refusal(),
                as_of=draft.as_of if draft else None,
                kind=asked.kind,
            )
        )

    def _said_again(self, answer: Answer, draft: Draft, asked: Asked) -> Generator[Event]:
        yield QuestionRead(answer.standalone_question, asked.language, answer.filters, asked.kind)
        yield EvidenceFound(answer.evidence)
        yield from _events(draft)
        yield Done(replace(answer, question=asked.question, kind=asked.kind))

    def _more(self, question: str, last: Turn, filters: Filters) -> Draft | None:
        """More of the article that the last answer rests on, or of what of it is meant."""
        items, place = items_of(last.answer), place_meant(question)
        meant = last.question
        if place is not None and -len(items) <= place < len(items):
            meant = f"{last.question} {items[place]}"
        elif own := subject_of(question):
            meant = f"{own} {last.question}"
        found = self._retriever.find(meant, filters)
        ranked = readable(found.articles)
        candidates = score_sentences(meant, ranked, self._reader) if ranked else []
        return more_on(found, candidates[0] if candidates else None)

    def _asks(self, question: str) -> bool:
        """Whether an earlier question asked something of the articles."""
        return self._kinds.kind_of(question) not in _UNSEARCHED

    def _kind_of_parts(self, parts: Sequence[str]) -> QuestionKind:
        """One question is no several; and of those about the library the catalogue answers all."""
        if len(parts) < 2:
            return QuestionKind.FACT
        first = self._kinds.kind_of(parts[0])
        return first if first is QuestionKind.LIBRARY else QuestionKind.SEVERAL

    def _undated(self, question: str) -> str:
        """A question with the days that it names made blanks."""
        today = self.library.scope().newest or date.today()
        for found in find_dates(fold_characters(question), today):
            blank = " " * (found.end - found.start)
            question = question[: found.start] + blank + question[found.end :]
        return question

    def _without_limits(self, question: str) -> str:
        """A question without the words that only say which articles to look in, which would else
        be taken for a question about the library."""
        scope = self.library.scope()
        today = scope.newest or date.today()
        return understand(question, today=today, accounts=scope.accounts).without_limits

    def _read(
        self,
        question: str,
        history: Sequence[Turn],
        chat: ChatModel | None,
        asking: AskOptions,
    ) -> tuple[Asked, Usage | None]:
        """The question read, and the tokens that a chat model took to rewrite it."""
        kind = asking.kind or self._kinds.kind_of(self._without_limits(question))
        language = detect_language(question)
        if kind in _UNSEARCHED and not (kind is QuestionKind.NOTHING and history):
            return Asked(question, question, "", language, kind), None
        alone, usage = self._standalone(question, history, chat, asking.config)
        nothing = kind is QuestionKind.NOTHING  # 谁？ asks for one who was spoken of
        if kind is QuestionKind.FACT and not history and not subject_of(self._undated(question)):
            # It names nothing, so all that is new may be meant, or all of the days that it names.
            kind = QuestionKind.LIBRARY if _NAMES_A_DAY.search(question) else QuestionKind.OVERVIEW
        if kind is QuestionKind.SEVERAL:
            kind = self._kind_of_parts(questions_in(alone.question))
        if nothing:
            kind = QuestionKind.FACT
        return Asked(question, alone.question, alone.background, language, kind), usage

    def _similarity(self) -> Similarity:
        """How the library's encoder compares sentences across languages."""
        means = self.library.manifest().question_means
        centres = Centres({of: np.asarray(mean, np.float32) for of, mean in means.items()})
        return centred_similarity(self._encoder, centres)

    def _chosen(self, answerer: str | BaseChatModel | ChatModel | None) -> ChatModel | None:
        """The chat model that is to answer, ``None`` for the extractive answerer."""
        if answerer == EXTRACTIVE:
            return None
        if answerer is None or (self.chat_model and answerer == self.chat_model.name):
            return self.chat_model
        return as_chat_model(answerer)

    def _standalone(
        self,
        question: str,
        history: Sequence[Turn],
        chat: ChatModel | None,
        config: RunnableConfig | None,
    ) -> tuple[Standalone, Usage | None]:
        """The question as it is searched, and the tokens that a chat model took to rewrite it."""
        if not (chat and history):
            return standalone(question, history), None
        rewritten, usage = rewrite_question(question, history, chat, config)
        if rewritten is None or leans(rewritten):
            return standalone(question, history), usage
        return Standalone(rewritten), usage

    def search(
        self, question: str, history: Sequence[Turn] = (), filters: Filters | None = None
    ) -> Found:
        """The ranked articles for a question, without an answer. Arguments and errors as for ``ask``."""
        asked = standalone(check_question(question), history)
        return self._retriever.find(asked.text, filters or Filters())

    def batch(
        self,
        questions: Iterable[str | Question],
        *,
        concurrency: int = 1,
        **options: Unpack[AskKeywords],
    ) -> Iterator[Answer]:
        """Answer questions in their order, each answer as soon as it and those before are there.

        A question that fails gives an answer with the reason in ``error``; the rest go on.

        Args:
            concurrency: How many are answered at once; no more than these are taken ahead.

        Raises:
            LibraryError, EncoderError: no question at all can be answered.

        >>> for answer in assistant.batch(["谁？", "何时？"]):  # doctest: +SKIP
        ...     print(answer.answer)
        """
        return in_order(
            lambda asked: self.ask(asked.question, asked.history, **options),
            questions,
            concurrency,
        )

    async def aask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        **options: Unpack[AskKeywords],
    ) -> Answer:
        """``ask`` without holding up the event loop."""
        return await asyncio.to_thread(self.ask, question, history, filters, **options)

    async def astream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        **options: Unpack[AskKeywords],
    ) -> AsyncIterator[Event]:
        """``stream`` without holding up the event loop."""
        async for event in without_blocking(self.stream(question, history, filters, **options)):
            yield event

    async def abatch(
        self,
        questions: Iterable[str | Question],
        *,
        concurrency: int = 1,
        **options: Unpack[AskKeywords],
    ) -> list[Answer]:
        """``batch`` without holding up the event loop; all answers at the end, in order."""
        return await asyncio.to_thread(
            lambda: list(self.batch(questions, concurrency=concurrency, **options))
        )


def _in_words(asked: Asked, draft: Draft | None, refusal: Refusal) -> str:
    if draft is None:
        return in_words(asked.question, refusal)
    near = draft.certainty is Certainty.NEAREST
    return f"{nearest_lead(asked.question)} {draft.text}" if near else draft.text


def _is_repeated(draft: Draft | None, answers: Sequence[Part]) -> bool:
    """Whether the sentence of a part was said for another one, with the same very words or none."""
    if draft is None:
        return False
    return any(
        part.draft is not None
        and part.draft.sentences[0].text == draft.sentences[0].text
        and (draft.short is None or draft.short == part.draft.short)
        for part in answers
    )


def _corrected(wrong: Contradicted, language: Language) -> Generator[Event, None, _Outcome]:
    """The sentence that gives another figure than the question takes for granted."""
    piece = Piece(wrong.by.passage.article, wrong.by.span, support=Support.PARTIAL)
    draft = draft_of([piece], notice=corrected(wrong, language))
    yield from _events(draft)
    return _Outcome(draft)


def _seconds(started: float, retrieved: float, done: float) -> Seconds:
    return Seconds(
        retrieve=round(retrieved - started, 4),
        answer=round(done - retrieved, 4),
        total=round(done - started, 4),
    )


def _events(draft: Draft) -> Iterator[Event]:
    for sentence in draft.sentences:
        yield Text(sentence.text)
        yield from (
            CitationFound(cited) for cited in draft.citations if cited.marker in sentence.markers
        )
        yield Verified(sentence, quoted=True)
