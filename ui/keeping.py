"""The commands that look after a library: remove, compact, verify, repair, export, backup."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import click

from index.build import remove_articles
from index.database.damage import Finding, Mend
from index.library.reader import Library
from index.maintenance.backup import back_up
from index.maintenance.compact import compact_library
from index.maintenance.export import STANDARD_OUTPUT, export_articles
from index.maintenance.repair import repair_library
from index.maintenance.verify import verify_library
from index.records import Problem
from ui.language import complain, say, say_message
from ui.naming import unknown
from ui.options import DEFAULT_LIBRARY, encoder_option, library_option, named_encoder
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
    article_ids: Sequence[str], library: Path | None, encoder: str | None, as_json: bool
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
def verify_command(library: Path | None, as_json: bool) -> None:
    found = list(verify_library(library or Path(DEFAULT_LIBRARY)))
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
def repair_command(library: Path | None, encoder: str | None, as_json: bool) -> None:
    with Progress(say("embedding", "嵌入中")) as progress:
        repaired = repair_library(
            library or Path(DEFAULT_LIBRARY), encoder=named_encoder(encoder), progress=progress
        )
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
    return say("put a copy of the library in its place", "请用备份替换")


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
def compact_command(library: Path | None, as_json: bool) -> None:
    done = compact_library(library or Path(DEFAULT_LIBRARY))
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
def export_command(file: Path, library: Path | None) -> None:
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
def backup_command(destination: Path, library: Path | None) -> None:
    size = show_size(back_up(library or Path(DEFAULT_LIBRARY), destination))
    click.echo(say(f"{size} copied to {destination}", f"已备份 {size} 到 {destination}"))
