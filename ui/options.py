"""Options that several commands have, and what is wrong with what was given for them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from index.errors import JuwenError, QuestionError
from index.location import Location, location
from ui.language import complain, say, say_message

if TYPE_CHECKING:  # what a command imports before it can say anything is kept small
    from index.embedding.encoder import Encoder
    from index.library.library import Library
    from rag.assistant import Assistant
    from rag.records import Filters

DEFAULT_LIBRARY = "library"

_NEAR_ACCOUNTS = 5


def named_encoder(name: str | Encoder | None) -> Encoder | None:
    """What was given with ``encoder_option``; ``None`` stands for the library's own model."""
    if not isinstance(name, str):
        return name
    from index.embedding.load import (
        load_encoder,  # commands that load no model need not wait for it
    )

    return load_encoder(name) if name else None


def check_library(where: Location) -> None:
    """Say that there is no library at a place, or another program's, before what reads it is imported.

    Raises:
        LibraryError: there is none that can be read.
    """
    from index.database.database import check_there

    if isinstance(where, Path):
        check_there(where)
    from index.library.library import Library

    Library.open(where).close()


def open_assistant(folder: Location, encoder: str | Encoder | None) -> Assistant:
    """The assistant of a library, with the models that were named for it or in the environment.

    Raises:
        LibraryError, ChatModelError: as ``Assistant.open``.
    """
    check_library(folder)
    from rag.assistant import Assistant
    from rag.generation.chat_model import ChatModelError
    from rag.generation.opening import chosen_chat_model
    from rag.retrieval.rerank import Reranker

    name = os.environ.get("JUWEN_RERANKER")
    reranker = Reranker.load(name) if name else None
    try:
        chat_model = chosen_chat_model()
    except ChatModelError as error:
        if os.environ.get("JUWEN_CHAT_MODEL"):
            raise
        complain(say_message(error.message))  # what was chosen once must not stop all else
        chat_model = None
    return Assistant.open(
        folder, encoder=named_encoder(encoder), reranker=reranker, chat_model=chat_model
    )


def read_day(_ctx: click.Context, _option: click.Parameter, value: str | None) -> date | None:
    """A day written ``2025-06-20`` or ``2025/6/20``.

    Raises:
        click.BadParameter: it is none.
    """
    if value is None:
        return None
    try:
        return datetime.strptime(value.replace("/", "-"), "%Y-%m-%d").date()
    except ValueError as error:
        raise click.BadParameter(
            say(
                f"{value!r} is not a day; write it like 2025-06-20",
                f"{value!r} 不是日期；请写成 2025-06-20 的形式",
            )
        ) from error


class LibraryType(click.ParamType):  # type: ignore[type-arg]
    """A library's folder, or the address of the PostgreSQL database that holds it."""

    name = "path"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Location:
        try:
            return location("--library", value)
        except JuwenError as error:
            self.fail(say_message(error.message), param, ctx)


library_option = click.option(
    "--library",
    type=LibraryType(),
    envvar="JUWEN_LIBRARY",
    help=say(
        "The library's folder, or postgresql://USER@HOST/DATABASE [default: ./library].",
        "文章库目录，或 postgresql://用户@主机/数据库 [默认 ./library]。",
    ),
)
encoder_option = click.option(
    "--encoder",
    envvar="JUWEN_ENCODER",
    help=say(
        "Embedding model: 'packaged', a local folder or a hub name [default: the library's own].",
        "向量模型：packaged、本地目录或模型仓库名 [默认：与文章库一致]。",
    ),
)
allow_host_option = click.option(
    "--allow-host",
    "hosts",
    multiple=True,
    metavar="NAME",
    callback=lambda _, __, names: tuple(one.lower() for one in names),
    help=say(
        "Another name that this server is asked by, such as a proxy's; may be given again.",
        "访问本服务器时使用的其他名称（如反向代理的域名）；可重复给出。",
    ),
)

root_path_option = click.option(
    "--root-path",
    "root",
    default="",
    metavar="/PATH",
    envvar="JUWEN_ROOT_PATH",
    help=say(
        "The path that a proxy has this server under, where it hands that path on.",
        "反向代理为本服务器设置的路径前缀（如 /juwen），用于保留前缀的代理。",
    ),
)

_FILTER_OPTIONS = (
    click.option(
        "--from",
        "date_from",
        callback=read_day,
        metavar="DATE",
        help=say("Only articles of this day or later.", "只用这一天及以后的文章。"),
    ),
    click.option(
        "--to",
        "date_to",
        callback=read_day,
        metavar="DATE",
        help=say("Only articles of this day or earlier.", "只用这一天及以前的文章。"),
    ),
    click.option(
        "--account",
        "accounts",
        multiple=True,
        metavar="NAME",
        help=say(
            "Only articles of this account; may be given again.",
            "只用这个公众号的文章；可重复给出。",
        ),
    ),
    click.option(
        "--article",
        "articles",
        multiple=True,
        metavar="TITLE|ID",
        help=say(
            "Only this article, named by its id or its title; may be given again.",
            "只用这篇文章（给出编号或标题）；可重复给出。",
        ),
    ),
    click.option(
        "--literal",
        is_flag=True,
        help=say(
            "Read no day, account or language from the question as a limit.",
            "不把问题中的日期、公众号或语言当作限定。",
        ),
    ),
)

Command = Callable[..., None]


def filter_options(command: Command) -> Command:
    """Give a command ``--from``, ``--to``, ``--account``, ``--article`` and ``--literal``."""
    for option in reversed(_FILTER_OPTIONS):
        command = option(command)
    return command


def filters_of(
    date_from: date | None,
    date_to: date | None,
    accounts: Sequence[str],
    articles: Sequence[str],
    *,
    literal: bool,
) -> Filters:
    """What was given with ``filter_options``; ``checked`` finds the ids that titles stand for.

    Raises:
        click.UsageError: no day is in the period.
    """
    if date_from and date_to and date_from > date_to:
        raise click.UsageError(
            say(
                f"--from {date_from} is after --to {date_to}; exchange them",
                f"--from {date_from} 晚于 --to {date_to}；请对调",
            )
        )
    from rag.records import Filters

    return Filters(
        date_from,
        date_to,
        accounts=tuple(accounts),
        article_ids=tuple(articles),
        from_question=not literal,
    )


def checked(filters: Filters, library: Library) -> Filters:
    """Filters whose accounts the library has, and whose articles stand under their ids.

    Raises:
        click.UsageError: it has no such account.
        ArticleError: it has no such article, or several that may be meant.
    """
    check_accounts(filters.accounts, library.scope().accounts)
    if not filters.article_ids:
        return filters
    from ui.naming import articles_named

    return replace(filters, article_ids=articles_named(library, filters.article_ids))


def check_accounts(wanted: Sequence[str], there: Collection[str]) -> None:
    """Refuse an account that the library does not have.

    Raises:
        click.UsageError: it names accounts that are there.
    """
    for account in wanted:
        if account in there:
            continue
        from difflib import get_close_matches

        named = get_close_matches(account, there, cutoff=0.3) or sorted(there)
        near = named[:_NEAR_ACCOUNTS]
        raise click.UsageError(
            say(
                f"the library has no account {account!r}; "
                f"{'it has ' + ', '.join(map(repr, near)) if near else 'its articles name none'}",
                f"文章库中没有公众号 {account!r}；"
                f"{'其中有 ' + '、'.join(map(repr, near)) if near else '其文章均未注明公众号'}",
            )
        )


def check_paths(paths: Sequence[Path], *, all_of_them: bool = True) -> None:
    """Refuse paths that no articles can be at, before anything is loaded or made for them.

    Args:
        all_of_them: Refuse also where only some are wrong.

    Raises:
        click.UsageError: it says what is wrong with the first.
    """
    wrong = [problem for path in paths if (problem := _wrong_with(path))]
    if wrong and (all_of_them or len(wrong) == len(paths)):
        raise click.UsageError(wrong[0])


def _wrong_with(path: Path) -> str:
    name = str(path)
    if name == "-":
        return ""
    if not os.path.exists(path):  # where pathlib raises, this tells
        return say(
            f"there is no file or folder {name!r}; check the path",
            f"没有文件或目录 {name!r}；请检查路径",
        )
    from index.readers.load import refusal_of, suffix_of

    if path.is_file() and not suffix_of(name):
        return say_message(refusal_of(name).message)
    return ""


def check_usage(question: str) -> None:
    """End with exit code 2 on a question that cannot be asked, before anything is loaded for it."""
    from rag.question.check import check_question

    try:
        check_question(question)
    except QuestionError as error:
        complain(say_message(error.message))
        sys.exit(2)
