"""A connection tried: what its server says of the model, and what that says to one question."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from rag.generation.chat_model import ChatModelError, Ending
from rag.generation.connection import Connection
from rag.generation.opening import open_connection
from rag.generation.prompts import answer_messages
from rag.generation.quotation import Quotation
from rag.generation.servers import chosen, list_models
from rag.generation.thoughts import without_thoughts

_TRIAL = {
    True: (
        "青石镇的渡口哪天开放？",
        Quotation("青石镇的渡口将于5月18日开放。", "渡口开放", "青石时报", "2024-04-30"),
    ),
    False: (
        "When does the ferry of Qingshi open?",
        Quotation("The ferry of Qingshi opens on 18 May.", "Ferry opens", "Qingshi Times"),
    ),
}
"""A question whose answer stands in what the model is shown, in Chinese and in English."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What a chat model said to one question.

    Attributes:
        seconds: Till all of it was there.
        first: Till the first word of it was there.
    """

    question: str
    answer: str
    seconds: float
    first: float


def with_context(connection: Connection) -> Connection:
    """The connection with what its server says of how much the model takes, where it says it."""
    try:
        found = chosen(list_models(connection), connection.model)
    except ChatModelError:
        return connection  # not every server lists its models
    return replace(connection, context=found.context if found else None)


def try_connection(connection: Connection, *, chinese: bool) -> Trial:
    """Ask one question of a chat model.

    Raises:
        ChatModelError: it cannot be opened, reached or used, or says nothing.
    """
    question, quotation = _TRIAL[chinese]
    chat = open_connection(connection)
    started = time.perf_counter()
    said, first, ending = "", 0.0, Ending.COMPLETE
    try:
        for piece in chat.stream(answer_messages(question, [quotation])):
            first = first or (time.perf_counter() - started if piece.text else 0.0)
            said += piece.text
            ending = piece.ending or ending
    except ChatModelError as error:
        english, chinese_text = map(connection.without_key, (error.english, error.chinese))
        raise ChatModelError(english, chinese_text) from None
    answer = without_thoughts(said).strip()
    if not answer:
        raise ChatModelError(
            f"the chat model {chat.name!r} replied with nothing ({ending}); choose another one",
            f"对话模型 {chat.name!r} 没有给出内容（{ending}）；请换一个",
        )
    return Trial(question, answer, time.perf_counter() - started, first)
