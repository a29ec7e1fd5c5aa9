"""What the page asks of the chat model that writes the answers: chosen, tried, kept, forgotten.

The key comes from the page and never goes back to it. Who may ask is for ``ui.chat.server`` to say.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from rag.assistant import Assistant
from rag.generation.chat_model import ChatModelError
from rag.generation.connecting import try_connection, with_context
from rag.generation.connection import (
    ADDRESSES,
    Connection,
    forget_connection,
    load_connection,
    read_connection,
    save_connection,
)
from rag.generation.opening import open_connection
from rag.generation.servers import list_models, local_servers
from ui.language import say, speaks_chinese

Plain = Mapping[str, Any]


class Connecting:
    """The answers to the page's requests about the chat model. Safe to use from several threads.

    Attributes:
        pure: What answers which request, by the last part of its path.
    """

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._changing = threading.Lock()
        self.pure: Mapping[str, Callable[[Plain], Plain]] = {
            "model_state": self.state,
            "model_find": self.find,
            "model_list": self.listed,
            "model_try": self.tried,
            "model_save": self.save,
            "model_forget": self.forget,
        }

    def state(self, _: Plain = {}) -> Plain:  # noqa: B006 - is only read
        """What is chosen, without the key."""
        kept = load_connection()
        fixed = os.environ.get("JUWEN_CHAT_MODEL", "")
        chat = self._assistant.chat_model
        return {
            "answers": chat.name if chat else "",
            "fixed": fixed,
            "addresses": {str(provider): address for provider, address in ADDRESSES.items()},
            "kept": {
                "provider": str(kept.provider),
                "address": kept.address,
                "model": kept.model,
                "has_key": bool(kept.key),
            }
            if kept
            else None,
            "said": _now(fixed, chat.name if chat else ""),
        }

    def find(self, _: Plain) -> Plain:
        """The servers that run on this machine."""
        return {
            "servers": [
                {
                    "name": one.name,
                    "provider": str(one.provider),
                    "address": one.address,
                    "models": one.models,
                }
                for one in local_servers()
            ]
        }

    def listed(self, values: Plain) -> Plain:
        """The models of a server."""
        connection = _connection(values)
        return {"models": [one.name for one in list_models(connection)]}

    def tried(self, values: Plain) -> Plain:
        """One question, asked of the model."""
        trial = try_connection(_connection(values), chinese=speaks_chinese())
        return {
            "question": trial.question,
            "answer": trial.answer,
            "said": say(
                f"{trial.seconds:.1f} s, the first word after {trial.first:.1f} s",
                f"用时 {trial.seconds:.1f} 秒，首字 {trial.first:.1f} 秒",
            ),
        }

    def save(self, values: Plain) -> Plain:
        """Keep the connection, and answer with it from now on."""
        connection = with_context(_connection(values))
        chat = open_connection(connection)
        with self._changing:
            save_connection(connection)
            if not os.environ.get("JUWEN_CHAT_MODEL"):
                self._assistant.chat_model = chat
        return self.state()

    def forget(self, _: Plain) -> Plain:
        """Delete what is kept; the articles' own sentences answer from now on."""
        with self._changing:
            forget_connection()
            if not os.environ.get("JUWEN_CHAT_MODEL"):
                self._assistant.chat_model = None
        return self.state()


def _connection(values: Plain) -> Connection:
    """What the page sent; where it sent no key, the kept one, if that is for the same server."""
    connection = read_connection(values)
    if connection.key:
        return connection
    try:
        kept = load_connection()
    except ChatModelError:
        return connection  # what is kept is damaged, and about to be replaced
    if kept and (kept.provider, kept.server) == (connection.provider, connection.server):
        return replace(connection, key=kept.key)
    return connection


def _now(fixed: str, answers: str) -> str:
    if fixed:
        return say(
            f"JUWEN_CHAT_MODEL names {fixed}; it wins over what is chosen here.",
            f"环境变量 JUWEN_CHAT_MODEL 指定了 {fixed}，优先于此处的选择。",
        )
    if answers:
        return say(f"{answers} writes the answers.", f"目前由 {answers} 撰写回答。")
    return say("The articles' own sentences answer.", "目前由文章原句作答。")
