"""What a chat model wrote, sentence by sentence as it arrives, with its citation markers taken out.

Models put markers before or after the full stop, and spell them as they like
(``rag.verification.citation_markers``). All are read and removed; what they point at is for
``rag.verification.verify`` to judge.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.records import Span
from index.text.sentences import split_sentences
from rag.verification.citation_markers import STOPS, strip_markers, without_beginning

LONGEST_SENTENCE = 4000
"""Characters after which a sentence is given out as it stands: no end of it is in sight."""

LONGEST_QUOTATION = 300
"""Characters after which a quotation that is still open no longer holds a sentence together."""

_ENDS = re.compile(rf"[{STOPS}…\n]")
_ENUMERATOR = re.compile(r"(?:[-*•#]++\s*+)?(?:\d{1,2}[.、)）])?\**+")
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

    def __init__(self, titles: frozenset[str] = frozenset()) -> None:
        """
        Args:
            titles: Of the articles that may be cited, ``folded``.
        """
        self._titles = titles
        self._pending = ""
        self._tried_again_at = 0
        self._forming = ""
        self._formed_again_at = 0

    def feed(self, delta: str) -> list[Written]:
        """The sentences that are sure now that ``delta`` has come."""
        done: list[Written] = []
        for character in delta:
            before = self._pending[-1:]
            self._pending += character
            begins_word = character.isalnum() and not before.isalnum()
            if len(self._pending) > LONGEST_SENTENCE:
                done += self.flush()
            elif (begins_word or _ends_before(before)) and self._may_be_sure():
                done += (taken := self._take(last=False))
                # What is long and still no sentence is looked at ever more seldom: all of it each time.
                self._tried_again_at = 0 if taken else self._later()
        return done

    def flush(self) -> list[Written]:
        """The sentences that are left; the stream can then be fed another text."""
        done: list[Written] = []
        while self._pending.strip():
            done += self._take(last=True)
        self._pending, self._tried_again_at, self._formed_again_at = "", 0, 0
        return done

    @property
    def forming(self) -> str:
        """What there is of the next sentence, without markers and what may yet become one."""
        if not self._is_too_early(self._formed_again_at):
            self._forming = strip_markers(
                without_beginning(self._pending), self._titles
            ).text.strip()
            self._formed_again_at = self._later()
        return self._forming

    def _later(self) -> int:
        return len(self._pending) * 5 // 4

    def _is_too_early(self, again_at: int) -> bool:
        return LONGEST_QUOTATION < len(self._pending) < again_at

    def _may_be_sure(self) -> bool:
        if self._is_too_early(self._tried_again_at):
            return False
        return (
            _ENDS.search(self._pending) is not None
            and without_beginning(self._pending) == self._pending
        )

    def _take(self, *, last: bool) -> list[Written]:
        """The first pending sentence, where another follows it or, at the last, in any case."""
        plain = strip_markers(self._pending, self._titles)
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
        self._pending, self._formed_again_at = self._pending[cut:], 0
        return [Written(spans[0].of(plain.text), numbers)]


def _ends_before(character: str) -> bool:
    """Whether a sentence may have ended right before what follows ``character``, 7。八 as well."""
    return character != "" and character in f"{STOPS}…\n”」』】]）)"


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
