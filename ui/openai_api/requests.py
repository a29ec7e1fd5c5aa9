"""What a client of the protocol asks, read and checked."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse

from rag.assistant import AskKeywords
from rag.question.check import check_question
from rag.records import EXTRACTIVE, Filters, QuestionKind, Strictness, Turn
from ui.language import say

MODEL = "juwen"
"""The assistant as it was set up; ``juwen-extractive`` answers without a chat model."""

EXTRACTIVE_MODEL = f"{MODEL}-{EXTRACTIVE}"
LARGEST_BODY = 1 << 20
"""Bytes of a request."""

_MOST_MESSAGES = 200


class ApiError(Exception):
    """What is wrong with a request, with the HTTP status that says so."""

    def __init__(self, status: int, message: str, code: str, param: str | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.param = status, code, param

    def to_response(self) -> JSONResponse:
        kind = "server_error" if self.status >= 500 else "invalid_request_error"
        error = {"message": str(self), "type": kind, "param": self.param, "code": self.code}
        return JSONResponse({"error": error}, self.status)


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore")

    type: Literal["text"]
    text: str


class Message(BaseModel):
    model_config = ConfigDict(extra="ignore")

    role: Literal["system", "developer", "user", "assistant"]
    content: str | list[_Part] | None = None

    @property
    def text(self) -> str:
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content)
        return self.content or ""


class _Extra(BaseModel):
    """What a request may ask of this project beyond the protocol."""

    model_config = ConfigDict(extra="forbid")

    strictness: Strictness = Strictness.BALANCED
    kind: QuestionKind | None = None
    date_from: date | None = None
    date_to: date | None = None
    accounts: list[str] = Field(default=[], max_length=100)
    article_ids: list[str] = Field(default=[], max_length=1000)
    sources: bool = True


class _StreamOptions(BaseModel):
    model_config = ConfigDict(extra="ignore")

    include_usage: bool = False


class Asked(BaseModel):
    """A request; what steers the sampling of a chat model is read over."""

    model_config = ConfigDict(extra="ignore")

    model: str = MODEL
    messages: list[Message] = Field(min_length=1, max_length=_MOST_MESSAGES)
    stream: bool = False
    stream_options: _StreamOptions | None = None
    juwen: _Extra = _Extra()


def check_key(request: Request, api_key: str | None) -> None:
    if api_key is None:
        return
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    # Header values reach the application as Latin-1.
    same = hmac.compare_digest(given.strip().encode("latin-1"), api_key.encode())
    if scheme.lower() != "bearer" or not same:
        raise ApiError(
            401,
            say(
                "the API key is missing or wrong; send it as 'Authorization: Bearer …'",
                "缺少 API 密钥或密钥错误；请以“Authorization: Bearer …”发送",
            ),
            "invalid_api_key",
        )


async def read_body(request: Request) -> bytes:
    """The request's body, no longer than it may be, and said to be JSON.

    A page of the web can send other types to any address without asking its reader's browser first.
    """
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
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_BODY:
            raise ApiError(
                413,
                say(
                    f"the request is larger than {LARGEST_BODY:,} bytes; send fewer messages",
                    f"请求超过 {LARGEST_BODY:,} 字节；请减少消息",
                ),
                "request_too_large",
            )
    return bytes(body)


def read_request(body: bytes) -> Asked:
    try:
        return Asked.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        where = place or say("the request", "请求")
        raise ApiError(
            400,
            say(f"{where}: {first['msg']}; mend it", f"{where}：{first['msg']}；请修正"),
            "invalid_value",
            place or None,
        ) from error


def conversation(messages: Sequence[Message]) -> tuple[str, list[Turn]]:
    """The last question, and the turns before it; system messages steer nothing here."""
    spoken = [message for message in messages if message.role in ("user", "assistant")]
    if not spoken or spoken[-1].role != "user":
        raise ApiError(
            400,
            say(
                "the last message is not the user's; end the conversation with the question",
                "最后一条消息不是用户的；请以问题结束对话",
            ),
            "invalid_value",
            "messages",
        )
    turns: list[Turn] = []
    waiting = ""
    for message in spoken[:-1]:
        if message.role == "user":
            waiting = message.text
        elif waiting:
            turns.append(Turn(waiting, message.text))
            waiting = ""
    return check_question(spoken[-1].text), turns


def limits(asked: Asked) -> Filters:
    wanted = asked.juwen
    return Filters(wanted.date_from, wanted.date_to, wanted.accounts, wanted.article_ids)


def options(asked: Asked) -> AskKeywords:
    if asked.model not in (MODEL, EXTRACTIVE_MODEL):
        raise ApiError(
            404,
            say(
                f"there is no model {asked.model!r}; ask {MODEL!r} or {EXTRACTIVE_MODEL!r}",
                f"没有模型 {asked.model!r}；请用 {MODEL!r} 或 {EXTRACTIVE_MODEL!r}",
            ),
            "model_not_found",
            "model",
        )
    answerer = EXTRACTIVE if asked.model == EXTRACTIVE_MODEL else None
    return AskKeywords(strictness=asked.juwen.strictness, answerer=answerer, kind=asked.juwen.kind)
