"""``juwen serve``: the assistant for other chat programs, by OpenAI's protocol."""

from __future__ import annotations

import ipaddress
import socket
from pathlib import Path

import click

from ui.language import say
from ui.options import DEFAULT_LIBRARY, encoder_option, library_option, open_assistant

_MOST_AT_ONCE = 64


@click.command(
    "serve",
    help=say(
        "Answer other chat programs by OpenAI's protocol (/v1/chat/completions).",
        "以 OpenAI 协议（/v1/chat/completions）为其他聊天程序提供回答。",
    ),
)
@library_option
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
def serve_command(
    library: Path | None, encoder: str | None, host: str, port: int, api_key: str | None
) -> None:
    check_exposure(host, api_key)
    import uvicorn

    from ui.openai_api.app import LOCAL_HOSTS, create_app

    with (
        open_assistant(library or Path(DEFAULT_LIBRARY), encoder) as assistant,
        _bound(host, port) as sock,
    ):
        assistant.warm_up()
        address = f"http://{f'[{host}]' if ':' in host else host}:{sock.getsockname()[1]}/v1"
        click.echo(say(f"answering at {address}", f"服务地址 {address}"), err=True)
        app = create_app(assistant, api_key=api_key or None, hosts=[*LOCAL_HOSTS, host])
        config = uvicorn.Config(
            app, log_level="warning", limit_concurrency=_MOST_AT_ONCE, server_header=False
        )
        uvicorn.Server(config).run(sockets=[sock])


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


def _bound(host: str, port: int) -> socket.socket:
    """A socket that listens there.

    Raises:
        click.UsageError: the address is taken, or is none of this machine's.
    """
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise click.UsageError(
            say(
                f"cannot listen on {host}:{port} ({error.strerror}); choose another --port or --host",
                f"无法监听 {host}:{port}（{error.strerror}）；请换一个 --port 或 --host",
            )
        ) from error
