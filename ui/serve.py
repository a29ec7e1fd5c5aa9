"""``juwen serve``: the assistant for other chat programs, by OpenAI's protocol."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from index.location import Location
from ui.connections import Patience, be_patient, read_proxies
from ui.heaps import share_heaps
from ui.language import say
from ui.listening import bound, origin_of
from ui.options import (
    DEFAULT_LIBRARY,
    LibraryType,
    allow_host_option,
    check_library,
    encoder_option,
    open_assistant,
    root_path_option,
)
from ui.under import Under, read_root

if TYPE_CHECKING:
    from index.embedding.encoder import Encoder
    from rag.assistant import Assistant

MODEL = "juwen"
"""The name that the first library is always asked by."""

_MOST_AT_ONCE = 512


@click.command(
    "serve",
    help=say(
        "Answer other chat programs by OpenAI's protocol (/v1/chat/completions).",
        "以 OpenAI 协议（/v1/chat/completions）为其他聊天程序提供回答。",
    ),
)
@click.option(
    "--library",
    "libraries",
    type=LibraryType(),
    envvar="JUWEN_LIBRARY",
    multiple=True,
    help=say(
        "A library's folder, or postgresql://USER@HOST/DATABASE; may be given again, and is then "
        "asked by its name as the model [default: ./library].",
        "文章库目录，或 postgresql://用户@主机/数据库；可重复给出，此时以其名称作为模型名提问 [默认 ./library]。",
    ),
)
@encoder_option
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help=say("The address to listen on.", "监听的地址。"),
)
@click.option(
    "--port",
    default=8000,
    show_default=True,
    type=click.IntRange(0, 65535),
    help=say("The port to listen on; 0 takes a free one.", "监听的端口；0 表示任选空闲端口。"),
)
@click.option(
    "--api-key",
    envvar="JUWEN_API_KEY",
    help=say(
        "What clients have to send as their key; needed for any address but this machine's own.",
        "客户端须发送的密钥；监听本机以外的地址时必须设置。",
    ),
)
@allow_host_option
@root_path_option
@click.option(
    "--allow-origin",
    "origins",
    multiple=True,
    metavar="ORIGIN",
    help=say(
        "A web page's origin that may ask from a browser, like http://localhost:3000; may be given "
        "again; '*' needs a key.",
        "允许从浏览器提问的网页来源，如 http://localhost:3000；可重复给出；“*”须设置密钥。",
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
def serve_command(
    libraries: Sequence[Location],
    encoder: str | None,
    host: str,
    port: int,
    api_key: str | None,
    hosts: Sequence[str],
    root: str,
    origins: Sequence[str],
    trusted_proxies: Sequence[str],
) -> None:
    share_heaps()
    check_exposure(host, api_key)
    proxies = read_proxies(trusted_proxies)
    check_origins(origins, api_key)
    path = read_root(root)
    named = by_name(libraries or [Path(DEFAULT_LIBRARY)])
    for folder in named.values():
        check_library(folder)
    import uvicorn

    from ui.openai_api.app import LOCAL_HOSTS, create_app

    with ExitStack() as opened:
        sock = opened.enter_context(bound(host, port))
        assistants: dict[str, Assistant] = {}
        for name, folder in named.items():
            model = _shared(folder, encoder, assistants.values())
            assistants[name] = opened.enter_context(open_assistant(folder, model))
        for assistant in assistants.values():
            assistant.warm_up()
        address = f"{origin_of(sock, host)}{path}/v1"
        click.echo(say(f"answering at {address}", f"服务地址 {address}"), err=True)
        names = [*LOCAL_HOSTS, host, *hosts]
        app = create_app(assistants, api_key=api_key or None, hosts=names, origins=origins)
        config = uvicorn.Config(
            Under(app, path) if path else app,
            log_level="warning",
            limit_concurrency=_MOST_AT_ONCE,
            server_header=False,
            forwarded_allow_ips=sorted(proxies),
        )
        be_patient(config, Patience(trusted_proxies=proxies))
        uvicorn.Server(config).run(sockets=[sock])


def _shared(
    folder: Location, encoder: str | None, others: Iterable[Assistant]
) -> Encoder | str | None:
    """The embedding model of a library that is open already, where this one has the same."""
    from index.library.library import Library

    with Library.open(folder) as library:
        wanted = library.manifest().encoder
    same = (one.encoder for one in others if one.library.manifest().encoder == wanted)
    return next(same, encoder)


def by_name(folders: Sequence[Location]) -> dict[str, Location]:
    """Libraries by the names that they are asked by, which are their folders' or databases'.

    Raises:
        click.UsageError: two have the same, or one has that of a model that is there anyway.
    """
    named: dict[str, Location] = {}
    for folder in folders:
        name = folder.resolve().name if isinstance(folder, Path) else folder.name
        taken = (name in named) or (len(folders) > 1 and name == MODEL)
        if taken:
            raise click.UsageError(
                say(
                    f"{str(folder)!r} would be asked by the name {name!r}, which is taken; "
                    "rename its folder or database",
                    f"{str(folder)!r} 的模型名 {name!r} 已被占用；请重命名目录或数据库",
                )
            )
        named[name] = folder
    return named


def check_origins(origins: Sequence[str], api_key: str | None) -> None:
    """Refuse what is no origin, and to let any page of the web ask without a key.

    Raises:
        click.UsageError: one is neither.
    """
    for origin in origins:
        if origin == "*":
            if api_key:
                continue
            raise click.UsageError(
                say(
                    "--allow-origin '*' lets every page of the web ask; set JUWEN_API_KEY, "
                    "or name the origins",
                    "--allow-origin '*' 允许任何网页提问；请设置 JUWEN_API_KEY，或逐一列出来源",
                )
            )
        if not _is_origin(origin):
            raise click.UsageError(
                say(
                    f"--allow-origin {origin!r} is no origin; write it like http://localhost:3000",
                    f"--allow-origin {origin!r} 不是来源；请写成 http://localhost:3000 的形式",
                )
            )


def _is_origin(given: str) -> bool:
    try:
        parts = urlsplit(given)
        parts.port  # noqa: B018 - raises where it is no number
    except ValueError:
        return False
    written = f"{parts.scheme}://{parts.netloc}"
    return bool(parts.scheme and parts.netloc) and written.lower() == given.lower()


def check_exposure(host: str, api_key: str | None) -> None:
    """Refuse to listen where others can ask, without a key.

    Raises:
        click.UsageError: the address is not this machine's own and there is no key.
    """
    if api_key or _is_local(host):
        return
    raise click.UsageError(
        say(
            f"{host} can be reached by other machines and there is no key; "
            "set JUWEN_API_KEY (or --api-key), or listen on 127.0.0.1",
            f"{host} 可被其他机器访问，却没有设置密钥；"
            "请设置 JUWEN_API_KEY（或 --api-key），或监听 127.0.0.1",
        )
    )


def _is_local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
