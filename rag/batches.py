"""Many questions at once, and one without holding up an event loop."""

from __future__ import annotations

import contextvars
from collections import deque
from collections.abc import AsyncIterator, Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from index.errors import EncoderError, JuwenError, LibraryError
from rag.events import Event
from rag.records import Answer, Question, Seconds


def in_order(
    answer: Callable[[Question], Answer], questions: Iterable[str | Question], concurrency: int
) -> Iterator[Answer]:
    """The answers in the order of their questions, each as soon as it and those before are there.

    Args:
        answer: Answers one question. What it raises becomes an answer with the reason in ``error``,
            apart from errors that no question would escape.
        concurrency: How many are answered at once; no more than these are taken ahead.

    Raises:
        LibraryError, EncoderError: no question at all can be answered.
        ValueError: ``concurrency`` is less than 1.
    """
    if concurrency < 1:
        raise ValueError(f"concurrency is {concurrency!r}; answer at least 1 at a time")
    pool = ThreadPoolExecutor(concurrency, thread_name_prefix="juwen-batch")
    ahead: deque[Future[Answer]] = deque()
    try:
        for question in questions:
            asked = question if isinstance(question, Question) else Question(question)
            ahead.append(pool.submit(_answer, answer, asked))
            if len(ahead) == concurrency:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _answer(answer: Callable[[Question], Answer], asked: Question) -> Answer:
    try:
        given = answer(asked)
    except (LibraryError, EncoderError):
        raise
    except Exception as error:
        given = failed_answer(str(asked.question), error)
    return given.with_id(asked.id)


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


async def without_blocking(events: Generator[Event]) -> AsyncIterator[Event]:
    """The events of a stream, each made outside of the event loop."""
    from asyncio import wrap_future

    context = contextvars.copy_context()
    # One thread steps through the stream, so that closing it waits for the step that runs.
    pool = ThreadPoolExecutor(1, thread_name_prefix="juwen-stream")

    def step() -> Event | None:
        return context.run(lambda: next(events, None))

    try:
        while event := await wrap_future(pool.submit(step)):
            yield event
    finally:
        pool.submit(context.run, events.close)
        pool.shutdown(wait=False)
