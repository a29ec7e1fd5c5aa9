"""What a question is about, without the words that only ask.

Which words only ask was learned from the examples of ``eval.training.kinds``: writers who wrote on
different subjects share them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path

from index.text.script import fold_characters
from index.text.terms import question_phrases

_TOKEN = re.compile(r"[a-z]+|\d+|\S")
_LONGEST_RUN = 6
_FIGURE = "0"


def subject_of(question: str) -> str:
    """The words of a question that say what it is about; ``""`` where none do.

    >>> subject_of("综述低空经济相关的报道")
    '低空经济'
    >>> subject_of("最近都有哪些报道？")
    ''
    """
    tokens = list(_tokens(question))
    asking = asking_words()
    asks = [False] * len(tokens)
    if tokens and tokens[0][2].isascii() and tokens[0][2].isalpha():
        asks[0] = _run(["^", tokens[0][2]]) in asking
    for at in range(len(tokens)):
        for size in range(2, _LONGEST_RUN + 1):
            if _run([token for _, _, token in tokens[at : at + size]]) in asking:
                asks[at : at + size] = [True] * len(asks[at : at + size])
    left = list(question)
    for (start, end, _), is_asking in zip(tokens, asks, strict=True):
        if is_asking:
            left[start:end] = " " * (end - start)
    return " ".join(question_phrases("".join(left)))


def asking_runs(text: str) -> Iterator[str]:
    """Every run of tokens of a text that might ask: two and more, one says too little but where a
    text begins with it, as an order does ("Summarize …")."""
    tokens = [token for _, _, token in _tokens(text)]
    if tokens and tokens[0].isascii() and tokens[0].isalpha():
        yield _run(["^", tokens[0]])
    for size in range(2, _LONGEST_RUN + 1):
        for at in range(len(tokens) - size + 1):
            yield _run(tokens[at : at + size])


def _tokens(text: str) -> Iterator[tuple[int, int, str]]:
    folded = fold_characters(text).lower()
    if len(folded) != len(text):
        folded = text
    for match in _TOKEN.finditer(folded):
        token = match.group()
        yield match.start(), match.end(), _FIGURE if token.isdigit() else token


def _run(tokens: list[str]) -> str:
    return "\x1f".join(tokens)


@cache
def asking_words() -> frozenset[str]:
    return frozenset(asking_file().read_text("utf-8").splitlines())


def asking_file() -> Path:
    """The learned runs of tokens, one a line."""
    return Path(str(files("rag.question") / "data" / "asking.txt"))
