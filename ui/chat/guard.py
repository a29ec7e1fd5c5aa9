"""What stands before every request: which paths there are, who may come in, how much may be sent.

Gradio's server brings routes that serve files, proxy other sites and take uploads. The page uses
none of them, so whatever is not on the list here does not exist.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.chat.access import is_known, is_local
from ui.language import say

SESSION = "juwen_session"
MOST_BYTES = 2 * 1024 * 1024
"""Of any request but an upload: a conversation of twenty turns is a tenth of it."""

_PAGE = re.compile(
    r"/|/page/[a-z_-]+(?:\.(?:css|js|svg))?|/page/jobs/[\w-]{1,64}|/favicon\.ico|/health"
)
_PROGRAMS = re.compile(
    r"/config|/gradio_api/(?:info|queue/join|queue/data|cancel|reset|heartbeat/[\w-]{1,64}"
    r"|call(?:/v2)?/\w{1,40}(?:/[\w-]{1,64})?)/?"
)
TOOLS = ("/mcp", "/gradio_api/mcp")
"""Where the MCP server is."""

UPLOAD = "/page/upload"
HEALTH = "/health"
"""Answers 200 once questions can be answered, 503 before; says nothing else, and asks nobody's name."""

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@dataclass(frozen=True, slots=True)
class Guard:
    """An ASGI application around another.

    Attributes:
        users: Passwords by user; nobody is asked where there are none.
        host: What the server listens on. On this machine's own address, other names for it are
            refused: a page elsewhere could have its name point here.
        hosts: Other names that are let in all the same.
        root: The path that a proxy has the page under, which the session is kept for.
        mcp: Whether the paths of the MCP server exist.
        upload_bytes: Most bytes of one uploaded file.
    """

    app: ASGIApp
    users: Mapping[str, str] = field(default_factory=dict)
    host: str = "127.0.0.1"
    hosts: Sequence[str] = ()
    root: str = ""
    mcp: bool = False
    upload_bytes: int = 200 * 1024 * 1024

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        headers = Headers(scope=scope)
        refusal = self._refusal(scope, headers)
        if refusal is not None:
            await refusal(scope, receive, _with_headers(send))
            return
        most = self.upload_bytes if scope["path"] == UPLOAD else MOST_BYTES
        session = _session(headers)
        if session is None and scope["path"] == "/":
            send = _with_session(send, secrets.token_urlsafe(24), f"{self.root}/")
        await self.app(scope, _limited(receive, most), _with_headers(send))

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        path = scope["path"]
        if path == HEALTH:  # the answer says nothing
            return None
        name = _host_name(headers.get("host", ""))
        if is_local(self.host) and not is_local(name) and name not in self.hosts:
            return _unknown_host(name)
        if self.users and not is_known(headers.get("authorization", ""), self.users):
            asked = {"WWW-Authenticate": 'Basic realm="Juwen", charset="UTF-8"'}
            return PlainTextResponse("User and password, please", 401, asked)
        if not self._exists(path):
            return PlainTextResponse("Not found", 404)
        if _foreign(headers):
            return PlainTextResponse("Requests from other sites are refused", 403)
        most = self.upload_bytes if path == UPLOAD else MOST_BYTES
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > most:
            return PlainTextResponse("Too large", 413)
        return None

    def _exists(self, path: str) -> bool:
        tools = self.mcp and path.removesuffix("/") in TOOLS
        return tools or any(pattern.fullmatch(path) for pattern in (_PAGE, _PROGRAMS))


def session_of(cookies: Mapping[str, str]) -> str:
    """The session that a browser belongs to, ``""`` for a program that keeps no cookies."""
    return cookies.get(SESSION, "")


def _session(headers: Headers) -> str | None:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(SESSION)
    except CookieError:
        return None
    return found.value if found else None


def _host_name(host: str) -> str:
    """
    >>> _host_name("127.0.0.1:7860"), _host_name("[::1]:7860")
    ('127.0.0.1', '::1')
    """
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _unknown_host(name: str) -> Response:
    return PlainTextResponse(
        say(
            f"This server does not answer to the name {name!r}. Where it is yours: "
            f"juwen chat --allow-host {name or 'NAME'}\n",
            f"本服务器不以 {name!r} 之名提供页面。如为您所设：juwen chat --allow-host {name or '名称'}\n",
        ),
        421,
    )


def _foreign(headers: Headers) -> bool:
    """Whether a page of another site sent this: it must not ask, add or remove in a user's name.

    A proxy may put its own name for this server into ``Host``. What the browser itself says, and the
    name that the proxy was asked by, no page of another site can set.
    """
    origin = headers.get("origin")
    if origin is None or headers.get("sec-fetch-site") == "same-origin":
        return False
    known = (headers.get("host"), headers.get("x-forwarded-host", "").partition(",")[0].strip())
    try:
        asking = urlsplit(origin).netloc
    except ValueError:
        return True
    return not asking or asking not in known


def _limited(receive: Receive, most: int) -> Receive:
    """``receive``, ended where more comes than was announced or is allowed."""
    received = 0

    async def limited() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        return message if received <= most else {"type": "http.disconnect"}

    return limited


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.update(_HEADERS)
            headers.setdefault("Cache-Control", "no-store")
        await send(message)

    return sending


def _with_session(send: Send, session: str, path: str) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            cookie = f"{SESSION}={session}; Path={path}; HttpOnly; SameSite=Strict"
            MutableHeaders(scope=message).append("Set-Cookie", cookie)
        await send(message)

    return sending
