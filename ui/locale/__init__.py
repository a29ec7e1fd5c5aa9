"""What click itself says (``Usage``, ``Options``, wrong usage), in the language of all else.

Click takes its words from a gettext catalogue. ``messages.po`` is what is translated;
``python -m ui.locale`` makes ``messages.mo`` of it, which is what gettext reads.
"""

from __future__ import annotations

import gettext
import os
from pathlib import Path

import click

from ui.language import say, speaks_chinese

FOLDER = Path(__file__).parent
CATALOGUE = FOLDER / "zh" / "LC_MESSAGES" / "messages.po"


def speak_click() -> None:
    """Have click say its words in the language that ``say`` speaks."""
    os.environ["LANGUAGE"] = "zh" if speaks_chinese() else "en"  # goes before all other variables
    gettext.bindtextdomain(gettext.textdomain(), FOLDER)


class _Formatter(click.HelpFormatter):
    """Help whose first line has no words that click does not translate."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        for english, chinese in (("OPTIONS", "选项"), ("COMMAND", "命令"), ("ARGS", "参数")):
            args = args.replace(english, say(english, chinese))
        super().write_usage(prog, args, prefix)


class _Context(click.Context):
    formatter_class = _Formatter


def in_one_language(command: click.Command) -> click.Command:
    """The same command; its help and its complaints are in one language."""
    command.context_class = _Context
    if isinstance(command, click.Group):
        for one in command.commands.values():
            in_one_language(one)
    return command
