"""``juwen inspect``: one article of a library, raw beside cleaned, with the reason for each change."""

from __future__ import annotations

import difflib
import json
from collections.abc import Collection, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from index.cleaning.clean import REASONS
from index.errors import ArticleError
from index.library.reader import Library
from ui.cleaning import article_page
from ui.html_page import check_writable, write_page
from ui.language import say
from ui.options import DEFAULT_LIBRARY, library_option
from ui.show_article import Inspected, show_article

_MOST_NEAR = 8


@click.command(
    "inspect",
    help=say(
        "Show an article as it was received beside the cleaned one, with the reason for each change.",
        "查看一篇文章的原文与清洗结果，以及每处改动的原因。",
    ),
)
@click.argument("article_id")
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
    article_id: str, library: Path | None, as_json: bool, page: Path | None
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
    """The article of that id with all that the library knows of it.

    Raises:
        ArticleError: there is none, or there are several; it names ids that are near.
    """
    meant = library.id_named(article_id)
    article, raw = library.article(meant), library.raw_article(meant)
    if article is None or raw is None:
        raise _unknown(library, article_id)
    found = ((other, library.article(other)) for other in article.originals)
    originals = {other: original.title if original else "" for other, original in found}
    return Inspected(article, raw, library.changes(meant), originals)


def _unknown(library: Library, article_id: str) -> ArticleError:
    near = near_ids(article_id, library.article_ids())
    folder = str(library.folder)
    if not near:
        return ArticleError(
            f"the library {folder!r} has no article {article_id!r}; the ids are in the answers "
            "of 'juwen ask --json' and in the page of 'juwen index --report'",
            f"文章库 {folder!r} 中没有文章 {article_id!r}；"
            "编号见 juwen ask --json 的答案与 juwen index --report 的页面",
        )
    return ArticleError(
        f"the library {folder!r} has no article {article_id!r}; do you mean {' or '.join(map(repr, near))}?",
        f"文章库 {folder!r} 中没有文章 {article_id!r}；是否指：{'、'.join(map(repr, near))}？",
    )


def near_ids(article_id: str, ids: Collection[str]) -> list[str]:
    """Ids like one that there is not: of the same page first, then those spelt nearly the same.

    >>> near_ids("paper", ["paper#1", "paper#2", "other"])
    ['paper#1', 'paper#2']
    """
    page = article_id.partition("#")[0]
    same = [other for other in ids if other.partition("#")[0] == page]
    return (same or difflib.get_close_matches(article_id, ids, _MOST_NEAR))[:_MOST_NEAR]


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
