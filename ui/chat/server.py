"""The server of the chat page: Gradio in server mode, with the page's own files and requests.

Questions go through Gradio's queue, like those of programs; what only reads or writes the library
is answered at once. The server keeps nothing of a conversation: each request brings what it needs.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"

import gradio as gr
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from index.build import remove_articles
from index.errors import JuwenError
from rag.assistant import Assistant
from ui.chat.apart import index_apart
from ui.chat.endpoints import conversation, endpoints
from ui.chat.guard import Guard
from ui.chat.jobs import Index, Jobs
from ui.chat.limits import Limits
from ui.chat.requests import Remove, Requests
from ui.language import say_message, speaking, speaks_chinese

_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_QUESTIONS = "questions"
_AT_ONCE = 8
"""Questions that are answered at the same time; the others wait in Gradio's queue."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How the page is served.

    Attributes:
        port: 0 stands for any that is free.
        users: Passwords by user; nobody is asked where there are none.
        models: Names of the chat models that may answer, beside the extractive answerer.
        index: Puts uploaded files into the library.
        remove: Takes articles out of it.
    """

    host: str = "127.0.0.1"
    port: int = 7860
    users: Mapping[str, str] = field(default_factory=dict)
    mcp: bool = False
    open_browser: bool = False
    models: Sequence[str] = ()
    index: Index = index_apart
    remove: Remove = remove_articles
    limits: Limits = field(default_factory=Limits)
    upload_bytes: int = 200 * 1024 * 1024


@contextlib.contextmanager
def serving(assistant: Assistant, settings: Settings) -> Iterator[str]:
    """Serve the page while inside; gives its address.

    Raises:
        JuwenError: nothing can listen there.
    """
    requests = Requests(assistant, settings.models, settings.remove)
    jobs = Jobs(
        assistant.library.folder, settings.index, assistant.library.article_ids, requests.changed
    )
    try:
        # In a thread of its own: the caller may be running a loop.
        with ThreadPoolExecutor(1) as thread:
            begun = _launch(assistant, settings, requests, jobs)
            server, url = thread.submit(asyncio.run, begun).result()
    except BaseException:
        jobs.close()
        raise
    try:
        yield url
    finally:
        server.get_blocks().close(verbose=False)
        jobs.close()


async def _launch(
    assistant: Assistant, settings: Settings, requests: Requests, jobs: Jobs
) -> tuple[gr.Server, str]:
    """Begin to serve. In a coroutine, because Gradio leaves unclosed loops behind where none runs."""
    port = _port(settings)
    server = build(assistant, settings, requests, jobs)
    _, url, _ = server.launch(
        server_name=settings.host,
        server_port=port,
        inbrowser=settings.open_browser,
        mcp_server=settings.mcp,
        share=False,
        ssr_mode=False,
        run_history=False,
        enable_monitoring=False,
        pwa=False,
        quiet=True,
        prevent_thread_lock=True,
        _frontend=False,
    )
    return server, url


def _port(settings: Settings) -> int:
    """A port that can be listened on: the one that was named, or any for 0.

    Raises:
        JuwenError: it is taken, or the address is not this machine's.
    """
    host = settings.host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, settings.port))
            return int(probe.getsockname()[1])
    except OSError as error:
        raise JuwenError(
            f"the page cannot be served on {host}:{settings.port} ({error.strerror}); name another --port",
            f"无法在 {host}:{settings.port} 提供页面（{error.strerror}）；请用 --port 指定其他端口",
        ) from error


def serve(assistant: Assistant, settings: Settings, ready: Callable[[str], None]) -> None:
    """Serve the page until the process is stopped; ``ready`` is told its address."""
    with serving(assistant, settings) as url:
        ready(url)
        threading.Event().wait()


def build(assistant: Assistant, settings: Settings, requests: Requests, jobs: Jobs) -> gr.Server:
    """The server with all its paths, not yet listening."""
    server = gr.Server(title="Juwen", docs_url=None, redoc_url=None, openapi_url=None)
    _add_questions(server, assistant, settings, requests)
    _add_page(server, requests)
    _add_uploads(server, requests, jobs)
    server.add_middleware(
        Guard,
        users=settings.users,
        host=settings.host,
        mcp=settings.mcp,
        upload_bytes=settings.upload_bytes,
    )
    return server


def _add_questions(
    server: gr.Server, assistant: Assistant, settings: Settings, requests: Requests
) -> None:
    ask, search_articles = endpoints(assistant, settings.limits)
    conversing = conversation(assistant, settings.limits, requests.instead, settings.models)
    # The first: the page stops a question by the number of its function.
    server.api(
        conversing,
        name="converse",
        api_visibility="undocumented",
        concurrency_limit=_AT_ONCE,
        concurrency_id=_QUESTIONS,
    )
    for name, called in (("ask", ask), ("search", search_articles)):
        server.api(called, name=name, concurrency_limit=_AT_ONCE, concurrency_id=_QUESTIONS)


def _add_page(server: gr.Server, requests: Requests) -> None:
    @server.get("/")
    def page(request: Request) -> HTMLResponse:
        with _speaking(request):
            return HTMLResponse(requests.page())

    @server.get("/favicon.ico")
    def icon() -> Response:
        return _file("icon.svg")

    for path in files("ui.chat").joinpath("static").iterdir():
        _add_file(server, path.name)

    for name, answer in requests.pure.items():
        _add_request(server, name, answer)


def _add_file(server: gr.Server, name: str) -> None:
    @server.get(f"/page/{name}")
    def static() -> Response:
        return _file(name)


def _file(name: str) -> Response:
    content = files("ui.chat").joinpath("static", name).read_bytes()
    return Response(
        content,
        media_type=_TYPES[Path(name).suffix],
        headers={"Cache-Control": "no-cache"},
    )


def _add_request(
    server: gr.Server, name: str, answer: Callable[[Mapping[str, Any]], Mapping[str, Any]]
) -> None:
    @server.post(f"/page/{name}")
    async def requested(request: Request) -> JSONResponse:
        try:
            values = json.loads(await request.body() or b"{}")
        except ValueError:
            return JSONResponse({"problem": "no JSON"}, 400)
        if not isinstance(values, dict):
            return JSONResponse({"problem": "no JSON object"}, 400)
        return await run_in_threadpool(_answered, request, answer, values)


def _answered(
    request: Request,
    answer: Callable[[Mapping[str, Any]], Mapping[str, Any]],
    values: Mapping[str, Any],
) -> JSONResponse:
    with _speaking(request):
        try:
            return JSONResponse(answer(values))
        except JuwenError as error:
            return JSONResponse({"problem": say_message(error.message)}, 422)


def _add_uploads(server: gr.Server, requests: Requests, jobs: Jobs) -> None:
    @server.post("/page/upload")
    async def upload(request: Request) -> JSONResponse:
        with _speaking(request):
            try:
                path = jobs.place(request.query_params.get("name", ""))
                with path.open("wb") as file:
                    async for some in request.stream():
                        await run_in_threadpool(file.write, some)
                return JSONResponse(requests.job(jobs.add(path)))
            except JuwenError as error:
                return JSONResponse({"problem": say_message(error.message)}, 422)

    @server.get("/page/jobs/{job_id}")
    def job(request: Request, job_id: str) -> JSONResponse:
        with _speaking(request):
            found = jobs.find(job_id)
            return JSONResponse(requests.job(found), 200 if found else 404)


@contextlib.contextmanager
def _speaking(request: Request) -> Iterator[None]:
    """Speak the language that the reader chose, else the one that the browser prefers."""
    with speaking(chinese=reads_chinese(request.cookies, request.headers)):
        yield


def reads_chinese(cookies: Mapping[str, str], headers: Mapping[str, str]) -> bool:
    """Whether to speak Chinese: by what was chosen on the page, the browser, this machine."""
    chosen = cookies.get("juwen_language")
    if chosen in ("zh", "en"):
        return chosen == "zh"
    preferred = headers.get("accept-language", "").lower()
    for language in preferred.split(","):
        if language.strip().startswith(("zh", "en")):
            return language.strip().startswith("zh")
    return speaks_chinese()
