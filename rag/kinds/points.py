"""Which point of an answer is meant by its number, and where an article tells it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.records import Passage, Span
from index.text.numerals import chinese_number
from index.text.rules import load_patterns
from index.text.sentences import split_sentences
from index.text.terms import terms
from rag.extractive.candidates import term_shares
from rag.records import RankedPassage

_RULES = load_patterns("rag.question", "catalogue")
_WORDS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5}
_MARKER = re.compile(r"(?:\[\d+\]\s*)+")
_CUT = re.compile(r"[、；;]")
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩"
_NUMBERED = re.compile(
    r"(?:^|(?<=[\s：:；;。，,.]))"
    rf"(?:(?P<circled>[{_CIRCLED}])|[（(]?(?P<digits>\d{{1,2}})(?:[）)．、]|\.(?!\d))"
    r"|第?(?P<number>[一二三四五六七八九十])(?:是|[、，])|[（(](?P<bracketed>[一二三四五六七八九十])[）)])\s*"
)

_STATED = 0.5
"""Share of a point's words, by weight, that a sentence which tells it has."""


@dataclass(frozen=True, slots=True)
class Stated:
    """Where an article tells a point: a sentence, in characters of the article."""

    passage: Passage
    span: Span


def place_meant(question: str) -> int | None:
    """Which of what was listed is meant: 0 for the first, -1 for the last; ``None`` for none.

    >>> place_meant("第二条的来源"), place_meant("the last one, please"), place_meant("展开讲讲")
    (1, -1, None)
    """
    if match := _RULES["ordinal"].search(question):
        named = match.groupdict()
        if word := named.get("word"):
            return _WORDS[word.lower()] - 1
        said = named.get("digits") or named.get("number") or ""
        number = int(said) if said.isdigit() else chinese_number(said)
        return int(number) - 1 if number else None
    return -1 if _RULES["last"].search(question) else None


def point_meant(question: str, answer: str) -> str:
    """What of an answer is meant by its number, ``""`` for nothing.

    >>> point_meant("第二点展开讲讲", "有两点：1. 渡口迁址；2. 票价不变。")
    '票价不变'
    """
    place = place_meant(question)
    points = points_of(answer) if place is not None else []
    return points[place] if place is not None and -len(points) <= place < len(points) else ""


def points_of(answer: str) -> list[str]:
    """What an answer listed: what it numbered, its lines with sources, what stands before its markers,
    its lines, or the members of its enumeration."""
    lines = [line.strip() for line in answer.splitlines() if line.strip()]
    sourced = [_bare(line) for line in lines if _MARKER.search(line)]
    *parts, _ = _MARKER.split(answer)
    marked = [part.strip().splitlines()[-1] for part in parts if part.strip()]
    listed = (_numbered(answer), sourced, marked, [_bare(line) for line in lines])
    return next((some for some in listed if len(some) > 1), None) or [
        part.strip(" 。.：:") for part in _CUT.split(answer) if part.strip()
    ]


def _bare(line: str) -> str:
    return _MARKER.sub("", line).strip()


def _numbered(answer: str) -> list[str]:
    """What stands behind 1, 2, 3 and so on, in whatever way they are written."""
    marks: list[re.Match[str]] = []
    for mark in _NUMBERED.finditer(answer):
        if _number(mark) == len(marks) + 1:
            marks.append(mark)
    ends = [*(mark.start() for mark in marks[1:]), len(answer)]
    return [
        _bare(answer[mark.end() : end]).rstrip("；;，,。. ")
        for mark, end in zip(marks, ends, strict=False)  # without a mark nothing ends
    ]


def _number(mark: re.Match[str]) -> int:
    if circled := mark["circled"]:
        return _CIRCLED.index(circled) + 1
    said: str = mark["digits"] or mark["number"] or mark["bracketed"]
    return int(said) if said.isdigit() else int(chinese_number(said) or 0)


def stated(point: str, ranked: Sequence[RankedPassage]) -> Stated | None:
    """The sentence of the passages that tells a point, by its words; ``None`` where none has most of
    them."""
    shares = term_shares(point, "", ranked)
    told: list[tuple[float, Stated]] = []
    for hit in ranked:
        for span in split_sentences(hit.passage.text):
            most = shares.of(frozenset(terms(span.of(hit.passage.text))))
            told.append((most, Stated(hit.passage, span.moved(hit.passage.span.start))))
    best = max(told, key=lambda each: each[0], default=None)
    return best[1] if best and best[0] >= _STATED else None
