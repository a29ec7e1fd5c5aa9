"""The MCP server: what programs may call, as tools of a chat model. Its replies are JSON."""

from __future__ import annotations

import inspect
from functools import partial
from typing import Any

from anyio import CapacityLimiter, to_thread
from mcp.server.fastmcp import FastMCP
from mcp.server.fastmcp.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings
from starlette.applications import Starlette
from starlette.requests import Request

from rag.assistant import Assistant
from ui.chat.calls import CallError, calling, calls
from ui.chat.limits import Limits
from ui.chat.routes import AT_ONCE
from ui.chat.tool_messages import Messages
from ui.language import say

PATH = "/mcp"


def tool_app(assistant: Assistant, limits: Limits) -> Starlette:
    """The server, at ``PATH``. It runs within its ``router.lifespan_context``."""
    server = _Tools(limits)
    for call in calls(assistant):
        server.add_tool(call)
    app = server.streamable_http_app()
    app.add_middleware(Messages)
    return app


class _Tools(FastMCP):
    """The tools, each call counted and told what is wrong with it in a sentence."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(
            "Juwen",
            instructions="Answers from a library of Chinese and English articles, with their very words.",
            stateless_http=True,
            streamable_http_path=PATH,
            # The guard before it knows the hosts.
            transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
            log_level="WARNING",
        )
        self._limits = limits
        self._slots = CapacityLimiter(AT_ONCE)

    async def call_tool(self, name: str, arguments: dict[str, Any]) -> Any:
        """Call a tool in a thread: FastMCP's own would keep all other callers waiting meanwhile.

        Raises:
            ToolError: what is wrong with the call.
        """
        request = self.get_context().request_context.request
        asking = request if isinstance(request, Request) else None
        try:
            with calling(asking, arguments.get("question"), self._limits):
                return await self._called(name, arguments)
        except CallError as error:
            raise ToolError(str(error)) from error

    async def _called(self, name: str, arguments: dict[str, Any]) -> Any:
        tool = self._tool_manager.get_tool(name)
        if tool is None:
            known = ", ".join(one.name for one in self._tool_manager.list_tools())
            raise CallError(
                say(
                    f"there is no tool {name!r}; call one of {known}",
                    f"没有工具 {name!r}；可用的有：{known}",
                )
            )
        # Chat models write lists as texts of JSON; what else is wrong the tool itself says.
        given = tool.fn_metadata.pre_parse_json(arguments)
        values = {one: given.get(one) for one in inspect.signature(tool.fn).parameters}
        result = await to_thread.run_sync(partial(tool.fn, **values), limiter=self._slots)
        return tool.fn_metadata.convert_result(result)
