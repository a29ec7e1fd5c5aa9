"""Replies in the shapes that other servers of the three protocols give them, streaming and not."""

from __future__ import annotations

import json
import re

import pytest

from rag.assistant import Assistant
from rag.records import EXTRACTIVE
from tests.rag.generation.protocols import Raw, open_at
from tests.rag.generation.test_protocols import QUESTION

OPENING = "东岸大桥将于6月28日通车。"
A, B = "东岸大桥将于6月", "28日通车。[1]"
THOUGHTS = "问的是通车日期，引文[1]写了。"
USAGE = {"prompt_tokens": 9, "completion_tokens": 5, "total_tokens": 14}


def chunk(delta=None, reason=None, choice=None, **more):
    choices = (
        []
        if delta is None
        else [{"index": 0, "delta": delta, "finish_reason": reason, **(choice or {})}]
    )
    named = {
        "id": "c",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "m",
        "choices": choices,
    }
    return f"data: {json.dumps({**named, **more})}\n\n"


def whole(message, reason="stop", choice=None, **more):
    choices = [
        {
            "index": 0,
            "message": {"role": "assistant", **message},
            "finish_reason": reason,
            **(choice or {}),
        }
    ]
    named = {
        "id": "c",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": choices,
        "usage": USAGE,
    }
    return {**named, **more}


DONE = "data: [DONE]\n\n"
TOLD = {
    "openrouter": Raw(
        [
            ": OPENROUTER PROCESSING\n\n",
            chunk(
                {
                    "role": "assistant",
                    "content": "",
                    "reasoning": THOUGHTS,
                    "reasoning_details": [{"type": "reasoning.text", "text": THOUGHTS}],
                }
            ),
            chunk({"role": "assistant", "content": A}),
            ": OPENROUTER PROCESSING\n\n",
            chunk({"role": "assistant", "content": B}),
            chunk(
                {"role": "assistant", "content": ""}, "stop", {"native_finish_reason": "completed"}
            ),
            chunk(usage=USAGE),
            DONE,
        ],
        whole(
            {
                "content": A + B,
                "refusal": None,
                "reasoning": THOUGHTS,
                "reasoning_details": [{"type": "reasoning.text", "text": THOUGHTS}],
            },
            choice={"native_finish_reason": "stop"},
            provider="P",
        ),
    ),
    "azure": Raw(
        [
            chunk(prompt_filter_results=[{"prompt_index": 0, "content_filter_results": {}}]),
            chunk({"content": "", "role": "assistant", "refusal": None}),
            chunk({"content": A}, choice={"content_filter_results": {"hate": {"filtered": False}}}),
            chunk({"content": B}),
            chunk({}, "stop"),
            DONE,
        ],
        whole(
            {"content": A + B, "refusal": None, "annotations": []},
            choice={"content_filter_results": {}, "logprobs": None},
            prompt_filter_results=[],
        ),
    ),
    "mistral": Raw(
        [
            chunk({"role": "assistant", "content": ""}),
            chunk(
                {
                    "content": [
                        {"type": "thinking", "thinking": [{"type": "text", "text": THOUGHTS}]}
                    ]
                }
            ),
            chunk({"content": A}),
            chunk({"content": B}, "stop", usage=USAGE),
            DONE,
        ],
        whole(
            {
                "content": [
                    {"type": "thinking", "thinking": [{"type": "text", "text": THOUGHTS}]},
                    {"type": "text", "text": A + B},
                ],
                "tool_calls": None,
            }
        ),
    ),
    "gemini": Raw(
        [
            chunk({"role": "assistant", "content": f"<thought>{THOUGHTS}</thought>"}),
            chunk({"role": "assistant", "content": A + B}, "stop"),
            DONE,
        ],
        whole({"content": f"<thought>{THOUGHTS}</thought>{A}{B}"}),
    ),
    "spark": Raw(
        [
            chunk(
                {"role": "assistant", "content": A}, choice={}, code=0, message="Success", sid="s"
            ).replace(', "finish_reason": null', ""),
            chunk(
                {"role": "assistant", "content": B}, code=0, message="Success", sid="s", usage=USAGE
            ).replace(', "finish_reason": null', ""),
            DONE,
        ],
        whole({}, code=0, sid="s")
        | {
            "message": "Success",
            "choices": [{"index": 0, "message": {"role": "assistant", "content": A + B}}],
        },
    ),
    "tgi": Raw(
        [
            chunk({"role": "assistant", "content": A}),
            chunk({"role": "assistant", "content": B}, "eos_token"),
            DONE,
        ],
        whole({"content": A + B}, "eos_token"),
    ),
    "together": Raw(
        [
            chunk(
                {"role": "assistant", "content": A, "tool_calls": []},
                choice={"seed": None, "text": A},
            ),
            chunk({"content": B}),
            chunk({"content": ""}, "eos", usage=USAGE),
            DONE,
        ],
        whole({"content": A + B, "tool_calls": []}, "eos"),
    ),
    "gateway in capitals": Raw(
        [
            chunk({"role": "assistant", "content": A}, ""),
            chunk({"content": B}, ""),
            chunk({"content": ""}, "STOP"),
            DONE,
        ],
        whole({"content": A + B}, "STOP"),
    ),
    "gateway empty reasons": Raw(
        [
            chunk({"role": "assistant", "content": A}, ""),
            chunk({"content": B}, ""),
            chunk({"content": ""}, ""),
            chunk(usage=USAGE),
            DONE,
        ],
        whole({"content": A + B}, ""),
    ),
    "cohere": Raw(
        [
            chunk({"role": "assistant", "content": A}),
            chunk({"content": B}),
            chunk({}, "COMPLETE"),
            DONE,
        ],
        whole({"content": A + B}, "COMPLETE"),
    ),
    "litellm end_turn": Raw(
        [
            chunk({"role": "assistant", "content": A}),
            chunk({"content": B}),
            chunk({}, "end_turn"),
            DONE,
        ],
        whole({"content": A + B}, "end_turn"),
    ),
    "llama.cpp": Raw(
        [
            chunk({"role": "assistant", "content": None}),
            chunk({"reasoning_content": THOUGHTS}),
            chunk({"content": A}),
            chunk({"content": B}),
            chunk({}, "stop", timings={"prompt_n": 1}),
            chunk(usage=USAGE, timings={}),
            DONE,
        ],
        whole({"content": A + B, "reasoning_content": THOUGHTS}, timings={"prompt_n": 1}),
    ),
    "gpt-oss harmony": Raw(
        [
            chunk({"role": "assistant", "content": "<|channel|>analysis<|mess"}),
            chunk({"content": f"age|>{THOUGHTS}<|end|><|start|>assistant<|channel|>final"}),
            chunk({"content": f"<|message|>{A}"}),
            chunk({"content": f"{B}<|return|>"}),
            chunk({}, "stop"),
            DONE,
        ],
        whole(
            {
                "content": f"<|channel|>analysis<|message|>{THOUGHTS}<|end|><|start|>assistant<|channel|>final<|message|>{A}{B}<|return|>"
            }
        ),
    ),
    "end tokens": Raw(
        [
            chunk({"role": "assistant", "content": A}),
            chunk({"content": f"{B}<|im_end|>"}),
            chunk({"content": "<|endoftext|>"}),
            chunk({}, "stop"),
            DONE,
        ],
        whole({"content": f"{A}{B}<|im_end|>\n<|endoftext|>"}),
    ),
    "llama eot": Raw(
        [
            chunk({"role": "assistant", "content": A}),
            chunk({"content": f"{B}<|eot_id|>"}),
            chunk({}, "stop"),
            DONE,
        ],
        whole({"content": f"{A}{B}</s>"}),
    ),
}
CUT = {
    "deepseek": Raw(
        [
            ": keep-alive\n\n",
            chunk({"role": "assistant", "content": A}),
            chunk({"content": B}),
            chunk({"content": ""}, "insufficient_system_resource"),
            DONE,
        ],
        whole({"content": A + B}, "insufficient_system_resource"),
    ),
    "glm": Raw(
        [
            chunk({"role": "assistant", "content": A}),
            chunk({"content": B}),
            chunk({"content": ""}, "sensitive"),
            DONE,
        ],
        whole({"content": A + B}, "sensitive"),
    ),
    "glm network": Raw(
        [
            chunk({"role": "assistant", "content": A}),
            chunk({"content": B}),
            chunk({"content": ""}, "network_error"),
            DONE,
        ],
        whole({"content": A + B}, "network_error"),
    ),
    "gateway MAX_TOKENS": Raw(
        [
            chunk({"role": "assistant", "content": A}),
            chunk({"content": B}),
            chunk({"content": ""}, "MAX_TOKENS"),
            DONE,
        ],
        whole({"content": A + B}, "MAX_TOKENS"),
    ),
    "gateway SAFETY": Raw(
        [
            chunk({"role": "assistant", "content": A}),
            chunk({"content": B}),
            chunk({"content": ""}, "SAFETY"),
            DONE,
        ],
        whole({"content": A + B}, "SAFETY"),
    ),
    "vllm abort": Raw(
        [
            chunk({"role": "assistant", "content": A}),
            chunk({"content": B}),
            chunk({"content": ""}, "abort"),
            DONE,
        ],
        whole({"content": A + B}, "abort"),
    ),
    "error": Raw(
        [
            chunk({"role": "assistant", "content": A}),
            chunk({"content": B}),
            'data: {"error": {"message": "upstream gone", "code": 502}}\n\n',
            DONE,
        ],
        whole({"content": A + B}, "error"),
    ),
    "chunk with an error reason": Raw(
        [
            chunk({"role": "assistant", "content": A}),
            chunk({"content": B}),
            chunk(
                {"content": ""}, "error", error={"code": 502, "message": "provider disconnected"}
            ),
        ],
        whole({"content": A + B}, "error", choice={"error": {"code": 502, "message": "gone"}}),
    ),
}


def event(kind, **values):
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **values})}\n\n"


def message(content, reason="end_turn", **more):
    return {
        "id": "1",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": content,
        "stop_reason": reason,
        "stop_sequence": None,
        "usage": {"input_tokens": 5, "output_tokens": 5},
        **more,
    }


def events(blocks, reason="end_turn", end=True):
    yield event("message_start", message=message([], None))
    yield event("ping")
    for at, (block, deltas) in enumerate(blocks):
        yield event("content_block_start", index=at, content_block=block)
        for delta in deltas:
            yield event("content_block_delta", index=at, delta=delta)
        yield event("content_block_stop", index=at)
    if end:
        yield event(
            "message_delta",
            delta={"stop_reason": reason, "stop_sequence": None},
            usage={"output_tokens": 5},
        )
        yield event("message_stop")


def text(*parts):
    return {"type": "text", "text": ""}, [{"type": "text_delta", "text": one} for one in parts]


thinking = (
    {"type": "thinking", "thinking": "", "signature": ""},
    [
        {"type": "thinking_delta", "thinking": THOUGHTS},
        {"type": "signature_delta", "signature": "abc"},
    ],
)
redacted = ({"type": "redacted_thinking", "data": "EmwKAhgB"}, [])
TOLD_ANTHROPIC = {
    "thinking signed, redacted, then two texts": Raw(
        list(events([thinking, redacted, text(A), text(B)])),
        message(
            [
                {"type": "thinking", "thinking": THOUGHTS, "signature": "abc"},
                {"type": "redacted_thinking", "data": "EmwKAhgB"},
                {"type": "text", "text": A},
                {"type": "text", "text": B},
            ]
        ),
    ),
    "stop sequence": Raw(
        list(events([text(A, B)], "stop_sequence")),
        message([{"type": "text", "text": A + B}], "stop_sequence"),
    ),
    "citations": Raw(
        list(
            events(
                [
                    (
                        {"type": "text", "text": "", "citations": []},
                        [
                            {"type": "text_delta", "text": A + B},
                            {
                                "type": "citations_delta",
                                "citation": {
                                    "type": "char_location",
                                    "cited_text": "东岸大桥将于6月28日通车。",
                                    "document_index": 0,
                                    "document_title": "x",
                                    "start_char_index": 0,
                                    "end_char_index": 5,
                                },
                            },
                        ],
                    )
                ]
            )
        ),
        message(
            [
                {
                    "type": "text",
                    "text": A + B,
                    "citations": [
                        {
                            "type": "char_location",
                            "cited_text": "东岸",
                            "document_index": 0,
                            "document_title": "x",
                            "start_char_index": 0,
                            "end_char_index": 5,
                        }
                    ],
                }
            ]
        ),
    ),
}
CUT_ANTHROPIC = {
    "window": Raw(
        list(events([text(A, B)], "model_context_window_exceeded")),
        message([{"type": "text", "text": A + B}], "model_context_window_exceeded"),
    ),
    "pause": Raw(
        list(events([text(A, B)], "pause_turn")),
        message([{"type": "text", "text": A + B}], "pause_turn"),
    ),
    "overloaded": Raw(
        [
            *events([text(A, B)], end=False),
            event("error", error={"type": "overloaded_error", "message": "Overloaded"}),
        ],
        None,
    ),
}


def line(content, done=False, **more):
    said = more.pop("message", {})
    return (
        json.dumps(
            {
                "model": "m",
                "created_at": "2025-01-01T00:00:00Z",
                "message": {"role": "assistant", "content": content, **said},
                "done": done,
                **more,
            }
        )
        + "\n"
    )


STATS = {"total_duration": 1, "load_duration": 1, "prompt_eval_count": 9, "eval_count": 5}
TOLD_OLLAMA = {
    "before done_reason": Raw([line(A), line(B), line("", True, **STATS)], None),
    "text in the last line": Raw(
        [
            line("", message={"thinking": THOUGHTS}),
            line(A),
            line(B, True, done_reason="stop", **STATS),
        ],
        None,
    ),
    "think tags": Raw(
        [
            line("<think>\n"),
            line(THOUGHTS),
            line("\n</think>\n\n"),
            line(A),
            line(B),
            line("", True, done_reason="stop", **STATS),
        ],
        None,
    ),
}
CUT_OLLAMA = {
    "unload": Raw([line(A), line(B), line("", True, done_reason="unload")], None),
    "length in words": Raw(
        [line(A), line(B), line("此外还", True, done_reason="length", **STATS)], None
    ),
}


@pytest.fixture
def ask(server, library_folder, encoder, monkeypatch):
    def asking(provider, reply, how, *, whole_too=False):
        if how == "whole" and reply.whole is None and not (whole_too or provider == "ollama"):
            pytest.skip("streams only")
        opened = open_at(server.url, provider, monkeypatch, whole=how == "whole")
        server.replies, server.asked = [reply], []
        with Assistant.open(library_folder, encoder=encoder, chat_model=opened) as assistant:
            return assistant.ask(QUESTION)

    return asking


def each(**shapes):
    return [
        pytest.param(provider, reply, id=f"{provider} {name}")
        for provider, some in shapes.items()
        for name, reply in some.items()
    ]


@pytest.mark.parametrize("how", ["stream", "whole"])
@pytest.mark.parametrize(
    ("provider", "reply"), each(openai=TOLD, anthropic=TOLD_ANTHROPIC, ollama=TOLD_OLLAMA)
)
def test_a_whole_reply_of_another_server(ask, provider, reply, how):
    answer = ask(provider, reply, how)
    assert answer.answer == f"{OPENING} [1]"
    assert (answer.notice, answer.incomplete) == ("", False)
    assert answer.answerer != EXTRACTIVE


@pytest.mark.parametrize("how", ["stream", "whole"])
@pytest.mark.parametrize(
    ("provider", "reply"), each(openai=CUT, anthropic=CUT_ANTHROPIC, ollama=CUT_OLLAMA)
)
def test_a_reply_that_another_server_ended_early(ask, provider, reply, how):
    answer = ask(provider, reply, how)
    assert answer.answer.startswith(f"{OPENING} [1]")
    assert answer.incomplete
    assert answer.notice


NOTHING = {
    "openai": {
        "only the end": (Raw([DONE]), "不是回答"),
        "a comment and the end": (Raw([": keep-alive\n\n", DONE]), "不是回答"),
        "no line": (Raw([]), "不是回答"),
        "a page": (Raw(["<!doctype html>\n<title>Welcome</title>\n"]), "不是回答"),
        "only the end, and an empty whole": (Raw([DONE], whole({"content": ""})), "未给出内容"),
        "only the end, and null": (Raw([DONE], whole({"content": None})), "未给出内容"),
        "no choice": (Raw([chunk(), DONE], whole({}) | {"choices": []}), "不是回答"),
        "no choices": (Raw([DONE], {}), "不是回答"),
        "an error as a reply": (Raw([DONE], {"error": {"message": "no quota"}}), "no quota"),
    },
    "anthropic": {
        "no line": (Raw([]), "不是回答"),
        "only the end": (Raw([event("message_stop")]), "不是回答"),
        "begun and ended": (Raw(list(events([])), message([])), "未给出内容"),
    },
    "ollama": {
        "no line": (Raw([]), "不是回答"),
        "only the end": (Raw([line("", True, done_reason="stop", **STATS)]), "未给出内容"),
    },
}


@pytest.mark.parametrize("how", ["stream", "whole"])
@pytest.mark.parametrize(("provider", "nothing"), each(**NOTHING))
def test_a_reply_that_is_none_is_said_in_a_sentence(ask, provider, nothing, how):
    reply, said = nothing
    answer = ask(provider, reply, how, whole_too=True)
    assert answer.answerer == EXTRACTIVE
    assert answer.answer.startswith(OPENING)
    assert answer.notice.startswith(f"对话模型 '{provider}:m'")
    assert said in answer.notice
    assert not re.search(r"(Attribute|Index|Key|Type)Error", answer.notice)


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
def test_a_server_that_streams_nothing_is_asked_for_the_whole(ask, provider):
    told = {
        "openai": Raw([DONE], whole({"content": A + B})),
        "anthropic": Raw([], message([{"type": "text", "text": A + B}])),
    }
    answer = ask(provider, told[provider], "stream")
    assert (answer.answer, answer.notice) == (f"{OPENING} [1]", "")
