"""Rules as data: patterns and word lists in TOML files, each with its purpose and its examples.

A file ``data/zh/dates.toml`` in a package's folder holds entries like this one:

    [day_of_month]
    for = "A day said by month and day."
    pattern = '%{numeral}月%{numeral}[日号]'
    flags = "i"
    matches = ["6月28日", "六月二十八号"]
    misses = ["6月底"]

``%{name}`` stands for another entry of the file, or of those that it is loaded with: its pattern, or
its words, the longest first. In place of ``pattern`` an entry has ``words`` (a list) or ``values`` (a
table from words to what they stand for). ``at`` says how the examples are tried: ``"whole"`` or
``"start"``; anywhere in the example without it. ``tests/test_rules.py`` tries every example of every
file.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

_PLACE = re.compile(r"%\{(\w+)\}")
_KEYS = {"for", "pattern", "words", "values", "flags", "at", "matches", "misses"}


@dataclass(frozen=True, slots=True)
class Rule:
    """One entry of a file of rules.

    Attributes:
        purpose: What it is for.
        pattern: As ``re`` reads it, with every ``%{name}`` put in; of words and values, one of them.
        table: What each word stands for, where the entry says it.
        at: ``"whole"``, ``"start"`` or ``""``: how the examples are tried.
        matches: Texts that it matches.
        misses: Texts that it must not match.
    """

    name: str
    purpose: str
    pattern: str
    flags: re.RegexFlag = re.NOFLAG
    words: tuple[str, ...] = ()
    table: Mapping[str, Any] = field(default_factory=dict)
    at: str = ""
    matches: tuple[str, ...] = ()
    misses: tuple[str, ...] = ()

    def compiled(self) -> re.Pattern[str]:
        return re.compile(self.pattern, self.flags)

    def scoped(self) -> str:
        """The pattern with its own flags, to be put into another one that has none or others."""
        letters = "".join(letter for letter in "imsx" if self.flags & re.RegexFlag[letter.upper()])
        return f"(?{letters}:{self.pattern})"

    def is_met_by(self, text: str) -> bool:
        """Whether an example matches, in the way that ``at`` says."""
        compiled = self.compiled()
        how = {"whole": compiled.fullmatch, "start": compiled.match}.get(self.at, compiled.search)
        return how(text) is not None


class Rules(Mapping[str, Rule]):
    """The entries of one or more files, by name."""

    def __init__(self, rules: Mapping[str, Rule]) -> None:
        self._rules = rules

    def __getitem__(self, name: str) -> Rule:
        return self._rules[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rules)

    def __len__(self) -> int:
        return len(self._rules)

    def regex(self, name: str) -> re.Pattern[str]:
        return self[name].compiled()

    def source(self, name: str) -> str:
        """The pattern, to be put into another one in code."""
        return f"(?:{self[name].pattern})"

    def words(self, name: str) -> frozenset[str]:
        return frozenset(self[name].words)

    def table(self, name: str) -> Mapping[str, Any]:
        """What each word of ``values`` stands for."""
        return self[name].table


@cache
def load_rules(package: str, *names: str) -> Rules:
    """The rules of ``data/<name>.toml`` in a package's folder; a later file may build on an earlier.

    Raises:
        ValueError: an entry has neither or several of ``pattern``, ``words`` and ``values``, an unknown
            key, or a ``%{name}`` that is nowhere before it.

    >>> load_rules("index.text", "zh/numerals").regex("numeral").findall("三百二十家")  # doctest: +SKIP
    ['三百二十']
    """
    rules: dict[str, Rule] = {}
    for name in names:
        data = files(package).joinpath("data", f"{name}.toml").read_text("utf-8")
        for key, entry in tomllib.loads(data).items():
            rules[key] = _rule(f"{package} {name}.toml", key, entry, rules)
    return Rules(rules)


@cache
def load_patterns(package: str, name: str) -> Mapping[str, re.Pattern[str]]:
    """Each entry of ``data/<language>/<name>.toml`` by its name, as it is in any of the languages.

    >>> load_patterns("rag.question", "answer_types")["question"].findall("谁？ Who?")  # doctest: +SKIP
    ['谁', '？', 'Who', '?']
    """
    rules = [load_rules(package, f"{language}/{name}") for language in ("zh", "en")]
    names = dict.fromkeys(key for each in rules for key in each)
    return {
        key: re.compile("|".join(each[key].scoped() for each in rules if key in each))
        for key in names
    }


def _rule(file: str, name: str, entry: Mapping[str, Any], known: Mapping[str, Rule]) -> Rule:
    if unknown := set(entry) - _KEYS:
        raise ValueError(f"{file}: [{name}] has {sorted(unknown)}; known are {sorted(_KEYS)}")
    if sum(key in entry for key in ("pattern", "words", "values")) != 1:
        raise ValueError(f"{file}: [{name}] needs one of pattern, words and values")
    values = entry.get("values", {})
    words = tuple(entry.get("words", values))
    pattern = entry["pattern"] if "pattern" in entry else one_of(words)

    def put_in(place: re.Match[str]) -> str:
        if place[1] not in known:
            raise ValueError(f"{file}: [{name}] names %{{{place[1]}}}, which is nowhere before it")
        return f"(?:{known[place[1]].pattern})"

    return Rule(
        name,
        purpose=entry.get("for", ""),
        pattern=_PLACE.sub(put_in, pattern),
        flags=_flags(entry.get("flags", "")),
        words=words,
        table=values,
        at=entry.get("at", ""),
        matches=tuple(entry.get("matches", ())),
        misses=tuple(entry.get("misses", ())),
    )


def one_of(words: Sequence[str]) -> str:
    """A pattern that matches any of the words, the longest that can be.

    >>> one_of(["日", "日子"])
    '日子|日'
    """
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def _flags(letters: str) -> re.RegexFlag:
    flags = re.NOFLAG
    for letter in letters:
        flags |= re.RegexFlag[letter.upper()]
    return flags
