"""The ``juwen`` command. Exit codes: 0 done, 1 a problem in the data, 2 wrong usage.

A command's module is imported when the command is called: most take a second to import.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib import import_module

import click

from index.errors import JuwenError, Message, UsageError
from ui.language import complain, say, say_message
from ui.locale import in_one_language, speak_click
from ui.proxies import spare_local

COMMANDS: Mapping[str, tuple[str, Message]] = {
    "ask": ("ui.asking", Message("Ask one question, or a file of them.", "提一个或一批问题。")),
    "backup": (
        "ui.keeping",
        Message("Copy a library, whole even while it is written to.", "完整备份文章库。"),
    ),
    "chat": ("ui.conversing", Message("Open the chat page.", "打开聊天页面。")),
    "compact": ("ui.keeping", Message("Give disk space back.", "释放磁盘空间。")),
    "eval": (
        "ui.evaluate",
        Message("Measure the assistant on a question set.", "用问题集评测助手。"),
    ),
    "export": ("ui.keeping", Message("Write all articles as they came.", "按原样导出全部文章。")),
    "feedback": (
        "ui.feedback",
        Message("Make a question set of what readers said.", "将读者反馈转为问题集。"),
    ),
    "index": (
        "ui.indexing",
        Message("Put articles into a library, or update it.", "建立或更新文章库。"),
    ),
    "info": ("ui.info", Message("What is in a library.", "查看文章库的内容。")),
    "inspect": (
        "ui.inspect",
        Message("Show what cleaning changed in an article.", "查看一篇文章的清洗。"),
    ),
    "model": (
        "ui.model",
        Message("Choose the chat model that writes.", "选择撰写回答的对话模型。"),
    ),
    "move": (
        "ui.keeping",
        Message("Copy a library to a folder or a server.", "将文章库移到目录或服务器。"),
    ),
    "remove": ("ui.keeping", Message("Take articles out of a library.", "从文章库移除文章。")),
    "repair": (
        "ui.keeping",
        Message("Make again what is derived, name what cannot be mended.", "修复文章库。"),
    ),
    "search": (
        "ui.search",
        Message("The articles that fit a question best.", "列出与问题最相关的文章。"),
    ),
    "serve": (
        "ui.serve",
        Message("Answer other chat programs, by OpenAI's protocol.", "为其他聊天程序提供回答。"),
    ),
    "verify": ("ui.keeping", Message("Check that a library is whole.", "检查文章库是否完好。")),
}
"""Where each command is (as ``<name>_command``), and what the list of commands says of it."""


_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""What the system says of a disk that is full, a quota or a limit that is used up."""


class _Commands(click.Group):
    """Commands that are imported when they are called, not to be listed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(COMMANDS[cmd_name][0])
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return in_one_language(command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section(say("Commands", "命令")):
            formatter.write_dl(
                [(name, say_message(message)) for name, (_, message) in COMMANDS.items()]
            )


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=say(
        "Ask your articles; every sentence of the answer is traced to the words it rests on.",
        "向文章提问；回答的每一句话都能追溯到所依据的原文。",
    ),
)
@click.version_option(
    package_name="juwen", help=say("Show the version and exit.", "显示版本号并退出。")
)
def cli() -> None:
    pass


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; say what goes wrong in one sentence and set the exit code."""
    spare_local()
    speak_click()
    try:
        in_one_language(cli).main(arguments, prog_name="juwen", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        complain(
            say(
                "stopped; nothing is lost: run it again to go on",
                "已停止；没有丢失任何内容，再次运行即可继续",
            )
        )
        sys.exit(130)
    except JuwenError as error:
        complain(say_message(error.message))
        sys.exit(2 if isinstance(error, UsageError) else 1)
    except Exception as error:
        if os.environ.get("JUWEN_DEBUG"):
            raise
        if isinstance(error, OSError) and error.errno in _NO_ROOM:
            _drop_output()
            complain(say_message(_no_room(error)))
        else:
            complain(say_message(_unexpected(error)))
        sys.exit(1)


def _no_room(error: OSError) -> Message:
    return Message(
        f"the output could not be written ({error.strerror}); make room on the disk, or choose another "
        "place",
        f"无法写出结果（{error.strerror}）；请清理磁盘空间，或换一个位置",
    )


def _unexpected(error: Exception) -> Message:
    return Message(
        f"unexpected error: {type(error).__name__}: {error}; "
        "run it again with JUWEN_DEBUG=1 and report what it prints",
        f"未预料的错误：{type(error).__name__}: {error}；请设置 JUWEN_DEBUG=1 重新运行并反馈输出",
    )


def _drop_output() -> None:
    """Let go of what standard output did not take; Python would try once more, and complain."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
