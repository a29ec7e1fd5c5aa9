"""Passages in, an answer out, written by a chat model and checked sentence by sentence.

What the model writes is verified, not trusted: each sentence is aligned with the passages that it
was shown, whatever markers it wrote, and labelled before it joins the answer.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from index.chunk import count_tokens
from index.errors import JuwenError
from index.records import Passage
from rag.events import CitationFound, Event, Text, Verified
from rag.extractive.answer import Draft, join_sentences
from rag.generation.chat_model import ChatModel, ChatModelError, add_usage
from rag.generation.no_answer import is_no_answer
from rag.generation.prompts import answer_messages
from rag.generation.quotation import Quotation
from rag.generation.reply import ReplyReader
from rag.records import (
    AnswerSentence,
    RankedPassage,
    Strictness,
    Support,
    Usage,
    has_room,
)
from rag.verification.align import Similarity
from rag.verification.citations import Citations
from rag.verification.cited_sentences import Written
from rag.verification.verify import Verifier, is_kept

if TYPE_CHECKING:
    from langchain_core.runnables import RunnableConfig

LONGEST_REPLY = 6000
"""Characters; a model that writes more than this is running on and is cut off."""

_ATTEMPTS = 2
_MOST_REPEATS = 3
"""A small model that says the same sentence once more than this would go on for ever."""


@dataclass(frozen=True, slots=True)
class WrittenAnswer:
    """What a chat model made of the passages.

    Attributes:
        draft: The answer, ``None`` where there is none.
        refused: Whether the model said that the passages do not answer.
        notice: What the reader has to know, as an error that both languages can be taken from.
        incomplete: Whether the reply broke off.
    """

    draft: Draft | None = None
    refused: bool = False
    usage: Usage | None = None
    notice: JuwenError | None = None
    incomplete: bool = False


def write_answer(
    question: str,
    articles: Sequence[Sequence[RankedPassage]],
    chat: ChatModel,
    *,
    strictness: Strictness = Strictness.BALANCED,
    most_sources: int | None = None,
    similarity: Similarity | None = None,
    config: RunnableConfig | None = None,
) -> Generator[Event, None, WrittenAnswer]:
    """Let ``chat`` answer from the best passages; gives the events and returns the whole.

    An empty reply is asked for once more. Neither draft nor refusal is returned where the model
    cannot be used, or wrote nothing that may stand: the notice says why.

    Args:
        articles: Ranked articles, each with its ranked passages (``rag.retrieval.retrieve``).
        most_sources: How many articles the model is shown; ``None`` for as many as fit.
        similarity: Of sentences across languages (``rag.verification.align``).
        config: LangChain's, with callbacks, handed to the model.
    """
    passages = choose_passages(articles, chat.context_tokens, most_sources)
    if not passages:
        return WrittenAnswer(refused=True)
    quotations = [Quotation.of(p.article, p.text) for p in passages]
    messages = answer_messages(question, quotations)
    usage: Usage | None = None
    for _ in range(_ATTEMPTS):
        writing = _Writing(question, passages, strictness, similarity)
        try:
            for piece in chat.stream(messages, config):
                usage = add_usage(usage, piece.usage)
                yield from writing.take(piece.text)
                if writing.runs_on:
                    break
            yield from writing.close()
        except ChatModelError as error:
            yield from writing.close()
            written = replace(writing.result(broke_off=True), usage=usage, notice=error)
            return replace(written, incomplete=written.draft is not None)
        if writing.begun:
            return replace(writing.result(), usage=usage)
    return WrittenAnswer(usage=usage, notice=_empty(chat.name))


def choose_passages(
    articles: Sequence[Sequence[RankedPassage]], budget: int, most_sources: int | None = None
) -> list[Passage]:
    """The best passages that fit ``budget`` tokens (tiktoken) as quotations; at least one, and of
    no more than ``most_sources`` articles.

    A reprint or digest is left out where the article that it copies is there.
    """
    here = {hits[0].passage.article.article_id for hits in articles}
    ranked = sorted(
        (
            hit
            for hits in articles
            if not here.intersection(hits[0].passage.article.originals)
            for hit in hits
            if hit.passage.text
        ),
        key=lambda hit: -hit.score,
    )
    chosen: list[Passage] = []
    sources: set[str] = set()
    for hit in ranked:
        source = hit.passage.article.article_id
        if not has_room(source, sources, most_sources):
            continue
        quotation = Quotation.of(hit.passage.article, hit.passage.text)
        budget -= count_tokens(quotation.numbered(len(chosen) + 1)) + 1
        if chosen and budget < 0:
            break
        chosen.append(hit.passage)
        sources.add(source)
    return chosen


class _Writing:
    """One reply in the making: sentences checked, citations numbered in the order of their use."""

    def __init__(
        self,
        question: str,
        passages: Sequence[Passage],
        strictness: Strictness,
        similarity: Similarity | None,
    ) -> None:
        # Reading the passages takes longer than it may take to show the first word.
        self._verifier = cache(lambda: Verifier(passages, question=question, similarity=similarity))
        self._strictness = strictness
        self._reader = ReplyReader()
        self._sentences: list[AnswerSentence] = []
        self._citations = Citations()
        self._said: set[str] = set()
        self._repeats = 0
        self._length = 0
        self._withheld = 0
        self._refused = False
        self.begun = False

    @property
    def runs_on(self) -> bool:
        return self._refused or self._repeats > _MOST_REPEATS or self._length > LONGEST_REPLY

    def take(self, piece: str) -> Iterator[Event]:
        self._length += len(piece)
        yield from self._read(self._reader.feed(piece))

    def close(self) -> Iterator[Event]:
        yield from self._read(self._reader.close())

    def result(self, *, broke_off: bool = False) -> WrittenAnswer:
        """What was written; of a reply that broke off whatever came, else only what is supported.

        An answer of which no article supports a single sentence is given in open mode alone.
        """
        if self._refused:
            return WrittenAnswer(refused=True)
        unproven = all(s.support is Support.UNVERIFIED for s in self._sentences)
        if unproven and not (
            self._sentences and (broke_off or self._strictness is Strictness.OPEN)
        ):
            told = self._withheld + len(self._sentences)
            return WrittenAnswer(notice=_unproven(told) if told else None)
        sentences = tuple(self._sentences)
        return WrittenAnswer(
            Draft(join_sentences(sentences), sentences, self._citations.all),
            notice=_ran_on() if self._too_long else _some_withheld(self._withheld),
            incomplete=self._too_long,
        )

    @property
    def _too_long(self) -> bool:
        return self._length > LONGEST_REPLY

    def _read(self, parts: Iterator[str | Written]) -> Iterator[Event]:
        for part in parts:
            if self._refused:
                return
            if isinstance(part, Written):
                yield from self._add(part)
            elif self._strictness is not Strictness.STRICT:  # there text waits for its check
                yield Text(part)

    def _add(self, written: Written) -> Iterator[Event]:
        if is_no_answer(written.text):
            self._refused = not self._sentences
            self.begun = True
            return
        if written.text in self._said:
            self._repeats += 1
            return
        self._said.add(written.text)
        checked = self._verifier().check(written.text, written.markers)
        self.begun = self.begun or checked.claims
        if not is_kept(checked, self._strictness):
            self._withheld += checked.claims
            unproven = AnswerSentence(checked.text, (), checked.support, checked.reason)
            yield Verified(unproven, kept=False)
            return
        if self._strictness is Strictness.STRICT:
            yield Text(checked.text)
        sentence, new = self._citations.add(checked)
        yield from map(CitationFound, new)
        self._sentences.append(sentence)
        yield Verified(sentence)


def _empty(name: str) -> ChatModelError:
    return ChatModelError(
        f"the chat model {name!r} replied with nothing, twice; ask again, or name another one in JUWEN_CHAT_MODEL",
        f"对话模型 {name!r} 两次均未给出内容；请重新提问，或在 JUWEN_CHAT_MODEL 中换一个模型",
    )


def _unproven(sentences: int) -> ChatModelError:
    return ChatModelError(
        f"nothing that the chat model wrote ({sentences} {_plural(sentences)}) is supported by the articles",
        f"对话模型所写的 {sentences} 句话均无法由文章证实",
    )


def _some_withheld(sentences: int) -> ChatModelError | None:
    if not sentences:
        return None
    return ChatModelError(
        f"{sentences} {_plural(sentences)} of the chat model left out that the articles do not support",
        f"对话模型所写的 {sentences} 句话无法由文章证实，已略去",
    )


def _plural(sentences: int) -> str:
    return "sentence" if sentences == 1 else "sentences"


def _ran_on() -> ChatModelError:
    return ChatModelError(
        f"the chat model's reply was cut off after {LONGEST_REPLY:,} characters; ask for less at a time",
        f"对话模型的回答超过 {LONGEST_REPLY:,} 个字符，已截断；请缩小问题范围",
    )
