"""``juwen index``: files of articles into a library, with a page that shows what cleaning did."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo
from importlib.resources import as_file, files
from pathlib import Path
from typing import TypeVar

import click

from index.build import index_articles
from index.chunk import DEFAULT_TOKENS
from index.errors import JuwenError
from index.library.library import Library
from index.location import Location
from index.readers.load import parse_columns
from index.records import Summary
from index.text.dates.publication import parse_zone
from ui.cleaning import run_page
from ui.html_page import check_writable, write_page
from ui.language import complain, say, say_message
from ui.options import (
    DEFAULT_LIBRARY,
    check_paths,
    encoder_option,
    library_option,
    named_encoder,
)
from ui.show import printable, show_summary
from ui.terminal import Progress

_Written = TypeVar("_Written")
_Read = TypeVar("_Read")


@click.command(
    "index",
    help=say(
        "Put articles into a library, or update it. PATHS are files and folders; '-' is standard input.",
        "将文章加入文章库，或更新文章库。路径可为文件或目录，“-”表示标准输入。",
    ),
)
@click.argument(
    "paths",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, allow_dash=True),
    metavar=say("PATHS...", "路径..."),
)
@library_option
@encoder_option
@click.option(
    "--chunk-tokens",
    type=click.IntRange(32, 4096),
    help=say(
        f"Largest chunk in a new library, in tokens [default: {DEFAULT_TOKENS}].",
        f"新库的分块上限（词元）[默认 {DEFAULT_TOKENS}]。",
    ),
)
@click.option(
    "--sync",
    is_flag=True,
    help=say(
        "Make the library equal to PATHS: remove the articles that are not there.",
        "使文章库与所给路径一致：移除其中没有的文章。",
    ),
)
@click.option(
    "--map",
    "mapped",
    multiple=True,
    metavar="FIELD=NAME,…",
    help=say(
        "Names that the fields have in your tables or exports, as in --map id=aid,title=标题.",
        "您的表格或导出文件中各字段的名称，例如 --map id=aid,title=标题。",
    ),
)
@click.option(
    "--timezone",
    metavar="ZONE",
    help=say(
        "Where the publisher is, by whose day a time with a zone, or in seconds, is told: a name like "
        "Asia/Tokyo, or +09:00 [default: China].",
        "发布者所在时区；带时区的时间或以秒计的时间按该时区换算为日期，如 Asia/Tokyo 或 +09:00 [默认中国]。",
    ),
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    metavar="N",
    help=say(
        "Embed in N processes, which share the cores out and each hold the model. Without it one process "
        "uses all cores already, so that this pays on many cores and thousands of articles; N is at most the "
        "number of cores.",
        "用 N 个进程嵌入，各占一份处理器核心，并各自加载模型。不用此项时单个进程已使用全部核心："
        "核心多、文章数以千计时才值得使用；N 不超过核心数。",
    ),
)
@click.option(
    "--ray",
    metavar="ADDRESS",
    help=say(
        "Embed on the Ray cluster at ADDRESS ('auto' for the one that this machine is of), in N tasks of one "
        "thread at a time, or as many as it has processors.",
        "在 ADDRESS 处的 Ray 集群上嵌入（auto 表示本机所属的集群）；同时运行 N 个单线程任务，"
        "默认与集群处理器数相同。",
    ),
)
@click.option(
    "--report",
    type=click.Path(path_type=Path),
    help=say(
        "Write a page into this file: what was read, and raw beside cleaned with the reasons.",
        "将本次索引的报告页面写入此文件：读取情况，原文与清洗结果并排，附改动原因。",
    ),
)
@click.option(
    "--json", "as_json", is_flag=True, help=say("Print the summary as JSON.", "以 JSON 输出汇总。")
)
def index_command(
    paths: Sequence[Path],
    library: Location | None,
    encoder: str | None,
    chunk_tokens: int | None,
    sync: bool,
    mapped: Sequence[str],
    timezone: str | None,
    workers: int | None,
    ray: str | None,
    report: Path | None,
    as_json: bool,
) -> None:
    check_paths(paths, all_of_them=False)
    folder = library or Path(DEFAULT_LIBRARY)
    columns = _usable(parse_columns, mapped) if mapped else None
    if report is not None:
        _check_report(report, paths)
    zone = _usable(parse_zone, timezone) if timezone else None
    if ray == "":
        raise click.UsageError(
            say(
                "--ray is given no address; write 'auto', or host:port",
                "--ray 未给出地址；请写 auto 或 主机:端口",
            )
        )
    summary = run_index(
        paths,
        folder,
        encoder,
        chunk_tokens,
        columns,
        zone=zone,
        sync=sync,
        workers=workers or 0,
        ray=ray or "",
    )
    click.echo(
        json.dumps(summary.to_dict(), ensure_ascii=False) if as_json else show_summary(summary)
    )
    if report is not None:
        with Library.open(folder) as opened:
            write_page(report, run_page(opened, summary))
        click.echo(say(f"report: {report}", f"报告：{report}"), err=True)
    if summary.faulty:
        sys.exit(1)


def run_index(
    paths: Sequence[Path],
    folder: Location,
    encoder: str | None = None,
    chunk_tokens: int | None = None,
    columns: Mapping[str, str] | None = None,
    *,
    zone: tzinfo | None = None,
    sync: bool = False,
    workers: int = 0,
    ray: str = "",
    told: Callable[[int, int], None] = lambda done, total: None,
) -> Summary:
    """Index with a progress bar; complain of every problem.

    Args:
        workers: How many processes embed, or tasks of the cluster ``ray``; 0 for this process alone.
        told: Told how far it is, too.
    """
    with Progress(say("indexing", "索引中")) as bar:

        def progress(done: int, total: int) -> None:
            bar(done, total)
            told(done, total)

        summary = index_articles(
            paths,
            folder,
            columns=columns,
            zone=zone,
            encoder=named_encoder(encoder),
            chunk_tokens=chunk_tokens,
            sync=sync,
            workers=workers,
            ray=ray,
            progress=progress,
        )
    for problem in summary.problems:
        complain(say_message(problem))
    return summary


def index_samples(
    folder: Path, encoder: str | None, told: Callable[[int, int], None] = lambda done, total: None
) -> None:
    """Make a library of the sample articles."""
    click.echo(
        say(
            f"No library yet: building one of the sample articles in {str(folder)!r}. For your own: "
            "make chat ARTICLES=path/to/export.json",
            f"尚无文章库：正在用示例文章建库（{folder}）。使用自己的文章：make chat ARTICLES=导出文件.json",
        ),
        err=True,
    )
    with as_file(files("index") / "samples" / "articles.json") as samples:
        click.echo(show_summary(run_index([samples], folder, encoder, told=told)), err=True)


def _usable(read: Callable[[_Written], _Read], written: _Written) -> _Read:
    """What an option says.

    Raises:
        UsageError: it is not written so.
    """
    try:
        return read(written)
    except JuwenError as error:
        raise click.UsageError(printable(say_message(error.message))) from error


def _check_report(report: Path, paths: Sequence[Path]) -> None:
    """See before the work that the report can be written and overwrites no articles."""
    if any(report.resolve() == path.resolve() for path in paths):
        raise click.UsageError(
            say(
                "--report would overwrite the articles; name another file",
                "--report 会覆盖文章文件；请另指定文件",
            )
        )
    check_writable(report)
