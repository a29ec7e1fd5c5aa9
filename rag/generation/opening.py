"""A chat model from a connection, or from what is kept of one; nothing is sent."""

from __future__ import annotations

import os

from rag.generation.chat_model import ChatModel, ChatModelError, as_chat_model, open_chat_model
from rag.generation.connection import Connection, load_connection


def open_connection(connection: Connection) -> ChatModel:
    """The chat model of a connection; nothing is sent.

    Raises:
        ChatModelError: no model is named, or it cannot be opened.
    """
    if not connection.model:
        raise ChatModelError(
            "no model is named; choose one of those that the server lists",
            "没有指定模型；请从服务器列出的模型中选择一个",
        )
    name, address, key = connection.name, connection.address, connection.key
    return open_chat_model(name, address, key, connection.context)


def chosen_chat_model() -> ChatModel | None:
    """The chat model that answers unless a question says otherwise: the one that ``JUWEN_CHAT_MODEL``
    names, else the one that is kept; ``None`` where there is neither.

    Raises:
        ChatModelError: it cannot be opened, or what is kept cannot be read.
    """
    if name := os.environ.get("JUWEN_CHAT_MODEL"):
        return as_chat_model(name)
    connection = load_connection()
    return open_connection(connection) if connection else None
