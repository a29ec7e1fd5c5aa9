"""Where sentences end, in Chinese, English and mixed text, as spans that cover the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from heapq import merge

from index.records import Article, Span
from index.text.rules import load_rules

_CLOSERS = "”’」』）)】》〉\\]\"'"  # for use inside a character class
_END = re.compile(
    rf"[。！？!?…]+[{_CLOSERS}]*"  # a full stop, and the quotes that close after it
    rf"|\.(?=[{_CLOSERS}]*(?:\s|$))[{_CLOSERS}]*"  # an English one stands before a space
    r"|\n+"
)
_CHINESE = load_rules("index.text", "zh/characters", "zh/sentences")
_HAN = _CHINESE.source("han")
_GLUED = "|".join(map(_CHINESE.source, ("speaker", "round_up_item", "list_item")))
_BEGIN = re.compile(rf"(?<={_HAN}|[{_CLOSERS}。！？!?…])(?={_GLUED})")
_OPENER = re.compile(rf"\s+[\"'“‘(\[]*(?:[A-Z0-9]|{_HAN})")
_ABBREVIATION = load_rules("index.text", "en/sentences").regex("abbreviation")
_SUBJECT_CHARACTERS = 60
_CLAUSE_END = re.compile(r"[；;，,、：:]|\s")


def split_sentences(text: str) -> list[Span]:
    """Spans of the sentences of ``text``, trimmed of white space, none empty.

    >>> [span.of("开园了！“欢迎。”共3.5亿元。") for span in split_sentences("开园了！“欢迎。”共3.5亿元。")]
    ['开园了！', '“欢迎。”', '共3.5亿元。']
    >>> text = "Dr. Lin left at 3 p.m. on Friday. It rained."
    >>> [span.of(text) for span in split_sentences(text)]
    ['Dr. Lin left at 3 p.m. on Friday.', 'It rained.']
    """
    return list(_trimmed(text, _cuts(text)))


def subject_of(article: Article) -> str:
    """What an article is about: its title and column or, where it has neither, its first sentence.

    It stands before each passage that is searched, so that an article without a title is not behind
    others for want of one.
    """
    if article.heading:
        return article.heading
    beginning = article.text[:_SUBJECT_CHARACTERS]
    return next((span.of(beginning) for span in split_sentences(beginning)), "")


def split_lines(text: str) -> Iterator[Span]:
    """The lines of a text that are not empty, without their line ends."""
    return (Span(match.start(), match.end()) for match in re.finditer(r"[^\n]+", text))


def split_clauses(text: str, span: Span) -> list[Span]:
    """The parts of one sentence between commas and spaces, trimmed; for sentences without end."""
    cuts = [span.start + match.end() for match in _CLAUSE_END.finditer(span.of(text))]
    return list(_trimmed(text, cuts, span))


def _cuts(text: str) -> Iterator[int]:
    ends = (
        match.end()
        for match in _END.finditer(text)
        if not match.group().startswith(".") or _ends_sentence(text, match)
    )
    return merge(ends, _begins(text))


def _begins(text: str) -> list[int]:
    """Where a part begins that is glued to what stands before it; "plan A" alone is no speaker."""
    found = list(_BEGIN.finditer(text))
    interview = {match["speaker"] for match in found} >= {"Q", "A"}
    return [match.start() for match in found if interview or not match["speaker"]]


def _ends_sentence(text: str, match: re.Match[str]) -> bool:
    """Whether this full stop is more than an abbreviation's: what follows begins like a sentence."""
    if match.end() < len(text) and not _OPENER.match(text, match.end()):
        return text[match.end()] == "\n"
    # 16 characters hold the longest abbreviation; looking at all that precedes would be quadratic.
    return not _ABBREVIATION.search(text[max(0, match.start() - 16) : match.start()])


def _trimmed(
    text: str, cuts: Iterator[int] | list[int], whole: Span | None = None
) -> Iterator[Span]:
    start, stop = (whole.start, whole.end) if whole else (0, len(text))
    for end in [*cuts, stop]:
        part = text[start:end]
        if stripped := part.strip():
            first = start + len(part) - len(part.lstrip())
            yield Span(first, first + len(stripped))
        start = end
