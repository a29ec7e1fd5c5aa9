"""``juwen info``: what is in a library."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from index.library.library import Library
from index.location import Location
from ui.language import say
from ui.options import DEFAULT_LIBRARY, library_option
from ui.show import show_library


@click.command(
    "info",
    help=say(
        "What is in a library, with which model, made when.", "文章库的内容、所用模型与建立时间。"
    ),
)
@library_option
@click.option("--json", "as_json", is_flag=True, help=say("Print it as JSON.", "以 JSON 输出。"))
def info_command(library: Location | None, as_json: bool) -> None:
    folder = library or Path(DEFAULT_LIBRARY)
    with Library.open(folder) as opened:
        manifest, counts = opened.manifest(), opened.counts()
    if as_json:
        values = {"library": str(folder), **asdict(manifest), **asdict(counts)}
        del values["question_means"]
        click.echo(json.dumps(values, ensure_ascii=False, indent=2, default=str))
    else:
        click.echo(show_library(str(folder), manifest, counts))
