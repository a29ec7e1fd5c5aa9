"""A chat model's reply, read as it arrives: what of it can be shown, and each sentence once it is whole."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from index.text.rules import load_patterns
from rag.generation.no_answer import may_become_no_answer
from rag.generation.thoughts import Signal, ThoughtFilter
from rag.generation.wrapping import Unwrapper
from rag.verification.cited_sentences import SentenceStream, Written

_RULES = load_patterns("rag.generation", "thoughts")
_FORMATTING = re.compile(
    r"^(?:>\s*)+|^(?:[-*•]\s+|\d{1,2}[.)、]\s*(?=\D)|#+\s+)|\*\*|`|^[*_]+|(?<![*_])[*_]++$"
    r"|^\s+|(?<!\s)\s++$|\$\$|\\(?:boxed|text|textbf)\{"
    r"|</?(?:p|b|i|u|em|strong|br|div|ul|ol|li|h[1-6]|code|pre)\b[^<>]{0,200}>",
    re.I,
)
_LABEL = re.compile(rf"^(?:{_RULES['answer_heading'].pattern})(?:\s*[:：]\s*|$)")
_CLOSING = re.compile(_RULES["closing"].pattern)
_REFERENCES = re.compile(
    rf"(?:{_RULES['references'].pattern})\s*(?P<colon>[:：]?)(?P<named>.*)", re.S
)


class ReplyReader:
    """Takes the pieces of a reply; gives text to show and whole sentences, in order.

    The text before a sentence is its own. What may yet become a marker or ``NO_ANSWER``, and what the
    model thinks, is held back. ``Signal.ANEW`` takes back all that was given before it.

    >>> reader = ReplyReader()
    >>> list(reader.feed("大桥通车了。[1"))
    ['大桥通车了。']
    >>> list(reader.feed("] 全长"))
    [Written(text='大桥通车了。', markers=(1,)), '全长']
    >>> list(reader.close())
    [Written(text='全长', markers=())]
    """

    def __init__(self, titles: frozenset[str] = frozenset()) -> None:
        """
        Args:
            titles: Of the articles that may be cited (``rag.verification.cited_titles.folded``).
        """
        self._titles = titles
        self._thoughts = ThoughtFilter()
        self._begin()

    def _begin(self) -> None:
        self._unwrapper = Unwrapper()
        self._stream = SentenceStream(self._titles)
        self._shown = ""
        self._said = False
        self._lists_sources = False

    def feed(self, piece: str) -> Iterator[str | Written | Signal]:
        yield from self._read(self._thoughts.feed(piece))
        if not self._lists_sources:
            yield from self._show(self._stream.forming)

    def close(self) -> Iterator[str | Written | Signal]:
        """What is left when the reply has ended, or broken off."""
        yield from self._read(self._thoughts.close())
        for text in self._unwrapper.close():
            yield from self._whole(self._stream.feed(text))
        yield from self._whole(self._stream.flush())

    def _read(self, parts: Iterator[str | Signal]) -> Iterator[str | Written | Signal]:
        for part in parts:
            if isinstance(part, Signal):
                self._begin()
                yield part
                continue
            for text in self._unwrapper.feed(part):
                yield from self._whole(self._stream.feed(text))

    def _whole(self, sentences: Sequence[Written]) -> Iterator[str | Written]:
        for sentence in sentences:
            text = _unformatted(sentence.text)
            if self._lists_sources or self._names_sources(text):
                self._shown = ""
                continue
            yield from self._show(sentence.text)
            self._shown = ""
            if text and not (self._said and _CLOSING.match(text)):
                self._said = True
                yield replace(sentence, text=text)

    def _names_sources(self, text: str) -> bool:
        """Whether a sentence behind the answer says where it is from; a heading begins a list of it."""
        named = _REFERENCES.fullmatch(text) if self._said else None
        if named is None or not (named["colon"] or not named["named"]):
            return False
        self._lists_sources = not named["named"].strip()
        return True

    def _show(self, sentence: str) -> Iterator[str]:
        if may_become_no_answer(sentence) or not sentence.startswith(self._shown):
            return
        if new := sentence[len(self._shown) :]:
            yield new
        self._shown = sentence


def _unformatted(text: str) -> str:
    """A sentence without what formats or labels it; ``""`` where that is all there is."""
    for _ in range(3):  # a mark may stand behind another: "> - **"
        text = _FORMATTING.sub("", text)
    text = _LABEL.sub("", " ".join(text.split()))
    return text if any(character.isalnum() for character in text) else ""
