"""The composer of ``rag``: a question in, an ``Answer`` out.

understanding -> finding -> answerer -> completed; what is asked of the conversation itself: conversing
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Unpack

from index.embedding.encoder import Encoder
from index.embedding.load import load_encoder
from index.library.library import Library, check_encoder
from index.location import Location, location
from rag.asking.answerer import Answerer
from rag.asking.completed import Stopwatch, completed
from rag.asking.conversing import Conversing
from rag.asking.finding import found_for
from rag.asking.models import Models
from rag.asking.options import AskKeywords, AskOptions
from rag.asking.outcome import events_of
from rag.asking.understanding import Understanding
from rag.batches import in_order, without_blocking
from rag.events import Done, Event, EvidenceFound, QuestionRead
from rag.extractive.answer import Draft
from rag.extractive.entailment import PackagedEntailment
from rag.extractive.reader import PackagedReader, Reader
from rag.extractive.turns import in_its_place
from rag.generation.chat_model import ChatModel, as_chat_model
from rag.generation.no_answer import RefusalTeller, TrainedRefusals
from rag.question import glossary
from rag.question.asked import Asked
from rag.question.check import check_filters, check_history, check_question
from rag.question.follow_up import standalone
from rag.question.kind import KindTeller, TrainedKinds
from rag.question.read import UNSEARCHED
from rag.question.words import TrainedWords, WordTeller
from rag.records import EXTRACTIVE, Answer, Filters, Found, Question, QuestionKind, Turn
from rag.retrieval.find import Retriever
from rag.retrieval.rerank import Reranker
from rag.retrieval.retrieve import to_evidence
from rag.verification.entailment import Entailment

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel


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
        words: WordTeller | None = None,
    ) -> None:
        self.library = library
        self.chat_model = chat_model
        words = words or TrainedWords(encoder)
        self._retriever = Retriever(library, encoder, words, reranker)
        self._models = Models(
            encoder,
            reader or PackagedReader(encoder),
            kinds or TrainedKinds(encoder),
            words,
            refusals or TrainedRefusals(encoder),
            entailment or PackagedEntailment(encoder),
        )
        self._understanding = Understanding(library, self._models.kinds)

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
        words: WordTeller | None = None,
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
            words: Tells which words of a question are its topic, and what it compares; by default the
                trained one.

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
        return cls(library, encoder, reranker, chat, reader, kinds, refusals, entailment, words)

    @property
    def encoder(self) -> Encoder:
        """The embedding model, which another library's assistant may share."""
        return self._models.encoder

    def close(self) -> None:
        self.library.close()

    def __enter__(self) -> Assistant:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def warm_up(self) -> None:
        """Load the embedding model and the reader now, so that the first question does not wait."""
        self._models.encoder.encode_queries([""])
        self._models.reader.read("", [("", "")])
        self._models.kinds.kind_of("")
        self._models.words.topic_of("")
        glossary.warm_up()
        self._models.words.sides_of("")
        if self.chat_model and self._models.entailment:
            self._models.entailment.follows("", "", "")

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
        return in_its_place(self._steps(question, history, filters, options))

    def _steps(
        self,
        question: str,
        history: Sequence[Turn],
        filters: Filters | None,
        options: AskKeywords,
    ) -> Generator[Event]:
        watch = Stopwatch()
        question, history = check_question(question), check_history(history)
        filters = check_filters(filters)
        asking = AskOptions(**options)
        chat = self._chosen(asking.answerer)
        understood = self._understanding.understood(question, history, chat, asking)
        asked = understood.asked
        if asked.kind in UNSEARCHED:
            yield from self._of_conversation(asked, history, filters, options, watch)
            return
        found = found_for(asked, filters, self._retriever)
        yield QuestionRead(
            found.question, asked.language, found.filters, asked.kind, understood.respelled
        )
        copies = self.library.copies()
        yield EvidenceFound(to_evidence(found.articles, copies))
        watch.retrieved()
        answerer = Answerer(self.library, filters, self._retriever, self._models, chat, asking)
        outcome = yield from answerer.answer(asked, found)
        damage = self.library.damage()
        empty = not found.articles and not self.library.counts().articles
        answer = completed(
            question, understood, found, outcome, watch, copies=copies, damage=damage, empty=empty
        )
        yield Done(answer)

    def _chosen(self, answerer: str | BaseChatModel | ChatModel | None) -> ChatModel | None:
        """The chat model that is to answer, ``None`` for the extractive answerer."""
        if answerer == EXTRACTIVE:
            return None
        if answerer is None or (self.chat_model and answerer == self.chat_model.name):
            return self.chat_model
        return as_chat_model(answerer)

    def _of_conversation(
        self,
        asked: Asked,
        history: Sequence[Turn],
        filters: Filters,
        options: AskKeywords,
        watch: Stopwatch,
    ) -> Generator[Event]:
        """What is said of the conversation so far, and to what asks nothing."""

        def ask(at: int, kind: QuestionKind | None) -> Answer:
            asking = AskKeywords(**options)
            asking["kind"] = kind
            return self.ask(history[at].question, history[:at], filters, **asking)

        said = Conversing(history, filters, self._retriever, self._models, ask).answer(asked)
        yield QuestionRead(said.standalone_question, asked.language, said.filters, asked.kind)
        yield EvidenceFound(said.evidence)
        yield from events_of(Draft(said.answer, said.sentences, said.citations))
        yield Done(replace(said, seconds=watch.seconds()))

    def search(
        self, question: str, history: Sequence[Turn] = (), filters: Filters | None = None
    ) -> Found:
        """The ranked articles for a question, without an answer. Arguments and errors as for ``ask``."""
        asked = standalone(
            check_question(question), check_history(history), self._models.kinds.leans
        )
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
        from asyncio import to_thread

        return await to_thread(self.ask, question, history, filters, **options)

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
        from asyncio import to_thread

        return await to_thread(
            lambda: list(self.batch(questions, concurrency=concurrency, **options))
        )
