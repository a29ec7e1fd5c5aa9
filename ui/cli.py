"""The ``juwen`` command. Exit codes: 0 done, 1 a problem in the data, 2 wrong usage."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path

import click

from index.errors import JuwenError
from index.library.reader import Library
from rag.records import Filters
from ui.batch import ask_batch
from ui.conversing import chat_command
from ui.evaluate import eval_command
from ui.feedback import feedback_command
from ui.indexing import index_command
from ui.inspect import inspect_command
from ui.keeping import KEEPING
from ui.language import complain, say, say_message
from ui.options import (
    DEFAULT_LIBRARY,
    check_accounts,
    check_usage,
    encoder_option,
    filter_options,
    filters_of,
    library_option,
    open_assistant,
)
from ui.search import search_command
from ui.serve import serve_command
from ui.show import show_answer, show_library


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="juwen")
def cli() -> None:
    """Ask your articles; every sentence of the answer is traced to the words it rests on."""


@cli.command(
    help=say("Ask one question, or a file of them.", "提一个问题，或一个文件中的多个问题。")
)
@click.argument("question", required=False)
@click.option(
    "--batch",
    type=click.Path(path_type=Path),
    help=say(
        'Questions, one {"id", "question", "history"?} a line.',
        '问题文件，每行一个 {"id", "question", "history"?}。',
    ),
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help=say(
        "Where the answers of --batch go [default: standard output].",
        "--batch 的答案写入何处 [默认：标准输出]。",
    ),
)
@click.option(
    "--json", "as_json", is_flag=True, help=say("Print the answer as JSON.", "以 JSON 输出答案。")
)
@filter_options
@library_option
@encoder_option
def ask(
    question: str | None,
    batch: Path | None,
    out: Path | None,
    as_json: bool,
    date_from: date | None,
    date_to: date | None,
    accounts: Sequence[str],
    literal: bool,
    library: Path | None,
    encoder: str | None,
) -> None:
    if (question is None) == (batch is None):
        raise click.UsageError(
            say("give either a QUESTION or --batch FILE", "请给出一个问题，或 --batch 文件")
        )
    if out is not None and batch is None:
        raise click.UsageError(say("--out goes with --batch", "--out 须与 --batch 同用"))
    if out is not None and batch is not None and out.resolve() == batch.resolve():
        raise click.UsageError(
            say(
                "--out would overwrite the questions; name another file",
                "--out 会覆盖问题文件；请另指定文件",
            )
        )
    filters = filters_of(date_from, date_to, accounts, literal=literal)
    if batch is not None and filters != Filters():
        raise click.UsageError(
            say(
                "--from, --to, --account and --literal go with a QUESTION, not with --batch",
                "--from、--to、--account 与 --literal 须与单个问题同用，不能与 --batch 同用",
            )
        )
    if question is not None:
        check_usage(question)
    failed = 0
    with open_assistant(library or Path(DEFAULT_LIBRARY), encoder) as assistant:
        check_accounts(filters.accounts, assistant.library.scope().accounts)
        assistant.warm_up()
        if batch is not None:
            failed = ask_batch(assistant, batch, out)
        elif question is not None:
            answer = assistant.ask(question, filters=filters)
            click.echo(answer.to_json(indent=2) if as_json else show_answer(answer))
    if failed:
        sys.exit(1)


@cli.command(
    help=say(
        "What is in a library, with which model, made when.", "文章库的内容、所用模型与建立时间。"
    )
)
@library_option
@click.option("--json", "as_json", is_flag=True, help=say("Print it as JSON.", "以 JSON 输出。"))
def info(library: Path | None, as_json: bool) -> None:
    folder = library or Path(DEFAULT_LIBRARY)
    with Library.open(folder) as opened:
        manifest, counts = opened.manifest(), opened.counts()
    if as_json:
        values = {"library": str(folder), **asdict(manifest), **asdict(counts)}
        del values["question_means"]
        click.echo(json.dumps(values, ensure_ascii=False, indent=2, default=str))
    else:
        click.echo(show_library(str(folder), manifest, counts))


for _command in (
    chat_command,
    eval_command,
    feedback_command,
    index_command,
    inspect_command,
    search_command,
    serve_command,
    *KEEPING,
):
    cli.add_command(_command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; say what goes wrong in one sentence and set the exit code."""
    try:
        cli.main(arguments, prog_name="juwen", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        complain(
            say(
                "stopped; nothing is lost: run it again to go on",
                "已停止；没有丢失任何内容，再次运行即可继续",
            )
        )
        sys.exit(130)
    except JuwenError as error:
        complain(say_message(error.message))
        sys.exit(1)
    except Exception as error:
        if os.environ.get("JUWEN_DEBUG"):
            raise
        complain(
            say(
                f"unexpected error: {type(error).__name__}: {error}; "
                "run it again with JUWEN_DEBUG=1 and report what it prints",
                f"未预料的错误：{type(error).__name__}: {error}；请设置 JUWEN_DEBUG=1 重新运行并反馈输出",
            )
        )
        sys.exit(1)
