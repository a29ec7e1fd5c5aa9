"""Passages in, an answer out, written by a chat model and checked sentence by sentence.

What the model writes is verified, not trusted: each sentence is aligned with the passages that it
was shown, whatever markers it wrote, and labelled before it joins the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from index.records import Passage
from rag.events import Event
from rag.generation.chat_model import (
    ChatModel,
    ChatModelError,
    ContextError,
    Ending,
    add_usage,
)
from rag.generation.faults import cut_off, empty
from rag.generation.no_answer import RefusalTeller
from rag.generation.prompts import answer_messages
from rag.generation.quotation import Quotation
from rag.generation.writing import Writing
from rag.generation.written import WrittenAnswer
from rag.records import Strictness, Usage
from rag.verification.align import Similarity
from rag.verification.entailment import Entailment
from rag.verification.verify import Verifier

if TYPE_CHECKING:
    from langchain_core.runnables import RunnableConfig

_ATTEMPTS = 2
_LEAST_CONTEXT = 200
"""Tokens of evidence below which a model whose context is too short is not asked again."""


@dataclass(frozen=True, slots=True)
class Checking:
    """What the sentences of a reply are held against besides the passages.

    Attributes:
        refusals: Tells refusals from answers.
        similarity: Of sentences across languages (``rag.verification.align``).
        entailment: Reads whether a sentence follows from what it cites.
    """

    refusals: RefusalTeller
    strictness: Strictness = Strictness.BALANCED
    similarity: Similarity | None = None
    entailment: Entailment | None = None


def write_answer(
    question: str,
    choose: Callable[[int], Sequence[Passage]],
    chat: ChatModel,
    checking: Checking,
    config: RunnableConfig | None = None,
) -> Generator[Event, None, WrittenAnswer]:
    """Let ``chat`` answer from passages; gives the events and returns the whole.

    An empty reply is asked for once more, and all at once, of a server that perhaps does not stream.
    A model that finds what it is shown too long is shown half of it. Neither draft nor refusal is
    returned where the model cannot be used, or wrote nothing that may stand: the notice says why.

    Args:
        choose: The passages to be shown, as many as fit some tokens.
        config: LangChain's, with callbacks, handed to the model.
    """
    budget = chat.context_tokens
    usage: Usage | None = None
    attempt = 0
    while attempt < _ATTEMPTS:
        passages = choose(budget)
        if not passages:
            return WrittenAnswer(refused=True)
        verifier = partial(
            Verifier,
            passages,
            question=question,
            similarity=checking.similarity,
            entailment=checking.entailment,
        )
        titles = {passage.article.title for passage in passages}
        writing = Writing(verifier, checking.strictness, checking.refusals, titles)
        reply = _Reply()
        try:
            yield from reply.read(writing, question, passages, chat, config, whole=attempt > 0)
        except ContextError as error:
            budget //= 2
            if budget < _LEAST_CONTEXT:
                return WrittenAnswer(usage=usage, notice=error)
            continue
        usage = add_usage(usage, reply.usage)
        if reply.error:
            written = replace(writing.result(Ending.BROKEN), usage=usage, notice=reply.error)
            return replace(written, incomplete=written.draft is not None)
        if writing.begun:
            return replace(writing.result(reply.ending), usage=usage)
        if fault := cut_off(reply.ending, begun=False):
            return WrittenAnswer(usage=usage, notice=fault)
        attempt += 1
    return WrittenAnswer(usage=usage, notice=empty(chat.name))


@dataclass(slots=True)
class _Reply:
    """What came with one reply besides its text."""

    ending: Ending = Ending.COMPLETE
    usage: Usage | None = None
    error: ChatModelError | None = None

    def read(
        self,
        writing: Writing,
        question: str,
        passages: Sequence[Passage],
        chat: ChatModel,
        config: RunnableConfig | None,
        *,
        whole: bool,
    ) -> Generator[Event]:
        messages = answer_messages(question, [Quotation.of(p.article, p.text) for p in passages])
        try:
            for piece in chat.stream(messages, config, whole=whole):
                self.usage = add_usage(self.usage, piece.usage)
                self.ending = piece.ending or self.ending
                yield from writing.take(piece.text)
                if writing.runs_on:
                    break
        except ContextError:
            raise
        except ChatModelError as error:
            self.error = error
        yield from writing.close(cut=self.error is not None or self.ending is not Ending.COMPLETE)
