"""The composer of ``rag``: a question in, an ``Answer`` out.

retrieve -> answer
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from index.embed import Encoder, load_encoder
from index.errors import JuwenError, QuestionError
from index.language import detect_language
from index.records import well_formed
from index.store import Library, check_encoder
from index.terms import content_terms
from rag.answer import answer_extractively, refuse
from rag.events import CitationFound, Done, Event, EvidenceFound, QuestionRead, Text, Verified
from rag.records import (
    Answer,
    AppliedFilters,
    Evidence,
    Filters,
    Found,
    Question,
    RankedPassage,
    Seconds,
    Strictness,
    Turn,
    iso,
)
from rag.rerank import Reranker
from rag.retrieve import retrieve, to_evidence
from rag.understand import Role, Understood, understand

LONGEST_QUESTION = 2000
"""Characters of a question, history apart; what is longer is no question but a text."""

_NEAREST_NAMED = 3
_OWN_TERMS = 3
_LEANING = re.compile(
    r"^(?:那|其中|还有|另外|此外|同样|上述|前者|后者|这|该)|(?<![其吉])[它他她]|(?:^|[，,；。 ])其(?![他它余实次])|这[个家项次些位里]|那[个家项次些位里]|呢[？?]?$"
    r"|^(?:and|what about|how about)\b|\b(?:it|its|they|their|them|he|she|his|her|this|those|these)\b",
    re.I,
)


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
        self, library: Library, encoder: Encoder, reranker: Reranker | None = None
    ) -> None:
        self.library = library
        self._encoder = encoder
        self._reranker = reranker

    @classmethod
    def open(
        cls,
        folder: Path | str,
        *,
        encoder: Encoder | None = None,
        reranker: Reranker | None = None,
    ) -> Assistant:
        """Open the assistant of a library folder.

        Args:
            encoder: The library's own embedding model by default. The model is loaded by the first
                question, or by ``warm_up``.
            reranker: Reads the best passages again beside the question; none by default.

        Raises:
            LibraryError: the folder is no library, or was built with another embedding model.
        """
        library = Library.open(folder)
        manifest = library.manifest()
        encoder = encoder or load_encoder(manifest.encoder)
        check_encoder(Path(folder), manifest, encoder)
        return cls(library, encoder, reranker)

    def close(self) -> None:
        self.library.close()

    def __enter__(self) -> Assistant:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def warm_up(self) -> None:
        """Load the embedding model now, so that the first question does not wait for it."""
        self._encoder.encode_queries([""])

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        *,
        strictness: Strictness = Strictness.BALANCED,
    ) -> Answer:
        """Answer a question.

        Args:
            history: Earlier turns of the conversation, oldest first.
            filters: What the answer may rest on.
            strictness: How much proof an answer needs before it is given.

        Raises:
            QuestionError: the question is empty or longer than 2,000 characters.
        """
        for event in self.stream(question, history, filters, strictness=strictness):
            if isinstance(event, Done):
                return event.answer
        raise AssertionError("a stream ends with Done")

    def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        *,
        strictness: Strictness = Strictness.BALANCED,
    ) -> Iterator[Event]:
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
        standalone = standalone_question(question, history)
        found = self._find(standalone, filters or Filters())
        yield QuestionRead(found.question, detect_language(question), found.filters)
        evidence = to_evidence(found.articles, self.library.copies())
        yield EvidenceFound(evidence)
        retrieved = time.perf_counter()
        background = standalone.removesuffix(question)
        draft = answer_extractively(question, found.articles, self._encoder, background=background)
        for sentence in draft.sentences if draft else ():
            yield Text(sentence.text)
            yield from (
                CitationFound(cited)
                for cited in (draft.citations if draft else ())
                if cited.marker in sentence.markers
            )
            yield Verified(sentence)
        done = time.perf_counter()
        yield Done(
            Answer(
                question=question,
                standalone_question=found.question,
                answer=draft.text if draft else refuse(question, _nearest(evidence)),
                refused=draft is None,
                sentences=draft.sentences if draft else (),
                citations=draft.citations if draft else (),
                evidence=evidence,
                seconds=Seconds(
                    retrieve=round(retrieved - started, 4),
                    answer=round(done - retrieved, 4),
                    total=round(done - started, 4),
                ),
                filters=found.filters,
            )
        )

    def search(
        self, question: str, history: Sequence[Turn] = (), filters: Filters | None = None
    ) -> Found:
        """The ranked articles for a question, without an answer. Arguments and errors as for ``ask``."""
        standalone = standalone_question(check_question(question), history)
        return self._find(standalone, filters or Filters())

    def _find(self, question: str, given: Filters) -> Found:
        """A limit read from the question that leaves no article at all was none."""
        if given.from_question:
            scope = self.library.scope()
            today = scope.newest or date.today()
            read = understand(question, today=today, accounts=scope.accounts)
            filters = _limited(given, read)
            searched = read.without_limits
            if filters != given and (articles := self._retrieve(searched, filters)):
                words = tuple(p.text for p in read.phrases if p.role is not Role.MENTIONED)
                return _found(searched, _applied(filters, words), articles)
        articles = self._retrieve(question, given)
        return _found(question, _applied(given), articles)

    def _retrieve(self, question: str, filters: Filters) -> list[list[RankedPassage]]:
        return retrieve(self.library, self._encoder, question, filters, self._reranker)

    def batch(self, questions: Iterable[str | Question]) -> Iterator[Answer]:
        """Answer questions one after the other, in their order, each as soon as it is there.

        A question that cannot be asked gives a refusal with the reason in ``error``; the rest go on.

        >>> for answer in assistant.batch(["谁？", "何时？"]):  # doctest: +SKIP
        ...     print(answer.answer)
        """
        for question in questions:
            asked = Question(question) if isinstance(question, str) else question
            try:
                answer = self.ask(asked.question, asked.history)
            except QuestionError as error:
                answer = failed_answer(asked.question, error)
            yield answer.with_id(asked.id)

    async def aask(
        self, question: str, history: Sequence[Turn] = (), filters: Filters | None = None
    ) -> Answer:
        """``ask`` without holding up the event loop."""
        return await asyncio.to_thread(self.ask, question, history, filters)

    async def abatch(self, questions: Iterable[str | Question]) -> list[Answer]:
        """``batch`` without holding up the event loop; all answers at the end, in order."""
        return await asyncio.to_thread(lambda: list(self.batch(questions)))


def standalone_question(question: str, history: Sequence[Turn]) -> str:
    """The question as it is searched: one that leans on the conversation, with the one before it.

    A question leans on it that begins with 那, 其中 or "what about", that has a pronoun, or that
    has next to no words of its own.

    >>> turns = [Turn("东岸大桥有多长？", "全长3.2公里。")]
    >>> standalone_question("那它花了多少钱？", turns)
    '东岸大桥有多长？ 那它花了多少钱？'
    >>> standalone_question("海棠小学今年招多少新生？", turns)
    '海棠小学今年招多少新生？'
    """
    if not history or not _leans(question):
        return question
    return f"{history[-1].question} {question}"


def _leans(question: str) -> bool:
    return bool(_LEANING.search(question)) or len(content_terms(question)) < _OWN_TERMS


def _limited(given: Filters, read: Understood) -> Filters:
    """The limits given, and those read from the question where none of the kind is given."""
    limited = given
    if given.date_from is None and given.date_to is None:
        limited = replace(limited, date_from=read.date_from, date_to=read.date_to)
    if not given.accounts and read.accounts:
        limited = replace(limited, accounts=read.accounts)
    return limited


def _found(
    question: str, filters: AppliedFilters, articles: Sequence[Sequence[RankedPassage]]
) -> Found:
    return Found(question, filters, tuple(tuple(hits) for hits in articles))


def _applied(filters: Filters, read: tuple[str, ...] = ()) -> AppliedFilters:
    return AppliedFilters(
        date_from=iso(filters.date_from),
        date_to=iso(filters.date_to),
        accounts=tuple(filters.accounts),
        article_ids=tuple(filters.article_ids),
        read=read,
    )


def failed_answer(question: str, error: JuwenError) -> Answer:
    """The answer to a question that could not be asked."""
    return Answer(
        question=question,
        standalone_question=question,
        answer="",
        refused=True,
        sentences=(),
        citations=(),
        evidence=(),
        seconds=Seconds(0.0, 0.0, 0.0),
        error=str(error),
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


def _nearest(evidence: Sequence[Evidence]) -> list[str]:
    return [f"{e.title} ({e.date})" if e.date else e.title for e in evidence[:_NEAREST_NAMED]]
