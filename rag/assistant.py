"""The composer of ``rag``: a question in, an ``Answer`` out.

retrieve -> answer, or, with a chat model, rewrite -> retrieve -> generate
"""

from __future__ import annotations

import asyncio
import contextvars
import re
import time
from collections import deque
from collections.abc import AsyncIterator, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

import numpy as np

from index.embedding.centring import Centres
from index.embedding.encoder import Encoder, load_encoder
from index.errors import EncoderError, JuwenError, LibraryError, QuestionError
from index.library.reader import Library, check_encoder
from index.records import well_formed
from index.text.language import Language, detect_language
from index.text.terms import content_terms
from rag.events import CitationFound, Done, Event, EvidenceFound, QuestionRead, Text, Verified
from rag.extractive.answer import Draft, answering, drafted
from rag.extractive.candidates import readable
from rag.extractive.conflicts import Said, disagreement
from rag.extractive.reader import PackagedReader, Reader
from rag.extractive.refusal import in_words, refusal_of
from rag.extractive.reorder import reordered
from rag.generation.chat_model import ChatModel, add_usage, as_chat_model
from rag.generation.generate import WrittenAnswer, write_answer
from rag.generation.rewrite import rewrite_question
from rag.question.answer_type import asks_for_course
from rag.question.limits import Role, Understood, understand
from rag.records import (
    EXTRACTIVE,
    Answer,
    AppliedFilters,
    Certainty,
    Filters,
    Found,
    Question,
    RankedPassage,
    Refusal,
    Seconds,
    Strictness,
    Turn,
    Usage,
    iso,
    nearest_lead,
)
from rag.retrieval.rerank import Reranker
from rag.retrieval.retrieve import retrieve, to_evidence
from rag.verification.align import Similarity, centred_similarity

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.runnables import RunnableConfig

LONGEST_QUESTION = 2000
"""Characters of a question, history apart; what is longer is no question but a text."""

_INSTEAD_ENGLISH = "The articles' own sentences answer instead."
_INSTEAD_CHINESE = "以下改由文章原句作答。"
_OWN_TERMS = 3
_CARRIED = 4
"""Turns that a question can lean on at most."""

_LEANING = re.compile(
    r"^(?:那|其中|还有|另外|此外|同样|上述|前者|后者|这|该)|(?<![其吉])[它他她]|(?:^|[，,；。 ])其(?![他它余实次])|这[个家项次些位里]|那[个家项次些位里]|呢[？?]?$"
    r"|^(?:and|what about|how about)\b|\b(?:it|its|they|their|them|he|she|his|her|this|those|these)\b",
    re.I,
)


class AskOptions(TypedDict, total=False):
    """How a question is answered.

    Attributes:
        strictness: How much proof an answer needs before it is given; balanced by default.
        answerer: ``"extractive"`` for the articles' own sentences, or a chat model (its name, a
            LangChain chat model); by default the assistant's chat model, where it has one.
        most_sources: How many articles the answer may cite, 1 or more; as many as were found by
            default. The evidence is not shorter for it.
        config: LangChain's, with callbacks and tags; it is handed to the chat model.
    """

    strictness: Strictness
    answerer: str | BaseChatModel | ChatModel | None
    most_sources: int | None
    config: RunnableConfig | None


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
    ) -> None:
        self.library = library
        self.chat_model = chat_model
        self._encoder = encoder
        self._reranker = reranker
        self._reader = reader or PackagedReader(encoder)

    @classmethod
    def open(
        cls,
        folder: Path | str,
        *,
        encoder: Encoder | None = None,
        reranker: Reranker | None = None,
        chat_model: str | BaseChatModel | ChatModel | None = None,
        reader: Reader | None = None,
    ) -> Assistant:
        """Open the assistant of a library folder.

        Args:
            encoder: The library's own embedding model by default. The model is loaded by the first
                question, or by ``warm_up``.
            reranker: Reads the best passages again beside the question; none by default.
            chat_model: Writes the answers: ``provider:model`` (``openai:deepseek-chat``) or any
                LangChain chat model; by default the articles' own sentences answer.
            reader: Finds the words that answer; by default the one that comes with the installation.

        Raises:
            LibraryError: the folder is no library, or was built with another embedding model.
            ChatModelError: the chat model cannot be opened.
        """
        chat = None if chat_model is None else as_chat_model(chat_model)
        library = Library.open(folder)
        manifest = library.manifest()
        encoder = encoder or load_encoder(manifest.encoder)
        check_encoder(Path(folder), manifest, encoder)
        return cls(library, encoder, reranker, chat, reader)

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
        **options: Unpack[AskOptions],
    ) -> Answer:
        """Answer a question.

        A chat model that fails does not raise: the articles' own sentences stand in for its answer,
        and ``Answer.notice`` says why.

        Args:
            history: Earlier turns of the conversation, oldest first.
            filters: What the answer may rest on.
            options: ``strictness``, ``answerer``, ``most_sources`` and ``config`` (``AskOptions``).

        Raises:
            QuestionError: the question is empty or longer than 2,000 characters.
            ChatModelError: ``answerer`` names a chat model that cannot be opened.
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
        **options: Unpack[AskOptions],
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
        chat = self._chosen(options.get("answerer"))
        standalone, usage = self._standalone(question, history, chat, options.get("config"))
        found = self._find(standalone, filters or Filters())
        yield QuestionRead(found.question, detect_language(question), found.filters)
        copies = self.library.copies()
        yield EvidenceFound(to_evidence(found.articles, copies))
        retrieved = time.perf_counter()
        # A rewritten question needs no background; one that was put together ends with its own words.
        asked = question if standalone.endswith(question) else standalone
        background = standalone.removesuffix(asked)
        asked = asked if background else found.question
        strictness = options.get("strictness", Strictness.BALANCED)
        ranked = readable(found.articles)
        read = answering(asked, ranked, self._reader, background=background, strictness=strictness)
        articles = reordered(asked, found.articles, read.candidates)
        near = read.certainty is not Certainty.REFUSAL
        written = WrittenAnswer()
        if chat and near:  # a chat model finds an answer in anything
            written = yield from self._write(standalone, found, chat, options)
        draft = written.draft
        by_model = written.refused or draft is not None
        clash = (
            None
            if by_model or read.certainty is not Certainty.DIRECT
            else disagreement(read.candidates)
        )
        if not by_model:
            contrary = clash[0] if clash else None
            draft = drafted(asked, read, contrary, options.get("most_sources")) if near else None
            yield from _draft_events(draft)
        refusal = None if draft else refusal_of(found.question, articles, read.candidates)
        done = time.perf_counter()
        yield Done(
            Answer(
                question=question,
                standalone_question=found.question,
                answer=_in_words(question, draft, refusal or Refusal()),
                refused=draft is None,
                sentences=draft.sentences if draft else (),
                citations=draft.citations if draft else (),
                evidence=to_evidence(articles, copies),
                seconds=Seconds(
                    retrieve=round(retrieved - started, 4),
                    answer=round(done - retrieved, 4),
                    total=round(done - started, 4),
                ),
                filters=found.filters,
                refusal=refusal,
                answerer=chat.name if chat and by_model else EXTRACTIVE,
                notice=_notice(
                    question,
                    written,
                    found.filters,
                    clash[1] if clash else (),
                    None if by_model else draft,
                ),
                incomplete=written.incomplete,
                usage=add_usage(usage, written.usage),
                as_of=max((c.date for c in draft.citations if c.date), default=None)
                if draft
                else None,
                certainty=draft.certainty if draft else Certainty.REFUSAL,
                short=draft.short if draft else None,
            )
        )

    def _write(
        self, question: str, found: Found, chat: ChatModel, options: AskOptions
    ) -> Generator[Event, None, WrittenAnswer]:
        """Let the chat model answer from what was found."""
        return write_answer(
            question,
            found.articles,
            chat,
            strictness=options.get("strictness", Strictness.BALANCED),
            most_sources=options.get("most_sources"),
            similarity=self._similarity(),
            config=options.get("config"),
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
    ) -> tuple[str, Usage | None]:
        """The question as it is searched, and the tokens that a chat model took to rewrite it."""
        if not (chat and history):
            return standalone_question(question, history), None
        rewritten, usage = rewrite_question(question, history, chat, config)
        if rewritten is None or _leans(rewritten):
            return standalone_question(question, history), usage
        return rewritten, usage

    def search(
        self, question: str, history: Sequence[Turn] = (), filters: Filters | None = None
    ) -> Found:
        """The ranked articles for a question, without an answer. Arguments and errors as for ``ask``."""
        standalone = standalone_question(check_question(question), history)
        return self._find(standalone, filters or Filters())

    def _find(self, question: str, given: Filters) -> Found:
        """A limit read from the question that leaves no article at all is dropped."""
        dropped: tuple[str, ...] = ()
        if given.from_question:
            scope = self.library.scope()
            today = scope.newest or date.today()
            read = understand(question, today=today, accounts=scope.accounts)
            filters = _limited(given, read)
            searched = read.without_limits
            if filters != given:
                words = tuple(p.text for p in read.phrases if p.role is not Role.MENTIONED)
                if articles := self._retrieve(searched, filters):
                    return _found(searched, _applied(filters, read=words), articles)
                dropped = words
        articles = self._retrieve(question, given)
        return _found(question, _applied(given, dropped=dropped), articles)

    def _retrieve(self, question: str, filters: Filters) -> list[list[RankedPassage]]:
        return retrieve(self.library, self._encoder, question, filters, self._reranker)

    def batch(
        self,
        questions: Iterable[str | Question],
        *,
        concurrency: int = 1,
        **options: Unpack[AskOptions],
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
        if concurrency < 1:
            raise ValueError(f"concurrency is {concurrency!r}; answer at least 1 at a time")
        pool = ThreadPoolExecutor(concurrency, thread_name_prefix="juwen-batch")
        ahead: deque[Future[Answer]] = deque()
        try:
            for question in questions:
                asked = Question(question) if isinstance(question, str) else question
                ahead.append(pool.submit(self._answer, asked, options))
                if len(ahead) == concurrency:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)

    def _answer(self, asked: Question, options: AskOptions) -> Answer:
        """The answer to a question of a batch, whatever becomes of it."""
        try:
            answer = self.ask(asked.question, asked.history, **options)
        except (LibraryError, EncoderError):
            raise
        except Exception as error:
            answer = failed_answer(asked.question, error)
        return answer.with_id(asked.id)

    async def aask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        **options: Unpack[AskOptions],
    ) -> Answer:
        """``ask`` without holding up the event loop."""
        return await asyncio.to_thread(self.ask, question, history, filters, **options)

    async def astream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        **options: Unpack[AskOptions],
    ) -> AsyncIterator[Event]:
        """``stream`` without holding up the event loop."""
        events = self.stream(question, history, filters, **options)
        context = contextvars.copy_context()
        # One thread steps through the stream, so that closing it waits for the step that runs.
        pool = ThreadPoolExecutor(1, thread_name_prefix="juwen-stream")

        def step() -> Event | None:
            return context.run(lambda: next(events, None))

        try:
            while event := await asyncio.wrap_future(pool.submit(step)):
                yield event
        finally:
            pool.submit(context.run, events.close)
            pool.shutdown(wait=False)

    async def abatch(
        self,
        questions: Iterable[str | Question],
        *,
        concurrency: int = 1,
        **options: Unpack[AskOptions],
    ) -> list[Answer]:
        """``batch`` without holding up the event loop; all answers at the end, in order."""
        return await asyncio.to_thread(
            lambda: list(self.batch(questions, concurrency=concurrency, **options))
        )


def _in_words(question: str, draft: Draft | None, refusal: Refusal) -> str:
    if draft is None:
        return in_words(question, refusal)
    near = draft.certainty is Certainty.NEAREST
    return f"{nearest_lead(question)} {draft.text}" if near else draft.text


def _draft_events(draft: Draft | None) -> Iterator[Event]:
    for sentence in draft.sentences if draft else ():
        yield Text(sentence.text)
        yield from (
            CitationFound(cited)
            for cited in (draft.citations if draft else ())
            if cited.marker in sentence.markers
        )
        yield Verified(sentence, quoted=True)


def _notice(
    question: str,
    written: WrittenAnswer,
    filters: AppliedFilters,
    clash: Sequence[Said],
    quoted: Draft | None,
) -> str:
    """What the reader has to know of how the answer came about, in the question's language.

    Args:
        quoted: An answer in the articles' own sentences.
    """
    english = detect_language(question) is Language.ENGLISH
    notices = [
        _dropped(filters.dropped, english),
        _of_model(written, english),
        _disagree(clash, english),
        _in_order(quoted, english) if asks_for_course(question) else "",
        _untranslated(quoted, english),
    ]
    return (" " if english else "").join(notice for notice in notices if notice)


def _dropped(words: Sequence[str], english: bool) -> str:
    if not words:
        return ""
    if english:
        named = ", ".join(f"“{word}”" for word in words)
        return f"No article in the library is within {named}: all articles were searched."
    return f"文章库中没有{'、'.join(f'“{word}”' for word in words)}的文章，已改在全部文章中查找。"


def _disagree(clash: Sequence[Said], english: bool) -> str:
    if not clash:
        return ""
    if english:
        said = ", ".join(f"“{one.figure}” ({iso(one.published) or 'undated'})" for one in clash)
        return f"The articles disagree: {said}."
    said = "、".join(f"“{one.figure}”（{iso(one.published) or '无日期'}）" for one in clash)
    return f"各篇文章说法不一：{said}。"


def _in_order(quoted: Draft | None, english: bool) -> str:
    days = list(dict.fromkeys(c.date for c in quoted.citations if c.date)) if quoted else []
    if len(days) < 2:
        return ""
    if english:
        return f"In the order of the articles' dates: {', '.join(days)}."
    return f"按文章发布日期先后排列：{'、'.join(days)}。"


def _untranslated(quoted: Draft | None, english: bool) -> str:
    """Said of sentences in the other of the two languages that the project speaks."""
    other = Language.CHINESE if english else Language.ENGLISH
    if not quoted or all(detect_language(c.quote) is not other for c in quoted.citations):
        return ""
    if english:
        return "Sentences of Chinese articles are quoted as they stand."
    return "英文文章的句子按原文引用，未作翻译。"


def _of_model(written: WrittenAnswer, english: bool) -> str:
    if written.notice is None:
        return ""
    said = written.notice.english if english else written.notice.chinese
    if written.draft or written.refused:
        return said
    return f"{said}. {_INSTEAD_ENGLISH}" if english else f"{said}。{_INSTEAD_CHINESE}"


def standalone_question(question: str, history: Sequence[Turn]) -> str:
    """The question as it is searched: one that leans on the conversation, with those it leans on.

    A question leans on it that begins with 那, 其中 or "what about", that has a pronoun, or that
    has next to no words of its own. The one before may itself lean on another, and so on.

    >>> turns = [Turn("东岸大桥有多长？", "全长3.2公里。"), Turn("它是谁设计的？", "罗工。")]
    >>> standalone_question("那它花了多少钱？", turns)
    '东岸大桥有多长？ 它是谁设计的？ 那它花了多少钱？'
    >>> standalone_question("海棠小学今年招多少新生？", turns)
    '海棠小学今年招多少新生？'
    """
    chained = [question]
    for turn in reversed(history[-_CARRIED:]):
        if not _leans(chained[0]):
            break
        chained.insert(0, turn.question)
    return " ".join(chained)


def _leans(question: str) -> bool:
    return bool(_LEANING.search(question)) or len(content_terms(question)) < _OWN_TERMS


def _limited(given: Filters, read: Understood) -> Filters:
    """The limits given, and those read from the question where none of the kind is given."""
    limited = given
    if given.date_from is None and given.date_to is None:
        limited = replace(limited, date_from=read.date_from, date_to=read.date_to)
    if not given.accounts and read.accounts:
        limited = replace(limited, accounts=read.accounts)
    if not given.languages and read.languages:
        limited = replace(limited, languages=read.languages)
    return limited


def _found(
    question: str, filters: AppliedFilters, articles: Sequence[Sequence[RankedPassage]]
) -> Found:
    return Found(question, filters, tuple(tuple(hits) for hits in articles))


def _applied(
    filters: Filters, *, read: tuple[str, ...] = (), dropped: tuple[str, ...] = ()
) -> AppliedFilters:
    return AppliedFilters(
        date_from=iso(filters.date_from),
        date_to=iso(filters.date_to),
        accounts=tuple(filters.accounts),
        article_ids=tuple(filters.article_ids),
        languages=tuple(filters.languages),
        read=read,
        dropped=dropped,
    )


def failed_answer(question: str, error: Exception) -> Answer:
    """The answer to a question that could not be asked, or that went wrong."""
    reason = str(error) if isinstance(error, JuwenError) else f"{type(error).__name__}: {error}"
    return Answer(
        question=question,
        standalone_question=question,
        answer="",
        refused=True,
        sentences=(),
        citations=(),
        evidence=(),
        seconds=Seconds(0.0, 0.0, 0.0),
        error=reason,
    )


def check_question(question: str) -> str:
    """The question, trimmed, as text that UTF-8 can spell.

    Raises:
        QuestionError: it is empty or longer than 2,000 characters.
    """
    question = well_formed(question.strip())
    if not question:
        raise QuestionError(
            "the question is empty; write what you want to know", "问题为空；请写下想问的内容"
        )
    if len(question) > LONGEST_QUESTION:
        raise QuestionError(
            f"the question has {len(question):,} characters and at most {LONGEST_QUESTION:,} are read; shorten it",
            f"问题有 {len(question):,} 个字符，最多 {LONGEST_QUESTION:,} 个；请缩短",
        )
    return question
