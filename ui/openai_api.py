"""The assistant behind OpenAI's chat protocol, so that other chat programs can ask it.

``GET /v1/models`` and ``POST /v1/chat/completions`` (whole, or streamed as server-sent events),
after https://platform.openai.com/docs/api-reference/chat. What a client shows, ``content``, is
Markdown: the very words that answer, or what leads up to sentences that are only near; the sentences
with their markers; the sources. Text of articles in it is escaped. Everything else of the answer is
in the additional field ``juwen`` (``Answer.to_dict``).
"""

from __future__ import annotations

import hmac
import json
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.applications import Starlette
from starlette.concurrency import iterate_in_threadpool, run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from index.errors import JuwenError
from rag.assistant import AskOptions, Assistant, check_question
from rag.events import Done, Event, Verified
from rag.markdown import escape_markdown, markdown_link
from rag.records import (
    EXTRACTIVE,
    Answer,
    AnswerSentence,
    Certainty,
    Citation,
    Filters,
    ShortAnswer,
    Strictness,
    Support,
    Turn,
)
from ui.language import say, say_message

MODEL = "juwen"
"""The assistant as it was set up; ``juwen-extractive`` answers without a chat model."""

EXTRACTIVE_MODEL = f"{MODEL}-{EXTRACTIVE}"
LARGEST_BODY = 1 << 20
"""Bytes of a request."""

_MOST_MESSAGES = 200
LOCAL_HOSTS = ("127.0.0.1", "localhost", "[::1]", "::1")


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore")

    type: Literal["text"]
    text: str


class _Message(BaseModel):
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
    date_from: date | None = None
    date_to: date | None = None
    accounts: list[str] = Field(default=[], max_length=100)
    article_ids: list[str] = Field(default=[], max_length=1000)
    sources: bool = True


class _StreamOptions(BaseModel):
    model_config = ConfigDict(extra="ignore")

    include_usage: bool = False


class _Asked(BaseModel):
    """A request; what steers the sampling of a chat model is read over."""

    model_config = ConfigDict(extra="ignore")

    model: str = MODEL
    messages: list[_Message] = Field(min_length=1, max_length=_MOST_MESSAGES)
    stream: bool = False
    stream_options: _StreamOptions | None = None
    juwen: _Extra = _Extra()


@dataclass(frozen=True, slots=True)
class _Reply:
    """What the chunks of one reply have in common."""

    id: str
    created: int
    model: str

    @classmethod
    def to(cls, asked: _Asked) -> _Reply:
        return cls(f"chatcmpl-{uuid.uuid4().hex}", int(time.time()), asked.model)

    def body(self, kind: str, choices: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        named = {"id": self.id, "object": kind, "created": self.created, "model": self.model}
        return {**named, "choices": list(choices)}


class ApiError(Exception):
    """What is wrong with a request, with the HTTP status that says so."""

    def __init__(self, status: int, message: str, code: str, param: str | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.param = status, code, param

    def to_response(self) -> JSONResponse:
        kind = "server_error" if self.status >= 500 else "invalid_request_error"
        error = {"message": str(self), "type": kind, "param": self.param, "code": self.code}
        return JSONResponse({"error": error}, self.status)


def create_app(
    assistant: Assistant, *, api_key: str | None = None, hosts: Iterable[str] = LOCAL_HOSTS
) -> Starlette:
    """The web application.

    Args:
        api_key: What a client has to send as ``Authorization: Bearer``; ``None`` asks for none.
        hosts: The names that the server answers to where there is no key, so that no page of the
            web can reach it by a name of its own (DNS rebinding).
    """

    async def models(request: Request) -> Response:
        _check_key(request, api_key)
        names = [MODEL, *([EXTRACTIVE_MODEL] if assistant.chat_model else [])]
        listed = [{"id": n, "object": "model", "created": 0, "owned_by": MODEL} for n in names]
        return JSONResponse({"object": "list", "data": listed})

    async def completions(request: Request) -> Response:
        _check_key(request, api_key)
        asked = _read_request(await _body(request))
        question, history = _conversation(asked.messages)
        filters, options = _limits(asked), _options(asked, assistant)
        if not asked.stream:
            answer = await run_in_threadpool(assistant.ask, question, history, filters, **options)
            return JSONResponse(_completion(_Reply.to(asked), answer, asked.juwen.sources))
        events = assistant.stream(question, history, filters, **options)
        lines = iterate_in_threadpool(_sse(_Reply.to(asked), asked, events))
        return StreamingResponse(lines, media_type="text/event-stream")

    return Starlette(
        routes=[
            Route("/v1/models", models),
            Route("/v1/chat/completions", completions, methods=["POST"]),
        ],
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=["*"] if api_key else [*hosts])
        ],
        exception_handlers={
            ApiError: _api_error,
            JuwenError: _juwen_error,
            HTTPException: _http_error,
            Exception: _unforeseen,
        },
    )


# --- Requests ----------------------------------------------------------------------------------


def _check_key(request: Request, api_key: str | None) -> None:
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


async def _body(request: Request) -> bytes:
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


def _read_request(body: bytes) -> _Asked:
    try:
        return _Asked.model_validate_json(body)
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


def _conversation(messages: Sequence[_Message]) -> tuple[str, list[Turn]]:
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


def _limits(asked: _Asked) -> Filters:
    wanted = asked.juwen
    return Filters(wanted.date_from, wanted.date_to, wanted.accounts, wanted.article_ids)


def _options(asked: _Asked, assistant: Assistant) -> AskOptions:
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
    return AskOptions(strictness=asked.juwen.strictness, answerer=answerer)


# --- Replies -----------------------------------------------------------------------------------


def _completion(reply: _Reply, answer: Answer, sources: bool) -> dict[str, Any]:
    message = {"role": "assistant", "content": _content(answer, sources)}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": _finish(answer)}
    body = reply.body("chat.completion", [choice])
    return {**body, "usage": _usage(answer), MODEL: answer.to_dict()}


def _sse(reply: _Reply, asked: _Asked, events: Iterator[Event]) -> Iterator[str]:
    """The reply as server-sent events: a chunk a sentence, once it is verified.

    A chunk cannot be taken back, so nothing is sent before it has been checked, and the articles'
    own sentences not before it is known what stands above them.
    """
    try:
        yield _line(reply.body(_CHUNK, [_delta({"role": "assistant", "content": ""})]))
        sentences = _Sentences(reply)
        for event in events:
            if isinstance(event, Done):
                yield from _ending(reply, asked, event.answer, sentences.sent)
            else:
                yield from sentences.take(event)
    except Exception as error:
        yield _line(_unforeseen_body(error))
    yield "data: [DONE]\n\n"


@dataclass(slots=True)
class _Sentences:
    """Sentences as they come, and those of them that can be sent already.

    An article's own waits for the end: above it may belong the very words, or that it is only near
    (``_opening``).

    Attributes:
        sent: What was sent, as text.
    """

    reply: _Reply
    sent: str = ""

    def take(self, event: Event) -> Iterator[str]:
        """The chunks to be sent at an event."""
        if isinstance(event, Verified) and event.kept and not event.quoted:
            text = f"{' ' if self.sent else ''}{_sentence(event.sentence, _borne_out())}"
            self.sent += text
            yield _line(self.reply.body(_CHUNK, [_delta({"content": text})]))


def _ending(reply: _Reply, asked: _Asked, answer: Answer, sent: str) -> Iterator[str]:
    """What is left to say once the answer is whole, the answer itself, and what it took."""
    whole = _content(answer, asked.juwen.sources)
    rest = whole.removeprefix(sent) if whole.startswith(sent) else f"\n\n{whole}"
    if rest:
        yield _line(reply.body(_CHUNK, [_delta({"content": rest})]))
    last = reply.body(_CHUNK, [_delta({}, _finish(answer))])
    yield _line({**last, MODEL: answer.to_dict()})
    if asked.stream_options and asked.stream_options.include_usage:
        yield _line({**reply.body(_CHUNK, []), "usage": _usage(answer)})


_CHUNK = "chat.completion.chunk"


def _delta(delta: Mapping[str, str], finish: str | None = None) -> dict[str, Any]:
    return {"index": 0, "delta": dict(delta), "logprobs": None, "finish_reason": finish}


def _line(body: Mapping[str, Any]) -> str:
    return f"data: {json.dumps(body, ensure_ascii=True)}\n\n"


def _content(answer: Answer, sources: bool) -> str:
    """The answer as a chat program shows it."""
    doubts = _doubts(answer)
    said = " ".join(_sentence(one, doubts) for one in answer.sentences)
    said = said or escape_markdown(answer.said)
    listed = "\n".join(map(_source, answer.citations)) if sources else ""
    notice = f"*{escape_markdown(answer.notice)}*" if answer.notice else ""
    return "\n\n".join(part for part in (_opening(answer), said, listed, notice) if part)


def _opening(answer: Answer) -> str:
    """What stands above the sentences: the very words that answer, or that they are only near."""
    return _short(answer.short) if answer.short else answer.lead


def _short(short: ShortAnswer) -> str:
    return f"**{escape_markdown(short.text)}** [{short.marker}]"


def _doubts(answer: Answer) -> Mapping[Support, str]:
    """What is said behind sentences that are less than sure."""
    if answer.certainty is Certainty.NEAREST:
        return {}
    return _directness() if answer.answerer == EXTRACTIVE else _borne_out()


def _borne_out() -> Mapping[Support, str]:
    return {
        Support.PARTIAL: say("(partly borne out)", "（部分有据）"),
        Support.UNVERIFIED: say("(unverified)", "（未证实）"),
    }


def _directness() -> Mapping[Support, str]:
    return {Support.PARTIAL: say("(probably answers)", "（很可能是回答）")}


def _sentence(sentence: AnswerSentence, doubts: Mapping[Support, str]) -> str:
    markers = "".join(f"[{marker}]" for marker in sentence.markers)
    doubt = doubts.get(sentence.support, "")
    return " ".join(part for part in (escape_markdown(sentence.text), markers, doubt) if part)


def _source(cited: Citation) -> str:
    known = " · ".join(escape_markdown(part) for part in (cited.date, cited.source) if part)
    link = markdown_link(cited.title or cited.article_id, cited.url)
    return f"- [{cited.marker}] {link}{f' · {known}' if known else ''}"


def _finish(answer: Answer) -> str:
    return "length" if answer.incomplete else "stop"


def _usage(answer: Answer) -> dict[str, int]:
    sent = answer.usage.input_tokens if answer.usage else 0
    received = answer.usage.output_tokens if answer.usage else 0
    return {
        "prompt_tokens": sent,
        "completion_tokens": received,
        "total_tokens": sent + received,
    }


# --- Errors ------------------------------------------------------------------------------------


def _api_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)
    return error.to_response()


def _juwen_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, JuwenError)
    return ApiError(400, say_message(error.message), "invalid_value").to_response()


def _http_error(_request: Request, error: Exception) -> Response:
    """A path or method that there is not."""
    assert isinstance(error, HTTPException)
    known = say(
        "this server knows GET /v1/models and POST /v1/chat/completions",
        "本服务提供 GET /v1/models 与 POST /v1/chat/completions",
    )
    return ApiError(error.status_code, f"{error.detail}: {known}", "unknown_url").to_response()


def _unforeseen(_request: Request, error: Exception) -> Response:
    return JSONResponse(_unforeseen_body(error), 500)


def _unforeseen_body(error: Exception) -> dict[str, Any]:
    said = say_message(error.message) if isinstance(error, JuwenError) else _went_wrong()
    fields = {"message": said, "type": "server_error", "param": None, "code": "internal_error"}
    return {"error": fields}


def _went_wrong() -> str:
    """No detail of an unforeseen error goes to a client; the server's own log has it."""
    return say(
        "the question could not be answered for a reason that was not foreseen; see the server's log",
        "问题因未预料的原因未能回答；请查看服务器日志",
    )
