"""What programs may call, whichever way they come: plain values in, values for JSON out."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from starlette.requests import Request

from index.errors import JuwenError
from rag.assistant import Assistant
from rag.records import Strictness
from rag.retrieval.retrieve import to_evidence
from ui.callers import told
from ui.chat.arguments import read_choice, read_filters, read_history, read_text, read_whole
from ui.chat.limits import Limited, Limits
from ui.chat.questions import sender_of
from ui.chat.spoken import answering_program
from ui.language import say

MOST_ARTICLES = 10
_LOG = logging.getLogger(__name__)


class CallError(Exception):
    """What is wrong with a call, in a sentence."""


def calls(assistant: Assistant) -> tuple[Callable[..., Any], ...]:
    """``ask`` and ``search_articles``, to be called within ``calling``.

    They take whatever JSON there is, and raise a ``JuwenError`` for what is of another form.
    """

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
            answers, "likely" where it answers oftener than not, "nearest" where it is only what comes
            closest, "refusal" where nothing is near. "refused" is true of a refusal alone.
        """
        limits = {"date_from": date_from, "date_to": date_to, "accounts": accounts}
        return assistant.ask(
            read_text("question", question),
            read_history(history),
            read_filters(limits),
            strictness=read_choice(Strictness, "strictness", strictness, Strictness.BALANCED),
        ).to_dict()

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
        limits = {"date_from": date_from, "date_to": date_to, "accounts": accounts}
        shown = read_whole("most", most, MOST_ARTICLES, least=1, most=MOST_ARTICLES)
        found = assistant.search(read_text("question", question), filters=read_filters(limits))
        evidence = to_evidence(found.articles, assistant.library.copies())
        return [asdict(one) for one in evidence[:shown]]

    return ask, search_articles


@contextmanager
def calling(request: Request | None, question: object, limits: Limits) -> Iterator[None]:
    """Count a program's call, and answer it in the language of its request, else of its question.

    Raises:
        CallError: whatever goes wrong inside. What is no fault of the caller's gets into the log with the
            place where it happened and without what was asked.
    """
    with answering_program(request, question):
        try:
            limits.count(Limited.QUESTIONS, sender_of(request))
            yield
        except CallError:
            raise
        except JuwenError as error:
            raise CallError(told(error)) from error
        except Exception as error:
            where = "".join(traceback.format_tb(error.__traceback__))
            _LOG.error("a program's call failed: %s\n%s", type(error).__name__, where)
            raise CallError(
                say(
                    "the server failed at this call, and its log says where; try again later",
                    "服务器处理此调用时出错，出错位置见其日志；请稍后重试",
                )
            ) from error
