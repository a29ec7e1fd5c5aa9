"""The bodies of requests, read as they come: no caller, and not all together, fill the memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from starlette.requests import Request

from ui.language import say
from ui.openai_api.requests import ApiError

LARGEST_BODY = 16 << 20
"""Bytes of a request: a conversation may hold pictures, which are read over."""

MOST_PARTS = 100_000
"""Objects and lists in a request; each takes a hundred times the bytes that it was sent in."""

MOST_COMMAS = 500_000
"""What parts values, and stands in texts: more of them keep all others waiting for seconds."""


@dataclass(slots=True)
class Bodies:
    """The bodies that are held at a time.

    Attributes:
        of_one: Bytes that the requests of one address may have sent before they are answered.
        of_all: The same of all addresses together.
    """

    of_one: int = 4 * LARGEST_BODY
    of_all: int = 16 * LARGEST_BODY
    held: Counter[str] = field(default_factory=Counter)
    """Bytes, by address."""

    @asynccontextmanager
    async def read(self, request: Request) -> AsyncIterator[bytes]:
        """A request's body, said to be JSON and no larger than it may be; let go of at the end.

        Raises:
            ApiError: it is of another type, too large, or too much is held already.
        """
        _check_type(request)
        address = request.client.host if request.client else ""
        body = bytearray()
        try:
            async for part in request.stream():
                body += part
                self.held[address] += len(part)
                if len(body) > LARGEST_BODY:
                    raise _too_large()
                if self.held[address] > self.of_one or self.held.total() > self.of_all:
                    raise _too_many()
            parts = body.count(b"{") + body.count(b"[")
            if parts > MOST_PARTS or body.count(b",") > MOST_COMMAS:
                raise _too_many_parts()
            yield bytes(body)
        finally:
            self.held[address] -= len(body)
            if not self.held[address]:
                del self.held[address]


def _check_type(request: Request) -> None:
    """A page of the web can send other types to any address without asking its reader's browser first."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise ApiError(
            415,
            say(
                f"the content type is {kind!r}; send JSON as application/json",
                f"内容类型为 {kind!r}；请以 application/json 发送 JSON",
            ),
            "unsupported_media_type",
        )


def _too_large() -> ApiError:
    return ApiError(
        413,
        say(
            f"the request is larger than {LARGEST_BODY:,} bytes; send fewer messages",
            f"请求超过 {LARGEST_BODY:,} 字节；请减少消息",
        ),
        "request_too_large",
    )


def _too_many_parts() -> ApiError:
    return ApiError(
        413,
        say(
            f"the request holds over {MOST_PARTS:,} objects and lists, or {MOST_COMMAS:,} commas; send "
            "fewer messages",
            f"请求中的对象与列表超过 {MOST_PARTS:,} 个，或逗号超过 {MOST_COMMAS:,} 个；请减少消息",
        ),
        "request_too_large",
    )


def _too_many() -> ApiError:
    return ApiError(
        503,
        say(
            "too many large requests are being sent at once; try again in a moment",
            "同时发送的大请求过多；请稍后重试",
        ),
        "busy",
    )
