"""``juwen remove``: articles out of a library."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from index.build import remove_articles
from ui.language import complain, say
from ui.options import DEFAULT_LIBRARY, encoder_option, library_option, named_encoder
from ui.show import show_removal
from ui.terminal import Progress

json_option = click.option(
    "--json", "as_json", is_flag=True, help=say("Print it as JSON.", "以 JSON 输出。")
)


@click.command(
    "remove",
    help=say(
        "Take articles out of a library by their ids; a page's id stands for all articles on it.",
        "按编号从文章库移除文章；版面的编号代表其中所有文章。",
    ),
)
@click.argument("article_ids", nargs=-1, required=True, metavar="ID...")
@library_option
@encoder_option
@json_option
def remove_command(
    article_ids: Sequence[str], library: Path | None, encoder: str | None, as_json: bool
) -> None:
    with Progress(say("embedding", "嵌入中")) as progress:
        summary = remove_articles(
            article_ids,
            library or Path(DEFAULT_LIBRARY),
            encoder=named_encoder(encoder),
            progress=progress,
        )
    for problem in summary.problems:
        complain(say(problem.english, problem.chinese))
    click.echo(
        json.dumps(summary.to_dict(), ensure_ascii=False) if as_json else show_removal(summary)
    )
    if summary.problems:
        sys.exit(1)


KEEPING = (remove_command,)
"""The commands that look after a library."""
