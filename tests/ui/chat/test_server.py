"""The page's server: what programs call, what does not exist, who is let in."""

from __future__ import annotations

import asyncio
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from urllib.parse import urljoin

import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from index.build import index_articles
from index.errors import JuwenError, Message
from rag.assistant import Assistant
from rag.events import Text
from tests.conftest import FakeEncoder, article
from tests.ui.chat.conftest import make_library, settings_for
from tests.ui.conftest import write_export
from ui.chat.limits import Limited, Limits
from ui.chat.server import opened, serving
from ui.chat.spoken import reads_chinese
from ui.connections import Patience

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
        assert urljoin(url.rstrip("/"), client.get(url.rstrip("/")).headers["location"]) == url
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
        ({"question": "谁？", "date_from": "昨天"}, 'date_from 为 "昨天"；应为日历中的日期'),
        ({"question": "Who?", "strictness": "lax"}, 'strictness is "lax"; give one of "strict"'),
    ],
)
def test_a_program_is_told_what_is_wrong(shared_url, asked, said):
    with pytest.raises(AppError, match=said):
        Client(shared_url, verbose=False).predict(**asked, api_name="/ask")


NOTHING = None, None, None
FILE = {"meta": {"_type": "gradio.FileData"}}
WRONG_CALLS = [
    ("search", ["ferry", *NOTHING, 1.5], "most is 1.5; give a whole number from 1 to 10"),
    ("search", ["ferry", *NOTHING, "x"], 'most is "x"; give'),
    ("search", ["ferry", *NOTHING, True], "most is true; give"),
    ("search", ["ferry", *NOTHING, 0], "most is 0; give"),
    ("search", ["渡轮", *NOTHING, [3]], "most 为 [3]；应为 1 到 10 的整数"),
    ("search", [None, *NOTHING, 3], "question is missing or null; give a text"),
    ("search", ["ferry", "2025-02-30", None, None, 3], 'date_from is "2025-02-30"; give a day'),
    ("ask", [], "question is missing or null; give a text"),
    ("ask", [7, None, *NOTHING, None], "question is 7; give a text"),
    ("ask", ["Who?", "notalist", *NOTHING, "open"], 'history is "notalist"; give a list of turns'),
    ("ask", ["Who?", {}, *NOTHING, "open"], "history is {}; give a list of turns"),
    ("ask", ["Who?", [[1, 2]], *NOTHING, "open"], "history[0] is [1, 2]; give an object"),
    ("ask", ["Who?", [None], *NOTHING, "open"], "history[0] is missing or null; give an object"),
    ("ask", ["谁？", [{"role": "user"}], *NOTHING, "open"], 'history[0] 为 {"role": "user"}；应为'),
    ("ask", ["谁？", None, "2025-99-99", None, None, None], 'date_from 为 "2025-99-99"；应为'),
    ("ask", ["Who?", None, None, 20250620, None, None], "date_to is 20250620; give a day"),
    ("ask", ["Who?", None, "2025-06-20", "2025-06-01", None, None], "is after date_to 2025-06-01"),
    (
        "ask",
        ["谁？", None, "2025-06-20", "2025-06-01", None, None],
        "晚于 date_to 2025-06-01；请对调",
    ),
    ("ask", ["Who?", None, None, None, {"a": 1}, None], 'accounts is {"a": 1}; give a text or'),
    ("ask", ["Who?", None, None, None, [1], None], "accounts is [1]; give a text or a list"),
    ("ask", ["Who?", None, *NOTHING, "bogus"], 'strictness is "bogus"; give one of "strict"'),
    ("ask", ["Who?", None, *NOTHING, 1], "strictness is 1; give one of"),
    ("ask", [{"path": "/etc/hosts", **FILE}], 'question is {"path": "/etc/hosts", "meta": '),
    ("ask", ["Who?", [{"path": "http://127.0.0.1:9/a", **FILE}]], 'history[0] is {"path": "http:'),
    ("search", ["x", None, None, {"path": "/etc/hosts", **FILE}], 'accounts is {"path": "/etc/h'),
    ("ask", ["Who?", None, *NOTHING, None, 8], "7 values were given; give at most 6: question, "),
]
PYTHON = re.compile(r"Error|None|\b(?:int|str|dict|Strictness|pydantic)\b|0x[0-9a-f]{6}|object at")


def called(client: httpx.Client, name: str, data: list[object], **headers: str) -> str:
    """What a program is told, by plain requests."""
    sent = client.post(f"/gradio_api/call/{name}", json={"data": data}, headers=headers)
    event = sent.json()["event_id"]
    return client.get(f"/gradio_api/call/{name}/{event}", timeout=60).text


@pytest.mark.parametrize(("name", "data", "said"), WRONG_CALLS)
def test_each_wrong_value_of_a_call_is_said_and_not_logged(client, capfd, name, data, said):
    told = called(client, name, data)
    assert told.startswith("event: error")
    problem = json.loads(told.partition("data: ")[2])["error"]
    assert said in problem
    assert not PYTHON.search(problem)
    log = "".join(capfd.readouterr())
    assert "Traceback" not in log
    assert log.count("\n") <= 1


def test_a_program_is_told_in_the_language_that_it_asks_for(client):
    headers = {"Accept-Language": "zh-CN"}
    told = called(client, "search", ["ferry", None, None, None, "x"], **headers)
    assert "应为 1 到 10 的整数" in json.loads(told.partition("data: ")[2])["error"]


def test_one_account_may_be_named_by_itself_and_the_rest_left_out(client):
    whole = called(client, "search", ["大桥"])
    assert whole == called(client, "search", ["大桥", None, None, None, 10])
    assert whole.startswith("event: complete")
    one = called(client, "search", ["大桥", None, None, "没有的号"])
    assert json.loads(one.partition("data: ")[2]) == [[]]


@pytest.mark.parametrize("name", ["ask", "search"])
def test_an_answer_that_there_is_none_of_is_said_and_breaks_nothing_off(client, capfd, name):
    headers = {"Accept-Language": "zh"}
    told = client.get(f"/gradio_api/call/{name}/0123456789abcdef", headers=headers).text
    assert told.startswith("event: error")
    assert "没有这个调用" in json.loads(told.partition("data: ")[2])["error"]
    assert "Traceback" not in "".join(capfd.readouterr())


def test_a_call_by_names_is_told_of_names(client):
    sent = client.post("/gradio_api/call/v2/search", json={"asked": "渡轮"})
    assert sent.status_code == 400
    assert "send an object with the values by their names" in sent.json()["problem"]


@pytest.mark.parametrize("body", [{"data": "x"}, {"data": None}, {}])
def test_a_call_without_a_list_of_values_is_told_what_to_send(client, body):
    sent = client.post("/gradio_api/call/ask", json=body, headers={"Accept-Language": "zh"})
    assert sent.status_code == 400
    assert '请按 GET /gradio_api/info 所列顺序发送 {"data": […]}' in sent.json()["problem"]


def test_nobody_is_told_where_an_article_was_read(tmp_path, encoder):
    folder = tmp_path / "of-the-owner"
    folder.mkdir()
    (folder / "bridge.txt").write_text("东岸大桥将于6月28日通车。", "utf-8")
    index_articles([folder], tmp_path / "library", encoder=encoder)
    settings = replace(settings_for(encoder), mcp=True)
    with (
        Assistant.open(tmp_path / "library", encoder=encoder) as assistant,
        serving(assistant, settings) as url,
        httpx.Client(base_url=url, timeout=60) as client,
    ):
        said = [
            client.post(f"/page/{name}", json=form).text
            for name, form in (
                ("ask", {"question": BRIDGE}),
                ("article", {"id": "bridge"}),
                ("headings", {}),
                ("find", {"q": "大桥"}),
            )
        ]
        said += [called(client, "ask", [BRIDGE]), called(client, "search", ["大桥"])]
        said += [tool_call(url, "ask", {"question": BRIDGE})]
        kept = assistant.library.raw_article("bridge")
    assert kept is not None
    assert str(folder) in kept.origin
    assert all("bridge" in one for one in said)
    assert not any("of-the-owner" in one for one in said)


def test_a_fault_is_logged_without_what_was_asked(page_assistant, page_settings, caplog, capfd):
    class Faulty:
        library, chat_model = page_assistant.library, None
        stream, search = page_assistant.stream, page_assistant.search

        def ask(self, question, *rest, **named):
            if "lighthouse" in question:
                raise KeyError(question)
            return page_assistant.ask(question, *rest, **named)

    settings = replace(page_settings, mcp=True)
    with serving(Faulty(), settings) as url, httpx.Client(base_url=url, timeout=60) as client:
        told = called(client, "ask", ["Who keeps the secret lighthouse?"])
        assert "the server failed at this call" in told
        told = tool_call(url, "ask", {"question": "谁看守 secret lighthouse？"})
        assert "服务器处理此调用时出错" in told
    log = caplog.text + "".join(capfd.readouterr())
    assert "KeyError" in log
    assert "in ask" in log
    assert "secret lighthouse" not in log


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
        {"question": " \n"},
        {"question": "谁" * 2001},
        {"question": "谁？", "history": [1]},
        {"question": "谁？", "filters": {"date_from": "x"}},
        {"question": "谁？", "filters": {"date_from": "2025-06-20", "date_to": "2025-06-01"}},
    ],
)
def test_what_the_page_never_sends_is_refused(client, asked):
    for language, word in (("en", "; "), ("zh", "；")):
        sent = client.post("/page/ask", json=asked, headers={"Accept-Language": language})
        assert sent.status_code == 400
        said = sent.json()
        assert said["state"] == "failed"
        assert word in said["problem"]
        assert not PYTHON.search(said["problem"])
        assert said["said"] == said["problem"]


def test_a_wrong_number_of_the_page_is_said(client):
    sent = client.post("/page/headings", json={"offset": "x"})
    assert sent.status_code == 400
    assert sent.json()["problem"] == 'offset is "x"; give a whole number from 0 on'


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


def test_a_refusal_is_in_the_readers_language(client):
    chinese = {"Accept-Language": "zh-CN"}
    refused = client.post("/page/find", content=b"x" * 3_000_000, headers=chinese)
    assert "超出一次可接收的大小" in refused.json()["problem"]
    assert "没有此页" in client.get("/nothing", headers=chinese).text
    assert "Not found" in client.get("/nothing", headers={"Accept-Language": "en"}).text


def test_requests_are_limited_in_size(client):
    answer = client.post("/page/find", content=b"x" * 3_000_000)
    assert answer.status_code == 413
    chunks = (b"x" * 100_000 for _ in range(40))
    assert cut_off(lambda: client.post("/page/find", content=chunks))


def test_what_is_no_json_is_refused(client):
    assert client.post("/page/find", content=b"{").status_code == 400
    assert client.post("/page/find", json=[1]).status_code == 400
    assert client.post("/page/article", json={}).status_code == 400
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


@pytest.mark.parametrize(
    ("changes", "headers", "offered"),
    [
        ({}, {}, False),
        ({}, {"X-Forwarded-For": "192.0.2.1"}, True),
        ({"users": {"ed": "secret"}}, {}, False),  # of this machine alone all the same
        ({"hosts": ("a.example",)}, {}, True),
        ({"root": "/team"}, {}, True),
        ({"host": "0.0.0.0", "users": {"ed": "secret"}}, {}, True),
    ],
)
def test_links_are_offered_where_others_can_open_them(page_settings, changes, headers, offered):
    settings = replace(page_settings, **changes)
    with opened(settings) as page:
        url = page.url.replace("0.0.0.0", "127.0.0.1")
        shown = httpx.get(url, headers=headers, auth=("ed", "secret"))
    assert shown.status_code == 200
    assert ("data-shares" in shown.text) is offered


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


def tool_call(url: str, name: str, arguments: dict, **headers: str) -> str:
    """What an MCP client is told, by one plain request."""
    pytest.importorskip("mcp")
    params = {"name": name, "arguments": arguments}
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    headers = {"Accept": "application/json, text/event-stream", **headers}
    said = httpx.post(f"{url}mcp", json=body, headers=headers, timeout=60)
    result = json.loads(said.text.partition("data: ")[2])["result"]
    return result["content"][0]["text"]


def test_tools_count_as_questions(page_assistant, page_settings):
    settings = replace(page_settings, mcp=True, limits=Limits({Limited.QUESTIONS: 2}))
    asked = {"question": BRIDGE}
    with serving(page_assistant, settings) as url:
        said = [tool_call(url, "ask", asked, **{"Accept-Language": "en"}) for _ in range(3)]
        in_chinese = tool_call(url, "ask", asked)
    assert ["were asked within a minute" in one for one in said] == [False, False, True]
    assert "一分钟内已提问 2 次" in in_chinese


def test_each_caller_has_limits_of_its_own_also_for_programs(page_assistant, page_settings):
    few, trusted = (
        Limits({Limited.QUESTIONS: 1}),
        Patience(trusted_proxies=frozenset(["127.0.0.1"])),
    )
    settings = replace(page_settings, mcp=True, limits=few, patience=trusted)
    with serving(page_assistant, settings) as url, httpx.Client(base_url=url, timeout=60) as client:
        called_by = [
            called(client, "search", ["bridge"], **{"X-Forwarded-For": address})
            for address in ("10.0.0.1", "10.0.0.2", "10.0.0.1")
        ]
        asked = {"question": "bridge"}
        tools = [
            tool_call(url, "search_articles", asked, **{"X-Forwarded-For": address})
            for address in ("10.0.0.3", "10.0.0.4", "10.0.0.3")
        ]
    for said in (called_by, tools):
        assert ["were asked within" in one for one in said] == [False, False, True]


@pytest.fixture(scope="module")
def tools_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    pytest.importorskip("mcp")
    encoder = FakeEncoder()
    folder = make_library(tmp_path_factory.mktemp("tools") / "library", encoder)
    settings = replace(settings_for(encoder), mcp=True)
    with Assistant.open(folder, encoder=encoder) as assistant, serving(assistant, settings) as url:
        yield url


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("ask", {}, "question is missing or null; give a text"),
        ("ask", {"question": 7}, "question is 7; give a text"),
        ("ask", {"question": " "}, "the question is empty"),
        ("ask", {"question": "Who?", "history": "x"}, 'history is "x"; give a list of turns'),
        ("ask", {"question": "Who?", "history": [{"question": 1}]}, "history[0] is "),
        ("ask", {"question": "谁？", "strictness": ["open"]}, "strictness 为 "),
        ("search_articles", {"question": "ferry", "most": "many"}, 'most is "many"; give'),
        ("search_articles", {"question": "ferry", "date_to": {"a": 1}}, "date_to is "),
        ("answer", {"question": "ferry"}, "there is no tool 'answer'; call one of ask, "),
    ],
)
def test_each_wrong_value_of_a_tool_is_said(tools_url, capfd, name, arguments, said):
    told = tool_call(tools_url, name, arguments)
    assert told.startswith(said) or said in told
    assert not PYTHON.search(told)
    assert "\n" not in told
    assert "Traceback" not in "".join(capfd.readouterr())


@pytest.mark.parametrize(
    "message",
    [
        {"method": "tools/call", "params": {"name": "ask", "arguments": "the secret lighthouse"}},
        {"method": "tools/call", "params": ["the secret lighthouse"]},
        {"method": "the secret lighthouse", "params": {}},
        {"method": "tools/call", "params": {"name": 7}, "id": [1]},
        [],
    ],
)
def test_a_message_that_is_none_of_mcp_is_said_and_not_logged(tools_url, caplog, capfd, message):
    body = {"jsonrpc": "2.0", "id": 1, **message} if isinstance(message, dict) else message
    headers = {"Accept": "application/json, text/event-stream", "Accept-Language": "en"}
    said = httpx.post(f"{tools_url}mcp", json=body, headers=headers, timeout=60)
    assert said.status_code == 400
    assert said.json()["error"]["message"].startswith("the message is none of MCP's; call a tool")
    body = {"jsonrpc": "2.0", "method": "tools/call", "params": {"name": "the secret lighthouse"}}
    assert httpx.post(f"{tools_url}mcp", json=body, headers=headers, timeout=60).status_code == 400
    log = caplog.text + "".join(capfd.readouterr())
    assert "lighthouse" not in log
    assert "validation error" not in log


def test_a_tool_takes_lists_that_are_written_as_texts(tools_url):
    asked = {"question": "大桥", "accounts": '["没有的号"]', "most": None}
    params = {"name": "search_articles", "arguments": asked}
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    headers = {"Accept": "application/json, text/event-stream"}
    said = httpx.post(f"{tools_url}mcp", json=body, headers=headers, timeout=60).text
    assert json.loads(said.partition("data: ")[2])["result"]["structuredContent"] == {"result": []}


def test_a_slow_tool_keeps_nobody_waiting(page_assistant, page_settings):
    begun, go_on = threading.Event(), threading.Event()

    class Slow:
        library, chat_model = page_assistant.library, None
        stream, search = page_assistant.stream, page_assistant.search

        def ask(self, question, *rest, **named):
            if question == "Slow?":
                begun.set()
                go_on.wait(30)
            return page_assistant.ask(question, *rest, **named)

    with serving(Slow(), replace(page_settings, mcp=True)) as url:
        asking = threading.Thread(target=tool_call, args=(url, "ask", {"question": "Slow?"}))
        asking.start()
        try:
            assert begun.wait(30)
            assert httpx.post(f"{url}page/find", json={"q": "大桥"}, timeout=20).status_code == 200
        finally:
            go_on.set()
            asking.join()


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
