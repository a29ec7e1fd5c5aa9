"""Citation markers, in the spellings that chat programs and RAG prompts ask their models for.

Bracketed numbers of any kind and with any label ([1], 【1†source】, [[citation:1]], [ID:1]), links and
HTML around them ([1](…), <sup>1</sup>), raised and circled numbers, sources in round brackets
(（来源：[1]）), and what leads to a marker or goes on from it at the beginning of a clause
(根据[1]，…; [1] states that …).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.text.rules import load_patterns
from rag.verification.cited_titles import Titled, with_title, without_title_beginning

STOPS = "。！？.!?"
"""What ends a sentence."""

_MOST_IN_RANGE = 10
_RULES = load_patterns("rag.verification", "citation_markers")
_LABEL, _NAMED, _LEAD, _TAIL = (
    rf"(?:{_RULES[name].pattern})" for name in ("label", "named_source", "lead", "tail")
)

_NUMBERS = r"\d{1,3}(?!\d)(?:\s?(?:[,，、;；~–—-]|[和与及&]|\band\b)\s?#?\d{1,3}(?!\d)){0,30}+"
_LABELLED = rf"(?:\^|#|{_LABEL}(?![a-z])[\s:：#_.-]{{0,2}})?{_NUMBERS}"
_ADDRESS = r"(?:[!-'*-~]|\([!-'*-~]*+\))*+"
_LINK = rf"(?:\\?\((?:(?:[A-Za-z][\w+.-]*:|[#/.]){_ADDRESS}|CITE)\))"
_TAGS = "sup|sub|cite|citation|ref|reference|references|source|sources|src|doc|document|quote|a|span|footnote|mark"
_BRACKETED = (
    rf"[\[［【〔⟦〈{{]{{1,2}}\s?(?:{_NAMED}\s?[:：]?\s?|\d{{1,3}}:(?=\d{{1,3}}†))?(?P<bracketed>{_LABELLED})\^?"
    rf"(?:(?:[†|]|[:：]\s?(?![\d\s]))[^\]］】〕⟧〉}}\n]{{0,40}}|[,，:：]?\s?[《“「\"][^\]］】〕⟧〉}}\n]{{0,120}})?"
    rf"\s?\\?[\]］】〕⟧〉}}]{{1,2}}"
    rf"(?:{_LINK}\]?|[:：]\s?https?://[!-~]+)?"
)
_TAGGED = (
    rf"(?:<(?:{_TAGS})\b[^<>\n]{{0,80}}>\s?){{1,3}}\\?[\[［【(（]{{0,2}}\s?(?P<tagged>{_LABELLED})"
    rf"\s?\\?[\]］】)）]{{0,2}}{_LINK}?\]?(?:\s?</(?:{_TAGS})>){{1,3}}"
    rf"|<(?:{_TAGS})\s[^<>\n]{{0,60}}?[\"'=#](?P<numbered>\d{{1,3}})[\"']?\s?/?>(?:</(?:{_TAGS})>)?"
    rf"|</?co:\s?(?P<spanned>{_NUMBERS})>"
)
_SIGNED = (
    rf"\$?\^\{{?\\?\[?(?P<raised_math>{_NUMBERS})\\?\]?\}}?(?:\^|\$)"
    r"|##(?P<signed>\d{1,3})\$\$"
    r"|\\cite\w*\{(?P<latex>\d{1,3}(?:,\s?\d{1,3})*)\}"
    r"|\ue200[^\ue201\n]{0,80}\ue201|<!--[^<>\n]{0,80}-->"
)
_CORE = rf"(?>\\?(?:\^(?=[\[【]))?(?:{_BRACKETED}|{_TAGGED}|{_SIGNED})(?:\^(?![A-Za-z0-9]))?)"
_PLAIN_CORE = re.sub(r"\?P<\w+>", "?:", _CORE)  # a name stands only once in a pattern
_CORES = rf"{_PLAIN_CORE}(?:\s?(?:[,，、和与及&]|and)?\s?{_PLAIN_CORE}){{0,9}}+"
_TITLE = r"(?:《[^《》\n]{1,80}》|[“「\"][^“”「」\"\n]{1,120}[”」\"])"
_ROUND = (
    rf"[(（]\s?(?:{_NAMED}\s?[:：]?\s?)?(?:{_LABEL}\s?)?{_CORES}(?:[:：]?\s?{_TITLE})?[^()（）\n]{{0,40}}[)）]"
    rf"|[(（]\s?{_TITLE}[,，]?\s?{_CORES}\s?[)）]"
    rf"|[(（]\s?{_NAMED}(?:\s?[:：]\s?|\s)[^()（）\n]{{1,80}}[)）]"
    rf"|[(（]\s?(?:{_NAMED}\s?)?{_LABEL}(?![a-z])[\s:：#.]{{0,2}}{_NUMBERS}(?:[,，、;；]\s?{_LABEL}\s?{_NUMBERS})*\s?[)）]"
)
_CLAUSE = rf"(?:^|(?<=[{STOPS}\n；;，,：:])|(?<=[{STOPS};,:] ))\s{{0,9}}"
_LED = (
    rf"{_CLAUSE}{_LEAD}\s?(?:{_LABEL}\s?)?(?:{_CORES}|{_LABEL}\s?{_NUMBERS})\s?(?:{_TAIL})?\s?[,，:：]\s{{0,9}}"
    rf"|{_CLAUSE}(?:{_LEAD}\s?)?(?:{_LABEL}\s?)?(?:{_CORES}|{_LABEL}\s?{_NUMBERS})\s?(?:{_TAIL})\s?[,，:：]?\s{{0,9}}"
)
_MARKER = re.compile(
    rf"(?P<led>{_LED})|(?<![ \t])(?:(?<=[{STOPS}])[ \t]?[—–-]{{1,2}})?[ \t]*"
    rf"(?:(?:`|\*\*|__)?{_CORE}(?:`|\*\*|__)?|(?P<sourced>{_ROUND})"
    rf"|(?<=[^\s(（])[ \t]?[(（](?P<round>\d{{1,2}})[)）](?=[{STOPS}，,；;\[【(（\s]|$)"
    rf"|(?<=[\u3400-\u9fff{STOPS}”])(?P<raised>[⁰¹²³⁴-⁹]{{1,3}})"
    rf"|(?<=[^\s\n])(?P<circled>[①-⑳]{{1,20}})(?=[{STOPS}\s]|$))",
    re.I,
)
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_CLOSED = r"\\?[\[［【〔⟦〈]{1,2}[^\]］】〕⟧〉\n]{0,130}\\?[\]］】〕⟧〉]{1,2}"
_BEGINNING = re.compile(
    rf"(?:(?<=[{STOPS}])[ \t]?[(（][^()（）\n]{{0,130}}"
    r"|\\?[\[［【〔⟦〈(（][^\]］】〕⟧〉)）\n]{0,130}|\{[^}\n]{0,12}|<(?:[/!]?[A-Za-z-][^>\n]{0,80})?"
    rf"|{_CLOSED}(?:\((?:[!-'*-~]|\([!-'*-~]*+\)?){{0,200}}+\]?|\\|[`*_]|[:：]\s?[!-~]{{0,200}})?"
    r"|[$^#\\][^\s。，]{0,12}|##\d{0,3}\$?|[`*_]{1,2}|[—–-]{1,2}[ \t]?"
    rf"|\ue200[^\ue201\n]{{0,80}}|<(?:{_TAGS})\b[^>\n]{{0,80}}>[^<\n]{{0,24}}(?:<[^>\n]{{0,20}})?)$",
    re.I,
)
"""What may become a marker once more text has come."""

_LONGEST_BEGINNING = 500


@dataclass(frozen=True, slots=True)
class Marker:
    """Where a marker was, and the numbers in it.

    Attributes:
        at: In the text without markers.
        raw_start: In the text with them.
    """

    at: int
    raw_start: int
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Plain:
    """A text without its markers; ``raw`` says where each character stood with them."""

    text: str
    raw: Sequence[int]
    markers: Sequence[Marker]

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


def strip_markers(text: str, titles: frozenset[str] = frozenset()) -> Plain:
    """A text without its citation markers, and without the titles that stand behind them.

    Args:
        titles: Of the articles that may be cited, ``folded`` (``rag.verification.cited_titles``).

    >>> strip_markers("根据[1]，大桥通车了（来源：[2]）。").text
    '大桥通车了。'
    """
    kept: list[str] = []
    raw: list[int] = []
    markers: list[Marker] = []
    at = 0
    titled: Titled | None = None
    for match in _MARKER.finditer(text):
        if match.start() < at:  # within the title of the one before
            continue
        between = titled.until(text, match.start()) if titled else at
        kept += text[between : match.start()]
        raw += range(between, match.start())
        if match.start() and _needs_space(text, match):
            kept.append(" ")
            raw.append(match.start())
        markers.append(Marker(len(kept), match.start(), tuple(_numbers(match))))
        titled = with_title(text, match.start(), match.end(), titles, titled)
        at = titled.end if titled else match.end()
    kept += text[at:]
    raw += range(at, len(text))
    return Plain("".join(kept), raw, markers)


def without_beginning(text: str) -> str:
    """A text without what, at its end, may become a marker once more has come."""
    text = without_title_beginning(text, _LONGEST_BEGINNING)
    held = _BEGINNING.search(text, max(len(text) - _LONGEST_BEGINNING, 0))
    return text[: held.start()] if held else text


def _needs_space(text: str, match: re.Match[str]) -> bool:
    """Whether two words or sentences would stick together without the marker between them."""
    before, after = text[match.start() - 1], text[match.end() : match.end() + 1]
    return before.isascii() and not before.isspace() and after.isascii() and after.isalnum()


def _numbers(match: re.Match[str]) -> Iterator[int]:
    if match["raised"]:
        yield int(match["raised"].translate(_RAISED))
    elif match["circled"]:
        yield from (ord(sign) - ord("①") + 1 for sign in match["circled"])
    elif match["led"] or match["sourced"]:
        whole = match["led"] or match["sourced"]
        inside = [part for one in _INNER.finditer(whole) for part in one.groups() if part]
        for part in inside or [one[1] for one in _LABELLED_NUMBERS.finditer(whole)]:
            yield from _listed(part)
    else:
        named = match.groupdict()
        yield from _listed("".join(named[name] or "" for name in _NUMBERED))


_INNER = re.compile(_CORE, re.I)
_LABELLED_NUMBERS = re.compile(
    rf"(?:{_LABEL}|{_NAMED})[\s:：#.]{{0,2}}({_NUMBERS})(?![-.\d])", re.I
)
_NUMBERED = (
    "bracketed",
    "tagged",
    "numbered",
    "spanned",
    "raised_math",
    "signed",
    "latex",
    "round",
)


def _listed(said: str) -> Iterator[int]:
    """Numbers and ranges of them.

    >>> list(_listed("1, 3-5"))
    [1, 3, 4, 5]
    """
    for part in re.split(r"[,，、;；和与及&]|and", said):
        if found := [int(number) for number in re.findall(r"(?<!\d)\d{1,3}(?!\d)", part)]:
            first, last = found[0], found[-1]
            within = first <= last < first + _MOST_IN_RANGE
            yield from range(first, last + 1) if within else (first, last)
