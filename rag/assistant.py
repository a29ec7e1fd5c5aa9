"""The composer of ``rag``: a question in, an ``Answer`` out.

standalone, kind -> find -> answering -> the articles' own sentences, or a chat model's
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, TypedDict, Unpack

import numpy as np

from index.embedding.centring import Centres
from index.embedding.encoder import Encoder
from index.embedding.load import load_encoder
from index.given import one_of, wrong
from index.library.library import Library, check_encoder
from index.location import Location, location
from index.text.language import Language, detect_language
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
from rag.extractive.conflicts import Said, disagreement, with_both
from rag.extractive.entailment import PackagedEntailment
from rag.extractive.reader import PackagedReader, Reader
from rag.extractive.refusal import in_words, refusal_of
from rag.extractive.reorder import reordered
from rag.generation.chat_model import ChatModel, add_usage, as_chat_model
from rag.generation.generate import Checking, write_answer
from rag.generation.no_answer import RefusalTeller, TrainedRefusals
from rag.generation.rewrite import rewrite_question
from rag.generation.writing import WrittenAnswer
from rag.kinds.apart import Apart
from rag.kinds.catalogue import catalogue
from rag.kinds.conversation import meant_by, more_on, remarked, said_of
from rag.kinds.course import course
from rag.kinds.listed import listed, spread, unfinished
from rag.kinds.material import Material
from rag.kinds.overview import overview
from rag.kinds.pieces import Piece, draft_of
from rag.kinds.premise import Contradicted, contradicted, corrected
from rag.notices import notice_of, searched_as
from rag.question.abbreviations import spelled_out
from rag.question.asked import Asked
from rag.question.check import check_filters, check_history, check_question
from rag.question.follow_up import Standalone, leans, standalone
from rag.question.kind import KindTeller, TrainedKinds
from rag.question.parts import sides_of
from rag.question.read import UNSEARCHED, kind_meant
from rag.question.spelling import respelled
from rag.records import (
    EXTRACTIVE,
    Answer,
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
    lead_of,
)
from rag.retrieval.find import WIDE, Retriever
from rag.retrieval.rerank import Reranker
from rag.retrieval.retrieve import to_evidence
from rag.verification.align import Similarity, centred_similarity
from rag.verification.entailment import Entailment

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
        as_written: Whether words that the library lacks are searched as they stand, and not as the
            words that they sound like (``rag.question.spelling``).
    """

    strictness: Strictness = Strictness.BALANCED
    answerer: str | BaseChatModel | ChatModel | None = None
    most_sources: int | None = None
    config: RunnableConfig | None = None
    kind: QuestionKind | None = None
    as_written: bool = False

    def __post_init__(self) -> None:
        strictness = one_of(Strictness, "strictness", self.strictness)
        object.__setattr__(self, "strictness", strictness)
        if self.kind is not None:
            object.__setattr__(self, "kind", one_of(QuestionKind, "kind", self.kind))
        most = self.most_sources
        if most is not None and (type(most) is not int or most < 1):
            raise wrong("most_sources", most, "a whole number from 1 on", "不小于 1 的整数")
        if not isinstance(self.answerer, str | None) and not hasattr(self.answerer, "stream"):
            raise wrong("answerer", self.answerer, "a chat model or its name", "对话模型或其名称")


class AskKeywords(TypedDict, total=False):
    """``AskOptions`` as the keyword arguments that they are given as."""

    strictness: Strictness
    answerer: str | BaseChatModel | ChatModel | None
    most_sources: int | None
    config: RunnableConfig | None
    kind: QuestionKind | None
    as_written: bool


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
        refusals: RefusalTeller | None = None,
        entailment: Entailment | None = None,
    ) -> None:
        self.library = library
        self.chat_model = chat_model
        self._encoder = encoder
        self._retriever = Retriever(library, encoder, reranker)
        self._reader = reader or PackagedReader(encoder)
        self._kinds = kinds or TrainedKinds(encoder)
        self._refusals = refusals or TrainedRefusals(encoder)
        self._entailment = entailment or PackagedEntailment(encoder)

    @classmethod
    def open(
        cls,
        folder: Location | str,
        *,
        encoder: Encoder | None = None,
        reranker: Reranker | None = None,
        chat_model: str | BaseChatModel | ChatModel | None = None,
        reader: Reader | None = None,
        kinds: KindTeller | None = None,
        refusals: RefusalTeller | None = None,
        entailment: Entailment | None = None,
    ) -> Assistant:
        """Open the assistant of a library: of a folder, or of ``postgresql://user@host/database``.

        Args:
            encoder: The library's own embedding model by default. The model is loaded by the first
                question, or by ``warm_up``.
            reranker: Reads the best passages again beside the question; none by default.
            chat_model: Writes the answers: ``provider:model`` (``openai:deepseek-chat``) or any
                LangChain chat model; by default the articles' own sentences answer.
            reader: Finds the words that answer; by default the one that comes with the installation.
            kinds: Tells kinds of questions apart; by default the trained one.
            refusals: Tells a chat model's refusals from its answers; by default the trained one.
            entailment: Reads whether what a chat model wrote follows from the words that it cites; by
                default the trained one.

        Raises:
            LibraryError: there is no library, or it was built with another embedding model.
            ChatModelError: the chat model cannot be opened.
            GivenError: the folder is no path and no address.
        """
        folder = location("folder", folder)
        chat = None if chat_model is None else as_chat_model(chat_model)
        library = Library.open(folder)
        manifest = library.manifest()
        encoder = encoder or load_encoder(manifest.encoder)
        check_encoder(folder, manifest, encoder)
        return cls(library, encoder, reranker, chat, reader, kinds, refusals, entailment)

    @property
    def encoder(self) -> Encoder:
        """The embedding model, which another library's assistant may share."""
        return self._encoder

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
        self._kinds.kind_of("")
        if self.chat_model and self._entailment:
            self._entailment.follows("", "", "")

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
            GivenError: an argument is of another type.
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
        question, history = check_question(question), check_history(history)
        filters = check_filters(filters)
        asking = AskOptions(**options)
        chat = self._chosen(asking.answerer)
        meant = question if asking.as_written else respelled(question, self.library)
        asked, usage = self._read(meant, history, chat, asking)
        if asked.kind in UNSEARCHED:
            yield from self._of_conversation(asked, history, filters, options, started)
            return
        found = self._retriever.find(asked.text, filters, asked.kind)
        other = meant if meant != question else ""
        yield QuestionRead(found.question, asked.language, found.filters, asked.kind, other)
        copies = self.library.copies()
        yield EvidenceFound(to_evidence(found.articles, copies))
        retrieved = time.perf_counter()
        own_words = asked.own if asked.background else found.question
        told = self._told(asked, found, chat, asking)
        if told or asked.kind in WIDE:  # nothing is read; a model tells whether articles answer
            sure = told is not None or chat is not None
            read = Answering(Judgement(Certainty.DIRECT if sure else Certainty.REFUSAL))
        else:
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
            searched_as(other, asked.language),
            draft.notice if draft else "",
            notice_of(
                asked,
                found.filters,
                written,
                outcome.quoted,
                outcome.conflict,
                self.library.damage(),
            ),
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
                respelled=other,
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
                self._material(asking).chooser(asked, found, read),
                chat,
                Checking(self._refusals, asking.strictness, self._similarity(), self._entailment),
                asking.config,
            )
            if written.refused:
                return _Outcome(None, chat.name, written)
            if written.draft:
                return (yield from self._beside(found, read, chat, written, asking))
        if chat and (told := self._told(asked, found, None, asking)):
            yield from _events(told)
            return _Outcome(told, EXTRACTIVE, written)
        if not read.candidates:
            return _Outcome(None, EXTRACTIVE, written)
        if asked.kind is QuestionKind.COMPARISON:
            read = both_named(read, [side.name for side in sides_of(asked.own)])
        if quoted := _list_told(asked, own_words, found, read):
            yield from _events(quoted)
            return _Outcome(quoted, EXTRACTIVE, written)
        direct = read.certainty is Certainty.DIRECT
        apart = disagreement(read.candidates, found.articles) if direct else None
        contrary, said = apart or (None, ())
        lists = asked.kind is QuestionKind.LIST
        draft = drafted(
            own_words, read, contrary, asking.most_sources, LISTED if lists else ONE_ANSWER
        )
        if lists:
            draft = replace(draft, notice=draft.notice or unfinished(draft, asked.language))
        yield from _events(draft)
        return _Outcome(draft, EXTRACTIVE, written, said)

    def _beside(
        self,
        found: Found,
        read: Answering,
        chat: ChatModel,
        written: WrittenAnswer,
        asking: AskOptions,
    ) -> Generator[Event, None, _Outcome]:
        """A chat model's answer; where two articles disagree, what it left out of either beside it."""
        assert written.draft
        contrary, said = disagreement(read.candidates, found.articles) or (None, ())
        if contrary is None or asking.most_sources == 1:
            return _Outcome(written.draft, chat.name, written)
        draft, added = with_both(written.draft, read.candidates[0], contrary)
        yield from _events(added)
        return _Outcome(draft, chat.name, written, said)

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
                return self._apart(asking).several(asked, found)
            case QuestionKind.COMPARISON:
                return self._apart(asking).compared(asked, found)
        return None

    def _apart(self, asking: AskOptions) -> Apart:
        return Apart(self._retriever.find, self._reading(asking), asking.most_sources)

    def _material(self, asking: AskOptions) -> Material:
        find, read = self._retriever.find, self._reading(asking)
        return Material(self.library, find, read, asking.most_sources)

    def _reading(self, asking: AskOptions) -> Callable[[str, Found, str], Answering]:
        def read(own: str, found: Found, background: str) -> Answering:
            return self._answering(own, found, background, asking)

        return read

    def _of_conversation(
        self,
        asked: Asked,
        history: Sequence[Turn],
        filters: Filters,
        options: AskKeywords,
        started: float,
    ) -> Generator[Event]:
        """What is said of the conversation so far, and to what asks nothing."""
        backwards = range(len(history) - 1, -1, -1)
        searched = next((at for at in backwards if self._asks(history[at].question)), None)
        at = len(history) - 1 if searched is None else searched

        def again() -> Answer:
            asking = AskKeywords(**options)
            asking["kind"] = QuestionKind.FACT if searched is None else None
            return self.ask(history[at].question, history[:at], filters, **asking)

        def more() -> Draft | None:
            meant = meant_by(asked.question, history[at])
            found = self._retriever.find(meant, filters)
            ranked = readable(found.articles)
            candidates = score_sentences(meant, ranked, self._reader) if ranked else []
            return more_on(found, candidates[0] if candidates else None)

        if asked.kind is QuestionKind.CONVERSATION and history:
            action = self._kinds.action_of(asked.question)
            said = said_of(asked, action, again, more)
        else:
            said = remarked(asked)
        yield QuestionRead(said.standalone_question, asked.language, said.filters, asked.kind)
        yield EvidenceFound(said.evidence)
        yield from _events(Draft(said.answer, said.sentences, said.citations))
        took = round(time.perf_counter() - started, 4)
        yield Done(replace(said, seconds=Seconds(total=took)))

    def _asks(self, question: str) -> bool:
        """Whether an earlier question asked something of the articles."""
        return self._kinds.kind_of(question) not in UNSEARCHED

    def _read(
        self,
        question: str,
        history: Sequence[Turn],
        chat: ChatModel | None,
        asking: AskOptions,
    ) -> tuple[Asked, Usage | None]:
        """The question read, and the tokens that a chat model took to rewrite it."""
        kind, language = asking.kind or self._kind(question, history), detect_language(question)
        if kind is QuestionKind.CONVERSATION and chat and history and asking.kind is None:
            kind = QuestionKind.FACT  # it can be rewritten as a question
        if kind in UNSEARCHED:
            return Asked(question, question, "", language, kind), None
        alone, usage = self._standalone(question, history, chat, asking.config)
        own = spelled_out(alone.question) if language is Language.CHINESE else alone.question
        return Asked(question, own, alone.background, language, kind), usage

    def _kind(self, question: str, history: Sequence[Turn]) -> QuestionKind:
        scope = self.library.scope()
        return kind_meant(
            question,
            self._kinds,
            today=scope.newest or date.today(),
            accounts=scope.accounts,
            within_conversation=bool(history),
        )

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
        asked = standalone(check_question(question), check_history(history))
        return self._retriever.find(asked.text, check_filters(filters))

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
            GivenError: an option is of another type.

        >>> for answer in assistant.batch(["谁？", "何时？"]):  # doctest: +SKIP
        ...     print(answer.answer)
        """
        AskOptions(**options)  # what no question would escape is said before the first
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
    return f"{lead_of(draft.certainty, asked.language)} {draft.text}".strip()


def _list_told(asked: Asked, own_words: str, found: Found, read: Answering) -> Draft | None:
    """A list or table of an article; a series also where one thing seemed to be asked for."""
    if asked.kind is QuestionKind.LIST:
        return listed(own_words, read.candidates, readable(found.articles), asked.language)
    return spread(read.candidates, asked.language) if asked.kind is QuestionKind.FACT else None


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
