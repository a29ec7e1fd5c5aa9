"""What a wide question is about: the words that the articles for it have to be on.

A field over tokens (``rag.question.field``), which ``eval.training.topics`` trains on requests that
people wrote with their topics marked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path

from index.records import Span
from rag.question.field import TokenField, neighbours, spans_of
from rag.question.subject import asking_tokens, subject_of, tokens_in

_LEANS = (0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0)


def topic_of(question: str) -> str:
    """The words of a request that say what the articles have to be about; ``""`` where none do.

    >>> topic_of("帮我整理一下低空经济的报道")  # doctest: +SKIP
    '低空经济'
    """
    return " ".join(span.of(question) for span in topic_spans(question, _model()))


def topic_spans(question: str, model: TokenField) -> list[Span]:
    """The words of the topic, in order, in characters of the question; where none are likely, yet some
    words do not only ask, the likeliest."""
    leans = _LEANS if subject_of(question) else _LEANS[:1]
    marked = model.marked(told_of(question, model.known), leans)
    return spans_of(tokens_in(question), marked)


def told_of(question: str, known: Collection[str]) -> Iterator[list[str]]:
    """What is told of each token: itself and its neighbours, and which of them only ask."""
    tokens = [token for _, _, token in tokens_in(question)]
    asking = [False, *asking_tokens(question), False]
    for at, told in enumerate(neighbours(tokens, known)):
        flags = "".join("x" if one else "." for one in asking[at : at + 3])
        yield [*told, f"?{flags}"]


def model_file() -> Path:
    """The trained weights, as they come with the installation."""
    return Path(str(files("rag.question") / "data" / "topics.json"))


@cache
def _model() -> TokenField:
    return TokenField.load(model_file())
