"""What programs may call, by ``gradio_client`` or as tools of the MCP server."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from typing import Any

import gradio as gr

from index.errors import JuwenError
from rag.assistant import Assistant
from rag.records import EXTRACTIVE, Answer, Strictness, Turn
from rag.retrieval.retrieve import to_evidence
from ui.chat.converse import Streams, converse, read_asked, read_filters
from ui.chat.guard import session_of
from ui.chat.limits import Limits
from ui.chat.turns import error_html
from ui.language import say_message, speaking

MOST_ARTICLES = 10


def address_of(request: gr.Request | None) -> tuple[str, str]:
    """The session and the address that a request belongs to."""
    if request is None or request.request is None:
        return "", ""
    client = request.request.client
    return session_of(request.request.cookies), client.host if client else ""


def endpoints(assistant: Assistant, limits: Limits) -> tuple[Callable[..., Any], ...]:
    """``ask``, ``search_articles`` and what the page itself calls."""

    def ask(
        question: str,
        history: list[dict[str, str]] | None = None,
        date_from: str | None = None,
        date_to: str | None = None,
        accounts: list[str] | None = None,
        strictness: str = "balanced",
        request: gr.Request = None,  # type: ignore[assignment]
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
            limits.count(*address_of(request))
            turns = [Turn(str(one["question"]), str(one["answer"])) for one in history or ()]
            filters = read_filters(
                {"date_from": date_from, "date_to": date_to, "accounts": accounts}
            )
            answer = assistant.ask(question, turns, filters, strictness=Strictness(strictness))
        except (JuwenError, ValueError, TypeError, KeyError) as error:
            raise _plain(error) from error
        return answer.to_dict()

    def search_articles(
        question: str,
        date_from: str | None = None,
        date_to: str | None = None,
        accounts: list[str] | None = None,
        most: int = MOST_ARTICLES,
        request: gr.Request = None,  # type: ignore[assignment]
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
            limits.count(*address_of(request))
            filters = read_filters(
                {"date_from": date_from, "date_to": date_to, "accounts": accounts}
            )
            found = assistant.search(question, filters=filters)
        except (JuwenError, ValueError, TypeError, KeyError) as error:
            raise _plain(error) from error
        return [
            asdict(one)
            for one in to_evidence(found.articles, assistant.library.copies())[: max(1, most)]
        ]

    return ask, search_articles


def conversation(
    assistant: Streams,
    limits: Limits,
    instead: Callable[[Answer], Sequence[str]],
    models: Sequence[str] = (),
) -> Callable[..., Iterator[dict[str, Any]]]:
    """What the page calls to ask: the parts of the page, as they come.

    Args:
        models: The chat models that a reader may choose; no other is ever called.
    """
    answerers = (EXTRACTIVE, *models) if models else ()

    def conversing(asked: dict[str, Any], request: gr.Request) -> Iterator[dict[str, Any]]:
        """Ask from the page."""
        try:
            limits.count(*address_of(request))
            read = read_asked(asked)
            if read.answerer not in answerers:
                read = replace(read, answerer="")
        except JuwenError as error:
            yield failed(error, chinese=bool(asked.get("chinese")))
            return
        yield from converse(assistant, read, instead)

    return conversing


def failed(error: JuwenError, *, chinese: bool) -> dict[str, Any]:
    """A part of the page that says what is wrong."""
    with speaking(chinese=chinese):
        message = say_message(error.message)
        return {"state": "failed", "slots": {"answer": error_html(message)}, "said": message}


def _plain(error: Exception) -> gr.Error:
    message = say_message(error.message) if isinstance(error, JuwenError) else str(error)
    return gr.Error(message, print_exception=False)
