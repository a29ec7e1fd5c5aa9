"""OpenAI's protocol, as other chat programs speak it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import ClassVar

import httpx
import pytest
from starlette.testclient import TestClient

from index.build import index_raw
from rag.assistant import Assistant
from rag.events import Done, Text, Verified
from rag.generation.chat_model import ChatModel
from rag.records import Answer, AnswerSentence, Certainty, ShortAnswer, Support
from tests.conftest import ScriptedChat, article
from tests.ui.chat.test_turns import answer as quoted
from tests.ui.hostile_bodies import bodies
from ui.openai_api.app import create_app
from ui.openai_api.bodies import LARGEST_BODY, MOST_COMMAS, MOST_PARTS, Bodies
from ui.openai_api.hosts import host_name
from ui.openai_api.requests import MOST_TURNS, ApiError, Message, conversation

QUESTION = "东岸大桥什么时候通车？"
OPENING = "东岸大桥将于6月28日通车。"
INVENTED = "火星车队于昨夜抵达玫瑰港。"
SOURCE = "- [1] [东岸大桥月底通车](https://example.com/bridge) · 2025-06-20 · 试验号"
URL = "/v1/chat/completions"


@pytest.fixture
def client(assistant):
    return TestClient(create_app(assistant), "http://127.0.0.1")


@pytest.fixture
def written(library_folder, encoder):
    """A client of an assistant whose chat model replies so."""

    def connect(*replies, **settings):
        chat = ChatModel("m", ScriptedChat(replies=list(replies), **settings))
        assistant = Assistant.open(library_folder, encoder=encoder, chat_model=chat)
        return TestClient(create_app(assistant), "http://127.0.0.1")

    return connect


def ask(client, *contents, **fields):
    roles = ("user", "assistant") * len(contents)
    messages = [
        {"role": role, "content": content} for role, content in zip(roles, contents, strict=False)
    ]
    return client.post(URL, json={"model": "juwen", "messages": messages, **fields})


def chunks(response):
    lines = [line for line in response.text.split("\n\n") if line]
    assert all(line.startswith("data: ") for line in lines)
    assert lines[-1] == "data: [DONE]"
    return [json.loads(line.removeprefix("data: ")) for line in lines[:-1]]


def said(streamed):
    return "".join(c["choices"][0]["delta"].get("content", "") for c in streamed if c["choices"])


def test_the_models_are_listed(client, written):
    listed = client.get("/v1/models").json()
    assert [model["id"] for model in listed["data"]] == ["juwen"]
    both = written(OPENING).get("/v1/models").json()["data"]
    assert [model["id"] for model in both] == ["juwen", "juwen-extractive"]


def test_a_question_is_answered_with_sources_and_the_whole_answer(client):
    body = ask(client, QUESTION).json()
    assert body["object"] == "chat.completion"
    (choice,) = body["choices"]
    assert choice["finish_reason"] == "stop"
    short, said, listed = choice["message"]["content"].split("\n\n")
    assert short == "**6月28日** [1]"
    assert said.startswith(f"{OPENING} [1]")
    assert SOURCE in listed
    assert body["juwen"]["citations"][0]["quote"] == OPENING
    assert body["juwen"]["short"]["text"] == "6月28日"
    assert body["usage"] == {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}


def test_sources_can_be_left_out(client):
    body = ask(client, QUESTION, juwen={"sources": False}).json()
    content = body["choices"][0]["message"]["content"]
    assert SOURCE not in content
    assert OPENING in content


def test_what_the_model_took_is_counted(written):
    body = ask(written(f"{OPENING}[1]", usage=(100, 7)), QUESTION).json()
    assert body["usage"] == {"prompt_tokens": 100, "completion_tokens": 7, "total_tokens": 107}
    assert body["juwen"]["answerer"] == "m"


def test_a_model_can_be_chosen(written):
    client = written(INVENTED)
    body = ask(client, QUESTION, model="juwen-extractive").json()
    assert body["juwen"]["answerer"] == "extractive"
    assert body["model"] == "juwen-extractive"


def test_the_conversation_is_the_history(client):
    body = ask(client, "海棠小学今年招收多少名新生？", "240名。", "它的校长叫什么？").json()
    assert "海棠小学" in body["juwen"]["standalone_question"]
    assert "温如玉" in body["juwen"]["answer"]


def test_system_messages_and_sampling_are_read_over(client):
    messages = [
        {"role": "system", "content": "Always say 9公里."},
        {"role": "user", "content": [{"type": "text", "text": QUESTION}]},
    ]
    body = client.post(URL, json={"messages": messages, "temperature": 2, "seed": 1}).json()
    assert body["juwen"]["question"] == QUESTION
    assert "6月28日" in body["juwen"]["answer"]


def test_filters_and_strictness_go_along(written):
    client = written(f"{OPENING}[1]{INVENTED}")
    body = ask(client, QUESTION, juwen={"strictness": "strict", "accounts": ["试验号"]}).json()
    assert body["juwen"]["filters"]["accounts"] == ["试验号"]
    assert INVENTED not in body["choices"][0]["message"]["content"]
    loose = ask(client, QUESTION).json()["choices"][0]["message"]["content"]
    assert f"{INVENTED} (unverified)" in loose


def test_a_refusal_is_an_answer(client):
    body = ask(client, QUESTION, juwen={"accounts": ["无此号"]}).json()
    assert body["juwen"]["refused"]
    assert "没有能回答" in body["choices"][0]["message"]["content"]


def test_a_stream_sends_verified_sentences_and_the_answer_last(written):
    reply = [f"{OPENING}[1]", INVENTED, "大桥全长3.2公里。"]
    client = written(reply, usage=(50, 9))
    response = ask(
        client,
        QUESTION,
        stream=True,
        stream_options={"include_usage": True},
        juwen={"strictness": "strict"},
    )
    assert response.headers["content-type"].startswith("text/event-stream")
    streamed = chunks(response)
    assert {chunk["object"] for chunk in streamed} == {"chat.completion.chunk"}
    assert len({chunk["id"] for chunk in streamed}) == 1
    assert streamed[0]["choices"][0]["delta"]["role"] == "assistant"
    text = said(streamed)
    assert text.startswith(f"{OPENING} [1] 大桥全长3.2公里。 [2]\n\n- [1] ")
    assert INVENTED not in text
    sent = [chunk["choices"][0]["delta"].get("content") for chunk in streamed[:-1]]
    assert f"{OPENING} [1]" in sent  # each sentence by itself, before the sources
    assert streamed[-2]["choices"][0]["finish_reason"] == "stop"
    assert streamed[-2]["juwen"]["answer"] == f"{OPENING} [1] 大桥全长3.2公里。 [2]"
    assert streamed[-1]["usage"]["total_tokens"] == 59


def test_a_stream_and_a_whole_reply_say_the_same(written):
    client = written(f"{OPENING}[1]大桥全长3.2公里。[1]")
    whole = ask(client, QUESTION).json()["choices"][0]["message"]["content"]
    assert said(chunks(ask(client, QUESTION, stream=True))) == whole


@dataclass
class Quoting:
    """An assistant whose articles' own sentences answer so."""

    answer: Answer
    chat_model: None = None

    def ask(self, *_asked, **_options):
        return self.answer

    def stream(self, *_asked, **_options):
        for sentence in self.answer.sentences:
            yield Text(sentence.text)
            yield Verified(sentence, quoted=True)
        yield Done(self.answer)


SENTENCES = (
    AnswerSentence("*共*3.5亿元。", (1,), Support.SUPPORTED),
    AnswerSentence("工程款4亿元。", (2,), Support.PARTIAL),
)
NEAR = tuple(replace(one, support=Support.UNVERIFIED) for one in SENTENCES)
LEAD = "没有找到直接的回答，最接近的内容是："


@pytest.mark.parametrize(
    ("quoted", "content"),
    [
        (
            quoted(sentences=SENTENCES, citations=(), short=ShortAnswer("共*亿元", 1, 5, 10)),
            "**共\\*亿元** [1]\n\n\\*共\\*3.5亿元。 [1] 工程款4亿元。 [2] (probably answers)",
        ),
        (
            quoted(sentences=NEAR, citations=(), certainty=Certainty.NEAREST),
            f"{LEAD}\n\n\\*共\\*3.5亿元。 [1] 工程款4亿元。 [2]",
        ),
    ],
    ids=["direct", "nearest"],
)
def test_what_stands_above_the_articles_own_sentences_comes_first(quoted, content):
    client = TestClient(create_app(Quoting(quoted)), "http://127.0.0.1")
    assert ask(client, QUESTION).json()["choices"][0]["message"]["content"] == content
    streamed = ask(client, QUESTION, stream=True)
    assert said(chunks(streamed)) == content


def test_a_stream_of_the_articles_own_sentences_says_the_same_as_the_whole_reply(client):
    whole = ask(client, QUESTION).json()["choices"][0]["message"]["content"]
    assert said(chunks(ask(client, QUESTION, stream=True))) == whole


def test_a_streamed_refusal_says_why(client):
    streamed = chunks(ask(client, QUESTION, stream=True, juwen={"accounts": ["无此号"]}))
    assert "没有能回答" in said(streamed)


def test_a_model_that_breaks_off_ends_the_stream_as_incomplete(written):
    client = written([f"{OPENING}[1] 大", httpx.RemoteProtocolError("gone")])
    streamed = chunks(ask(client, QUESTION, stream=True))
    assert streamed[-1]["choices"][0]["finish_reason"] == "length"
    assert streamed[-1]["juwen"]["incomplete"]
    assert "中途断开" in said(streamed)


def test_what_goes_wrong_in_a_stream_is_said_in_it(assistant, monkeypatch):
    def broken(*_args, **_options):
        raise RuntimeError("secret detail")
        yield

    monkeypatch.setattr(assistant, "stream", broken)
    client = TestClient(create_app(assistant), "http://127.0.0.1")
    *_, last = chunks(ask(client, QUESTION, stream=True))
    assert last["error"]["type"] == "server_error"
    assert "secret" not in last["error"]["message"]


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({}, "messages"),
        ({"messages": []}, "messages"),
        ({"messages": "谁？"}, "messages"),
        ({"messages": [{"role": "pope", "content": "谁？"}]}, "messages.0.role"),
        ({"messages": [{"role": "assistant", "content": "我"}]}, "messages"),
        ({"messages": [{"role": "user", "content": {"text": "谁？"}}]}, "messages.0.content"),
        ({"messages": [{"role": "system", "content": "我"}]}, "messages"),
        ({"messages": [{"role": "user", "content": "谁？"}], "stream": "perhaps"}, "stream"),
        (
            {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {}}]}]},
            "messages",
        ),
        (
            {"messages": [{"role": "user", "content": "谁？"}], "juwen": {"k": 1}},
            "juwen.k",
        ),
        (
            {"messages": [{"role": "user", "content": "谁？"}], "juwen": {"date_from": "soon"}},
            "juwen.date_from",
        ),
    ],
)
def test_a_malformed_request_is_told_where(client, body, param):
    response = client.post(URL, json=body)
    error = response.json()["error"]
    assert response.status_code == 400
    assert error["type"] == "invalid_request_error"
    assert error["param"].startswith(param)
    assert "\n" not in error["message"]


@pytest.mark.parametrize("content", ["", "  ", "问" * 2001, None])
def test_a_question_that_cannot_be_asked(client, content):
    response = ask(client, content)
    assert response.status_code == 400
    assert "question" in response.json()["error"]["message"]
    assert ask(client, content, stream=True).status_code == 400


@pytest.mark.parametrize("stream", [False, True])
def test_a_period_that_ends_before_it_begins_is_said(client, stream):
    period = {"date_from": "2025-06-20", "date_to": "2025-06-01"}
    body = {"messages": [{"role": "user", "content": "谁？"}], "juwen": period, "stream": stream}
    response = client.post(URL, json=body)
    assert response.status_code == 400
    assert "2025-06-20 is after date_to 2025-06-01" in response.json()["error"]["message"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b"null", b"[" * 100_000])
def test_what_is_no_json_object(client, body):
    response = client.post(URL, content=body, headers={"content-type": "application/json"})
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "invalid_value"


def test_a_page_of_the_web_cannot_ask(client):
    response = client.post(URL, content=b"{}", headers={"content-type": "text/plain"})
    assert (response.status_code, response.json()["error"]["code"]) == (
        415,
        "unsupported_media_type",
    )
    assert client.get("/v1/models", headers={"host": "evil.example"}).status_code == 421


PICTURE = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * (2 << 20)}}
THOUGHT = {"type": "thinking", "thinking": "嗯"}
CALL = {"id": "c", "type": "function", "function": {"name": "now", "arguments": "{}"}}
SCHOOL = "海棠小学今年招收多少名新生？"


def user(content):
    return {"role": "user", "content": content}


def said_by(role, content, **more):
    return {"role": role, "content": content, **more}


@pytest.mark.parametrize(
    "messages",
    [
        [user([{"type": "text", "text": QUESTION}, PICTURE])],
        [
            user([PICTURE, {"type": "text", "text": "看图"}]),
            said_by("assistant", "好"),
            user(QUESTION),
        ],
        [user([PICTURE]), user([{"type": "input_text", "text": QUESTION}])],
        [user([{"type": "file", "file": {"file_id": "f"}}, QUESTION])],
        [user([None, {"type": "text", "text": {"value": QUESTION, "annotations": []}}])],
        [user([{"type": "input_audio", "input_audio": {}}, {"type": "text", "text": QUESTION}])],
        [
            user("几点？"),
            said_by("assistant", None, tool_calls=[CALL]),
            said_by("tool", "12:00", tool_call_id="c"),
            said_by("assistant", "12点"),
            user(QUESTION),
        ],
        [said_by("function", "1", name="f"), user(QUESTION)],
        [user(QUESTION), said_by("assistant", None, tool_calls=[CALL]), said_by("tool", "八十")],
        [user(QUESTION), said_by("system", "Answer in Markdown")],
        [user(QUESTION), said_by("assistant", "东岸大桥")],
        [
            user("你好"),
            said_by("assistant", [THOUGHT, {"type": "refusal", "refusal": "不"}]),
            user(QUESTION),
        ],
        [one for at in range(150) for one in (user(f"问{at}"), said_by("assistant", "答"))]
        + [user(QUESTION)],
        [user("   "), user(QUESTION), user(None)],
    ],
)
def test_what_is_no_text_is_read_over(client, messages):
    response = client.post(URL, json={"model": "juwen", "messages": messages})
    assert response.status_code == 200, response.text
    body = response.json()
    assert body["juwen"]["question"] == QUESTION
    assert "6月28日" in body["juwen"]["answer"]


def test_a_turn_with_a_tool_keeps_its_answer(client):
    messages = [
        user(SCHOOL),
        said_by("assistant", None, tool_calls=[CALL]),
        said_by("tool", "12:00", tool_call_id="c"),
        said_by("assistant", "240名。"),
        user([PICTURE]),
        user("它的校长叫什么？"),
    ]
    body = client.post(URL, json={"messages": messages}).json()
    assert "海棠小学" in body["juwen"]["standalone_question"]


def test_only_the_last_turns_are_read(client):
    old = [user(SCHOOL), said_by("assistant", "240名。")]
    between = [one for at in range(30) for one in (user("谢谢"), said_by("assistant", "不客气。"))]
    asked = conversation([Message(**one) for one in [*old, *between, user("它的校长叫什么？")]])
    assert len(asked[1]) == MOST_TURNS
    assert all(turn.question == "谢谢" for turn in asked[1])


def test_nulls_are_read_over(client):
    nulls = dict.fromkeys(
        ("stream", "stream_options", "juwen", "tools", "stop", "model", "temperature")
    )
    body = {"messages": [user(QUESTION)], **nulls}
    assert client.post(URL, json=body).json()["juwen"]["citations"]
    body = {"messages": [user(QUESTION)], "juwen": {"accounts": None, "strictness": None}}
    assert client.post(URL, json=body).json()["juwen"]["citations"]
    body = {"messages": [user(QUESTION)], "stream": True, "stream_options": {"include_usage": None}}
    assert said(chunks(client.post(URL, json=body)))


def test_a_model_is_a_resource(client, written):
    assert client.get("/v1/models/juwen").json() == {
        "id": "juwen",
        "object": "model",
        "created": 0,
        "owned_by": "juwen",
    }
    assert client.get("/v1/models/juwen:latest").json()["id"] == "juwen:latest"
    missing = client.get("/v1/models/gpt-9")
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "model_not_found")
    assert written(OPENING).get("/v1/models/juwen-extractive").status_code == 200
    assert ask(client, QUESTION, model="juwen:latest").json()["juwen"]["citations"]


def test_several_libraries_are_asked_by_their_names(assistant, tmp_path, encoder):
    index_raw([article("tram", "红桥电车将于8月8日开通。")], tmp_path / "trams", encoder=encoder)
    with Assistant.open(tmp_path / "trams", encoder=encoder) as trams:
        app = create_app({"news": assistant, "trams": trams})
        client = TestClient(app, "http://127.0.0.1")
        listed = client.get("/v1/models").json()["data"]
        assert [model["id"] for model in listed] == ["juwen", "news", "trams"]
        assert client.get("/v1/models/trams").json()["id"] == "trams"
        first = ask(client, "红桥电车什么时候开通？", model="trams").json()
        assert first["juwen"]["citations"][0]["article_id"] == "tram"
        assert first["model"] == "trams"
        for name in ("juwen", "news"):
            other = ask(client, QUESTION, model=name).json()
            assert other["juwen"]["citations"][0]["article_id"] == "bridge"
        assert "'trams'" in ask(client, QUESTION, model="x").json()["error"]["message"]


def test_pages_of_a_named_origin_may_ask(assistant):
    origin = "http://localhost:3000"
    client = TestClient(create_app(assistant, origins=[origin]), "http://127.0.0.1")
    asking = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type,x-stainless-os",
        "Access-Control-Request-Private-Network": "true",
    }
    allowed = client.options(URL, headers=asking)
    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == origin
    assert "x-stainless-os" in allowed.headers["access-control-allow-headers"]
    assert allowed.headers["access-control-allow-private-network"] == "true"
    answered = client.get("/v1/models", headers={"Origin": origin})
    assert answered.headers["access-control-allow-origin"] == origin
    refused = client.get("/v1/models", headers={"Origin": origin, "Host": "evil.example"})
    assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (421, origin)
    other = client.options(URL, headers={**asking, "Origin": "http://evil.example"})
    assert other.status_code == 400
    assert "access-control-allow-origin" not in other.headers


def test_an_origin_may_be_written_in_capitals(assistant):
    app = create_app(assistant, origins=["https://News.Example"])
    asked = TestClient(app, "http://127.0.0.1").get(
        "/v1/models", headers={"Origin": "https://news.example"}
    )
    assert asked.headers["access-control-allow-origin"] == "https://news.example"


def test_no_origin_is_allowed_unless_it_is_named(client):
    answered = client.get("/v1/models", headers={"Origin": "http://localhost:3000"})
    assert "access-control-allow-origin" not in answered.headers


@pytest.mark.parametrize("host", ["host.docker.internal:8231", "My-PC.local", "[fe80::1]:80"])
def test_an_unknown_host_is_told_what_to_set(assistant, client, host):
    refused = client.get("/v1/models", headers={"Host": host})
    name = host_name(host)
    assert refused.status_code == 421
    error = refused.json()["error"]
    assert f"--allow-host {name}" in error["message"]
    assert error["code"] == "unknown_host"
    assert client.get("/health", headers={"Host": host}).status_code == 200
    allowed = TestClient(create_app(assistant, hosts=[name]), "http://127.0.0.1")
    assert allowed.get("/v1/models", headers={"Host": host}).status_code == 200


def test_a_large_request_is_refused(client):
    body = b'"' + b"a" * LARGEST_BODY + b'"'
    response = client.post(URL, content=body, headers={"content-type": "application/json"})
    assert (response.status_code, response.json()["error"]["code"]) == (413, "request_too_large")


@pytest.mark.parametrize(
    ("part", "times"),
    [(b"{}", MOST_PARTS), (b"[]", MOST_PARTS), (b"0", 2 + MOST_COMMAS), (b'""', 2 + MOST_COMMAS)],
)
def test_a_request_of_countless_parts_is_refused_before_it_is_read(client, part, times):
    body = b'{"messages":[' + b",".join([part] * times) + b"]}"
    response = client.post(URL, content=body, headers={"content-type": "application/json"})
    assert (response.status_code, response.json()["error"]["code"]) == (413, "request_too_large")


def test_of_many_wrong_messages_the_first_is_named(client):
    body = {"messages": [{"role": "user", "content": "问"}, *[{}] * 1000]}
    error = client.post(URL, json=body).json()["error"]
    assert error["param"] == "messages.1.role"


class Sending:
    """A request whose body comes in parts; what is held meanwhile is told."""

    headers: ClassVar = {"content-type": "application/json"}

    def __init__(self, address, *parts):
        self.client, self._parts = SimpleNamespace(host=address), parts

    async def stream(self):
        for part in self._parts:
            yield part


async def test_bodies_that_are_held_are_bounded_by_address_and_in_all():
    bodies = Bodies(of_one=10, of_all=15)
    async with bodies.read(Sending("a", b"12345", b"678")) as body:
        assert body == b"12345678"
        with pytest.raises(ApiError, match="at once"):
            async with bodies.read(Sending("a", b"123")):
                pass
        async with bodies.read(Sending("b", b"12345")):
            with pytest.raises(ApiError, match="at once"):
                async with bodies.read(Sending("c", b"1234")):
                    pass
        assert bodies.held.held == {"a": 8}
    assert not bodies.held.held


def test_an_unknown_model(client):
    response = ask(client, QUESTION, model="gpt-9")
    assert (response.status_code, response.json()["error"]["code"]) == (404, "model_not_found")
    assert len(ask(client, QUESTION, model="g" * 100_000).text) < 500


@pytest.mark.parametrize(
    ("method", "path"), [("GET", URL), ("GET", "/"), ("POST", "/v1/embeddings")]
)
def test_what_the_server_does_not_know(client, method, path):
    response = client.request(method, path)
    assert response.status_code in (404, 405)
    assert "/v1/chat/completions" in response.json()["error"]["message"]


def test_an_unexpected_error_gives_no_detail(assistant, monkeypatch):
    def broken(*_args, **_options):
        raise RuntimeError("secret detail")

    monkeypatch.setattr(assistant, "ask", broken)
    client = TestClient(create_app(assistant), "http://127.0.0.1", raise_server_exceptions=False)
    response = ask(client, QUESTION)
    assert response.status_code == 500
    assert response.json()["error"]["type"] == "server_error"
    assert "secret" not in response.text


@pytest.mark.parametrize(
    ("given", "status"),
    [
        (None, 401),
        ("Bearer wrong", 401),
        ("Basic k-密", 401),
        ("k-密", 401),
        ("Bearer k-密", 200),
        ("bearer  k-密", 200),
    ],
)
def test_a_key_is_asked_for_where_one_is_set(assistant, given, status):
    client = TestClient(create_app(assistant, api_key="k-密"), "http://any.example")
    headers = {"authorization": given.encode()} if given else {}
    assert client.get("/v1/models", headers=headers).status_code == status
    body = {"messages": [{"role": "user", "content": QUESTION}]}
    assert client.post(URL, json=body, headers=headers).status_code == status


def test_articles_do_not_become_markup(library_folder, encoder):
    reply = "东岸大桥将于6月28日通车![x](http://evil.example)<b>。[1]"
    chat = ChatModel("m", ScriptedChat(replies=[reply]))
    assistant = Assistant.open(library_folder, encoder=encoder, chat_model=chat)
    client = TestClient(create_app(assistant), "http://127.0.0.1")
    content = ask(client, QUESTION).json()["choices"][0]["message"]["content"]
    assert "](http://evil" not in content
    assert "<b>" not in content
    assert said(chunks(ask(client, QUESTION, stream=True))) == content


def test_no_body_upsets_the_server(client):
    good = {
        "model": "juwen",
        "messages": [{"role": "user", "content": QUESTION}],
        "stream": False,
        "juwen": {"date_from": "2025-01-01"},
    }
    for body in bodies(good):
        sent = client.post(URL, content=body, headers={"Content-Type": "application/json"})
        assert sent.status_code < 500, body[:80]
        if sent.status_code != 200:
            assert len(sent.json()["error"]["message"]) > 10, body[:80]


def moved_away(folder):
    folder.rename(folder.with_name("elsewhere"))


def overwritten(folder):
    (folder / "articles.db").write_bytes(b"\x5a" * 9000)


@pytest.mark.parametrize("spoil", [moved_away, overwritten])
@pytest.mark.parametrize("stream", [False, True])
def test_a_library_that_cannot_be_read_is_the_servers_trouble(
    library_folder, encoder, caplog, spoil, stream
):
    assistant = Assistant.open(library_folder, encoder=encoder)
    client = TestClient(create_app(assistant), "http://127.0.0.1")
    spoil(library_folder)
    response = ask(client, QUESTION, stream=stream)
    assert response.status_code == (200 if stream else 503)
    error = chunks(response)[-1]["error"] if stream else response.json()["error"]
    assert (error["type"], error["code"]) == ("server_error", "library_unavailable")
    assert "try again later" in error["message"]
    assert str(library_folder.parent) not in response.text
    (line,) = [one.getMessage() for one in caplog.records if one.name == "ui.callers"]
    assert str(library_folder) in line
    assert "\n" not in line
