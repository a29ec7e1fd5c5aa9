"""What programs may call, by ``gradio_client`` or as tools of the MCP server.

Gradio takes seconds to import and is needed for nothing else: the server imports this module when
the first program asks.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"

import gradio as gr
from fastapi import FastAPI
from gradio.events import api
from starlette.requests import Request

from index.errors import JuwenError
from rag.assistant import Assistant
from rag.records import Strictness, Turn
from rag.retrieval.retrieve import to_evidence
from ui.chat.converse import read_filters
from ui.chat.limits import Limits
from ui.chat.questions import address_of
from ui.chat.routes import AT_ONCE
from ui.language import say_message

MOST_ARTICLES = 10
_QUESTIONS = "questions"


def program_app(assistant: Assistant, limits: Limits, *, mcp: bool) -> FastAPI:
    """Gradio's server with what programs may call, which runs within its ``router.lifespan_context``."""
    ask, search_articles = endpoints(assistant, limits)
    with gr.Blocks(analytics_enabled=False) as blocks:
        for name, called in (("ask", ask), ("search", search_articles)):
            api(called, api_name=name, concurrency_limit=AT_ONCE, concurrency_id=_QUESTIONS)
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    gr.mount_gradio_app(
        app,
        blocks,
        path="/",
        mcp_server=mcp,
        ssr_mode=False,
        run_history=False,
        enable_monitoring=False,
        pwa=False,
    )
    return app


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
            limits.count(*_address_of(request))
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
            limits.count(*_address_of(request))
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


def _address_of(request: gr.Request | None) -> tuple[str, str]:
    asking = request.request if request is not None else None
    return address_of(asking) if isinstance(asking, Request) else ("", "")


def _plain(error: Exception) -> gr.Error:
    message = say_message(error.message) if isinstance(error, JuwenError) else str(error)
    return gr.Error(message, print_exception=False)
