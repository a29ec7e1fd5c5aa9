"""``juwen chat``: the page in the browser, or the conversation in the terminal.

The page listens before anything slow is imported: so this module imports little, and what it needs
of the library where it needs it.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import stat
import sys
import threading
import time
import webbrowser
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from index.database.database import check_there
from index.errors import ArticleError, JuwenError, LibraryError, Message
from index.location import Location
from ui.chat.access import LOCAL_HOST, check_administrator, check_host, read_users
from ui.connections import Patience, read_proxies
from ui.heaps import share_heaps
from ui.language import say
from ui.options import (
    DEFAULT_LIBRARY,
    allow_host_option,
    check_paths,
    encoder_option,
    library_option,
    open_assistant,
    root_path_option,
)
from ui.under import read_root

if TYPE_CHECKING:
    from ui.chat.server import Page

SAMPLES_LIBRARY = "library-samples"
DEFAULT_PORT = 7860

_SECONDS_FOR_A_QUESTION = 1.0
"""How long a pipe may take to bring its first question before the page is opened instead."""

_SECONDS_TO_READ_WHY = 1.5
"""How long a page that waits is left to ask why there will be no answer."""


@click.command(
    "chat",
    help=say(
        "Open the chat page. ARTICLES are put into the library before. Questions that are piped in "
        "are answered in the terminal.",
        "打开聊天页面；如给出文章文件，先将其加入文章库。问题由管道输入时在终端回答。",
    ),
)
@click.argument(
    "articles",
    nargs=-1,
    type=click.Path(path_type=Path),
    metavar=say("[ARTICLES]...", "[文章文件]..."),
)
@library_option
@encoder_option
@click.option(
    "--terminal/--page",
    default=None,
    help=say(
        "Ask in the terminal, or in the browser [default: the browser, unless questions are piped in].",
        "在终端或浏览器中提问 [默认：浏览器；问题由管道输入时为终端]。",
    ),
)
@click.option(
    "--host",
    default=LOCAL_HOST,
    show_default=True,
    help=say(
        "Address to listen on; any other than this machine's own needs --auth.",
        "监听地址；除本机地址外都须同时给出 --auth。",
    ),
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=DEFAULT_PORT,
    show_default=True,
    help=say("Port to listen on; 0 for a free one.", "监听端口；0 表示任选一个空闲端口。"),
)
@click.option(
    "--auth",
    metavar="USER:PASSWORD|FILE",
    envvar="JUWEN_AUTH",
    help=say(
        "Ask for this user and password, or for one of a file's lines.",
        "要求输入此用户名与密码，或文件中任一行的用户名与密码。",
    ),
)
@allow_host_option
@root_path_option
@click.option(
    "--admin",
    metavar="USER",
    envvar="JUWEN_ADMIN",
    help=say(
        "Which of --auth's users may choose the chat model on the page.",
        "--auth 中哪位用户可以在页面上选择对话模型。",
    ),
)
@click.option(
    "--trusted-proxy",
    "trusted_proxies",
    multiple=True,
    metavar="ADDRESS",
    help=say(
        "A proxy whose X-Forwarded-For is believed; may be given several times.",
        "可信代理的地址，仅采信其 X-Forwarded-For；可多次给出。",
    ),
)
@click.option(
    "--mcp",
    is_flag=True,
    help=say(
        "Offer ask and search_articles as tools of an MCP server, too.",
        "同时作为 MCP 服务器提供 ask 与 search_articles 工具。",
    ),
)
@click.option(
    "--browser/--no-browser",
    default=True,
    help=say("Open the page in the browser.", "在浏览器中打开页面。"),
)
def chat_command(
    articles: Sequence[Path],
    library: Location | None,
    encoder: str | None,
    terminal: bool | None,
    host: str,
    port: int,
    auth: str | None,
    hosts: Sequence[str],
    root: str,
    admin: str | None,
    trusted_proxies: Sequence[str],
    mcp: bool,
    browser: bool,
) -> None:
    share_heaps()
    users = read_users(auth)
    check_host(host, users)
    administrator = check_administrator(admin, users)
    patience = Patience(trusted_proxies=read_proxies(trusted_proxies))
    check_paths(articles)
    wanted = _Wanted.of(articles, library, encoder)
    if terminal or (terminal is None and has_questions(sys.stdin)):
        _talk(wanted)
        return
    from ui.chat.server import Settings, opened

    settings = Settings(
        host=host,
        port=port,
        users=users,
        administrator=administrator,
        hosts=hosts,
        root=read_root(root),
        patience=patience,
        mcp=mcp,
        models=_chosen_models(),
    )
    signal.signal(signal.SIGTERM, _end)
    with opened(settings) as page:
        _say_address(page.url)
        if browser and _has_browser():
            threading.Thread(target=webbrowser.open, args=(page.url,), daemon=True).start()
        _answer(page, wanted)


def _chosen_models() -> Sequence[str]:
    """The name of the chat model that is going to answer, before it is opened."""
    if name := os.environ.get("JUWEN_CHAT_MODEL"):
        return (name,)
    from rag.generation.chat_model import ChatModelError
    from rag.generation.connection import load_connection

    with contextlib.suppress(ChatModelError):  # said where the assistant is opened
        if connection := load_connection():
            return (connection.name,)
    return ()


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The library to ask, and the articles to put into it before.

    Attributes:
        samples: Whether it is the one of the sample articles, because there is no other.
    """

    articles: Sequence[Path]
    folder: Location
    encoder: str | None
    samples: bool = False

    @classmethod
    def of(cls, articles: Sequence[Path], library: Location | None, encoder: str | None) -> _Wanted:
        """
        Raises:
            LibraryError: there is no library there, and nothing to put into one.
        """
        folder = library or Path(DEFAULT_LIBRARY)
        if not articles and isinstance(folder, Path):
            try:
                check_there(folder)
            except LibraryError:
                if library is not None:
                    raise
                return cls((), Path(SAMPLES_LIBRARY), encoder, samples=True)
        return cls(articles, folder, encoder)


def _talk(wanted: _Wanted) -> None:
    from ui.terminal import talk

    _fill(wanted)
    with open_assistant(wanted.folder, wanted.encoder) as assistant:
        talk(assistant)


def _answer(page: Page, wanted: _Wanted) -> None:
    """Load what answers on the page, and answer until the process is stopped."""
    try:
        _fill(wanted, page)
        with open_assistant(wanted.folder, wanted.encoder) as assistant:
            assistant.warm_up()
            page.answer_with(assistant)
            click.echo(say("Ready.", "已就绪。"), err=True)
            page.wait()
    except JuwenError as error:
        page.fail(error)
        time.sleep(_SECONDS_TO_READ_WHY)
        raise


def _fill(wanted: _Wanted, page: Page | None = None) -> None:
    """Put the articles that were named into the library, or the samples into theirs."""
    if not wanted.articles and not wanted.samples:
        return
    from ui.indexing import index_samples, run_index
    from ui.show import show_summary

    def told(done: int, total: int) -> None:
        of = f" {done}/{total}" if total else f" {done}"
        if page is not None:
            page.say(Message(f"Indexing the articles …{of}", f"正在为文章建立索引……{of}"))

    if wanted.samples:
        assert isinstance(wanted.folder, Path)
        index_samples(wanted.folder, wanted.encoder, told)
    else:
        new = isinstance(wanted.folder, Path) and not wanted.folder.exists()
        summary = run_index(wanted.articles, wanted.folder, wanted.encoder, told=told)
        click.echo(show_summary(summary), err=True)
        if new and isinstance(wanted.folder, Path) and not summary.added:
            shutil.rmtree(wanted.folder)
            raise ArticleError(
                "no article could be read, and no library was made; mend what is named above",
                "没有读到任何文章，未建立文章库；请修正上述问题",
            )


def has_questions(stdin: TextIO | None) -> bool:
    """Whether questions are piped in: not from a terminal, nor from nothing, as under systemd,
    nohup and Docker, where the page is wanted."""
    try:
        descriptor = stdin.fileno() if stdin else -1
        mode = os.fstat(descriptor).st_mode
    except (OSError, ValueError):
        return False
    if stat.S_ISREG(mode):
        return os.fstat(descriptor).st_size > 0
    if not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)) or os.name == "nt":
        return stat.S_ISFIFO(mode)
    readable, _, _ = select.select([descriptor], [], [], _SECONDS_FOR_A_QUESTION)
    # A pipe whose other end is closed is readable, too, and has nothing.
    return bool(readable) and bool(stdin and stdin.buffer.peek(1))  # type: ignore[attr-defined]


def _has_browser() -> bool:
    """Whether opening one makes sense: somebody sees it."""
    if sys.platform in ("win32", "darwin"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))


def _end(*_: object) -> None:
    """What a service manager sends ends the process as Ctrl + C does, without a complaint."""
    sys.exit(0)


def _say_address(url: str) -> None:
    click.echo(
        say(
            f"The page is at {url}  (Ctrl + C ends); loading the models …",
            f"页面地址：{url}（Ctrl + C 结束）；正在加载模型……",
        ),
        err=True,
    )
