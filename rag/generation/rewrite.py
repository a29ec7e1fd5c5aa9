"""A follow-up in, a question of its own out, by a chat model."""

from __future__ import annotations

import contextvars
import re
import threading
from collections.abc import Sequence
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from index.text.rules import load_patterns
from index.text.terms import terms
from rag.generation.chat_model import ChatModel, ChatModelError, add_usage
from rag.generation.no_answer import is_no_answer
from rag.generation.prompts import rewrite_messages
from rag.generation.thoughts import without_thoughts
from rag.question.answer_type import is_question
from rag.records import Turn, Usage

if TYPE_CHECKING:
    from langchain_core.runnables import RunnableConfig

TIMEOUT_SECONDS = 15.0
"""After this the question is put together without the model."""

_LONGEST = 300
_LABEL = re.compile(
    rf"^(?:{load_patterns('rag.generation', 'replies')['question_label'].pattern})\s*[:：]\s*"
)


def rewrite_question(
    question: str,
    history: Sequence[Turn],
    chat: ChatModel,
    config: RunnableConfig | None = None,
    *,
    timeout: float | None = None,
) -> tuple[str | None, Usage | None]:
    """``question`` as it is understood without the conversation, and the tokens that took.

    ``None`` where the model cannot be used, is not ready within ``timeout`` seconds, or gives what
    is not a rewriting of the question: the caller then does without it.
    """
    done: SimpleQueue[tuple[str, Usage | None]] = SimpleQueue()

    def ask() -> None:
        said, usage = "", None
        try:
            for piece in chat.stream(rewrite_messages(question, history), config):
                said += piece.text
                usage = add_usage(usage, piece.usage)
        except ChatModelError:
            said = ""  # the answer itself will meet the same error, and say it
        done.put((said, usage))

    # A thread of its own, since not every provider's client can be told to give up; the context
    # carries LangChain's tracing over.
    context = contextvars.copy_context()
    threading.Thread(target=lambda: context.run(ask), daemon=True).start()
    try:
        said, usage = done.get(timeout=TIMEOUT_SECONDS if timeout is None else timeout)
    except Empty:
        return None, None
    return check_rewriting(said, question, history), usage


def check_rewriting(said: str, question: str, history: Sequence[Turn]) -> str | None:
    """The rewriting, if it is one: a short line that has words of the question and no new figure.

    >>> turns = [Turn("东岸大桥有多长？", "全长3.2公里。")]
    >>> check_rewriting("问题：东岸大桥花了多少钱？", "那它花了多少钱？", turns)
    '东岸大桥花了多少钱？'
    >>> check_rewriting("东岸大桥2019年花了多少钱？", "那它花了多少钱？", turns) is None
    True
    """
    rewritten = _LABEL.sub("", " ".join(without_thoughts(said).split())).strip("\"“”'`")
    if not rewritten or len(rewritten) > _LONGEST or is_no_answer(rewritten):
        return None
    known = " ".join([question, *(f"{turn.question} {turn.answer}" for turn in history)])
    new_figures = set(re.findall(r"\d+", rewritten)).difference(re.findall(r"\d+", known))
    asked = set(terms(question))
    if is_question(question) and not is_question(rewritten):
        return None  # a small model likes to answer instead
    if new_figures or (asked and asked.isdisjoint(terms(rewritten))):
        return None
    return rewritten
