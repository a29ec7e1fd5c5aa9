"""The server of the chat page: it listens and shows the page first, and loads what answers after.

Importing this module costs tenths of a second. What needs the library is imported once there is an
assistant, Gradio last, or once a program calls it.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from index.errors import JuwenError, Message
from ui.chat.access import is_local, is_passed_on, may_choose
from ui.chat.guard import Guard
from ui.chat.limits import Limits
from ui.chat.markup import fill
from ui.chat.opening import Opening
from ui.chat.programs import Programs
from ui.chat.quiet import EndedError, Quiet
from ui.connections import Patience
from ui.listening import bound, listening, origin_of
from ui.under import Under, base_of

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.types import ASGIApp

    from rag.assistant import Assistant
    from ui.chat.jobs import Index, Jobs
    from ui.chat.requests import Remove, Requests

_SECONDS_TO_CLOSE = 5
_SECONDS_TO_FINISH = 60
"""At most, for the question that is under way: a tenth of a second, but many on a busy machine."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How the page is served.

    Attributes:
        port: 0 stands for any that is free.
        users: Passwords by user; nobody is asked where there are none.
        administrator: The one of the users who may choose the chat model; where there are no users,
            and the page is this machine's own, whoever reads it may.
        hosts: Names that the server answers to beside this machine's own.
        root: The path that a proxy has the page under, ``/juwen``; empty for none.
        models: Names of the chat models that are going to answer, beside the extractive answerer,
            as long as there is no assistant that says it.
        index: Puts uploaded files into the library; in a process of its own by default.
        remove: Takes articles out of it.
        patience: How long is waited for callers, and whose word is taken for where they are.
    """

    host: str = "127.0.0.1"
    port: int = 7860
    users: Mapping[str, str] = field(default_factory=dict)
    administrator: str = ""
    hosts: Sequence[str] = ()
    root: str = ""
    mcp: bool = False
    models: Sequence[str] = ()
    index: Index | None = None
    remove: Remove | None = None
    limits: Limits = field(default_factory=Limits)
    patience: Patience = field(default_factory=Patience)
    upload_bytes: int = 200 * 1024 * 1024


class Page:
    """A page that is being served, and waits for what answers.

    Attributes:
        url: Where it is.
        loop: What its server runs in.
    """

    def __init__(self, settings: Settings, url: str) -> None:
        self.url = url
        self._settings = settings
        self._programs = Programs(self._make_programs)
        self._tools = Programs(self._make_tools)
        self._opening = Opening(self._html, self._programs, self._tools)
        self._assistant: Assistant | None = None
        self._jobs: Jobs | None = None
        self._quiet = Quiet()
        self._preparing: threading.Thread | None = None
        self.loop: asyncio.AbstractEventLoop | None = None

    def app(self) -> ASGIApp:
        """What answers every request, from the first moment."""
        settings = self._settings
        guard = Guard(
            self._opening,
            users=settings.users,
            host=settings.host,
            hosts=settings.hosts,
            mcp=settings.mcp,
            upload_bytes=settings.upload_bytes,
            limits=settings.limits,
        )
        return Under(guard, settings.root)

    def say(self, doing: Message) -> None:
        """Tell the readers who wait what is being done."""
        self._opening.doing = doing

    def fail(self, error: JuwenError) -> None:
        """Tell them why there will be no answer."""
        self._opening.page.set_exception(error)

    def answer_with(self, assistant: Assistant) -> None:
        """Answer the questions that wait, and all that come."""
        from index.build import remove_articles
        from rag.suggestions import starters
        from ui.chat.apart import index_apart
        from ui.chat.connecting import Connecting
        from ui.chat.jobs import Jobs
        from ui.chat.questions import conversation
        from ui.chat.requests import Requests
        from ui.chat.routes import guarded, page_app

        settings, library, quiet = self._settings, assistant.library, self._quiet
        requests = Requests(
            assistant,
            settings.remove or remove_articles,
            lambda: starters(assistant, before_each=quiet.wait),
            quiet,
        )

        def ids() -> Sequence[str]:
            library.catch_up()  # so that whoever uploads reads what was uploaded
            return library.article_ids()

        def changed() -> None:
            with contextlib.suppress(EndedError):
                requests.changed()

        jobs = Jobs(library.where, settings.index or index_apart, ids, changed)
        ask = conversation(assistant, settings.limits, self._models, quiet)
        self._assistant, self._jobs = assistant, jobs
        connecting = guarded(Connecting(assistant).pure, self._may_choose)
        self._opening.page.set_result(page_app(requests, jobs, ask, connecting, settings.limits))
        self._preparing = threading.Thread(target=self._prepare, args=(requests,), daemon=True)
        self._preparing.start()

    def _prepare(self, requests: Requests) -> None:
        """Make what nobody has asked for yet, behind the questions that are being answered."""
        with contextlib.suppress(EndedError):
            with contextlib.suppress(JuwenError):  # whoever asks for starters is told what is wrong
                requests.changed()
            self._quiet.wait()
            self._load_programs()

    def _load_programs(self) -> None:
        if self.loop is not None and self.loop.is_running():
            asyncio.run_coroutine_threadsafe(self._programs.app(), self.loop)

    def wait(self) -> None:
        """Until the process is stopped."""
        try:
            threading.Event().wait()
        finally:
            self.end()

    def end(self) -> None:
        """Let what is made behind the questions end: it uses what the caller closes next, and a
        process that ends within a network's code is ended by the system."""
        self._quiet.end()
        if self._preparing is not None:
            self._preparing.join(_SECONDS_TO_FINISH)

    async def close(self) -> None:
        await self._programs.close()
        await self._tools.close()
        if self._jobs is not None:
            self._jobs.close()

    def _html(self, ready: bool, headers: Mapping[str, str]) -> str:
        counts = self._assistant.library.counts() if ready and self._assistant else None
        connects = self._may_choose(headers)
        return fill(
            "page",
            counts=counts,
            models=self._models(),
            connects=connects,
            shares=not self._is_own or is_passed_on(headers),
            base=base_of(headers, self._settings.root),
        )

    def _models(self) -> Sequence[str]:
        """The chat models that may answer; a reader may have chosen another one meanwhile."""
        if self._assistant is None:
            return self._settings.models
        chat = self._assistant.chat_model
        return (chat.name,) if chat else ()

    def _may_choose(self, headers: Mapping[str, str]) -> bool:
        settings = self._settings
        return may_choose(headers, settings.users, settings.administrator, own=self._is_own)

    @property
    def _is_own(self) -> bool:
        """Whether the page is this machine's own: nobody else can open it."""
        settings = self._settings
        return not settings.hosts and not settings.root and is_local(settings.host)

    def _make_programs(self) -> Starlette:
        with self._quiet.asking():  # imports are slow beside other work
            from ui.chat.endpoints import program_app

        assert self._assistant is not None, "programs wait for the assistant"
        return program_app(self._assistant, self._settings.limits)

    def _make_tools(self) -> Starlette:
        from ui.chat.tools import tool_app

        assert self._assistant is not None, "tools wait for the assistant"
        return tool_app(self._assistant, self._settings.limits)


@contextlib.contextmanager
def opened(settings: Settings) -> Iterator[Page]:
    """Serve the page while inside, before anything can answer on it.

    Raises:
        ListenError: nothing can listen there.
    """
    sock = bound(settings.host, settings.port)
    page = Page(settings, f"{origin_of(sock, settings.host)}{settings.root}/")
    with listening(page.app(), sock, settings.patience) as page.loop:
        try:
            yield page
        finally:
            closing = asyncio.run_coroutine_threadsafe(page.close(), page.loop)
            closing.result(_SECONDS_TO_CLOSE)
            page.end()


@contextlib.contextmanager
def serving(assistant: Assistant, settings: Settings) -> Iterator[str]:
    """Serve the page with its assistant while inside; gives its address.

    Raises:
        ListenError: nothing can listen there.
    """
    with opened(settings) as page:
        page.answer_with(assistant)
        yield page.url
