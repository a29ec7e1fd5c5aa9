"""How a question is answered: as a record, and as the keyword arguments that it is given as."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

from index.given import one_of, wrong
from rag.generation.chat_model import ChatModel
from rag.records import QuestionKind, Strictness

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
