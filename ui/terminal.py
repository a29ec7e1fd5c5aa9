"""The conversation in the terminal, and the progress bar."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import click

from index.errors import QuestionError
from rag.records import Turn
from ui.language import complain, say, say_message
from ui.show import printable, show_answer

if TYPE_CHECKING:
    from rag.assistant import Assistant

_GOODBYES = {"exit", "quit", "bye", ":q", "退出", "再见"}


def talk(assistant: Assistant) -> None:
    """Questions in, answers out, until the end of the input or a goodbye."""
    click.echo(say("Loading the embedding model …", "正在加载向量模型……"), err=True)
    assistant.warm_up()
    click.echo(say("Ask (an empty line or 'exit' ends):", "请提问（空行或“退出”结束）："), err=True)
    history: list[Turn] = []
    for question in _typed_questions():
        if not sys.stdin.isatty():  # who reads what a pipe was answered sees what was asked
            click.echo(f"? {printable(question)}\n")
        try:
            answer = assistant.ask(question, history)
        except QuestionError as error:
            complain(say_message(error.message))
            continue
        click.echo(show_answer(answer) + "\n")
        history.append(Turn(question, answer.answer))


def _typed_questions() -> Iterator[str]:
    """What is asked, until an empty line is typed, or "exit", or a pipe ends, which may hold empty lines."""
    typed = sys.stdin.isatty()
    while True:
        if typed:
            click.echo("? ", nl=False, err=True)
        line = _read_line()
        asked = line.strip()
        if line and not asked and not typed:
            continue
        if not asked or asked.lower() in _GOODBYES:
            click.echo(err=True)
            return
        yield asked


def _read_line() -> str:
    try:
        return sys.stdin.readline()
    except UnicodeDecodeError as error:
        raise QuestionError(
            "what was typed is not UTF-8; set the terminal to UTF-8 and try again",
            "输入的内容不是 UTF-8；请将终端设为 UTF-8 后重试",
        ) from error


_SECONDS_BETWEEN = 0.1


class Progress:
    """How far a job is, on standard error: first what it has read, then a bar; nothing before the
    first report, and where nobody looks one line for each."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._bar: Any = None
        self._read = 0
        self._drawn = 0.0

    def __enter__(self) -> Callable[[int, int], None]:
        return self._report

    def _report(self, done: int, total: int) -> None:
        """``total`` is 0 while the job still reads and does not know how much there is."""
        if not total:
            self._count(done)
            return
        if self._bar is None:
            self._end_count()
            self._bar = click.progressbar(length=total, label=self._label, file=sys.stderr)
            self._bar.__enter__()
        self._bar.update(done - self._bar.pos)

    def _count(self, read: int) -> None:
        self._read = read
        now = time.monotonic()
        if sys.stderr.isatty() and now - self._drawn >= _SECONDS_BETWEEN:
            self._drawn = now
            click.echo(f"\r{self._reading()}", nl=False, err=True)

    def _end_count(self) -> None:
        if self._read:
            click.echo(("\r" if sys.stderr.isatty() else "") + self._reading(), err=True)
            self._read = 0

    def _reading(self) -> str:
        return say("reading… ", "读取中… ") + str(self._read)

    def __exit__(self, *error: Any) -> None:
        self._end_count()
        if self._bar is not None:
            self._bar.__exit__(*error)
