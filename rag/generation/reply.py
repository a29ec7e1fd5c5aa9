"""A chat model's reply, read as it arrives: what of it can be shown, and each sentence once it is whole."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from rag.generation.no_answer import may_become_no_answer
from rag.verification.cited_sentences import SentenceStream, Written

_THOUGHT = re.compile(r"\s*<think>.*?</think>\s*", re.S)
_MAY_BECOME_THOUGHT = re.compile(r"\s*(?:<(?:t(?:h(?:i(?:n(?:k)?)?)?)?)?|<think>.*)?", re.S)
_FORMATTING = re.compile(r"^(?:>\s*)+|^(?:[-*•]\s+|\d{1,2}[.)、]\s*(?=\D)|#+\s+)|\*\*|^\s+|\s+$")


class ReplyReader:
    """Takes the pieces of a reply; gives text to show and whole sentences, in order.

    The text before a sentence is its own. What may yet become a marker, ``NO_ANSWER`` or a model's
    thoughts (``<think>…</think>``) is held back till it is clear.

    >>> reader = ReplyReader()
    >>> list(reader.feed("大桥通车了。[1"))
    ['大桥通车了。']
    >>> list(reader.feed("] 全长"))
    [Written(text='大桥通车了。', markers=(1,)), '全长']
    >>> list(reader.close())
    [Written(text='全长', markers=())]
    """

    def __init__(self) -> None:
        self._opening = ""
        self._begun = False
        self._stream = SentenceStream()
        self._shown = ""

    def feed(self, piece: str) -> Iterator[str | Written]:
        if not self._begun:
            self._opening = _THOUGHT.sub("", self._opening + piece, count=1)
            if _MAY_BECOME_THOUGHT.fullmatch(self._opening):
                return
            self._begun, piece = True, self._opening
        yield from self._whole(self._stream.feed(piece))
        yield from self._show(self._stream.forming)

    def close(self) -> Iterator[str | Written]:
        """What is left when the reply has ended, or broken off."""
        yield from self._whole(self._stream.flush())

    def _whole(self, sentences: Sequence[Written]) -> Iterator[str | Written]:
        for sentence in sentences:
            yield from self._show(sentence.text)
            self._shown = ""
            if text := _unformatted(sentence.text):
                yield replace(sentence, text=text)

    def _show(self, sentence: str) -> Iterator[str]:
        if may_become_no_answer(sentence) or not sentence.startswith(self._shown):
            return
        if new := sentence[len(self._shown) :]:
            yield new
        self._shown = sentence


def _unformatted(text: str) -> str:
    """A sentence without what formats it; ``""`` where that is all there is."""
    for _ in range(3):  # a mark may stand behind another: "> - **"
        text = _FORMATTING.sub("", text)
    text = " ".join(text.split())
    return text if any(character.isalnum() for character in text) else ""
