"""The page's server: what programs call, what does not exist, who is let in."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from index.errors import JuwenError, Message
from rag.events import Text
from tests.conftest import article
from tests.ui.conftest import write_export
from ui.chat.limits import Limited, Limits
from ui.chat.server import opened, serving
from ui.chat.spoken import reads_chinese

BRIDGE = "东岸大桥什么时候通车？"


@pytest.fixture
def client(shared_url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=shared_url) as client:
        yield client


@pytest.fixture
def own_client(page_url: str) -> Iterator[httpx.Client]:
    """Of a page whose library may be changed."""
    with httpx.Client(base_url=page_url) as client:
        yield client


def converse(client: httpx.Client, **asked: object) -> list[dict]:
    """What the page shows, part by part."""
    with client.stream("POST", "/page/ask", json=asked) as stream:
        return [json.loads(line) for line in stream.iter_lines()]


def cut_off(send: Callable[[], httpx.Response]) -> bool:
    """Whether a request got no good answer."""
    try:
        return send().status_code >= 400
    except httpx.HTTPError:
        return True


def test_programs_ask_and_search(shared_url):
    client = Client(shared_url, verbose=False)
    answer = client.predict(BRIDGE, api_name="/ask")
    assert answer["sentences"][0]["text"] == "东岸大桥将于6月28日通车。"
    assert answer["citations"][0]["article_id"] == "bridge"
    history = [{"question": "海棠小学今年招收多少名新生？", "answer": "240名"}]
    follow_up = client.predict("它的校长叫什么？", history=history, api_name="/ask")
    assert "温如玉" in follow_up["answer"]
    found = client.predict("大桥", most=2, date_from="2025-06-01", api_name="/search")
    assert len(found) == 2
    assert found[0]["article_id"] == "bridge"


def test_the_page_is_there_before_what_answers(page_assistant, page_settings):
    with (
        opened(page_settings) as page,
        httpx.Client(base_url=page.url, timeout=60) as client,
        ThreadPoolExecutor() as pool,
    ):
        shown = client.get("/")
        assert "data-loading" in shown.text
        assert "Ask already" in shown.text
        assert client.get("/page/chat.js").status_code == 200
        assert client.get("/health").status_code == 503
        page.say(Message("Indexing the articles … 3/9", "正在为文章建立索引…… 3/9"))
        assert client.post("/page/ready", json={}).json() == {
            "state": "loading",
            "said": "Indexing the articles … 3/9",
        }
        asked = pool.submit(converse, client, question=BRIDGE)
        listed = pool.submit(client.post, "/page/library", json={})
        with pytest.raises(TimeoutError):
            asked.result(0.3)
        page.answer_with(page_assistant)
        assert "6月28日" in asked.result()[-1]["answer"]["answer"]
        assert listed.result().status_code == 200
        assert client.post("/page/ready", json={}).json() == {"state": "ready"}
        assert client.get("/health").status_code == 200
        assert "data-loading" not in client.get("/").text
        assert "7 articles" in client.post("/page/facts", json={}).json()["html"]


def test_why_there_will_be_no_answer_is_said(page_settings):
    with opened(page_settings) as page, httpx.Client(base_url=page.url) as client:
        page.fail(JuwenError("the library is damaged; repair it", "文章库已损坏；请修复"))
        ready = client.post("/page/ready", json={}, headers={"Accept-Language": "zh"}).json()
        assert ready == {"state": "failed", "said": "文章库已损坏；请修复"}
        refused = client.post("/page/ask", json={"question": "?"})
        assert refused.status_code == 503
        assert refused.json()["problem"] == "the library is damaged; repair it"
        assert client.get("/health").status_code == 503


def test_under_a_path_of_a_proxy(page_assistant, page_settings):
    settings = replace(page_settings, root="/team/juwen", hosts=("a.example",))
    with serving(page_assistant, settings) as url, httpx.Client() as client:
        assert url.endswith("/team/juwen/")
        there = client.get(url, headers={"Host": "a.example"})
        assert there.status_code == 200
        assert client.get(url.rstrip("/")).headers["location"] == "/team/juwen/"
        below = url.replace("/team/juwen/", "/")
        for base in (url, below):  # a proxy hands the path on, or takes it away
            assert client.get(base + "page/chat.css").status_code == 200
            assert client.post(base + "page/library", json={}).status_code == 200
        assert client.get(below + "team/juwenx").status_code == 404
        assert client.get(below + "team/juwen/team/juwen/").status_code == 404
        assert Client(url, verbose=False).predict(BRIDGE, api_name="/ask")["citations"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://a.example", "X-Forwarded-Host": "a.example"}, 200),
        ({"Origin": "https://a.example", "X-Forwarded-Host": "a.example, b.example"}, 200),
        ({"Origin": "https://a.example", "Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "https://a.example", "Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://b.example", "X-Forwarded-Host": "a.example"}, 403),
        ({"Origin": "null", "X-Forwarded-Host": ""}, 403),
        ({"Origin": "http://["}, 403),
    ],
)
def test_a_proxy_may_use_its_own_name_for_the_server(client, headers, status):
    assert client.post("/page/library", json={}, headers=headers).status_code == status


def test_a_name_of_a_proxy_is_let_in_only_where_it_was_named(page_assistant, page_settings, client):
    asked = {"Host": "news.example:8080"}
    refused = client.get("/", headers=asked)
    assert refused.status_code == 421
    assert "--allow-host news.example" in refused.text
    with serving(page_assistant, replace(page_settings, hosts=("news.example",))) as url:
        assert httpx.get(url, headers=asked).status_code == 200
        assert httpx.get(url, headers={"Host": "evil.example"}).status_code == 421


def test_a_reader_who_goes_away_ends_the_answering(page_assistant, page_settings):
    ended = threading.Event()

    class Endless:
        library = page_assistant.library
        chat_model = None
        ask, search = page_assistant.ask, page_assistant.search

        def stream(self, *asked, **options):
            try:
                while True:
                    time.sleep(0.01)
                    yield Text("大")
            finally:
                ended.set()

    with serving(Endless(), page_settings) as url, httpx.Client(base_url=url) as client:
        with client.stream("POST", "/page/ask", json={"question": BRIDGE}) as stream:
            next(stream.iter_lines())
        assert ended.wait(10)


def test_the_endpoints_are_described(client):
    described = client.get("/gradio_api/info").json()["named_endpoints"]
    assert sorted(described) == ["/ask", "/search"]
    for name in described:
        assert described[name]["description"]
    names = [one["parameter_name"] for one in described["/ask"]["parameters"]]
    assert names == ["question", "history", "date_from", "date_to", "accounts", "strictness"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"question": " "}, "the question is empty"),
        (
            {"question": "谁？", "date_from": "yesterday"},
            "date_from is .yesterday. .* give a day as YYYY-MM-DD",
        ),
        (
            {"question": "谁？", "strictness": "lax"},
            "strictness is 'lax' .* give one of 'strict', 'balanced', 'open'",
        ),
    ],
)
def test_a_program_is_told_what_is_wrong(shared_url, asked, said):
    with pytest.raises(AppError, match=said):
        Client(shared_url, verbose=False).predict(**asked, api_name="/ask")


def test_evidence_is_shown_before_the_answer(client):
    parts = converse(client, question=BRIDGE, chinese=True)
    states = [part["state"] for part in parts]
    assert states[:2] == ["searching", "found"]
    assert states[-1] == "done"
    assert "forming" in states
    assert "东岸大桥月底通车" in parts[1]["slots"]["sources"]
    assert parts[-1]["answer"]["citations"][0]["article_id"] == "bridge"


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"question": 3},
        {"question": "谁？", "history": [1]},
        {"question": "谁？", "filters": {"date_from": "x"}},
    ],
)
def test_what_the_page_never_sends_is_refused(client, asked):
    [part] = converse(client, **asked)
    assert part["state"] == "failed"
    assert "reload the page" in part["said"]


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/file=../../../../etc/passwd",
        "/gradio_api/file=pyproject.toml",
        "/gradio_api/file/etc/passwd",
        "/gradio_api/proxy=https://example.com/",
        "/gradio_api/upload_progress?upload_id=1",
        "/gradio_api/stream/a/b/c/playlist-file",
        "/file=/etc/passwd",
        "/static/../../../../etc/passwd",
        "/assets/index.js",
        "/svelte/index.js",
        "/monitoring",
        "/docs",
        "/redoc",
        "/openapi.json",
        "/gradio_api/openapi.json",
        "/gradio_api/runs",
        "/mcp",
        "/gradio_api/mcp/",
        "/gradio_api/mcp/sse",
        "/gradio_api/vibe-code/",
        "/page/../server.py",
        "/page/%2e%2e/server.py",
        "/page/..%2fserver.py",
        "/page/chat.css/../../server.py",
        "/page/jobs/../../x",
        "//page/chat.css",
    ],
)
def test_no_other_path_exists(client, path):
    answer = client.get(path)
    assert answer.status_code in (400, 404), answer.text
    assert "root:" not in answer.text


def test_nothing_is_uploaded_through_gradio(client):
    answer = client.post("/gradio_api/upload", files={"files": ("a.txt", b"x")})
    assert answer.status_code == 404


def test_the_page_allows_nothing_from_elsewhere(client):
    answer = client.get("/")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in answer.headers


def test_other_sites_ask_nothing_in_a_readers_name(client):
    for origin in ("https://evil.example", "null", "http://127.0.0.1:1"):
        answer = client.post("/page/library", json={}, headers={"Origin": origin})
        assert answer.status_code == 403
    own = str(client.base_url).rstrip("/")
    assert client.post("/page/library", json={}, headers={"Origin": own}).status_code == 200


def test_a_name_that_points_here_is_refused(client):
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 421
    assert client.get("/", headers={"Host": "localhost:1"}).status_code == 200


def test_requests_are_limited_in_size(client):
    answer = client.post("/page/find", content=b"x" * 3_000_000)
    assert answer.status_code == 413
    chunks = (b"x" * 100_000 for _ in range(40))
    assert cut_off(lambda: client.post("/page/find", content=chunks))


def test_what_is_no_json_is_refused(client):
    assert client.post("/page/find", content=b"{").status_code == 400
    assert client.post("/page/find", json=[1]).status_code == 400
    assert client.post("/page/article", json={}).status_code == 422
    assert "is not in the library" in client.post("/page/article", json={"id": "x"}).text


def test_a_user_and_a_password_are_asked_for(page_assistant, page_settings):
    settings = replace(page_settings, users={"编辑": "密码1"})
    with serving(page_assistant, settings) as url:
        for path in ("", "page/chat.js", "config", "gradio_api/info"):
            refused = httpx.get(url + path)
            assert refused.status_code == 401
            assert refused.headers["www-authenticate"].startswith("Basic")
        for user, password in (("编辑", "密码2"), ("admin", ""), ("", ""), ("x", "密码1")):
            wrong = httpx.BasicAuth(user.encode(), password.encode())
            assert httpx.get(url, auth=wrong).status_code == 401
        right = httpx.BasicAuth("编辑".encode(), "密码1".encode())
        assert httpx.get(url, auth=right).status_code == 200
        client = Client(url, verbose=False, httpx_kwargs={"auth": right})
        assert client.predict(BRIDGE, api_name="/ask")["citations"]


def test_a_caller_asks_only_so_much_whatever_cookie_it_sends(page_assistant, page_settings):
    settings = replace(page_settings, limits=Limits({Limited.QUESTIONS: 2}))
    with serving(page_assistant, settings) as url:
        states = []
        for number in range(3):
            cookies = {"juwen_session": f"session{number}"}
            with httpx.Client(base_url=url, cookies=cookies) as client:
                states.append(converse(client, question=BRIDGE)[-1]["state"])
        assert states == ["done", "done", "failed"]


def test_a_port_that_is_taken(page_assistant, page_settings, shared_url):
    taken = int(shared_url.rsplit(":", 1)[1])
    page = serving(page_assistant, replace(page_settings, port=taken))
    with pytest.raises(JuwenError, match="name another --port"):
        page.__enter__()


def test_sessions_are_not_mixed_up(shared_url):
    """Twenty at once, each with questions of its own; none sees a word of another's."""
    asked = [
        "东岸大桥总投资多少？",
        "海棠小学今年招收多少名新生？",
        "云杉机械的新工厂年产多少台机器人？",
        "How much do night ferry tickets to Qingyu cost?",
    ]
    expected = ["18.6亿元", "240名", "5000台", "45 yuan"]

    def session(number: int) -> list[bool]:
        with httpx.Client(base_url=shared_url, timeout=60) as client:
            client.get("/")
            return [
                expected[at] in converse(client, question=asked[at])[-1]["answer"]["answer"]
                for at in [(number + step) % 4 for step in range(3)]
            ]

    with ThreadPoolExecutor(20) as pool:
        assert all(all(right) for right in pool.map(session, range(20)))


def test_an_upload_is_indexed_and_reported(own_client, tmp_path: Path):
    export = write_export(tmp_path / "a.json", [article("tram", "红桥电车将于8月8日开通。")])
    sent = own_client.post("/page/upload?name=../../新.json", content=export.read_bytes()).json()
    assert sent["name"] == "新.json"
    for _ in range(200):
        job = own_client.get(f"/page/jobs/{sent['id']}").json()
        if job["state"] in ("done", "failed"):
            break
        asyncio.run(asyncio.sleep(0.05))
    assert job["state"] == "done", job
    assert "标题tram" in job["html"]
    assert own_client.get("/page/jobs/unknown").status_code == 404
    refused = own_client.post("/page/upload?name=a.exe", content=b"MZ")
    assert refused.status_code == 422
    assert "is not a file that can be read" in refused.json()["problem"]


def test_an_upload_that_is_too_large(page_assistant, page_settings):
    settings = replace(page_settings, upload_bytes=1000)
    with serving(page_assistant, settings) as url:
        assert httpx.post(url + "page/upload?name=a.txt", content=b"x" * 2000).status_code == 413
        chunks = (b"x" * 500 for _ in range(4))
        assert cut_off(lambda: httpx.post(url + "page/upload?name=a.txt", content=chunks))


def test_tools_of_the_mcp_server(page_assistant, page_settings):
    mcp = pytest.importorskip("mcp")
    from mcp.client.streamable_http import streamable_http_client

    async def tools(url: str) -> tuple:
        async with (
            streamable_http_client(url) as (read, write, _),
            mcp.ClientSession(read, write) as session,
        ):
            await session.initialize()
            listed = (await session.list_tools()).tools
            answer = await session.call_tool("ask", {"question": BRIDGE})
            found = await session.call_tool("search_articles", {"question": "大桥", "most": 2})
            wrong = await session.call_tool("ask", {"question": " "})
            return listed, answer, found, wrong

    settings = replace(page_settings, mcp=True, limits=Limits({Limited.QUESTIONS: 10_000}))
    with serving(page_assistant, settings) as url:
        for path in ("mcp", "gradio_api/mcp/"):
            listed, answer, found, wrong = asyncio.run(tools(url + path))
            assert [tool.name for tool in listed] == ["ask", "search_articles"]
            assert "context" not in listed[0].inputSchema["properties"]
            assert "Answer a question from the library" in listed[0].description
            body = json.loads(answer.content[0].text)
            assert body["sentences"][0]["text"] == "东岸大桥将于6月28日通车。"
            assert answer.structuredContent["citations"][0]["article_id"] == "bridge"
            assert len(found.structuredContent["result"]) == 2
            assert wrong.isError
            assert "the question is empty" in wrong.content[0].text


def test_tools_count_as_questions(page_assistant, page_settings):
    pytest.importorskip("mcp")
    call = {"name": "ask", "arguments": {"question": BRIDGE}}
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
    headers = {"Accept": "application/json, text/event-stream"}
    settings = replace(page_settings, mcp=True, limits=Limits({Limited.QUESTIONS: 2}))
    with serving(page_assistant, settings) as url:
        said = [httpx.post(url + "mcp", json=body, headers=headers).text for _ in range(3)]
    assert ["were asked within a minute" in one for one in said] == [False, False, True]


@pytest.mark.parametrize(
    ("cookies", "accepted", "chinese"),
    [
        ({}, "zh-CN,zh;q=0.9,en;q=0.8", True),
        ({}, "en-GB,en;q=0.9,zh;q=0.8", False),
        ({}, "fr-FR,zh;q=0.8", True),
        ({"juwen_language": "en"}, "zh-CN", False),
        ({"juwen_language": "zh"}, "en", True),
        ({"juwen_language": "x"}, "", False),
    ],
)
def test_the_language_follows_the_browser_first(cookies, accepted, chinese):
    assert reads_chinese(cookies, {"accept-language": accepted}) is chinese


def test_the_right_article_is_named_by_its_title(own_client, page_folder):
    said = {"question": BRIDGE, "verdict": "wrong", "article_ids": ["海棠小学招生", "没有的标题"]}
    own_client.post("/page/feedback", json=said).raise_for_status()
    [line] = (page_folder / "feedback.jsonl").read_text("utf-8").splitlines()
    assert json.loads(line)["article_ids"] == ["school", "没有的标题"]
