"""The messages of MCP, looked at before its server reads them: it would log what it cannot read."""

from __future__ import annotations

import json
from typing import Any

from mcp.types import (
    INVALID_PARAMS,
    ClientNotification,
    ClientRequest,
    JSONRPCMessage,
    JSONRPCNotification,
    JSONRPCRequest,
)
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from ui.chat.guard import replayed
from ui.chat.spoken import answering
from ui.language import say


class Messages:
    """An application to which only messages come that a client of MCP may send."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "POST":
            request = Request(scope, receive)
            body = await request.body()
            receive = replayed(body, receive)
            value = json.loads(body) if body else None  # the guard has read it strictly
            if not _is_message(value):
                with answering(request):
                    refused = JSONResponse(_refusal(value), 400)
                await refused(scope, receive, send)
                return
        await self.app(scope, receive, send)


def _is_message(value: Any) -> bool:
    try:
        message = JSONRPCMessage.model_validate(value).root
        said = message.model_dump(by_alias=True, mode="json", exclude_none=True)
        if isinstance(message, JSONRPCRequest):
            ClientRequest.model_validate(said)
        elif isinstance(message, JSONRPCNotification):
            ClientNotification.model_validate(said)
    except ValidationError:
        return False
    return True


def _refusal(value: Any) -> dict[str, Any]:
    known = value.get("id") if isinstance(value, dict) else None
    said = say(
        "the message is none of MCP's; call a tool with "
        '{"method": "tools/call", "params": {"name": "…", "arguments": {…}}}, as tools/list describes it',
        "请求不是 MCP 消息；请按 tools/list 的说明以 "
        '{"method": "tools/call", "params": {"name": "…", "arguments": {…}}} 调用工具',
    )
    return {
        "jsonrpc": "2.0",
        "id": known if isinstance(known, str | int) else None,
        "error": {"code": INVALID_PARAMS, "message": said},
    }
