"""The accounts that a question names as those that have published."""

from __future__ import annotations

import re

from rag.question.days import OBJECT
from rag.question.reading import CHINESE, ENGLISH, Reading, Span

_AFTER, _BEFORE, _CLOSED = map(CHINESE.regex, ("account_after", "account_before", "account_closed"))
_EN_AFTER, _EN_BEFORE, _LISTED = map(
    ENGLISH.regex, ("account_after", "account_before", "accounts_listed")
)
_ABOUT = re.compile(
    "|".join(
        rule.scoped() for rule in (CHINESE["account_as_subject"], ENGLISH["account_as_subject"])
    )
)
_ABOUT_REACH = 24
_IN_BRACKETS = re.compile(r"\s?[（(][^（）()]{1,20}[)）]$")
_OPENING_MARKS = ("《", "“", "「")
_FEWEST_ACCOUNTS = 2
_SHORTEST_ACCOUNT = 2
_MOST_NAMED = 20


def named_accounts(reading: Reading) -> list[tuple[Span, str]]:
    """The accounts that are said to have published, with the words that say so.

    甲和乙的报道 names two; the only account of a library is never a limit.
    """
    if len(reading.accounts) < _FEWEST_ACCOUNTS:
        return []
    found: list[tuple[Span, str]] = []
    source_from: int | None = None
    for start, end in reversed(_mentions(reading)):
        span = _limit(reading, start, end)
        listed = source_from is not None and _LISTED.fullmatch(reading.text, end, source_from)
        if not span and listed:
            span = start, end
        source_from = start if span else None
        if span:
            found.append((span, reading.accounts[reading.text[start:end]]))
    return found


def mentioned_accounts(reading: Reading) -> list[tuple[Span, str]]:
    """Every account that a question names, in full or without what its name has in brackets, unless
    it is what articles are about."""
    names: dict[str, list[str]] = {}
    for name, account in reading.accounts.items():
        for spelled in {name, _IN_BRACKETS.sub("", name)}:
            if len(spelled.strip()) >= _SHORTEST_ACCOUNT:
                names.setdefault(spelled.lower(), []).append(account)
    if not names:
        return []
    longest_first = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    return [
        (match.span(), account)
        for match in re.finditer(longest_first, reading.text, re.IGNORECASE)
        if not _ABOUT.search(reading.text, max(0, match.start() - _ABOUT_REACH), match.start())
        for account in names[match[0].lower()]
    ][:_MOST_NAMED]


def _mentions(reading: Reading) -> list[Span]:
    """Where accounts are named, in order; of names within names the longest."""
    names = [
        n for n in reading.accounts if len(n.strip()) >= _SHORTEST_ACCOUNT and n in reading.text
    ]
    if not names:
        return []
    longest_first = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return [m.span() for m in re.finditer(longest_first, reading.text)][:_MOST_NAMED]


def _limit(reading: Reading, start: int, end: int) -> Span | None:
    """The words that make an account a source, if they do."""
    masked = reading.masked
    before = masked[max(0, start - 40) : start]
    if m := _BEFORE.search(before) or _EN_BEFORE.search(before):
        closed = _CLOSED.match(masked, end)
        return start - len(before) + m.start("cut"), closed.end() if closed else end
    m = _AFTER.match(masked, end)
    if m and (not m["weak"] or OBJECT.match(reading.text, m.end())):
        opens = reading.text[max(0, start - 1) : start] in _OPENING_MARKS
        return start - opens, _limit_end(reading, m)
    if m := _EN_AFTER.match(masked, end):
        return start, m.end("close")
    return None


def _limit_end(reading: Reading, m: re.Match[str]) -> int:
    """Where the words to cut end: with the 的 after the verb, or with the account's own words."""
    if (m["strong"] or m["weak"]) and reading.masked.startswith("的", m.end()):
        return m.end() + 1
    end = m.end("close")
    return end + reading.masked.startswith("的", end)
