"""The title of an article behind its citation marker, ``[1]《东岸大桥下月通车》``: it belongs to the marker.

Behind a sentence that has ended, a title that nothing follows is one. Within a sentence it may be what
the sentence tells of (市政府发布了[1]《低空经济条例》。), and is taken for the article's only where
it is that of one which the model was shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from index.text.rules import load_patterns

_STOPS = "。！？.!?"
_OPENING = r"[ \t]?[:：]?[ \t]?(?P<open>[(（][ \t]?)?"
_TITLE = re.compile(
    rf"{_OPENING}(?:《(?P<named>[^《》\n]{{1,80}})》|[“「\"](?P<quoted>[^“”「」\"\n]{{1,120}})[”」\"])"
    r"(?(open)[^()（）\n]{0,40}[)）]|)"
)
_SOURCE = re.compile(  # its account and day, or its day
    r"(?:[ \t]?[(（][^()（）\n]{1,40}[)）]|[,，][ \t]?\d{4}[-年./][-年月日./\d]{0,12}+)?"
    rf"(?:[{_STOPS}]|(?=\s|$|[、,，]?[ \t]?[\[［【〔⟦〈<^①-⑳¹²³⁴-⁹]))"
)
_BEGINNING = re.compile(
    r"(?:(?<=[\]］】〕⟧〉>)）^])|(?<=[¹²³⁴-⁹①-⑳]))[ \t]?[:：]?[ \t]?(?:[(（][ \t]?)?"
    r"(?:《[^《》\n]{0,80}|(?<=[\]］】])[ \t]?[“「\"][^“”「」\"\n]{0,120})"
    r"(?:[》”」\"][^()（）\n\w]{0,2}(?:[(（]?[^()（）\n]{0,40}[)）]?|\d[-年月日./\d]{0,16})?)?$"
)
_WORDS = re.compile(r"[\w)）”」』》%％]$")
_LED = re.compile(
    rf"(?:^|[\s，,；;：:{_STOPS}])(?:{load_patterns('rag.verification', 'citation_markers')['lead'].pattern})$"
)
_JOINING = ("、", ",", "，")
_LONGEST_LEAD = 40
_LEAST_OF_A_TITLE = 6
"""Letters by which a title that is not given in full is known."""


def folded(titles: Iterable[str]) -> frozenset[str]:
    """Titles as they are compared: their letters and digits."""
    return frozenset(filter(None, map(_letters, titles)))


@dataclass(frozen=True, slots=True)
class Titled:
    """A marker with a title behind it.

    Attributes:
        end: Behind the title.
        after: Whether it stands behind a sentence, and not within one.
    """

    end: int
    after: bool

    def until(self, text: str, start: int) -> int:
        """Where what belongs to it ends, before a marker at ``start``: a comma may join the two."""
        between = text[self.end : start].strip(" \t")
        return start if not between or (self.after and between in _JOINING) else self.end


def with_title(
    text: str, start: int, end: int, titles: frozenset[str], before: Titled | None = None
) -> Titled | None:
    """The marker from ``start`` to ``end`` with the title behind it; ``None``, where it has none.

    >>> with_title("大桥通车了。[1]《东岸大桥下月通车》", 6, 9, frozenset())
    Titled(end=19, after=True)

    Args:
        titles: Of the articles that the model was shown, ``folded``.
        before: The marker before it, where that has one.
    """
    title = _TITLE.match(text, end)
    if title is None:
        return None
    known = _is_known(title["named"] or title["quoted"], titles)
    joined = before is not None and before.until(text, start) == start
    said = text[max(start - _LONGEST_LEAD, 0) : start].rstrip(" \t")
    after = before.after if before and joined else said[-1:] in _STOPS
    if after and (joined or said) and (known or title["named"]):
        if source := _SOURCE.match(text, title.end()):
            return Titled(source.end(), after)
        return Titled(title.end(), after) if title["open"] else None
    words = joined or (_WORDS.search(said) and not _LED.search(said))
    if known and words and not text[title.end() : title.end() + 1].isalnum():
        return Titled(title.end(), after)
    return None


def without_title_beginning(text: str, longest: int) -> str:
    """A text without what, behind a marker at its end, may become a title once more has come."""
    held = _BEGINNING.search(text, max(len(text) - longest, 0))
    return text[: held.start()] if held else text


def _is_known(said: str, titles: frozenset[str]) -> bool:
    letters = _letters(said)
    if len(letters) < _LEAST_OF_A_TITLE:
        return letters in titles
    return any(title.startswith(letters) for title in titles)


def _letters(title: str) -> str:
    return "".join(filter(str.isalnum, title.casefold()))
