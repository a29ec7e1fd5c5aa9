"""The commands that look after a library: remove, compact, verify, repair, export, backup, move."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import click

from index.build import remove_articles
from index.database.damage import Finding, Mend
from index.database.faults import WITH_A_COPY
from index.library.library import Library, folder_of
from index.location import Location, Server
from index.maintenance.backup import back_up
from index.maintenance.compact import Compacted, compact_library
from index.maintenance.export import STANDARD_OUTPUT, export_articles
from index.maintenance.move import move_library
from index.maintenance.repair import repair_library
from index.maintenance.verify import verify_library
from index.opening import check_driver
from index.records import Problem
from ui.language import complain, say, say_message
from ui.naming import unknown
from ui.options import (
    DEFAULT_LIBRARY,
    LibraryType,
    encoder_option,
    library_option,
    named_encoder,
)
from ui.show import printable, show_removal, show_size
from ui.terminal import Progress

json_option = click.option(
    "--json", "as_json", is_flag=True, help=say("Print it as JSON.", "以 JSON 输出。")
)


@click.command(
    "remove",
    help=say(
        "Take articles out of a library by their ids or titles; a page's id stands for all articles "
        "on it.",
        "按编号或标题从文章库移除文章；版面的编号代表其中所有文章。",
    ),
)
@click.argument("article_ids", nargs=-1, required=True, metavar=say("TITLE|ID...", "标题|编号..."))
@library_option
@encoder_option
@json_option
def remove_command(
    article_ids: Sequence[str], library: Location | None, encoder: str | None, as_json: bool
) -> None:
    folder = library or Path(DEFAULT_LIBRARY)
    with Library.open(folder) as opened:
        meant = [opened.id_named(article_id) for article_id in article_ids]
        there = [article_id for article_id in meant if opened.holds(article_id)]
        unknown_ones = [_problem(opened, one) for one in meant if one not in there]
    with Progress(say("embedding", "嵌入中")) as progress:
        summary = remove_articles(
            there,
            folder,
            encoder=named_encoder(encoder),
            progress=progress,
        )
    summary = replace(summary, problems=(*unknown_ones, *summary.problems))
    for problem in summary.problems:
        complain(say_message(problem))
    click.echo(
        json.dumps(summary.to_dict(), ensure_ascii=False) if as_json else show_removal(summary)
    )
    if summary.problems:
        sys.exit(1)


def _problem(library: Library, written: str) -> Problem:
    said = unknown(library, written).message
    return Problem(said.english, said.chinese, lost=False)


@click.command(
    "verify",
    help=say(
        "Check everything in a library that can be worked out again; nothing is changed.",
        "检查文章库中一切可重新推导的内容；不作任何修改。",
    ),
)
@library_option
@json_option
def verify_command(library: Location | None, as_json: bool) -> None:
    where = library or Path(DEFAULT_LIBRARY)
    found = list(_verified(where))
    if as_json:
        click.echo(_as_json(found))
    elif not found:
        click.echo(say("nothing is wrong", "一切正常"))
    else:
        _list(found)
    if any(finding.mend.is_of_damage for finding in found):
        sys.exit(1)


@click.command(
    "repair",
    help=say(
        "Bring a library up to date, make again what is derived, and name what cannot be mended.",
        "升级文章库，重建可推导的内容，并列出无法修复之处。",
    ),
)
@library_option
@encoder_option
@json_option
def repair_command(library: Location | None, encoder: str | None, as_json: bool) -> None:
    with Progress(say("embedding", "嵌入中")) as progress:
        where, model = library or Path(DEFAULT_LIBRARY), named_encoder(encoder)
        if isinstance(where, Server):
            check_driver(where)
            from index.maintenance.keep_server import repair_server

            repaired = repair_server(where, encoder=model, progress=progress)
        else:
            repaired = repair_library(where, encoder=model, progress=progress)
    mended = [finding for finding in repaired.found if finding not in repaired.remaining]
    if as_json:
        click.echo(_as_json(repaired.remaining, mended))
    elif not repaired.found:
        click.echo(say("nothing was wrong", "无需修复"))
    else:
        for finding in mended:
            click.echo(printable(say("mended: ", "已修复：") + say_message(finding.message)))
        _list(repaired.remaining)
    if any(finding.mend.is_of_damage for finding in repaired.remaining):
        sys.exit(1)


def _verified(where: Location) -> Iterable[Finding]:
    if not isinstance(where, Server):
        return verify_library(where)
    check_driver(where)
    from index.maintenance.verify_server import verify_server

    return verify_server(where)


def _compacted(where: Location) -> Compacted:
    if not isinstance(where, Server):
        return compact_library(where)
    check_driver(where)
    from index.maintenance.keep_server import compact_server

    return compact_server(where)


def _list(found: Sequence[Finding]) -> None:
    for finding in found:
        if finding.mend in (Mend.BEHIND, Mend.UNFINISHED):  # says itself how it goes on
            click.echo(printable(say_message(finding.message)))
        else:
            complain(printable(f"{say_message(finding.message)}; {_way_out(finding)}"))


def _way_out(finding: Finding) -> str:
    if finding.mend.possible:
        return say("'juwen repair' mends it", "可用 juwen repair 修复")
    if finding.subject:
        return say(
            "index it again from where it came, or remove it", "请从来源重新索引，或移除该文章"
        )
    return say_message(WITH_A_COPY)


def _as_json(found: Sequence[Finding], mended: Sequence[Finding] = ()) -> str:
    values = {"wrong": [f.to_dict() for f in found], "mended": [f.to_dict() for f in mended]}
    return json.dumps(values, ensure_ascii=False, indent=2)


@click.command(
    "compact",
    help=say(
        "Give back the disk space that a library no longer needs; what an unfinished job left goes.",
        "释放文章库不再需要的磁盘空间；未完成任务的残留会被清除。",
    ),
)
@library_option
@json_option
def compact_command(library: Location | None, as_json: bool) -> None:
    where = library or Path(DEFAULT_LIBRARY)
    done = _compacted(where)
    before, after = show_size(done.before), show_size(done.after)
    click.echo(
        json.dumps(asdict(done))
        if as_json
        else say(f"{before} before, {after} now", f"压缩前 {before}，压缩后 {after}")
    )


@click.command(
    "export",
    help=say(
        "Write all articles, as they were received, into FILE (.json, .json.gz, or - for standard "
        "output); indexing it gives the same articles.",
        "将全部文章按接收时的原样写入文件（.json、.json.gz，或 - 表示标准输出）；重新索引即得同样的文章。",
    ),
)
@click.argument(
    "file", type=click.Path(path_type=Path, allow_dash=True), metavar=say("FILE", "文件")
)
@library_option
def export_command(file: Path, library: Location | None) -> None:
    with Library.open(library or Path(DEFAULT_LIBRARY)) as opened:
        count = export_articles(opened, file)
    said = say(f"{count} articles written to {file}", f"已将 {count} 篇文章写入 {file}")
    click.echo(said, err=file == STANDARD_OUTPUT)


@click.command(
    "backup",
    help=say(
        "Copy a library into a new folder, whole even while it is being written to.",
        "将文章库完整复制到新目录；写入进行中也可使用。",
    ),
)
@click.argument("destination", type=click.Path(path_type=Path), metavar=say("FOLDER", "目录"))
@library_option
def backup_command(destination: Path, library: Location | None) -> None:
    folder = folder_of(
        library or Path(DEFAULT_LIBRARY),
        "copy it with PostgreSQL's own pg_basebackup, or with pg_dump",
        "请使用 PostgreSQL 自带的 pg_basebackup 或 pg_dump 备份",
    )
    size = show_size(back_up(folder, destination))
    click.echo(say(f"{size} copied to {destination}", f"已备份 {size} 到 {destination}"))


@click.command(
    "move",
    help=say(
        "Copy a library to another place, a folder or postgresql://…, and compare the two; nothing is "
        "embedded anew, and FROM stays as it is.",
        "将文章库复制到另一位置（目录或 postgresql://…）并逐篇比对；不重新嵌入，原位置保持不变。",
    ),
)
@click.argument("source", metavar=say("FROM", "原位置"), type=LibraryType())
@click.argument("destination", metavar=say("TO", "新位置"), type=LibraryType())
def move_command(source: Location, destination: Location) -> None:
    with (
        Progress(say("copying", "复制中")) as copying,
        Progress(say("comparing", "比对中")) as comparing,
    ):
        count = move_library(source, destination, progress=copying, verifying=comparing)
    click.echo(
        say(
            f"{count} articles are the same in {destination}; {source} is as it was",
            f"{count} 篇文章已原样移至 {destination}；{source} 未作改动",
        )
    )
