"""The assistant as a LangChain ``Runnable``: a question in, an ``Answer`` out, or its events.

Not imported by ``rag`` itself, which does without LangChain: ``from rag.chain import JuwenChain``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any, NotRequired, TypedDict

from langchain_core.callbacks import AsyncCallbackManagerForChainRun, CallbackManagerForChainRun
from langchain_core.runnables import RunnableConfig, RunnableSerializable
from langchain_core.runnables.config import patch_config
from pydantic import ConfigDict

from index.errors import QuestionError
from rag.asking.options import AskKeywords
from rag.assistant import Assistant
from rag.events import Event
from rag.generation.chat_model import ChatModel
from rag.records import Answer, Filters, Strictness, Turn


class Asked(TypedDict):
    """A question with what belongs to it; a bare string stands for the question alone.

    Attributes:
        history: Earlier turns, oldest first.
        answerer, most_sources: As for ``Assistant.ask``.
    """

    question: str
    history: NotRequired[list[Turn]]
    filters: NotRequired[Filters | None]
    strictness: NotRequired[Strictness]
    answerer: NotRequired[str | ChatModel | None]
    most_sources: NotRequired[int | None]


class JuwenChain(RunnableSerializable[str | Asked, Any]):
    """Question to ``Answer``, with all that LangChain does for a ``Runnable``.

    ``invoke``, ``batch`` and their async twins give answers; ``stream`` and ``astream`` give the
    events of ``rag.events`` as the answer forms. Callbacks, tags and tracing of the configuration
    go on to the chat model.

    >>> chain = JuwenChain(assistant=assistant)                      # doctest: +SKIP
    >>> chain.invoke("东岸大桥有多长？").answer                         # doctest: +SKIP
    '大桥全长3.2公里。 [1]'
    >>> (chain | (lambda answer: answer.citations)).invoke("谁？")     # doctest: +SKIP
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    assistant: Assistant

    def invoke(
        self, input: str | Asked, config: RunnableConfig | None = None, **kwargs: Any
    ) -> Answer:
        """The answer.

        Raises:
            QuestionError: the question is empty, longer than 2,000 characters, or none.
        """
        answer: Answer = self._call_with_config(self._ask, input, config, run_type="chain")
        return answer

    def stream(
        self, input: str | Asked, config: RunnableConfig | None = None, **kwargs: Any
    ) -> Iterator[Event]:
        """The events, ``Done`` with the answer last. Errors as for ``invoke``."""
        yield from self._transform_stream_with_config(iter([input]), self._events, config)

    def transform(
        self, input: Iterator[str | Asked], config: RunnableConfig | None = None, **kwargs: Any
    ) -> Iterator[Event]:
        """``stream`` in the middle of a chain; the question is awaited whole."""
        yield from self._transform_stream_with_config(input, self._events, config)

    async def astream(
        self, input: str | Asked, config: RunnableConfig | None = None, **kwargs: Any
    ) -> AsyncIterator[Event]:
        """``stream`` without holding up the event loop."""

        async def one() -> AsyncIterator[str | Asked]:
            yield input

        async for event in self.atransform(one(), config):
            yield event

    async def atransform(
        self,
        input: AsyncIterator[str | Asked],
        config: RunnableConfig | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[Event]:
        """``transform`` without holding up the event loop."""
        async for event in self._atransform_stream_with_config(input, self._aevents, config):
            yield event

    def _ask(
        self,
        asked: str | Asked,
        run_manager: CallbackManagerForChainRun,
        config: RunnableConfig,
    ) -> Answer:
        child = patch_config(config, callbacks=run_manager.get_child())
        question, history, filters, options = _read(asked, child)
        return self.assistant.ask(question, history, filters, **options)

    def _events(
        self,
        inputs: Iterator[str | Asked],
        run_manager: CallbackManagerForChainRun,
        config: RunnableConfig,
    ) -> Iterator[Event]:
        for asked in inputs:
            question, history, filters, options = _read(asked, config)
            yield from self.assistant.stream(question, history, filters, **options)

    async def _aevents(
        self,
        inputs: AsyncIterator[str | Asked],
        run_manager: AsyncCallbackManagerForChainRun,
        config: RunnableConfig,
    ) -> AsyncIterator[Event]:
        async for asked in inputs:
            question, history, filters, options = _read(asked, config)
            async for event in self.assistant.astream(question, history, filters, **options):
                yield event


def _read(
    asked: str | Asked, config: RunnableConfig
) -> tuple[str, list[Turn], Filters | None, AskKeywords]:
    """The arguments of ``Assistant.ask``.

    Raises:
        QuestionError: it is not a question.
    """
    values = {"question": asked} if isinstance(asked, str) else asked
    if not isinstance(values, Mapping) or not isinstance(values.get("question"), str):
        raise QuestionError(
            f"a chain is asked a text or {{'question': …}}, not {type(asked).__name__}; mend the input",
            f"链的输入应为文本或 {{'question': …}}，而不是 {type(asked).__name__}；请修正",
        )
    if unknown := set(values).difference(Asked.__annotations__):
        raise QuestionError(
            f"a chain knows no {sorted(unknown)[0]!r}; it takes {', '.join(Asked.__annotations__)}",
            f"链不接受字段 {sorted(unknown)[0]!r}；可用的有：{'、'.join(Asked.__annotations__)}",
        )
    options = AskKeywords(
        strictness=values.get("strictness", Strictness.BALANCED),
        answerer=values.get("answerer"),
        most_sources=values.get("most_sources"),
        config=config,
    )
    return values["question"], list(values.get("history") or []), values.get("filters"), options
