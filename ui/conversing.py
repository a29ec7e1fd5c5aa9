"""``juwen chat``: the page in the browser, or the conversation in the terminal."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from rag.suggestions import starters
from ui.chat.access import LOCAL_HOST, check_host, read_users
from ui.indexing import index_samples, run_index
from ui.language import say
from ui.options import DEFAULT_LIBRARY, encoder_option, library_option, open_assistant
from ui.show import show_summary
from ui.terminal import talk

SAMPLES_LIBRARY = "library-samples"
DEFAULT_PORT = 7860


@click.command(
    "chat",
    help=say(
        "Open the chat page. ARTICLES are put into the library before.",
        "打开聊天页面；如给出 ARTICLES，先将其加入文章库。",
    ),
)
@click.argument("articles", nargs=-1, type=click.Path(path_type=Path))
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
    library: Path | None,
    encoder: str | None,
    terminal: bool | None,
    host: str,
    port: int,
    auth: str | None,
    mcp: bool,
    browser: bool,
) -> None:
    users = read_users(auth)
    check_host(host, users)
    folder = _prepared(articles, library, encoder)
    with open_assistant(folder, encoder) as assistant:
        if terminal or (terminal is None and not sys.stdin.isatty()):
            talk(assistant)
            return
        click.echo(say("Loading the embedding model …", "正在加载向量模型……"), err=True)
        # Gradio takes seconds to import: only here is it worth them.
        from ui.chat.server import Settings, serve

        assistant.warm_up()
        starters(assistant)
        chat = assistant.chat_model
        settings = Settings(
            host=host,
            port=port,
            users=users,
            mcp=mcp,
            open_browser=browser,
            models=(chat.name,) if chat else (),
        )
        serve(assistant, settings, _say_address)


def _prepared(articles: Sequence[Path], library: Path | None, encoder: str | None) -> Path:
    """The library to ask, with the articles that were named; one of the samples where there is none."""
    folder = library or Path(DEFAULT_LIBRARY)
    if articles:
        click.echo(show_summary(run_index(articles, folder, encoder)), err=True)
    elif library is None and not (folder / "articles.db").exists():
        folder = Path(SAMPLES_LIBRARY)
        index_samples(folder, encoder)
    return folder


def _say_address(url: str) -> None:
    click.echo(
        say(f"The page is at {url}  (Ctrl + C ends)", f"页面地址：{url}（Ctrl + C 结束）"), err=True
    )
