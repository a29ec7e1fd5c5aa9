"""What a wide question is about: the words that the articles for it have to be on.

A field over tokens (``rag.question.field``), which ``eval.training.words`` trains on requests that
people wrote with their topics marked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from index.records import Span
from rag.question.field import States, TokenField, neighbours, spans_of, states_of
from rag.question.subject import asking_tokens, subject_of, tokens_in

_LEANS = (0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0)


def topic_spans(question: str, model: TokenField, states: States) -> list[Span]:
    """The words of the topic, in order, in characters of the question; where none are likely, yet some
    words do not only ask, the likeliest."""
    return marked_spans(question, model, states, _LEANS if subject_of(question) else _LEANS[:1])


def marked_spans(
    question: str, model: TokenField, states: States, leans: Sequence[float] = (0.0,)
) -> list[Span]:
    """The words that a field marks, in order, in characters of the question."""
    tokens = tokens_in(question)
    if not tokens:
        return []
    told, seen = told_of(question, model.known), states_of(question, tokens, states)
    return spans_of(tokens, model.marked(told, leans, seen))


def told_of(question: str, known: Collection[str]) -> Iterator[list[str]]:
    """What is told of each token: itself and its neighbours, and which of them only ask."""
    tokens = [token for _, _, token in tokens_in(question)]
    asking = [False, *asking_tokens(question), False]
    for at, told in enumerate(neighbours(tokens, known)):
        flags = "".join("x" if one else "." for one in asking[at : at + 3])
        yield [*told, f"?{flags}"]
