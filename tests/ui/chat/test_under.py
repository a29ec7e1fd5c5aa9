"""The page and what programs call, reached through proxies that have them under a path."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import cache
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
from gradio_client import Client

from rag.assistant import Assistant
from tests.conftest import FakeEncoder
from tests.ui.chat.conftest import make_library, settings_for
from tests.ui.chat.proxies import handing_on, proxied, taking_away
from tests.ui.chat.test_server import tool_call
from ui.chat.server import opened, serving

BRIDGE = "东岸大桥什么时候通车？"


def carelessly(path: str) -> str | None:
    """As nginx's ``location /juwen { proxy_pass http://page/; }``: a slash too many."""
    return path.replace("/juwen", "/", 1) if path.startswith("/juwen/") else None


PROXIES = {
    "path taken away": ("", "/juwen/", taking_away("/juwen")),
    "nested path taken away": ("", "/a/b-2/juwen_x/", taking_away("/a/b-2/juwen_x")),
    "path in Chinese taken away": ("", "/%E6%8D%AE%E9%97%BB/", taking_away("/%E6%8D%AE%E9%97%BB")),
    "path handed on": ("/juwen", "/juwen/", handing_on("/juwen")),
    "nested path handed on": ("/team/juwen", "/team/juwen/", handing_on("/team/juwen")),
    "half of the path handed on": ("/juwen", "/team/juwen/", taking_away("/team")),
    "a slash too many": ("", "/juwen/", carelessly),
}


def loaded(client: httpx.Client, url: str) -> set[str]:
    """All that a browser loads with the page: what its elements name, and what modules import."""
    page = client.get(url)
    assert page.status_code == 200
    base = re.search(r'<base href="([^"]+)"', page.text)
    start = urljoin(url, base[1]) if base else url
    waiting = [
        urljoin(start, one)
        for one in re.findall(r'<(?:link|script)[^>]+(?:href|src)="([^"]+)"', page.text)
    ]
    found: set[str] = set()
    while waiting:
        one = waiting.pop()
        if one in found:
            continue
        answer = client.get(one)
        assert answer.status_code == 200, one
        found.add(one)
        if one.endswith(".js"):
            named = re.findall(r'(?:from|import) "(\./[^"]+)"', answer.text)
            waiting += [urljoin(one, each) for each in named]
    return found


def finished(client: httpx.Client, url: str, job: dict) -> dict:
    for _ in range(300):
        told = client.get(f"{url}page/jobs/{job['id']}").json()
        if told["state"] in ("done", "failed"):
            return told
        time.sleep(0.1)
    raise AssertionError("the job does not end")


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def port_of(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], int]]:
    """The port of a page that is served under a path, one for all tests."""
    encoder = FakeEncoder()
    folder = make_library(tmp_path_factory.mktemp("under") / "library", encoder)
    with Assistant.open(folder, encoder=encoder) as assistant, ExitStack() as all_pages:

        @cache
        def port_of(root: str) -> int:
            settings = replace(settings_for(encoder), root=root, mcp=True)
            url = all_pages.enter_context(serving(assistant, settings))
            httpx.get(f"{url}config", timeout=600)  # until Gradio is imported
            return urlsplit(url).port or 0

        yield port_of


@pytest.mark.parametrize(("root", "path", "passed_on"), PROXIES.values(), ids=PROXIES)
def test_all_that_a_page_and_programs_ask_for(client, port_of, root, path, passed_on):
    with proxied(port_of(root), passed_on) as proxy:
        url = f"{proxy}{path}"
        assert len(loaded(client, url)) > 10
        with client.stream("POST", f"{url}page/ask", json={"question": BRIDGE}) as stream:
            parts = [json.loads(line) for line in stream.iter_lines()]
        assert "6月28日" in parts[-1]["answer"]["answer"]
        uploaded = client.post(
            f"{url}page/upload?name=%E7%94%B5%E8%BD%A6.txt",
            content="红桥电车将于8月8日开通。".encode(),
            headers={"Origin": proxy},
        )
        assert finished(client, url, uploaded.json())["state"] == "done"
        programs = Client(url, verbose=False)
        assert programs.predict(BRIDGE, api_name="/ask")["citations"]
        assert tool_call(url, "ask", {"question": BRIDGE})
        assert client.get(f"{proxy}/page/chat.css").status_code == 404


def test_without_its_slash_the_page_is_asked_for_with_it(client, port_of):
    with proxied(port_of("/juwen"), taking_away("/team")) as proxy:
        moved = client.get(f"{proxy}/team/juwen?from=%E6%8A%A5")
        assert moved.status_code == 308
        there = urljoin(str(moved.url), moved.headers["location"])
        assert there == f"{proxy}/team/juwen/?from=%E6%8A%A5"
        assert len(loaded(client, there)) > 10


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("root", ["", "/juwen"])
def test_a_proxy_that_says_what_it_takes_away(client, port_of, root, slash):
    """As Traefik's ``StripPrefix``: both of the page's addresses come as ``/``."""

    def passed_on(path: str) -> str | None:
        return path.removeprefix("/team") or "/" if path.startswith("/team") else None

    with proxied(port_of(root), passed_on, X_Forwarded_Prefix="/team") as proxy:
        page = client.get(f"{proxy}/team{root}{slash}", follow_redirects=True)
        assert f'<base href="/team{root}/">' in page.text
        assert len(loaded(client, str(page.url))) > 10


@pytest.mark.parametrize(
    "said", ["//b.example", "https://b.example", '/"><script>', "juwen", "/a, /b", "/", ""]
)
def test_what_is_no_path_is_not_believed(page_settings, client, said):
    with opened(page_settings) as page:
        shown = client.get(page.url, headers={"X-Forwarded-Prefix": said})
        assert "<base" not in shown.text
        assert "base-uri 'self'" in shown.headers["content-security-policy"]
