"""What programs may call, whichever way they come: plain values in, values for JSON out."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import date
from functools import wraps
from typing import Any

from index.errors import JuwenError
from index.given import one_of, texts, wrong
from rag.assistant import Assistant
from rag.records import Filters, Strictness, Turn
from rag.retrieval.retrieve import to_evidence
from ui.callers import told

MOST_ARTICLES = 10


class CallError(Exception):
    """What is wrong with a call, in a sentence."""


def calls(assistant: Assistant) -> tuple[Callable[..., Any], ...]:
    """``ask`` and ``search_articles``."""

    def ask(
        question: str,
        history: list[dict[str, str]] | None = None,
        date_from: str | None = None,
        date_to: str | None = None,
        accounts: list[str] | None = None,
        strictness: str = "balanced",
    ) -> dict[str, Any]:
        """Answer a question from the library; every sentence of the answer cites the words of an article.

        Args:
            question: What to answer, in Chinese or English, at most 2,000 characters.
            history: Earlier turns of the conversation, oldest first, each with "question" and "answer".
            date_from: Use only articles published on this day (YYYY-MM-DD) or later.
            date_to: Use only articles published on this day (YYYY-MM-DD) or earlier.
            accounts: Use only articles of these accounts.
            strictness: How much proof an answer needs: "strict", "balanced" or "open".

        Returns:
            The answer with "short" (the very words that answer, where they are sure), "sentences",
            "citations" (article, date, verbatim quote), "evidence" and "certainty": "direct" where it
            answers, "nearest" where it is only what comes closest, "refusal" where nothing is near.
            "refused" is true of a refusal alone.
        """
        try:
            turns = _turns(history)
            filters = _filters(date_from, date_to, accounts)
            proof = one_of(Strictness, "strictness", strictness)
            answer = assistant.ask(question, turns, filters, strictness=proof)
        except JuwenError as error:
            raise CallError(told(error)) from error
        return answer.to_dict()

    def search_articles(
        question: str,
        date_from: str | None = None,
        date_to: str | None = None,
        accounts: list[str] | None = None,
        most: int = MOST_ARTICLES,
    ) -> list[dict[str, Any]]:
        """Find the articles of the library that fit a question best, best first, without answering it.

        Args:
            question: What to look for, in Chinese or English, at most 2,000 characters.
            date_from: Only articles published on this day (YYYY-MM-DD) or later.
            date_to: Only articles published on this day (YYYY-MM-DD) or earlier.
            accounts: Only articles of these accounts.
            most: How many articles to give, 1 to 10.

        Returns:
            For each article its id, title, date, account and the passage that fits best.
        """
        try:
            filters = _filters(date_from, date_to, accounts)
            found = assistant.search(question, filters=filters)
        except JuwenError as error:
            raise CallError(told(error)) from error
        return [
            asdict(one)
            for one in to_evidence(found.articles, assistant.library.copies())[: max(1, most)]
        ]

    return ask, search_articles


def given_request(
    call: Callable[..., Any], name: str, kind: object, begin: Callable[[Any], None]
) -> Callable[..., Any]:
    """``call`` with one more argument, which the server fills with the request and ``begin`` looks at.

    Args:
        name: The argument's, which must be none that ``call`` has.
        kind: Its type, by which the server knows it.
        begin: Called first; what it raises is said to the program.
    """

    @wraps(call)
    def called(*given: Any, **named: Any) -> Any:
        try:
            begin(named.pop(name, None))
        except JuwenError as error:
            raise CallError(told(error)) from error
        return call(*given, **named)

    signature = inspect.signature(call, eval_str=True)
    request = inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=kind)
    parameters = [*signature.parameters.values(), request]
    called.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    called.__annotations__ = {
        **{one.name: one.annotation for one in parameters},
        "return": signature.return_annotation,
    }
    return called


def _filters(date_from: str | None, date_to: str | None, accounts: Sequence[str] | None) -> Filters:
    first, last = _day("date_from", date_from), _day("date_to", date_to)
    return Filters(first, last, texts("accounts", accounts or ()))


def _day(name: str, written: str | None) -> date | None:
    if not written:
        return None
    with suppress(ValueError, TypeError):
        return date.fromisoformat(written)
    raise wrong(name, written, "a day as YYYY-MM-DD", "形如 YYYY-MM-DD 的日期")


def _turns(history: Sequence[Mapping[str, str]] | None) -> list[Turn]:
    try:
        return [Turn(one["question"], one["answer"]) for one in history or ()]
    except (KeyError, TypeError) as error:
        form = '{"question": "…", "answer": "…"}'
        raise wrong("history", history, f"a list of {form}", f" {form} 的列表") from error
