"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path

import click

from ui.language import say

DEFAULT_LIBRARY = "library"

library_option = click.option(
    "--library",
    type=click.Path(path_type=Path),
    envvar="JUWEN_LIBRARY",
    help=say("The library's folder [default: ./library].", "文章库目录 [默认 ./library]。"),
)
encoder_option = click.option(
    "--encoder",
    envvar="JUWEN_ENCODER",
    help=say(
        "Embedding model: 'packaged', a local folder or a hub name [default: the library's own].",
        "向量模型：packaged、本地目录或模型仓库名 [默认：与文章库一致]。",
    ),
)
