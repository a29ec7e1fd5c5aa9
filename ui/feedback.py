"""``juwen feedback``: what readers of the chat page said, as questions for an evaluation."""

from __future__ import annotations

import json
from pathlib import Path

import click

from eval.feedback import feedback_of, feedback_to_cases, write_cases
from index.library.beside import FEEDBACK
from index.library.library import Library
from index.location import Location
from ui.language import say
from ui.options import DEFAULT_LIBRARY, library_option


@click.command(
    "feedback",
    help=say(
        "Turn what readers of the chat page said into a question set for 'juwen eval'.",
        "将读者在聊天页面上的反馈转为 juwen eval 的问题集。",
    ),
)
@library_option
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help=say("Where it goes [default: standard output].", "写入何处 [默认：标准输出]。"),
)
def feedback_command(library: Location | None, out: Path | None) -> None:
    folder = library or Path(DEFAULT_LIBRARY)
    with Library.open(folder) as opened:
        lines = feedback_to_cases(feedback_of(opened.feedback(), f"{folder}/{FEEDBACK}"))
    if out is not None:
        write_cases(lines, out)
    else:
        for line in lines:
            click.echo(json.dumps(line, ensure_ascii=False))
    count = len(lines)
    click.echo(say(f"{count} questions from feedback", f"由反馈得到 {count} 个问题"), err=True)
