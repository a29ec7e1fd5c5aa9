"""Entities to characters, one form of each character, one kind of line end and of space."""

from __future__ import annotations

import html
import re
import unicodedata
from html.entities import html5

from index.cleaning.draft import Draft
from index.text.rules import load_rules

_ESCAPED_AGAIN = re.compile(r"&(?:(?:amp|#0{0,4}38|#[xX]0{0,4}26);)+")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_LINE_END = re.compile(r"\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]+")
_EMOJI = r"\u2190-\u27bf\u2b00-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
_ZERO_WIDTH = re.compile(
    r"[\u00ad\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]+"
    rf"|(?<![{_EMOJI}\ufe0f])\u200d|\u200d(?![{_EMOJI}])"  # else it joins the parts of an emoji
)
_RUN = re.compile(r"[!-~\u00a1-\u024f]{161,}")
"""Over 160 characters without a space: an address with keys in it, or a file written as text."""

_LEAST_LETTERS = 0.3
_RULE = re.compile(r"([^\w\s]|_)\1{39,}")
"""A line drawn with a mark, or the dots before the number of a page."""

_BASE64_LINES = re.compile(
    r"^[A-Za-z0-9+/]{57,160}(?:\n[A-Za-z0-9+/]{57,160}={0,2}$)++(?:\n[A-Za-z0-9+/]{1,160}={1,2}$)?",
    re.MULTILINE,
)
"""A file written as text, in lines as mail and certificates have them."""

_KEPT_OF_ADDRESS = re.compile(r".{0,10}?(?:https?://|www\.)[^?#]{1,140}", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_RADICALS = load_rules("index.cleaning", "zh/radicals").table("radicals")
_LOOK_ALIKE = re.compile(r"[\u2e80-\u2fd5\uf900-\ufaff\U0002f800-\U0002fa1f]")


def decode_entities(draft: Draft) -> Draft:
    """``&nbsp;`` and its like to characters, however often they were escaped.

    Only entities that end with a semicolon: ``?a=1&copy=2`` is an address.

    >>> decode_entities(Draft.of("AT&amp;amp;T&nbsp;")).text
    'AT&T\\xa0'
    """
    rule = decode_entities.__name__
    return draft.substitute(rule, _ESCAPED_AGAIN, "&").substitute(rule, _ENTITY, _entity)


def _entity(match: re.Match[str]) -> str:
    # html.unescape would also take "&copyright;" for "&copy" and the rest.
    entity = match.group()
    return html.unescape(entity) if entity[1] == "#" else html5.get(entity[1:], entity)


def unify_ideographs(draft: Draft) -> Draft:
    """Radicals and compatibility ideographs as the characters that they look like.

    Fonts give one glyph to both, and text layers of PDF files name the one that nobody searches for.

    >>> unify_ideographs(Draft.of("\u2f8f\u4e1a")).text
    '行业'
    """
    return draft.substitute(unify_ideographs.__name__, _LOOK_ALIKE, _ideograph)


def _ideograph(match: re.Match[str]) -> str:
    character = match.group()
    return str(_RADICALS.get(character) or unicodedata.normalize("NFKC", character))


def unify_characters(draft: Draft) -> Draft:
    """One kind of line end and of space; no control, zero-width or direction characters."""
    for pattern, put in ((_LINE_END, "\n"), (_CONTROL, ""), (_ZERO_WIDTH, ""), (_SPACE, " ")):
        draft = draft.substitute(unify_characters.__name__, pattern, put)
    return draft


def cut_long_words(draft: Draft) -> Draft:
    """Of a word or address that nobody can read only where it leads stays, before an ellipsis.

    >>> cut_long_words(Draft.of("见https://example.com/a?key=" + "QUJD" * 99 + "。")).text
    '见https://example.com/a…。'
    """
    rule = cut_long_words.__name__
    return draft.substitute(rule, _BASE64_LINES, _cut_lines).substitute(rule, _RUN, _cut)


def _cut_lines(match: re.Match[str]) -> str:
    # Sums of files, a line each, are of one case: these are text.
    is_mixed = match[0].upper() != match[0] != match[0].lower()
    return "…" if is_mixed else match[0]


def _cut(match: re.Match[str]) -> str:
    if address := _KEPT_OF_ADDRESS.match(match[0]):
        return address[0] + "…"
    if sum(char.isalpha() for char in match[0]) < _LEAST_LETTERS * len(match[0]):
        return _RULE.sub("…", match[0])  # else a table's figures
    return "…"
