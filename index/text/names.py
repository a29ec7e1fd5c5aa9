"""The names a sentence gives: quoted, Latin, of organisations, persons and places.

Found by their form and by the words around them, without a model: what 《》 and “” hold, runs of
Latin letters (in English those with capitals), Chinese runs before a suffix such as 公司, a family
name with a title or a verb of saying, and the best-known places. A Chinese name that none of these
gives away is not found; the share of the sentence's words that the evidence has speaks for those.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from index.text.rules import load_rules
from index.text.script import fold, fold_characters


class NameKind(StrEnum):
    """What gave the name away."""

    TITLE = "title"
    QUOTED = "quoted"
    LATIN = "latin"
    ORGANISATION = "organisation"
    PERSON = "person"
    PLACE = "place"


@dataclass(frozen=True, slots=True)
class Name:
    """A name in a text, from ``start`` to ``end``."""

    text: str
    kind: NameKind
    start: int
    end: int


_QUOTED = re.compile(
    r"《([^《》\n]{1,60})》|“([^“”\n]{1,80})”|「([^「」\n]{1,80})」|『([^『』\n]{1,80})』|\"([^\"\n]{2,80})\""
)
_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-.&+_/][A-Za-z0-9]+)*\+?")
_MIXED = re.compile(r"\d|^[^A-Za-z]*+[A-Za-z].*[A-Z]|.-[A-Z]")
_CAPITALS = re.compile(r"(?<![A-Za-z0-9])[A-Z][\w'’&.-]*(?<![.'’])(?:\s+(?:of\s+)?[A-Z][\w'’&-]*)*")

_CHINESE = load_rules("index.text", "zh/characters", "zh/names")
_PERSON = _CHINESE.regex("person_in_text")
_NO_PERSON = _CHINESE.regex("no_person")
_ORGANISATION = _CHINESE.regex("organisation")
_NOT_OF_A_NAME = _CHINESE.regex("not_of_a_name")
_PLACE, _NO_PLACE = _CHINESE.regex("place"), _CHINESE.regex("no_place")
_RANKS = "".join(_CHINESE["place_rank"].words)

_ENGLISH = load_rules("index.text", "en/names")
_STARTERS = _ENGLISH.words("sentence_starter")
_DEED = _ENGLISH.regex("deed")


def find_names(text: str, *, english: bool, translated: bool = False) -> list[Name]:
    """The names of ``text``, a place that is part of another name left out.

    Args:
        english: Whether the text is English: there only Latin words with capitals are names.
        translated: Whether the evidence is in another language; an ordinary word with a capital
            (Shanghai) is then no name that could be looked for, MES and Med-Go are.

    >>> [name.text for name in find_names("云杉公司的E20由校长温如玉在《晨报》推荐", english=False)]
    ['晨报', 'E20', '云杉公司', '温如玉']
    """
    plain = fold_characters(text)
    found = [*_quoted(plain, translated), *_latin(plain, english, translated)]
    if not english:
        found += [*_organisations(plain), *_persons(plain)]
        named = bytearray(len(plain))
        for name in found:
            named[name.start : name.end] = b"\1" * (name.end - name.start)
        found += [place for place in _places(plain) if not named[place.start]]
    return found if plain == text else [_as_written(name, plain, text) for name in found]


def _as_written(name: Name, plain: str, text: str) -> Name:
    """``name``, found in ``plain``, with the characters that it has in ``text``."""
    start = plain.index(name.text, name.start)
    return replace(name, text=text[start : start + len(name.text)])


def _quoted(text: str, translated: bool) -> Iterator[Name]:
    if translated:
        return
    for match in _QUOTED.finditer(text):
        inside = match[match.lastindex or 0]
        if fold_name(inside):
            kind = NameKind.TITLE if match[1] else NameKind.QUOTED
            yield Name(inside, kind, match.start(), match.end())


def _latin(text: str, english: bool, translated: bool) -> Iterator[Name]:
    if not english:
        for match in _LATIN.finditer(text):
            if not translated or _MIXED.search(match[0]):
                yield Name(match[0], NameKind.LATIN, match.start(), match.end())
        return
    beginning = len(text) - len(text.lstrip(" \"'“‘(*-"))
    for run in _CAPITALS.finditer(text):
        for match in _LATIN.finditer(run[0]):
            start, end = run.start() + match.start(), run.start() + match.end()
            opens = start <= beginning and " " not in run[0]
            if _is_name(text, match[0], run, opens=opens, translated=translated):
                yield Name(match[0], NameKind.LATIN, start, end)
    for match in _LATIN.finditer(text):
        if match[0][0].islower() and _MIXED.search(match[0]) and "/" not in match[0]:
            yield Name(match[0], NameKind.LATIN, match.start(), match.end())


def _is_name(text: str, word: str, run: re.Match[str], *, opens: bool, translated: bool) -> bool:
    """Whether a word with a capital is a name; one that opens a sentence alone has one anyway."""
    if _MIXED.search(word):
        return True
    if translated or word.lower() in _STARTERS or len(word) == 1:
        return False
    return not opens or bool(_DEED.match(text, run.end()))


def _organisations(text: str) -> Iterator[Name]:
    for match in _ORGANISATION.finditer(text):
        stem = match[1]
        if left := _NOT_OF_A_NAME.match(stem):
            stem = stem[left.end() :]
        if len(stem) >= 2:
            start = match.start(2) - len(stem)
            yield Name(stem + match[2], NameKind.ORGANISATION, start, match.end())


def _persons(text: str) -> Iterator[Name]:
    for match in _PERSON.finditer(text):
        group = match.lastindex or 0
        if not _NO_PERSON.match(match[group]):
            yield Name(match[group], NameKind.PERSON, match.start(group), match.end(group))


def _places(text: str) -> Iterator[Name]:
    for match in _PLACE.finditer(text):
        if not _NO_PLACE.match(match[0]):
            yield Name(match[0], NameKind.PLACE, match.start(), match.end())


def fold_name(text: str) -> str:
    """``text`` without width, case, white space and punctuation, for looking a name up."""
    return "".join(one for one in fold(text) if one.isalnum() or one in "+%")


def stands_in(name: Name, text: str, words: frozenset[str]) -> bool:
    """Whether a name stands in a text.

    A Latin name has to be a word there (E2 does not stand in E20); of an organisation its short
    form will do, or most of a run whose beginning may not belong to it; a place may stand without its
    rank (临江 for 临江市), not with another.

    Args:
        text: The text as ``fold_name`` gives it.
        words: Its Latin words (``latin_words``).
    """
    folded = fold_name(name.text)
    if name.kind is NameKind.LATIN:
        return folded in words or folded.removesuffix("s") in words or f"{folded}s" in words
    if folded in text:
        return True
    if name.kind is NameKind.PLACE:
        return _stands_without_rank(folded, text)
    if name.kind is not NameKind.ORGANISATION:
        return False
    suffix = _ORGANISATION.fullmatch(folded)
    stem = suffix[1] if suffix else folded
    pairs = [stem[at : at + 2] for at in range(len(stem) - 1)] or [stem]
    return sum(pair in text for pair in pairs) > len(pairs) * 0.59


def _stands_without_rank(place: str, text: str) -> bool:
    """Whether a text names a place without saying that it is a city or county (临江 for 临江市)."""
    stem = place.rstrip(_RANKS)
    if len(stem) < 2 or stem == place:
        return False
    return re.search(f"{re.escape(stem)}(?![{_RANKS}])", text) is not None


def latin_words(text: str) -> frozenset[str]:
    """The Latin words of a text, folded: whole and by their parts, for ``stands_in``."""
    words = [match[0] for match in _LATIN.finditer(fold(text))]
    parts = (part for word in words for part in re.split(r"[-.&+_/]", word))
    return frozenset([*(fold_name(word) for word in words), *parts])
