"""What the assistant answers, as the protocol gives it: whole, or as server-sent events."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from index.errors import JuwenError
from rag.events import Done, Event, Verified, Withdrawn
from rag.markdown import MarkdownForm, escape_markdown, markdown_link
from rag.records import EXTRACTIVE, LED, Answer, Citation, Support
from ui.callers import is_of_server, told
from ui.language import say
from ui.openai_api.requests import MODEL, Asked

_CHUNK = "chat.completion.chunk"
_FORM = MarkdownForm("[{}]", before_markers=" ", doubt="{}")


@dataclass(frozen=True, slots=True)
class Reply:
    """What the chunks of one reply have in common."""

    id: str
    created: int
    model: str

    @classmethod
    def to(cls, asked: Asked) -> Reply:
        return cls(f"chatcmpl-{uuid.uuid4().hex}", int(time.time()), asked.model)

    def body(self, kind: str, choices: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        named = {"id": self.id, "object": kind, "created": self.created, "model": self.model}
        return {**named, "choices": list(choices)}


def completion(reply: Reply, answer: Answer, sources: bool) -> dict[str, Any]:
    message = {"role": "assistant", "content": _content(answer, sources)}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": _finish(answer)}
    body = reply.body("chat.completion", [choice])
    return {**body, "usage": _usage(answer), MODEL: answer.to_dict()}


def sse(reply: Reply, asked: Asked, events: Iterator[Event]) -> Generator[str]:
    """The reply as server-sent events: a chunk a sentence, once it is verified.

    A chunk cannot be taken back, so nothing is sent before it has been checked. An article's own
    sentences wait for the end: above them may belong the very words, or that they are only near.
    """
    try:
        yield _line(reply.body(_CHUNK, [_delta({"role": "assistant", "content": ""})]))
        sent = waiting = ""
        for event in events:
            if isinstance(event, Done):
                yield from _ending(reply, asked, event.answer, sent)
            elif isinstance(event, Withdrawn):
                waiting = ""
            elif isinstance(event, Verified) and event.kept and not event.quoted:
                one = event.sentence
                said = _FORM.sentence(one.text, one.markers, _borne_out().get(one.support, ""))
                waiting += f" {said}" if sent or waiting else said
                # What a model says before it rests on an article may turn out to be thought.
                if one.support is not Support.UNVERIFIED:
                    sent += waiting
                    yield _line(reply.body(_CHUNK, [_delta({"content": waiting})]))
                    waiting = ""
    except Exception as error:
        yield _line(unexpected(error))
    yield "data: [DONE]\n\n"


def text_completion(reply: Reply, text: str) -> dict[str, Any]:
    """A reply that is no answer from articles."""
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    usage = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
    return {**reply.body("chat.completion", [choice]), "usage": usage}


def sse_of_text(reply: Reply, text: str) -> Generator[str]:
    """The same as server-sent events."""
    yield _line(reply.body(_CHUNK, [_delta({"role": "assistant", "content": text})]))
    yield _line(reply.body(_CHUNK, [_delta({}, "stop")]))
    yield "data: [DONE]\n\n"


def _ending(reply: Reply, asked: Asked, answer: Answer, sent: str) -> Iterator[str]:
    """What is left to say once the answer is whole, the answer itself, and what it took."""
    whole = _content(answer, asked.juwen.sources)
    rest = whole.removeprefix(sent) if whole.startswith(sent) else f"\n\n{whole}"
    if rest:
        yield _line(reply.body(_CHUNK, [_delta({"content": rest})]))
    last = reply.body(_CHUNK, [_delta({}, _finish(answer))])
    yield _line({**last, MODEL: answer.to_dict()})
    if asked.stream_options and asked.stream_options.include_usage:
        yield _line({**reply.body(_CHUNK, []), "usage": _usage(answer)})


def _delta(delta: Mapping[str, str], finish: str | None = None) -> dict[str, Any]:
    return {"index": 0, "delta": dict(delta), "logprobs": None, "finish_reason": finish}


def _line(body: Mapping[str, Any]) -> str:
    return f"data: {json.dumps(body, ensure_ascii=True)}\n\n"


def _content(answer: Answer, sources: bool) -> str:
    """The answer as a chat program shows it."""
    doubts = _doubts(answer)
    body = answer.markdown_body(_FORM, lambda one: doubts.get(one.support, ""))
    listed = "\n".join(map(_source, answer.citations)) if sources else ""
    notice = f"*{escape_markdown(answer.notice)}*" if answer.notice else ""
    return "\n\n".join(part for part in (body, listed, notice) if part)


def _doubts(answer: Answer) -> Mapping[Support, str]:
    """What is said behind sentences that are less than sure."""
    if answer.certainty in LED:
        return {}
    return _directness() if answer.answerer == EXTRACTIVE else _borne_out()


def _borne_out() -> Mapping[Support, str]:
    return {
        Support.PARTIAL: say("(partly supported)", "（部分有据）"),
        Support.UNVERIFIED: say("(unverified)", "（未证实）"),
    }


def _directness() -> Mapping[Support, str]:
    return {Support.PARTIAL: say("(probably answers)", "（很可能是回答）")}


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


def unexpected(error: Exception) -> dict[str, Any]:
    said = told(error) if isinstance(error, JuwenError) else _unexpected_error()
    code = "library_unavailable" if is_of_server(error) else "internal_error"
    fields = {"message": said, "type": "server_error", "param": None, "code": code}
    return {"error": fields}


def _unexpected_error() -> str:
    """No detail of an unexpected error goes to a client; the server's own log has it."""
    return say(
        "the question could not be answered because of an unexpected error; see the server's log",
        "问题因未预料的原因未能回答；请查看服务器日志",
    )
