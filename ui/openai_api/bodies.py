"""The bodies of requests, read as they come: no caller, and not all together, fill the memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.requests import Request

from ui.bodies import Held, HeldError, PartsError, check_parts
from ui.language import say, say_message
from ui.openai_api.requests import ApiError

LARGEST_BODY = 16 << 20
"""Bytes of a request: a conversation may hold pictures, which are read over."""

MOST_PARTS, MOST_COMMAS = 100_000, 500_000


class Bodies:
    """The bodies that are held at a time."""

    def __init__(self, of_one: int = 4 * LARGEST_BODY, of_all: int = 16 * LARGEST_BODY) -> None:
        """
        Args:
            of_one: Bytes that the requests of one address may have sent before they are answered.
            of_all: The same of all addresses together.
        """
        self.held = Held(of_one, of_all)

    @asynccontextmanager
    async def read(self, request: Request) -> AsyncIterator[bytes]:
        """A request's body, said to be JSON and no larger than it may be; let go of at the end.

        Raises:
            ApiError: it is of another type, too large, or too much is held already.
        """
        _check_type(request)
        body = bytearray()
        with self.held.of(request.client.host if request.client else "") as count:
            try:
                async for part in request.stream():
                    body += part
                    count(len(part))
                    if len(body) > LARGEST_BODY:
                        raise _too_large()
                check_parts(body, MOST_PARTS, MOST_COMMAS)
            except HeldError as error:
                raise ApiError(503, say_message(error.message), "busy") from error
            except PartsError as error:
                raise ApiError(413, say_message(error.message), "request_too_large") from error
            yield bytes(body)


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
