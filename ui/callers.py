"""What callers of a server are told of an error: nothing of the machine that it runs on."""

from __future__ import annotations

import logging

from index.errors import EncoderError, JuwenError, LibraryError, Message
from ui.language import say_message

_LOG = logging.getLogger(__name__)

_UNREAD = Message(
    "the library cannot be read or written at the moment, and the server's log says why; try again later",
    "文章库暂时无法读写，原因见服务器日志；请稍后重试",
)


def is_of_server(error: Exception) -> bool:
    """Whether an error is none of the caller's: the same request may be answered later."""
    return isinstance(error, (LibraryError, EncoderError))


def told(error: JuwenError) -> str:
    """What a caller is told of an error, in the language that is being spoken.

    Of what is wrong with the library or the embedding model the log has it all, in a line.
    """
    if not is_of_server(error):
        return say_message(error.message)
    _LOG.error("%s", " ".join(error.english.split()))
    return say_message(_UNREAD)
