"""The names that the server answers to."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from ui.language import say
from ui.openai_api.requests import ApiError


@dataclass(frozen=True, slots=True)
class KnownHosts:
    """An ASGI application that is asked by these names alone; by any where ``hosts`` is ``None``."""

    app: ASGIApp
    hosts: frozenset[str] | None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self.hosts is not None and scope["path"] != "/health":
            name = host_name(Headers(scope=scope).get("host", ""))
            if name not in self.hosts:
                await _refused(name).to_response()(scope, receive, send)
                return
        await self.app(scope, receive, send)


def host_name(host: str) -> str:
    """
    Where a host is named with a port, without it.

    >>> host_name("My-PC.local:8000"), host_name("[::1]:8000"), host_name("localhost")
    ('my-pc.local', '[::1]', 'localhost')
    """
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdecimal() else host).lower()


def _refused(name: str) -> ApiError:
    return ApiError(
        421,
        say(
            f"this server does not answer to the host {name!r}; start it with "
            f"--allow-host {name or 'NAME'}, or with an API key",
            f"本服务器不响应主机名 {name!r}；请以 --allow-host {name or '名称'} 启动，或设置 API 密钥",
        ),
        "unknown_host",
    )
