"""What programs may call, whichever way they come: plain values in, values for JSON out."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import asdict
from functools import wraps
from typing import Any

from index.errors import JuwenError
from rag.assistant import Assistant
from rag.records import Strictness, Turn
from rag.retrieval.retrieve import to_evidence
from ui.callers import told
from ui.chat.converse import read_filters

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
            turns = [Turn(str(one["question"]), str(one["answer"])) for one in history or ()]
            filters = read_filters(
                {"date_from": date_from, "date_to": date_to, "accounts": accounts}
            )
            answer = assistant.ask(question, turns, filters, strictness=Strictness(strictness))
        except (JuwenError, ValueError, TypeError, KeyError) as error:
            raise CallError(_plain(error)) from error
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
            filters = read_filters(
                {"date_from": date_from, "date_to": date_to, "accounts": accounts}
            )
            found = assistant.search(question, filters=filters)
        except (JuwenError, ValueError, TypeError, KeyError) as error:
            raise CallError(_plain(error)) from error
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
            raise CallError(_plain(error)) from error
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


def _plain(error: Exception) -> str:
    return told(error) if isinstance(error, JuwenError) else str(error)
