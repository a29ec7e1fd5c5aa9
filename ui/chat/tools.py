"""The MCP server: what programs may call, as tools of a chat model. Its replies are JSON."""

from __future__ import annotations

from typing import Any

from mcp.server.fastmcp import Context, FastMCP
from mcp.server.transport_security import TransportSecuritySettings
from starlette.applications import Starlette
from starlette.requests import Request

from rag.assistant import Assistant
from ui.chat.calls import calls, given_request
from ui.chat.limits import Limited, Limits
from ui.chat.questions import sender_of

PATH = "/mcp"


def tool_app(assistant: Assistant, limits: Limits) -> Starlette:
    """The server, at ``PATH``. It runs within its ``router.lifespan_context``."""

    def count(context: Context[Any, Any, Any] | None) -> None:
        request = context.request_context.request if context is not None else None
        sender = sender_of(request if isinstance(request, Request) else None)
        limits.count(Limited.QUESTIONS, sender)

    server = FastMCP(
        "Juwen",
        instructions="Answers from a library of Chinese and English articles, with their very words.",
        stateless_http=True,
        streamable_http_path=PATH,
        # The guard before it knows the hosts.
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
        log_level="WARNING",
    )
    for call in calls(assistant):
        server.add_tool(given_request(call, "context", Context, count))
    return server.streamable_http_app()
