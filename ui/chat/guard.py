"""What stands before every request: which paths there are, who may come in, how much may be sent.

Gradio's server brings routes that serve files, proxy other sites and take uploads. The page uses
none of them, so whatever is not on the list here does not exist.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from index.errors import JuwenError
from ui.bodies import Held, HeldError, PartsError, check_parts
from ui.chat.access import caller_of, is_local, user_of
from ui.chat.gradio_routes import PROGRAMS, pass_on
from ui.chat.limits import Limited, Limits, RateError
from ui.chat.spoken import answering
from ui.json_body import BodyError, read_json
from ui.language import say, say_message

CALLER = "juwen.caller"
"""Where the scope of a request that was let in says who sent it."""

_LOG = logging.getLogger(__name__)
MOST_BYTES = 2 * 1024 * 1024
"""Of any request but an upload: a conversation of twenty turns is a tenth of it."""

MOST_PARTS, MOST_COMMAS = 20_000, 200_000
"""Of a request: a conversation of two hundred turns has a third of it."""

_HELD_OF_ONE, _HELD_OF_ALL = 16 * 1024 * 1024, 128 * 1024 * 1024
"""Bytes of requests that are held until they are answered."""

_PAGE = re.compile(
    r"/|/page/[a-z_-]+(?:\.(?:css|js|svg))?|/page/jobs/[\w-]{1,64}|/favicon\.ico|/health"
)
TOOLS = ("/mcp", "/gradio_api/mcp")
"""Where the MCP server is."""

UPLOAD = "/page/upload"
_LONGEST_LENGTH = 15
"""Digits of a length; more than that is too large, whatever they are."""

_TOO_LARGE = (
    "This is more than is taken at once: send a smaller file, or begin a new conversation",
    "超出一次可接收的大小：请发送较小的文件，或开始新对话",
)

HEALTH = "/health"
"""Answers 200 once questions can be answered, 503 before; says nothing else, and asks nobody's name."""

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'"
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
        mcp: Whether the paths of the MCP server exist.
        upload_bytes: Most bytes of one uploaded file.
    """

    app: ASGIApp
    users: Mapping[str, str] = field(default_factory=dict)
    host: str = "127.0.0.1"
    hosts: Sequence[str] = ()
    mcp: bool = False
    upload_bytes: int = 200 * 1024 * 1024
    limits: Limits = field(default_factory=Limits)
    held: Held = field(default_factory=lambda: Held(_HELD_OF_ONE, _HELD_OF_ALL))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})  # refused: there are none
        if scope["type"] != "http":
            return
        headers = Headers(scope=scope)
        refusal = self._refusal(scope, headers)
        if refusal is not None:
            await refusal(scope, receive, _with_headers(send))
            return
        user = user_of(headers.get("authorization", ""), self.users) if self.users else None
        scope = {**scope, CALLER: caller_of(scope, user)}
        send = _with_headers(send)
        try:
            if scope["path"] == UPLOAD:
                await self._pass_on(scope, _limited(receive, self.upload_bytes), send)
            elif scope["method"] in ("GET", "HEAD"):
                await self._pass_on(scope, receive, send)
            else:
                with self.held.of(scope[CALLER]) as count:
                    body = await _body(_limited(receive, MOST_BYTES), count)
                    await self._pass_on(scope, replayed(_checked(body), receive), send)
        except (BodyError, HeldError, PartsError) as error:
            with answering(Request(scope)):
                refused = JSONResponse({"problem": say_message(error.message)}, _status(error))
            await refused(scope, receive, send)
        except ClientDisconnect:
            _LOG.info("%s %s: the caller broke off", scope["method"], scope["path"])

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        if PROGRAMS.fullmatch(scope["path"]):
            await pass_on(self.app, scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        path = scope["path"]
        if path == HEALTH:  # the answer says nothing
            return None
        name = _host_name(headers.get("host", ""))
        if is_local(self.host) and not is_local(name) and name not in self.hosts:
            return _unknown_host(scope, name)
        if self.users and (refusal := self._log_in(scope, headers)) is not None:
            return refusal
        if not self._exists(path):
            return _refused(scope, 404, "Not found", "没有此页")
        if _foreign(headers):
            return _refused(
                scope, 403, "Requests from other sites are refused", "不接受其他网站的请求"
            )
        most = self.upload_bytes if path == UPLOAD else MOST_BYTES
        length = headers.get("content-length", "0")
        if not length.isdecimal() or len(length) > _LONGEST_LENGTH or int(length) > most:
            return _refused(scope, 413, *_TOO_LARGE)
        return None

    def _log_in(self, scope: Scope, headers: Headers) -> Response | None:
        """A refusal of who gives no user and password, or too many wrong ones."""
        authorization = headers.get("authorization", "")
        address = caller_of(scope)
        try:
            self.limits.check(Limited.LOG_INS, address)
            if user_of(authorization, self.users) is not None:
                return None
            if authorization:
                self.limits.count(Limited.LOG_INS, address)
        except RateError as error:
            return _refused(scope, 429, error.english, error.chinese)
        refused = _refused(scope, 401, "Give your user name and password", "请输入用户名和密码")
        refused.headers["WWW-Authenticate"] = 'Basic realm="Juwen", charset="UTF-8"'
        return refused

    def _exists(self, path: str) -> bool:
        tools = self.mcp and path.removesuffix("/") in TOOLS
        return tools or any(pattern.fullmatch(path) for pattern in (_PAGE, PROGRAMS))


def _host_name(host: str) -> str:
    """
    >>> _host_name("127.0.0.1:7860"), _host_name("[::1]:7860")
    ('127.0.0.1', '::1')
    """
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _refused(scope: Scope, status: int, english: str, chinese: str) -> Response:
    """A sentence in the reader's language; to the page's own requests as JSON."""
    with answering(Request(scope)):
        said = say(english, chinese)
    if scope["path"].startswith("/page/"):
        return JSONResponse({"problem": said}, status)
    return PlainTextResponse(f"{said}\n", status)


def _unknown_host(scope: Scope, name: str) -> Response:
    return _refused(
        scope,
        421,
        f"This server does not answer to the name {name!r}. Where it is yours: "
        f"juwen chat --allow-host {name or 'NAME'}",
        f"本服务器不以 {name!r} 之名提供页面。如为您所设：juwen chat --allow-host {name or '名称'}",
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


async def _body(receive: Receive, count: Callable[[int], None]) -> bytes:
    """The whole body of a request.

    Args:
        count: Told of the bytes that came.

    Raises:
        ClientDisconnect: it was broken off, or is larger than it may be.
        HeldError: too much is held already.
    """
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        count(len(message.get("body", b"")))
        body += message.get("body", b"")
        if not message.get("more_body", False):
            return bytes(body)


def _checked(body: bytes) -> bytes:
    """A body written anew, since what is read strictly may still hold half a character.

    Raises:
        BodyError, PartsError: it is no JSON, or has more parts than are read.
    """
    check_parts(body, MOST_PARTS, MOST_COMMAS)
    return json.dumps(read_json(body)).encode() if body else body


def _status(error: JuwenError) -> int:
    """What a refusal is answered with."""
    if isinstance(error, HeldError):
        return 503
    return 413 if isinstance(error, PartsError) else 400


def replayed(body: bytes, receive: Receive) -> Receive:
    """``receive``, from a body on that was received already."""
    given = False

    async def replayed() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replayed


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
