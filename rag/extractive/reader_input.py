"""Question and passage as the reader's network takes them: token ids, and the way back to characters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from index.records import Span

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

LONGEST = 320
"""Tokens of question, title and passage together; a passage is cut where it goes beyond."""

_LONGEST_QUESTION = 64
_LONGEST_TITLE = 40
_BEGIN, _END, _UNKNOWN = 0, 2, 3


@dataclass(frozen=True, slots=True)
class Pair:
    """A question and a passage as tokens: ``<s> question </s></s> title </s> passage </s>``.

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


def open_tokenizer(checkpoint: Path) -> Tokenizer:
    """The tokenizer of the packaged encoder's checkpoint."""
    from tokenizers import Tokenizer

    return own_tokenizer(Tokenizer.from_file(str(checkpoint / "tokenizer.json")))


def own_tokenizer(tokenizer: Tokenizer) -> Tokenizer:
    """A tokenizer over the same vocabulary, which is shared, that neither pads nor cuts.

    An encoder's own does both, and is set anew for whatever the encoder encodes.
    """
    from tokenizers import Tokenizer

    own = Tokenizer(tokenizer.model)
    own.normalizer = tokenizer.normalizer
    own.pre_tokenizer = tokenizer.pre_tokenizer
    return own


def make_pairs(
    tokenizer: Tokenizer, question: str, passages: Sequence[tuple[str, str]]
) -> list[Pair]:
    """A question with each of some passages, given as (title, text)."""
    texts = [question, *(part for passage in passages for part in passage)]
    encoded: list[Encoding] = tokenizer.encode_batch(texts, add_special_tokens=False)
    asked, rest = encoded[0], encoded[1:]
    return [
        _pair(asked, rest[2 * at], rest[2 * at + 1], text) for at, (_, text) in enumerate(passages)
    ]


def _pair(question: Encoding, title: Encoding, encoded: Encoding, text: str) -> Pair:
    asked, called = _words(question)[:_LONGEST_QUESTION], _words(title)[:_LONGEST_TITLE]
    head = (_BEGIN, *asked, _END, _END, *called, _END)
    room = LONGEST - len(head) - 1
    return Pair(
        ids=(*head, *_words(encoded)[:room], _END),
        passage=len(head),
        text=text,
        offsets=tuple(encoded.offsets[:room]),
    )


def _words(encoded: Encoding) -> list[int]:
    """The ids of a text; "</s>" in it is text, an unknown word."""
    return [max(one, _UNKNOWN) for one in encoded.ids]
