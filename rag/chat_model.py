"""Public address of what a chat model raises and is (``rag.generation``)."""

from rag.generation.chat_model import ChatModel, ChatModelError

__all__ = ["ChatModel", "ChatModelError"]
