"""What a client of the protocol asks, read and checked."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, FailFast, Field, ValidationError, model_validator
from starlette.requests import Request
from starlette.responses import JSONResponse

from rag.asking.options import AskKeywords
from rag.question.check import check_period, check_question
from rag.records import EXTRACTIVE, Filters, QuestionKind, Strictness, Turn
from ui.language import say

MODEL = "juwen"
"""The first library's assistant, as it was set up."""

MOST_TURNS = 20
"""Earlier turns that are read; those before them are dropped."""

_TEXTS = ("text", "input_text", "output_text")
"""The types of a message's parts that are text."""


class ApiError(Exception):
    """What is wrong with a request, with the HTTP status that says so."""

    def __init__(self, status: int, message: str, code: str, param: str | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.param = status, code, param

    def to_response(self) -> JSONResponse:
        kind = "server_error" if self.status >= 500 else "invalid_request_error"
        error = {"message": str(self), "type": kind, "param": self.param, "code": self.code}
        return JSONResponse({"error": error}, self.status)


class _Lenient(BaseModel):
    """A part of a request: what it has beyond what is known is read over, and so is ``null``."""

    model_config = ConfigDict(extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        return {name: value for name, value in values.items() if value is not None}


class Message(_Lenient):
    """One message; of its parts only text is read, and of its roles only what was said."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[Any] = ""

    @property
    def text(self) -> str:
        """Its text, without pictures, files and what a model said to itself."""
        if isinstance(self.content, str):
            return self.content
        return "\n".join(filter(None, map(_text_of, self.content)))


def _text_of(part: Any) -> str:
    if isinstance(part, str):
        return part
    text = part.get("text") if isinstance(part, dict) and part.get("type") in _TEXTS else None
    if isinstance(text, dict):  # as OpenAI's threads have it, with annotations
        text = text.get("value")
    return text if isinstance(text, str) else ""


class _Extra(_Lenient):
    """What a request may ask of this project beyond the protocol."""

    model_config = ConfigDict(extra="forbid")

    strictness: Strictness = Strictness.BALANCED
    kind: QuestionKind | None = None
    date_from: date | None = None
    date_to: date | None = None
    accounts: list[str] = Field(default=[], max_length=100)
    article_ids: list[str] = Field(default=[], max_length=1000)
    sources: bool = True


class _StreamOptions(_Lenient):
    include_usage: bool = False


class Asked(_Lenient):
    """A request; what steers the sampling of a chat model is read over."""

    model: str = MODEL
    messages: Annotated[list[Message], FailFast(), Field(min_length=1)]
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


def user_texts(messages: Sequence[Message]) -> list[str]:
    """What the user said, oldest first; at least one thing.

    Raises:
        ApiError: there is none.
    """
    said = [text for one in messages if one.role == "user" and (text := one.text).strip()]
    if not said:
        raise ApiError(
            400,
            say(
                "no message of the user has text; end the conversation with the question",
                "没有任何用户消息含有文字；请以问题结束对话",
            ),
            "invalid_value",
            "messages",
        )
    return said


def conversation(messages: Sequence[Message]) -> tuple[str, list[Turn]]:
    """The user's last question, and the turns before it.

    What programs put between them, or after it, is read over: system messages, which steer nothing
    here, calls of tools and their results, messages without text, an answer that is to go on.
    """
    question = user_texts(messages)[-1]
    turns: list[Turn] = []
    waiting = ""
    for message in messages:
        text = message.text
        if message.role == "user" and text.strip():
            waiting = text
        elif message.role == "assistant" and text.strip() and waiting:
            turns.append(Turn(waiting, text))
            waiting = ""
    if not waiting:  # its answer was sent along
        turns.pop()
    return check_question(question), turns[-MOST_TURNS:]


def limits(asked: Asked) -> Filters:
    """
    Raises:
        QuestionError: the period ends before it begins.
    """
    wanted = asked.juwen
    check_period(wanted.date_from, wanted.date_to)
    return Filters(wanted.date_from, wanted.date_to, wanted.accounts, wanted.article_ids)


def options(asked: Asked, *, extractive: bool) -> AskKeywords:
    answerer = EXTRACTIVE if extractive else None
    return AskKeywords(strictness=asked.juwen.strictness, answerer=answerer, kind=asked.juwen.kind)
