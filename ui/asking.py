"""``juwen ask``: one question, or a file of them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import click

from index.location import Location
from rag.records import Filters, QuestionKind
from ui.language import say
from ui.options import (
    DEFAULT_LIBRARY,
    check_usage,
    checked,
    encoder_option,
    filter_options,
    filters_of,
    library_option,
    open_assistant,
)


@click.command(
    "ask", help=say("Ask one question, or a file of them.", "提一个问题，或一个文件中的多个问题。")
)
@click.argument("question", required=False, metavar=say("[QUESTION]", "[问题]"))
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
@click.option(
    "--kind",
    type=click.Choice([kind.value for kind in QuestionKind]),
    help=say(
        "What kind of question it is to be taken for [default: what it looks like].",
        "按哪一类问题回答 [默认：自动判断]。",
    ),
)
@filter_options
@library_option
@encoder_option
def ask_command(
    question: str | None,
    batch: Path | None,
    out: Path | None,
    as_json: bool,
    kind: str | None,
    date_from: date | None,
    date_to: date | None,
    accounts: Sequence[str],
    articles: Sequence[str],
    literal: bool,
    library: Location | None,
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
    filters = filters_of(date_from, date_to, accounts, articles, literal=literal)
    if batch is not None and kind is not None:
        raise click.UsageError(
            say(
                "--kind goes with a QUESTION, not with --batch",
                "--kind 须与单个问题同用，不能与 --batch 同用",
            )
        )
    if batch is not None and filters != Filters():
        raise click.UsageError(
            say(
                "--from, --to, --account, --article and --literal go with a QUESTION, not with --batch",
                "--from、--to、--account、--article 与 --literal 须与单个问题同用，不能与 --batch 同用",
            )
        )
    if question is not None:
        check_usage(question)
    failed = 0
    with open_assistant(library or Path(DEFAULT_LIBRARY), encoder) as assistant:
        filters = checked(filters, assistant.library)
        if batch is not None:
            from ui.batch import ask_batch

            assistant.warm_up()
            failed = ask_batch(assistant, batch, out)
        elif question is not None:
            from ui.show import show_answer

            taken_for = QuestionKind(kind) if kind else None
            answer = assistant.ask(question, filters=filters, kind=taken_for, as_written=literal)
            click.echo(answer.to_json(indent=2) if as_json else show_answer(answer))
    if failed:
        sys.exit(1)
