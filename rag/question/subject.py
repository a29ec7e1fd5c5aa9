"""What a question is about, without the words that only ask.

Which words only ask was learned from the examples of ``eval.training.kinds``: writers who wrote on
different subjects share them.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path

from index.text.script import fold_characters
from index.text.terms import question_phrases
from rag.question.linear import LONGEST_RUN, TOKEN, run_of, sign_of


def subject_of(question: str) -> str:
    """The words of a question that say what it is about; ``""`` where none do.

    >>> subject_of("综述低空经济相关的报道")
    '低空经济'
    >>> subject_of("最近都有哪些报道？")
    ''
    """
    left = list(question)
    for (start, end, _), asks in zip(tokens_in(question), asking_tokens(question), strict=True):
        if asks:
            left[start:end] = " " * (end - start)
    return " ".join(question_phrases("".join(left)))


def asking_tokens(question: str) -> list[bool]:
    """Whether each token stands in a run that only asks."""
    tokens = tokens_in(question)
    asking = asking_words()
    asks = [False] * len(tokens)
    if tokens and tokens[0][2].isascii() and tokens[0][2].isalpha():
        asks[0] = run_of(["^", tokens[0][2]]) in asking
    for at in range(len(tokens)):
        for size in range(1, LONGEST_RUN + 1):
            if run_of([token for _, _, token in tokens[at : at + size]]) in asking:
                asks[at : at + size] = [True] * len(asks[at : at + size])
    return asks


def asking_runs(text: str) -> Iterator[str]:
    """Every run of tokens of a text that might ask: words, and two characters and more; one says too
    little."""
    tokens = [token for _, _, token in tokens_in(text)]
    yield from (run_of([token]) for token in tokens if token.isascii() and token.isalpha())
    if tokens and tokens[0].isascii() and tokens[0].isalpha():
        yield run_of(["^", tokens[0]])
    for size in range(2, LONGEST_RUN + 1):
        for at in range(len(tokens) - size + 1):
            yield run_of(tokens[at : at + size])


def tokens_in(text: str) -> list[tuple[int, int, str]]:
    """The tokens of a text with where they start and end, in characters of it."""
    folded = fold_characters(text).lower()
    if len(folded) != len(text):
        folded = text
    return [(*match.span(), sign_of(match.group())) for match in TOKEN.finditer(folded)]


@cache
def asking_words() -> frozenset[str]:
    return frozenset(asking_file().read_text("utf-8").splitlines())


def asking_file() -> Path:
    """The learned runs of tokens, one a line."""
    return Path(str(files("rag.question") / "data" / "asking.txt"))
