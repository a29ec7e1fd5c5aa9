"""What a chat model wrote, sentence by sentence as it arrives, with its citation markers taken out.

Models spell markers as they like ([1], 【1】, (1), [^1], [1][2], [1,2], 来源1 …) and put them before or
after the full stop. All are read and removed; what they point at is for ``rag.verification.verify`` to judge.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.records import Span
from index.text.rules import load_patterns
from index.text.sentences import split_sentences

LONGEST_QUOTATION = 300
"""Characters after which a quotation that is still open no longer holds a sentence together."""

_MOST_IN_RANGE = 10
_LABEL = load_patterns("rag.verification", "citation_markers")["label"].pattern
_NUMBERS = r"\d{1,3}(?:\s?[,，、;；~–-]\s?\d{1,3})*"
_STOPS = "。！？.!?"
_MARKER = re.compile(
    rf"[ \t]*(?:[\[［【]\s?(?:\^|(?:{_LABEL})\s?[:：#]?\s?)?(?P<bracketed>{_NUMBERS})(?:†[^\]】\n]{{0,30}})?\s?[\]］】]"
    rf"|(?<=[^\s(（])[ \t]?[(（](?P<round>\d{{1,2}})[)）](?=[{_STOPS}，,；;\[【(（\s]|$)"
    rf"|(?<=[\u3400-\u9fff{_STOPS}”])(?P<raised>[⁰¹²³⁴-⁹]+))",
    re.I,
)
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_BEGINNING = re.compile(r"[\[［【(（][^\]］】)）\n]{0,24}$")
"""What may become a marker once more text has come."""

_ENDS = re.compile(rf"[{_STOPS}…\n]")
_ENUMERATOR = re.compile(r"(?:[-*•#]+\s*)?(?:\d{1,2}[.、)）])?\**")
_PAIRS = ("“”", "「」", "『』", "《》")


@dataclass(frozen=True, slots=True)
class Written:
    """A sentence without its markers, and the numbers in them, in order, each once."""

    text: str
    markers: tuple[int, ...] = ()


class SentenceStream:
    """Cuts text into sentences while it arrives.

    A sentence is given out when the first character of the next one is there, so that a decimal point,
    an abbreviation, a marker behind the full stop or an open quotation does not end it early. How
    the text is cut into deltas makes no difference.

    >>> stream = SentenceStream()
    >>> stream.feed("共3"), stream.feed(".5亿元。[1]"), stream.feed("大")
    ([], [], [Written(text='共3.5亿元。', markers=(1,))])
    >>> stream.feed("桥很美。"), stream.flush()
    ([], [Written(text='大桥很美。', markers=())])
    """

    def __init__(self) -> None:
        self._pending = ""

    def feed(self, delta: str) -> list[Written]:
        """The sentences that are sure now that ``delta`` has come."""
        done: list[Written] = []
        for character in delta:
            before = self._pending[-1:]
            self._pending += character
            begins_word = character.isalnum() and not before.isalnum()
            if (begins_word or _ends_before(before)) and self._may_be_sure():
                done += self._take(last=False)
        return done

    def flush(self) -> list[Written]:
        """The sentences that are left; the stream can then be fed another text."""
        done: list[Written] = []
        while self._pending.strip():
            done += self._take(last=True)
        self._pending = ""
        return done

    @property
    def forming(self) -> str:
        """What there is of the next sentence, without markers and what may yet become one."""
        held = _BEGINNING.search(self._pending)
        sure = self._pending[: held.start()] if held else self._pending
        return _strip_markers(sure).text.strip()

    def _may_be_sure(self) -> bool:
        return bool(_ENDS.search(self._pending)) and not _BEGINNING.search(self._pending)

    def _take(self, *, last: bool) -> list[Written]:
        """The first pending sentence, where another follows it or, at the last, in any case."""
        plain = _strip_markers(self._pending)
        spans = _sentences(plain.text)
        if len(spans) < 2 and not last:
            return []
        if not spans:
            self._pending = ""
            return []
        end = spans[1].start if len(spans) > 1 else len(plain.text)
        cut, numbers = plain.cut(spans[0].end, end)
        if len(spans) == 1:
            cut = len(self._pending)
        self._pending = self._pending[cut:]
        return [Written(spans[0].of(plain.text), numbers)]


def _ends_before(character: str) -> bool:
    """Whether a sentence may have ended right before what follows ``character``, 7。八 as well."""
    return character != "" and character in f"{_STOPS}…\n”」』】]）)"


@dataclass(frozen=True, slots=True)
class _Marker:
    at: int  # in the text without markers
    raw_start: int
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Plain:
    """A text without its markers; ``raw`` says where each character stood with them."""

    text: str
    raw: Sequence[int]
    markers: Sequence[_Marker]

    def cut(self, end: int, next_start: int) -> tuple[int, tuple[int, ...]]:
        """Where the raw text is cut between two sentences, and the numbers of the first one.

        A marker between the two belongs to the first, unless it begins the line of the second.
        """
        numbers: dict[int, None] = {}
        for marker in self.markers:
            if marker.at > next_start:
                break
            if marker.at > end and "\n" in self.text[end : marker.at]:
                return marker.raw_start, tuple(numbers)
            numbers |= dict.fromkeys(marker.numbers)
        return (self.raw[next_start] if next_start < len(self.raw) else 0), tuple(numbers)


def _strip_markers(text: str) -> _Plain:
    kept: list[str] = []
    raw: list[int] = []
    markers: list[_Marker] = []
    at = 0
    for match in _MARKER.finditer(text):
        kept += text[at : match.start()]
        raw += range(at, match.start())
        if match.start() and _needs_space(text, match):
            kept.append(" ")
            raw.append(match.start())
        markers.append(_Marker(len(kept), match.start(), tuple(_numbers(match))))
        at = match.end()
    kept += text[at:]
    raw += range(at, len(text))
    return _Plain("".join(kept), raw, markers)


def _needs_space(text: str, match: re.Match[str]) -> bool:
    """Whether two words or sentences would stick together without the marker between them."""
    before, after = text[match.start() - 1], text[match.end() : match.end() + 1]
    return before.isascii() and not before.isspace() and after.isascii() and after.isalnum()


def _numbers(match: re.Match[str]) -> Iterator[int]:
    if match["raised"]:
        yield int(match["raised"].translate(_RAISED))
        return
    for part in re.split(r"[,，、;；]", match["bracketed"] or match["round"]):
        first, *rest = (int(number) for number in re.findall(r"\d+", part))
        last = rest[-1] if rest else first
        within = first <= last < first + _MOST_IN_RANGE
        yield from range(first, last + 1) if within else (first, last)


def _sentences(text: str) -> list[Span]:
    """Sentences, with open quotations and enumerators joined to what follows them."""
    joined: list[Span] = []
    for span in split_sentences(text):
        if joined and _goes_on(text, joined[-1], span):
            joined[-1] = Span(joined[-1].start, span.end)
        else:
            joined.append(span)
    return joined


def _goes_on(text: str, first: Span, second: Span) -> bool:
    if _ENUMERATOR.fullmatch(first.of(text)):
        return True
    if "\n" in text[first.end : second.start] or first.end - first.start > LONGEST_QUOTATION:
        return False
    said = first.of(text)
    open_pair = any(said.count(pair[0]) > said.count(pair[1]) for pair in _PAIRS)
    return open_pair or said.count('"') % 2 == 1
