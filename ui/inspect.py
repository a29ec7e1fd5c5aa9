"""``juwen inspect``: one article of a library, raw beside cleaned, with the reason for each change."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from index.cleaning.clean import REASONS
from index.library.library import Library
from index.location import Location
from ui.cleaning import article_page
from ui.html_page import check_writable, write_page
from ui.language import say
from ui.naming import unknown
from ui.options import DEFAULT_LIBRARY, library_option
from ui.show_article import Inspected, show_article


@click.command(
    "inspect",
    help=say(
        "Show an article, named by its id or title, as it was received beside the cleaned one, with the "
        "reason for each change.",
        "按编号或标题查看一篇文章的原文与清洗结果，以及每处改动的原因。",
    ),
)
@click.argument("article_id", metavar=say("TITLE|ID", "标题|编号"))
@library_option
@click.option("--json", "as_json", is_flag=True, help=say("Print it as JSON.", "以 JSON 输出。"))
@click.option(
    "--html",
    "page",
    type=click.Path(path_type=Path),
    help=say(
        "Write raw beside cleaned into this file, to look at in a browser.",
        "将原文与清洗结果并排写入此文件，供浏览器查看。",
    ),
)
def inspect_command(
    article_id: str, library: Location | None, as_json: bool, page: Path | None
) -> None:
    with Library.open(library or Path(DEFAULT_LIBRARY)) as opened:
        found = inspected(opened, article_id)
    if page is not None:
        check_writable(page)
        write_page(page, article_page(found))
    click.echo(_as_json(found) if as_json else show_article(found))
    if page is not None:
        click.echo(say(f"page: {page}", f"页面：{page}"), err=True)


def inspected(library: Library, article_id: str) -> Inspected:
    """The article of that id or title with all that the library knows of it.

    Raises:
        ArticleError: there is none, or there are several; it names those that are near.
    """
    meant = library.id_named(article_id)
    article, raw = library.article(meant), library.raw_article(meant)
    if article is None or raw is None:
        raise unknown(library, article_id)
    found = ((other, library.article(other)) for other in article.originals)
    originals = {other: original.title if original else "" for other, original in found}
    return Inspected(article, raw, library.changes(meant), originals)


def _as_json(found: Inspected) -> str:
    changes = [
        {
            "rule": change.rule,
            "reason": REASONS.get(change.rule, (change.rule,))[0],
            "start": change.span.start,
            "end": change.span.end,
            "removed": found.taken(change),
            "put": change.put,
        }
        for change in found.changes
    ]
    values: Mapping[str, Any] = {
        "article": asdict(found.article),
        "raw": asdict(found.raw),
        "changes": changes,
    }
    written = json.dumps(values, ensure_ascii=False, indent=2, default=str)
    # Only inside strings can there be such characters; a terminal must not obey them.
    return "".join(
        char if char == "\n" or char.isprintable() else json.dumps(char)[1:-1] for char in written
    )
