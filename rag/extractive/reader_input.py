"""Question and passage as the reader's network takes them: token ids, and the way back to characters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from index.embedding.tokenizer import BEGIN, END, PackagedTokenizer, Tokens
from index.records import Span

LONGEST = 320
"""Tokens of question, title and passage together; a passage is cut where it goes beyond."""

_LONGEST_QUESTION = 64
_LONGEST_BACKGROUND = 40
_LONGEST_TITLE = 40


@dataclass(frozen=True, slots=True)
class Pair:
    """A question and a passage as tokens: ``<s> question </s></s> title </s> passage </s>``; where the
    question leans on one before it, ``<s> question </s></s> that one </s> title </s> passage </s>``.

    Attributes:
        ids: Token ids, at most ``LONGEST``.
        passage: Index of the passage's first token.
        text: The passage.
        offsets: Where each of the passage's tokens stands, in characters of the passage.
    """

    ids: tuple[int, ...]
    passage: int
    text: str
    offsets: tuple[tuple[int, int], ...]

    def characters(self, first: int, last: int) -> Span:
        """The characters of the passage from one token of the pair to another, both included.

        White space around them, which a word's first token has before it, is left out.
        """
        start, end = self.offsets[first - self.passage][0], self.offsets[last - self.passage][1]
        words = self.text[start:end]
        return Span(end - len(words.lstrip()), start + len(words.rstrip()))

    def tokens(self, span: Span) -> tuple[int, int] | None:
        """The first and last token, of the pair, of some characters of the passage; ``None`` where
        they were cut off."""
        first = next((i for i, (_, end) in enumerate(self.offsets) if end > span.start), None)
        last = next((i for i, (_, end) in enumerate(self.offsets) if end >= span.end), None)
        if first is None or last is None:
            return None
        return first + self.passage, last + self.passage


def make_pairs(
    tokenizer: PackagedTokenizer,
    question: str,
    passages: Sequence[tuple[str, str]],
    background: str = "",
) -> list[Pair]:
    """A question with each of some passages, given as (title, text).

    Args:
        background: What was asked before, where the question leans on that; it tells what is asked about
            as a title does, and is not to be answered itself.
    """
    texts = [question, background, *(part for passage in passages for part in passage)]
    asked, before, *rest = tokenizer.encode(texts)
    begun = (BEGIN, *asked.ids[:_LONGEST_QUESTION], END, END)
    if before.ids:
        begun = (*begun, *before.ids[-_LONGEST_BACKGROUND:], END)
    return [
        _pair(begun, rest[2 * at], rest[2 * at + 1], text) for at, (_, text) in enumerate(passages)
    ]


def _pair(begun: tuple[int, ...], title: Tokens, passage: Tokens, text: str) -> Pair:
    head = (*begun, *title.ids[:_LONGEST_TITLE], END)
    room = LONGEST - len(head) - 1
    return Pair(
        ids=(*head, *passage.ids[:room], END),
        passage=len(head),
        text=text,
        offsets=tuple(passage.offsets[:room]),
    )
