"""A text while it is being cleaned: every character knows where in the raw text it came from."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from index.records import Change, Span

Edit = tuple[int, int, str]
"""Characters ``start`` to ``end`` of a draft's text, and what takes their place."""


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """A text on its way from raw to clean, with a record of what was done to it.

    Attributes:
        text: The text as it is now.
        origins: For each character of ``text`` where in the raw text what it stands for begins,
            shape (len(text),).
        ends: And where that ends (exclusive), shape (len(text),).
        changes: What was done so far, white space and invisible characters aside.
    """

    text: str
    origins: NDArray[np.int32]
    ends: NDArray[np.int32]
    changes: tuple[Change, ...] = ()

    @classmethod
    def of(cls, raw: str) -> Draft:
        origins = np.arange(len(raw), dtype=np.int32)
        return cls(raw, origins, origins + 1)

    def edit(self, rule: str, edits: Iterable[Edit]) -> Draft:
        """Replace parts of the text.

        Args:
            rule: Name of the rule that asks for it, for the record.
            edits: In order, without overlap, none longer than what it replaces. Edits that change
                nothing are ignored.
        """
        pieces: list[str] = []
        origins: list[NDArray[np.int32]] = []
        ends: list[NDArray[np.int32]] = []
        changes: list[Change] = []
        at = 0
        for start, end, put in edits:
            if self.text[start:end] == put:
                continue
            pieces += self.text[at:start], put
            origins += self.origins[at:start], self.origins[start : start + len(put)]
            # The last of the new characters stands for all the rest of the old ones.
            ends += self.ends[at:start], self.ends[start : start + max(len(put) - 1, 0)]
            ends += (self.ends[end - 1 : end] if put else self.ends[:0],)
            at = end
            if _visible(self.text[start:end]) != _visible(put):
                changes.append(Change(rule, self.raw_span(Span(start, end)), put))
        if not at and not pieces:
            return self
        return replace(
            self,
            text="".join(pieces) + self.text[at:],
            origins=np.concatenate([*origins, self.origins[at:]]),
            ends=np.concatenate([*ends, self.ends[at:]]),
            changes=(*self.changes, *changes),
        )

    def cut(self, rule: str, spans: Iterable[Span]) -> Draft:
        """Take parts out; ``spans`` in order and without overlap."""
        return self.edit(rule, ((span.start, span.end, "") for span in spans))

    def substitute(
        self,
        rule: str,
        pattern: re.Pattern[str],
        put: str | Callable[[re.Match[str]], str] = "",
    ) -> Draft:
        """``re.sub``, on the record. ``put`` is taken as it is, without backslash escapes."""
        chosen = put if callable(put) else lambda match: put
        return self.edit(
            rule, ((m.start(), m.end(), chosen(m)) for m in pattern.finditer(self.text))
        )

    def reorder(self, rule: str, spans: Iterable[Span]) -> Draft:
        """Move lines to the end of the text, in order, each on a line of its own.

        Args:
            spans: In order, without overlap, whole lines without their line ends.
        """
        moved = [span for span in spans if span.start < span.end]
        if not moved:
            return self
        order: list[NDArray[np.intp]] = []
        at = 0
        for span in moved:
            order.append(np.arange(at, span.start))
            at = min(span.end + 1, len(self.text))  # with its line end
        order.append(np.arange(at, len(self.text)))
        kept = np.concatenate(order)
        while len(kept) and self.text[kept[-1]] == "\n":
            kept = kept[:-1]
        if not len(kept):
            return self
        # Each line that is moved takes the line end along that stood before it, or else after it.
        lines = [
            np.r_[span.start - 1 if span.start else span.end, span.start : span.end]
            for span in moved
        ]
        chosen = np.concatenate([kept, *lines])
        arranged = "".join(self.text[at] for at in chosen)
        if arranged == self.text:
            return self
        changes = (Change(rule, self.raw_span(span), span.of(self.text)) for span in moved)
        return replace(
            self,
            text=arranged,
            origins=self.origins[chosen],
            ends=self.ends[chosen],
            changes=(*self.changes, *changes),
        )

    def raw_span(self, span: Span) -> Span:
        """The raw characters that a span of this text came from, first to last."""
        if span.start < span.end:
            origins, ends = (of[span.start : span.end] for of in (self.origins, self.ends))
            return Span(int(origins.min()), int(ends.max()))
        at = int(self.ends[span.start - 1]) if span.start else 0
        return Span(at, at)


_UNSEEN = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]+")


def _visible(text: str) -> str:
    return _UNSEEN.sub("", text)
