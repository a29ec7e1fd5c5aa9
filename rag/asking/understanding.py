"""A question and its conversation in; out, the same read once: its kind, and the words that are searched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from index.library.library import Library
from index.text.language import Language, detect_language
from rag.asking.options import AskOptions
from rag.generation.chat_model import ChatModel
from rag.question.abbreviations import spelled_out
from rag.question.asked import Asked
from rag.question.follow_up import Standalone, standalone
from rag.question.kind import KindTeller
from rag.question.read import UNSEARCHED, kind_meant, searched_turns
from rag.question.spelling import respelled
from rag.records import QuestionKind, Turn, Usage

if TYPE_CHECKING:
    from langchain_core.runnables import RunnableConfig

_LOOKED_BACK = 6
"""Turns that are looked at for what a question may lean on."""


@dataclass(frozen=True, slots=True)
class Understood:
    """A question as it was understood.

    Attributes:
        respelled: The question in the words that its own sound like; ``""`` where they are searched.
        usage: The tokens that a chat model took to rewrite it.
    """

    asked: Asked
    respelled: str
    usage: Usage | None


@dataclass(frozen=True, slots=True)
class Understanding:
    """Reads the questions that are asked of a library."""

    library: Library
    kinds: KindTeller

    def understood(
        self, question: str, history: Sequence[Turn], chat: ChatModel | None, options: AskOptions
    ) -> Understood:
        """What a question is taken for.

        Args:
            history: Earlier turns of the conversation, oldest first.
            chat: Rewrites a question that leans on them, where there is one.
        """
        meant = question if options.as_written else respelled(question, self.library)
        asked, usage = self._read(meant, history, chat, options)
        return Understood(asked, meant if meant != question else "", usage)

    def _read(
        self, question: str, history: Sequence[Turn], chat: ChatModel | None, options: AskOptions
    ) -> tuple[Asked, Usage | None]:
        kind, language = options.kind or self._kind(question, history), detect_language(question)
        if kind is QuestionKind.CONVERSATION and chat and history and options.kind is None:
            kind = QuestionKind.FACT  # it can be rewritten as a question
        if kind in UNSEARCHED:
            return Asked(question, question, "", language, kind), None
        alone, usage = self._standalone(question, history, chat, options.config)
        own = spelled_out(alone.question) if language is Language.CHINESE else alone.question
        return Asked(question, own, alone.background, language, kind), usage

    def _kind(self, question: str, history: Sequence[Turn]) -> QuestionKind:
        scope = self.library.scope()
        return kind_meant(
            question,
            self.kinds,
            today=scope.newest or date.today(),
            accounts=scope.accounts,
            columns=scope.columns,
            before=history[-1].question if history else "",
        )

    def _as_searched(self, history: Sequence[Turn]) -> list[Turn]:
        """The last turns that a question may lean on, in the words of the library that they sound like."""
        turns = history[-_LOOKED_BACK:]
        asked = [turns[at] for at in searched_turns(turns, self.kinds)][::-1]
        return [replace(one, question=respelled(one.question, self.library)) for one in asked]

    def _standalone(
        self,
        question: str,
        history: Sequence[Turn],
        chat: ChatModel | None,
        config: RunnableConfig | None,
    ) -> tuple[Standalone, Usage | None]:
        """The question as it is searched, and the tokens that a chat model took to rewrite it."""
        leans = self.kinds.leans
        if not (history and (chat or leans(question))):
            return Standalone(question), None
        history = self._as_searched(history)
        if not (chat and history):
            return standalone(question, history, leans), None
        from rag.generation.rewrite import rewrite_question

        rewritten, usage = rewrite_question(question, history, chat, config)
        if rewritten is None or leans(rewritten):
            return standalone(question, history, leans), usage
        return Standalone(rewritten), usage
