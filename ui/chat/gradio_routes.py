"""What Gradio's own routes are asked and answer: said in sentences where they would fall over it."""

from __future__ import annotations

import json
import logging
import re
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.chat.spoken import answering
from ui.json_body import BodyError
from ui.language import say

PROGRAMS = re.compile(
    r"/config|/gradio_api/(?:info|queue/join|queue/data|cancel|reset|heartbeat/[\w-]{1,64}"
    r"|call(?:/v2)?/\w{1,40}(?:/[\w-]{1,64})?)/?"
)
"""The paths of them that programs may reach."""

_LOG = logging.getLogger(__name__)
_NOT_READ = (HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.INTERNAL_SERVER_ERROR)
"""How Gradio's routes answer a body of another form."""

_STREAM = "text/event-stream"
_GRADIOS_OWN = b'event: error\ndata: "'
"""How an answer begins that Gradio could not fetch; what a call says of itself is an object."""


async def pass_on(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Let them answer.

    Raises:
        BodyError: they cannot use the body.
    """
    answer = _Answer(scope, send)
    try:
        await app(scope, receive, answer.send)
    except ClientDisconnect:
        raise
    except Exception as error:  # whatever a made-up body upsets in them
        if answer.begun and (answer.ended or not answer.streams):
            raise
        _LOG.warning("%s %s: %s", scope["method"], scope["path"], type(error).__name__)
        if answer.begun:
            await send({"type": "http.response.body", "body": b""})  # or it would break off
            return
        answer.refused = True
    if answer.refused:
        raise _not_usable(by_name="/call/v2/" in scope["path"])


class _Answer:
    """What Gradio's routes answer, passed on as it comes but for what they say of a body's form.

    Attributes:
        refused: They cannot use the body; nothing was passed on.
        begun, ended: Whether the first and the last of it were passed on.
        streams: Whether it comes as events.
    """

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope, self._send = scope, send
        self.refused = self.begun = self.ended = self.streams = False

    async def send(self, message: Message) -> None:
        if not self.begun:
            self.refused = self.refused or message.get("status") in _NOT_READ
            if self.refused:
                return
            self.begun = True
            kind = Headers(raw=message["headers"]).get("content-type", "")
            self.streams = kind.startswith(_STREAM)
        self.ended = message["type"] == "http.response.body" and not message.get("more_body")
        if self.streams and message.get("body", b"").startswith(_GRADIOS_OWN):
            with answering(Request(self._scope)):
                message = {**message, "body": _nothing_to_fetch()}
        await self._send(message)


def _not_usable(*, by_name: bool) -> BodyError:
    """What is wrong with a body that Gradio's routes fall over."""
    if by_name:
        return BodyError(
            "the request holds what this path cannot use; send an object with the values by their names, "
            "which GET /gradio_api/info says",
            "请求内容不符合此路径的要求；请按 GET /gradio_api/info 所列名称发送含各值的对象",
        )
    return BodyError(
        'the request holds what this path cannot use; send {"data": […]} with the values in their '
        "order, which GET /gradio_api/info says",
        '请求内容不符合此路径的要求；请按 GET /gradio_api/info 所列顺序发送 {"data": […]}',
    )


def _nothing_to_fetch() -> bytes:
    """The event that says so, in place of Gradio's number of a status."""
    said = say(
        "there is no such call, or its answer was fetched already; call again",
        "没有这个调用，或其结果已被取走；请重新调用",
    )
    return f"event: error\ndata: {json.dumps({'error': said})}\n\n".encode()
