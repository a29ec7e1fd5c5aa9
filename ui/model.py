"""``juwen model``: which chat model answers, chosen, tried, shown and forgotten."""

from __future__ import annotations

import os
import sys
from dataclasses import replace

import click

from rag.generation.chat_model import ChatModelError
from rag.generation.connecting import try_connection, with_context
from rag.generation.connection import (
    ADDRESSES,
    Connection,
    Provider,
    connection_file,
    forget_connection,
    load_connection,
    read_connection,
    save_connection,
)
from rag.generation.opening import open_connection
from rag.generation.servers import list_models, local_servers
from ui.language import complain, say, say_message, speaks_chinese

_MOST_LISTED = 30


@click.command(
    "model",
    help=say(
        "Choose the chat model that writes the answers. Without options: ask what it is to be, or, "
        "where nobody can be asked, show what it is.",
        "选择撰写回答的对话模型。不带选项时逐项询问；无人可问时显示当前设置。",
    ),
)
@click.option(
    "--provider",
    type=click.Choice([one.value for one in Provider]),
    help=say("The protocol that its server speaks.", "服务器使用的协议。"),
)
@click.option("--address", help=say("Its server's address.", "服务器地址。"))
@click.option("--model", "model", help=say("Its name at the server.", "模型在服务器上的名称。"))
@click.option(
    "--key-stdin",
    is_flag=True,
    help=say("Read the key from standard input.", "从标准输入读取密钥。"),
)
@click.option("--show", "do", flag_value="show", help=say("Show what is chosen.", "显示当前选择。"))
@click.option(
    "--find",
    "do",
    flag_value="find",
    help=say("Show the servers found on this machine.", "列出本机上的模型服务。"),
)
@click.option(
    "--try", "do", flag_value="try", help=say("Ask one question of it.", "向它提一个问题试试。")
)
@click.option(
    "--forget", "do", flag_value="forget", help=say("Delete what is kept.", "删除保存的设置。")
)
def model_command(
    provider: str | None, address: str | None, model: str | None, key_stdin: bool, do: str | None
) -> None:
    if provider or address or model or key_stdin:
        if do not in (None, "try"):
            raise click.UsageError(
                say(
                    f"--{do} goes without the options that choose a model",
                    f"--{do} 不能与选择模型的选项同用",
                )
            )
        key = sys.stdin.readline().strip() if key_stdin else ""
        _choose(_given(provider, address, model, key))
        if do == "try":
            _try(_kept())
        return
    match do:
        case "find":
            _find()
        case "try":
            _try(_kept())
        case "forget":
            gone = forget_connection()
            click.echo(say("Forgotten.", "已删除。") if gone else _nothing_chosen())
        case "show":
            _show()
        case _:
            _ask() if sys.stdin.isatty() else _show()


def _given(provider: str | None, address: str | None, model: str | None, key: str) -> Connection:
    """The connection that the options name; what they leave out stays as it is kept, but never a key
    for another server."""
    kept = load_connection()
    if provider is None and kept is None:
        raise click.UsageError(say("name the --provider, too", "请同时给出 --provider"))
    values = {"provider": provider, "address": address, "model": model, "key": key}
    if kept and provider in (None, kept.provider):
        before = {"provider": kept.provider, "address": kept.address, "model": kept.model}
        values = {name: values[name] or before.get(name, "") for name in values}
    found = read_connection(values)
    same = kept is not None and (kept.provider, kept.server) == (found.provider, found.server)
    return replace(found, key=kept.key) if kept and same and not found.key else found


def _choose(connection: Connection) -> None:
    """Keep a connection, once it can be opened."""
    connection = with_context(connection)
    open_connection(connection)
    path = save_connection(connection)
    click.echo(
        say(
            f"{connection.name} answers; kept in {path}",
            f"由 {connection.name} 回答；已保存到 {path}",
        )
    )
    if os.environ.get("JUWEN_CHAT_MODEL"):
        click.echo(_overruled(), err=True)


def _kept() -> Connection:
    connection = load_connection()
    if connection is None:
        complain(_nothing_chosen())
        sys.exit(1)
    return connection


def _show() -> None:
    if os.environ.get("JUWEN_CHAT_MODEL"):
        click.echo(_overruled())
    connection = load_connection()
    if connection is None:
        click.echo(_nothing_chosen())
        return
    key = say("with a key", "有密钥") if connection.key else say("without a key", "无密钥")
    click.echo(f"{connection.name} · {connection.server} · {key} · {connection_file()}")


def _try(connection: Connection) -> None:
    trial = try_connection(connection, chinese=speaks_chinese())
    click.echo(f"{trial.question}\n{trial.answer}")
    click.echo(
        say(
            f"first word after {trial.first:.1f} s, all after {trial.seconds:.1f} s",
            f"首字 {trial.first:.1f} 秒，全部 {trial.seconds:.1f} 秒",
        )
    )


def _find() -> None:
    servers = local_servers()
    for one in servers:
        models = ", ".join(one.models[:_MOST_LISTED])
        click.echo(f"{one.name} · {one.provider} · {one.address}\n  {models}")
    if not servers:
        click.echo(
            say(
                "No server of chat models runs on this machine.", "本机上没有运行中的对话模型服务。"
            )
        )


def _ask() -> None:
    """Ask for each thing in turn; servers of this machine are offered first."""
    servers = local_servers()
    offers = [(one.provider, one.address, f"{one.name} ({one.address})") for one in servers]
    offers += [
        (
            Provider.OPENAI,
            "",
            say(
                "a server of OpenAI's protocol (DeepSeek, Qwen, Kimi, …)",
                "OpenAI 兼容服务（DeepSeek、通义千问、Kimi 等）",
            ),
        ),
        (Provider.ANTHROPIC, "", "Anthropic"),
    ]
    for number, (_, _, name) in enumerate(offers, 1):
        click.echo(f"{number}. {name}")
    at = click.prompt(
        say("Which one", "选择哪一个"), type=click.IntRange(1, len(offers)), default=1
    )
    provider, address, _ = offers[at - 1]
    if not address:
        address = click.prompt(say("Address", "地址"), default=ADDRESSES[provider])
        key = click.prompt(say("Key", "密钥"), hide_input=True, default="", show_default=False)
    else:
        key = ""
    values = {"provider": provider, "address": address, "key": key}
    connection = read_connection(values)
    connection = replace(connection, model=_asked_model(connection))
    _choose(connection)
    if click.confirm(say("Try it", "现在试一下"), default=True):
        _try(connection)


def _asked_model(connection: Connection) -> str:
    try:
        names = [one.name for one in list_models(connection)][:_MOST_LISTED]
    except ChatModelError as error:
        complain(say_message(error.message))
        names = []
    for name in names:
        click.echo(f"  {name}")
    default = names[0] if names else None
    return str(click.prompt(say("Model", "模型"), default=default))


def _nothing_chosen() -> str:
    return say(
        "No chat model is chosen; the articles' own sentences answer.",
        "未选择对话模型；由文章原句作答。",
    )


def _overruled() -> str:
    name = os.environ.get("JUWEN_CHAT_MODEL")
    return say(
        f"JUWEN_CHAT_MODEL names {name}, which wins over what is kept.",
        f"JUWEN_CHAT_MODEL 指定了 {name}，优先于保存的设置。",
    )
