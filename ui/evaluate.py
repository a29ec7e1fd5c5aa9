"""``juwen eval``: measure a library against a question set, compare two reports."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from eval.comparison import Comparison, compare
from eval.judge import Judge
from eval.measure import evaluate
from eval.records import Report
from eval.report import PAGE
from index.library.library import Library
from index.location import Location
from ui.language import complain, say
from ui.options import DEFAULT_LIBRARY, encoder_option, library_option, open_assistant
from ui.show_report import show_comparison, show_headline
from ui.terminal import Progress

_DEFAULT_COMMAND = "run"


class _Default(click.Group):
    """A group whose first argument may be a question file in place of a command."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = [_DEFAULT_COMMAND, *args]
        return super().parse_args(ctx, args)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_usage(
            ctx.command_path, say("QUESTIONS.jsonl [OPTIONS]", "问题集.jsonl [选项]")
        )
        formatter.write_usage(
            ctx.command_path, say("compare BEFORE AFTER [OPTIONS]", "compare 旧报告 新报告 [选项]")
        )

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        self.commands[_DEFAULT_COMMAND].format_options(ctx, formatter)
        self.format_commands(ctx, formatter)


@click.group(
    "eval",
    cls=_Default,
    help=say(
        "Measure the assistant on a question set, and compare reports.",
        "用问题集评测助手，并比较评测报告。",
    ),
)
def eval_command() -> None:
    pass


@eval_command.command(_DEFAULT_COMMAND, hidden=True)
@click.argument("questions", type=click.Path(path_type=Path), metavar=say("QUESTIONS", "问题集"))
@library_option
@encoder_option
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help=say("The report's folder.", "报告目录。"),
)
@click.option(
    "--answers",
    type=click.Path(path_type=Path),
    help=say(
        "Score these answers in place of asking (also from 'juwen ask --batch').",
        "不提问，只为这些答案打分（可用 juwen ask --batch 的输出）。",
    ),
)
@click.option(
    "--kinds",
    default="",
    help=say("Only these kinds, with commas between.", "只评这些题型，以逗号分隔。"),
)
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    help=say("Only so many questions.", "只评前若干个问题。"),
)
@click.option(
    "--judge",
    help=say(
        "A chat model that grades the answers as well, by its LangChain name.",
        "另用一个聊天模型评分（LangChain 模型名）。",
    ),
)
@click.option("--seed", default=0, help=say("Of the bootstrap.", "自助法的随机种子。"))
def run_command(
    questions: Path,
    library: Location | None,
    encoder: str | None,
    out: Path,
    answers: Path | None,
    kinds: str,
    limit: int | None,
    judge: str | None,
    seed: int,
) -> None:
    wanted = [kind.strip() for kind in kinds.split(",") if kind.strip()]
    with ExitStack() as opened:
        what = _what_answers(opened, library, encoder, answers)
        report = evaluate(
            questions,
            out=out,
            kinds=wanted,
            limit=limit,
            judge=Judge(judge) if judge else None,
            seed=seed,
            progress=opened.enter_context(Progress(say("answering", "回答中"))),
            **what,
        )
    click.echo(show_headline(report))
    click.echo(say(f"report: {out / PAGE}", f"报告：{out / PAGE}"), err=True)
    _complain_of_failed(report)


@eval_command.command(
    "compare", help=say("Two reports, question by question.", "逐题比较两份报告。")
)
@click.argument("before", type=click.Path(path_type=Path), metavar=say("BEFORE", "旧报告"))
@click.argument("after", type=click.Path(path_type=Path), metavar=say("AFTER", "新报告"))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help=say(
        "Where the comparison goes as JSON [default: comparison.json in the second report].",
        "比较结果（JSON）写入何处 [默认：第二份报告目录下的 comparison.json]。",
    ),
)
@click.option("--seed", default=0, help=say("Of the bootstrap.", "自助法的随机种子。"))
def compare_command(before: Path, after: Path, out: Path | None, seed: int) -> None:
    found: Comparison = compare(before, after, seed=seed)
    folder = after if after.is_dir() else after.parent
    found.write(out or folder / "comparison.json")
    click.echo(show_comparison(found))


def _what_answers(
    opened: ExitStack, library: Location | None, encoder: str | None, answers: Path | None
) -> dict[str, Any]:
    """What ``evaluate`` measures: given answers, or the assistant of a library."""
    if answers is not None:
        if library is None:
            return {"answers": answers}
        return {"answers": answers, "library": opened.enter_context(Library.open(library))}
    folder = library or Path(DEFAULT_LIBRARY)
    assistant = opened.enter_context(open_assistant(folder, encoder))
    return {"ask": assistant, "configuration": {"library": str(folder)}}


def _complain_of_failed(report: Report) -> None:
    """Name the questions without an answer, and end with exit code 1 if there are any."""
    failed = [case for case in report.cases if case.failure]
    for case in failed[:10]:
        complain(f"{case.id}: {case.failure}")
    if failed:
        complain(
            say(
                f"{len(failed)} questions have no answer and count as wrong; they are listed in the report",
                f"{len(failed)} 个问题没有答案，按答错计；详见报告",
            )
        )
        sys.exit(1)
